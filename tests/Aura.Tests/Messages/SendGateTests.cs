using Aura.Messages;
using NodaTime;

namespace Aura.Tests.Messages;

public sealed class SendGateTests
{
    private static readonly DateTime Now = new(2026, 5, 4, 12, 0, 0, DateTimeKind.Utc);

    private static readonly GateFacts Good = new()
    {
        IsStoreActive = true, Purpose = MessagePurpose.Marketing, Setup = ChannelSetup.Usual(Channel.Email), Address = "jane@example.com", Consent = true,
        Zones = [DateTimeZone.Utc], Now = Now, Provider = "smtp",
    };

    private static ChannelSetup Sms => ChannelSetup.Usual(Channel.Sms); // quiet from 21:00 to 08:00, one a day

    [Fact]
    public void What_nothing_stands_against_goes_out_after_every_question_was_asked()
    {
        var verdict = SendGate.Ask(Good);

        Assert.True(verdict.IsOpen);
        Assert.Equal(Enum.GetValues<GateStep>(), verdict.Findings.Select(finding => finding.Step));
    }

    public static TheoryData<string, string> Obstacles => new()
    {
        { "tenant", "store_suspended" }, { "channel", "channel_disabled" }, { "address", "no_address" }, { "suppression", "suppressed" }, { "consent", "consent_withdrawn" },
        { "exit", "order_placed" }, { "duplicate", "duplicate" }, { "frequency_cap", "frequency_capped" }, { "quiet_hours", "quiet_hours" }, { "provider", "no_provider" },
    };

    private static GateFacts Against(GateFacts facts, string step) => step switch
    {
        "tenant" => facts with { IsStoreActive = false },
        "channel" => facts with { Setup = ChannelSetup.Usual(Channel.Push) },
        "address" => facts with { Address = null },
        "suppression" => facts with { Suppressed = SuppressionReason.Complaint },
        "consent" => facts with { Consent = false },
        "exit" => facts with { Exit = "order_placed" },
        "duplicate" => facts with { IsDuplicate = true },
        "frequency_cap" => facts with { SentToday = 1000 },
        "quiet_hours" => facts with { Now = Now.AddHours(11) },
        _ => facts with { Provider = null },
    };

    [Theory, MemberData(nameof(Obstacles))]
    public void Each_obstacle_is_found_at_its_step_and_named(string step, string reason)
    {
        var verdict = SendGate.Ask(Against(step == "channel" ? Good : Good with { Setup = Sms }, step));

        Assert.False(verdict.IsOpen);
        Assert.Equal((step, false, reason), (Words<GateStep>.Of(verdict.Findings[^1].Step), verdict.Findings[^1].Passed, verdict.Findings[^1].Detail));
        Assert.Equal(step == "quiet_hours", verdict.HoldUntil is not null);
    }

    [Fact]
    public void The_first_obstacle_is_the_reason()
    {
        var all = Good with { Setup = Sms };
        foreach (var row in Obstacles.Reverse().Where(row => (string)row[0] != "channel"))
        {
            all = Against(all, (string)row[0]);
            Assert.Equal(row[1], SendGate.Ask(all).Findings[^1].Detail);
        }
    }

    [Fact]
    public void Somebody_who_never_said_anything_is_not_written_to_unless_the_store_may()
    {
        Assert.Equal("no_consent", SendGate.Ask(Good with { Consent = null }).Skip);
        var setup = ChannelSetup.Usual(Channel.Email);
        setup.Ask(ConsentRule.Implied);
        Assert.True(SendGate.Ask(Good with { Consent = null, Setup = setup }).IsOpen);
        Assert.Equal("consent_withdrawn", SendGate.Ask(Good with { Consent = false, Setup = setup }).Skip);
        Assert.Throws<Refused>(() => Sms.Ask(ConsentRule.Implied));
    }

    [Fact]
    public void What_was_asked_for_passes_caps_nights_and_consent_but_never_suppression()
    {
        var receipt = Good with { Purpose = MessagePurpose.Transactional, Setup = Sms, Consent = false, SentToday = 1000, Now = Now.AddHours(11) };

        Assert.True(SendGate.Ask(receipt).IsOpen);
        Assert.Equal("suppressed", SendGate.Ask(receipt with { Suppressed = SuppressionReason.StopWord }).Skip);
    }

    [Fact]
    public void A_message_at_night_waits_for_the_end_of_the_night()
    {
        var half = new QuietHours(new(22, 0), new(6, 0));
        DateTimeZone[] utc = [DateTimeZone.Utc];

        Assert.Equal(new DateTime(2026, 5, 4, 6, 0, 0, DateTimeKind.Utc), half.Until(new(2026, 5, 4, 5, 30, 0, DateTimeKind.Utc), utc));
        Assert.Equal(new DateTime(2026, 5, 5, 6, 0, 0, DateTimeKind.Utc), half.Until(new(2026, 5, 4, 22, 0, 0, DateTimeKind.Utc), utc));
        Assert.Null(half.Until(new(2026, 5, 4, 6, 0, 0, DateTimeKind.Utc), utc));
        Assert.Null(half.Until(new(2026, 5, 4, 21, 59, 59, DateTimeKind.Utc), utc));
    }

    [Fact]
    public void Where_the_zone_is_not_known_it_is_quiet_while_it_is_quiet_anywhere_in_the_country()
    {
        var zones = RecipientZones.Of(null, "US", "UTC");
        var quiet = new QuietHours(new(21, 0), new(8, 0));

        Assert.True(zones.Count > 10);
        var morningInNewYork = new DateTime(2026, 7, 1, 12, 30, 0, DateTimeKind.Utc); // 8:30 there, 2:30 in Honolulu
        Assert.Equal(new DateTime(2026, 7, 1, 18, 0, 0, DateTimeKind.Utc), quiet.Until(morningInNewYork, zones)); // 8:00 in Honolulu
        Assert.Null(quiet.Until(morningInNewYork, RecipientZones.Of("America/New_York", "US", "UTC")));
    }

    [Fact]
    public void Nights_end_when_the_clock_says_so_also_when_it_was_put_forward()
    {
        var berlin = RecipientZones.Of("Europe/Berlin", null, "UTC");
        var quiet = new QuietHours(new(21, 0), new(2, 30)); // there is no 2:30 on 29 March 2026

        Assert.Equal(new DateTime(2026, 3, 29, 1, 0, 0, DateTimeKind.Utc), quiet.Until(new(2026, 3, 28, 23, 0, 0, DateTimeKind.Utc), berlin));
    }
}
