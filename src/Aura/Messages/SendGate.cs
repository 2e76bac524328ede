using NodaTime;

namespace Aura.Messages;

/// <summary>What a message is for.</summary>
public enum MessagePurpose
{
    /// <summary>Advertising, of which reminders of carts are a part: needs consent, is capped and waits for the day.</summary>
    Marketing,
    /// <summary>Something that the recipient asked for, such as a receipt.</summary>
    Transactional,
}

/// <summary>The questions in their order. Each is asked again when a message that was held is sent.</summary>
public enum GateStep
{
    Tenant,
    Channel,
    Address,
    Suppression,
    Consent,
    Exit,
    Duplicate,
    FrequencyCap,
    QuietHours,
    Provider,
}

/// <summary>All that decides whether a message goes out, read at one moment.</summary>
public sealed record GateFacts
{
    public required bool IsStoreActive { get; init; }
    public required MessagePurpose Purpose { get; init; }
    public required ChannelSetup Setup { get; init; }
    public required string? Address { get; init; }
    public SuppressionReason? Suppressed { get; init; }

    /// <summary>The latest word about advertising over the channel; null: there is none.</summary>
    public bool? Consent { get; init; }

    /// <summary>Why there is no longer a reason to send; null: there is.</summary>
    public string? Exit { get; init; }

    /// <summary>Another message of the same campaign went to the same address.</summary>
    public bool IsDuplicate { get; init; }

    /// <summary>Advertising over the channel since the day began where the recipient is.</summary>
    public int SentToday { get; init; }

    public required IReadOnlyList<DateTimeZone> Zones { get; init; }
    public required DateTime Now { get; init; }

    /// <summary>Who would take it.</summary>
    public required string? Provider { get; init; }
}

/// <param name="Detail">Lower_snake_case where it did not pass.</param>
public sealed record GateFinding(GateStep Step, bool Passed, string Detail);

/// <summary>What the gate says. Neither reason nor time: it may go out.</summary>
/// <param name="Findings">The steps up to the first that did not pass.</param>
/// <param name="Skip">Why it never goes out, lower_snake_case.</param>
/// <param name="HoldUntil">When to ask again, UTC.</param>
public sealed record GateVerdict(IReadOnlyList<GateFinding> Findings, string? Skip, DateTime? HoldUntil)
{
    public bool IsOpen => Skip is null && HoldUntil is null;
}

/// <summary>Decides whether a message may go out now.</summary>
public static class SendGate
{
    public static GateVerdict Ask(GateFacts facts)
    {
        var findings = new List<GateFinding>();
        foreach (var step in Enum.GetValues<GateStep>())
        {
            var (passed, detail, until) = Ask(step, facts);
            findings.Add(new(step, passed, detail));
            if (!passed)
                return new(findings, until is null ? detail : null, until);
        }

        return new(findings, null, null);
    }

    private static (bool Passed, string Detail, DateTime? Until) Ask(GateStep step, GateFacts facts) => step switch
    {
        GateStep.Tenant => Pass(facts.IsStoreActive, "The store is active.", "store_suspended"),
        GateStep.Channel => Pass(facts.Setup.Enabled, "The channel is enabled.", "channel_disabled"),
        GateStep.Address => Pass(facts.Address is not null, "There is an address.", "no_address"),
        GateStep.Suppression => Pass(facts.Suppressed is null, "The address is not suppressed.", "suppressed"),
        GateStep.Consent => Consent(facts),
        GateStep.Exit => Pass(facts.Exit is null, "The reason to send it still stands.", facts.Exit ?? ""),
        GateStep.Duplicate => Pass(!facts.IsDuplicate, "Nothing of the kind went to this address.", "duplicate"),
        GateStep.FrequencyCap => Cap(facts),
        GateStep.QuietHours => Quiet(facts),
        _ => Pass(facts.Provider is not null, $"It goes to {facts.Provider}.", "no_provider"),
    };

    private static (bool, string, DateTime?) Consent(GateFacts facts) => facts switch
    {
        { Purpose: MessagePurpose.Transactional } => (true, "It is no advertising.", null),
        { Consent: true } => (true, "The recipient has agreed.", null),
        { Consent: false } => (false, "consent_withdrawn", null),
        _ => Pass(facts.Setup.Consent == ConsentRule.Implied, "The recipient has not objected, which is enough here.", "no_consent"),
    };

    private static (bool, string, DateTime?) Cap(GateFacts facts) =>
        facts.Purpose == MessagePurpose.Transactional ? (true, "It is no advertising.", null)
        : facts.Setup.DailyCap is not { } cap ? (true, "There is no limit.", null)
        : Pass(facts.SentToday < cap, $"{facts.SentToday} of {cap} for today.", "frequency_capped");

    private static (bool, string, DateTime?) Quiet(GateFacts facts) =>
        facts.Purpose == MessagePurpose.Transactional ? (true, "It is no advertising.", null)
        : facts.Setup is { QuietFrom: { } from, QuietTo: { } to } && new QuietHours(from, to).Until(facts.Now, facts.Zones) is { } until ? (false, "quiet_hours", until)
        : (true, "It is not quiet where the recipient is.", null);

    private static (bool, string, DateTime?) Pass(bool passed, string yes, string no) => (passed, passed ? yes : no, null);
}
