using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using Aura.Accounts;
using Aura.Connectors.Messages;
using Aura.Customers;
using Aura.Integrations;
using Aura.Messages;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Aura.Winback.Recovery;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback;

/// <summary>The channels of a store, sending over several at once, and what came of it.</summary>
internal static class MultiChannel
{
    public const string Path = "/ai/orchestration/multi-channel";

    private static readonly Listing<Shopper, KnownShopper> People = new Listing<Shopper, KnownShopper>(s => new(s.Id, s.Reference))
        .Field("customerId", s => s.Reference, Found.ByValue)
        .Parameter("customerId");

    public static void MapMultiChannel(this RouteGroupBuilder api)
    {
        var channels = api.MapGroup(Path).WithTags("Multi-Channel").Scope("messages");
        channels.MapGet("/", List);
        channels.MapPost("/send", Send);
        channels.MapGet("/performance", Performance);
        channels.MapPost("/configure", Configure);
        channels.MapGet("/{channelType}/stats", Stats);
        channels.MapPost("/test", Test);
        channels.MapGet("/preferences", Preferences).Lists(People);
    }

    private static async Task<ChannelList> List(AuraDb db, KeyRing ring, CancellationToken cancellation) =>
        new([.. (await db.AllChannels(cancellation)).Select(setup => ChannelResponse.Of(setup, ring))]);

    private static async Task<SentMessages> Send(SendMessages request, AuraDb db, Dispatch dispatch, CancellationToken cancellation)
    {
        var channels = request.Channels.Distinct().ToList();
        if (channels.Count == 0)
            throw Refused.Invalid(nameof(request.Channels), "At least one of email, sms, push.");
        await Demand(db, channels, cancellation);
        var shopper = await db.ShopperOf(request.CustomerId, cancellation);
        request.Contact?.Tell(shopper);
        var sent = await db.InTransaction(() => dispatch.SendTogether(channels, channel => new(shopper.Id, channel, request.TemplateId, "")
        {
            Purpose = request.Purpose,
            Values = (request.Personalizations ?? []).ToDictionary(pair => pair.Key, pair => (object?)pair.Value),
        }, cancellation), cancellation);
        return SentMessages.Of(sent);
    }

    private static async Task<PerformanceList> Performance(int? days, AuraDb db, CancellationToken cancellation)
    {
        var since = db.DaysAgo(days ?? 30);
        var figures = (await db.MessageFigures(since, false, cancellation)).ToDictionary(row => row.Channel);
        var won = (await db.Counted(new(since, null), cancellation)).Where(count => count.Recovered).ToLookup(count => count.Channel);
        var sold = (await db.Sold(since, null, cancellation)).Where(count => !count.OfCart).ToLookup(count => count.Channel);
        return new([.. Enum.GetValues<Channel>().Select(channel =>
            ChannelPerformance.Of(figures.GetValueOrDefault(channel) ?? MessageFigures.None(channel), [.. won[channel]], [.. sold[channel]], db.Caller.Currency))]);
    }

    private static async Task<ConfiguredChannel> Configure(ConfigureChannel request, AuraDb db, KeyRing ring, MessageProviders providers, CancellationToken cancellation)
    {
        var account = request.Provider is { } named ? await db.CredentialOf(named, ring, cancellation) : null;
        var setup = await db.Configure(request.Type, setup => request.Apply(setup, account, ring, providers), cancellation);
        return new(true, ChannelResponse.Of(setup, ring));
    }

    private static async Task<ChannelStats> Stats(string channelType, int? days, AuraDb db, CancellationToken cancellation)
    {
        if (!Words<Channel>.TryParse(channelType, out var channel))
            throw Refused.NotFound(ChannelSetup.Noun);
        var figures = (await db.MessageFigures(db.DaysAgo(days ?? 30), false, cancellation)).FirstOrDefault(row => row.Channel == channel)
            ?? MessageFigures.None(channel);
        return new(channel, StatsResponse.Of(figures));
    }

    private static async Task<TestedChannel> Test(TestChannel request, AuraDb db, Dispatch dispatch, KeyRing ring, CancellationToken cancellation)
    {
        await Demand(db, [request.Channel], cancellation, nameof(request.Channel));
        var isKept = (await db.Channel(request.Channel, cancellation)).Effective(db.Caller.IsTest, ring) == ChannelSetup.Mailbox;
        var recipient = request.Recipient ?? (isKept ? "test@mailbox.invalid" : throw Refused.Invalid(nameof(request.Recipient), "Is required: this channel really sends."));
        var sent = await db.InTransaction(() => dispatch.SendTogether([request.Channel], channel => new(null, channel, BuiltInTemplates.TestTemplate, "")
        {
            Purpose = MessagePurpose.Transactional,
            Address = Recipient.Demand(channel, recipient, nameof(request.Recipient)),
        }, cancellation), cancellation);
        return TestedChannel.Of(sent[0]);
    }

    private static async Task<PreferenceList> Preferences(ListRequest list, AuraDb db, CancellationToken cancellation)
    {
        var page = await People.List(db.Shoppers, list, rows => new KnownShoppers(rows), cancellation);
        var ids = page.Rows.Select(person => person.Id).ToList();
        var consents = (await db.Consents.AsNoTracking().Where(c => ids.Contains(c.ShopperId)).ToListAsync(cancellation)).ToLookup(consent => consent.ShopperId);
        var clicks = await db.Messages.Where(m => m.ShopperId != null && ids.Contains(m.ShopperId.Value) && m.ClickedAt != null)
            .GroupBy(m => new { m.ShopperId, m.Channel }).Select(m => new { m.Key.ShopperId, m.Key.Channel, Last = m.Max(one => one.ClickedAt) }).ToListAsync(cancellation);
        return new([.. page.Rows.Select(person => PreferenceResponse.Of(
            person.Reference, [.. consents[person.Id]], clicks.Where(click => click.ShopperId == person.Id).OrderByDescending(click => click.Last).Select(click => (Channel?)click.Channel).FirstOrDefault()))])
        {
            Total = page.Total, Page = page.Page, Limit = page.Limit,
        };
    }

    /// <exception cref="Refused">422 for less than a day or more than a year.</exception>
    internal static DateTime DaysAgo(this AuraDb db, int days) =>
        days is >= 1 and <= 365 ? db.Now.AddDays(-days) : throw Refused.BadParameter("days", "Must be from 1 to 365.");

    /// <exception cref="Refused">422 for a channel that is switched off.</exception>
    internal static async Task Demand(AuraDb db, IEnumerable<Channel> channels, CancellationToken cancellation, string field = "Channels")
    {
        var off = (await db.AllChannels(cancellation)).Where(setup => !setup.Enabled).Select(setup => setup.Channel).ToList();
        foreach (var channel in channels)
            if (off.Contains(channel))
                throw Refused.Invalid(field, $"The channel {Words<Channel>.Of(channel)} is not enabled.", "channel_disabled");
    }
}

/// <param name="TemplateId">One that comes with the server (template_recovery_001 ...) or one of the store.</param>
/// <param name="Personalizations">For the placeholders of the template.</param>
/// <param name="Purpose">transactional needs no consent and knows no night; it is for what the customer asked for.</param>
/// <param name="Contact">What to know of the customer from now on.</param>
public sealed record SendMessages(
    [MaxLength(3)] IReadOnlyList<Channel> Channels, [StringLength(Shopper.MaxReference, MinimumLength = 1)] string CustomerId, [StringLength(100, MinimumLength = 1)] string TemplateId = "template_recovery_001",
    Dictionary<string, JsonElement>? Personalizations = null, MessagePurpose Purpose = MessagePurpose.Marketing, ContactBody? Contact = null);

/// <param name="Email">Of the store's own customers the customer's row says it; this is for others.</param>
public sealed record ContactBody(
    [StringLength(254), EmailAddress] string? Email = null, [StringLength(50), Phone] string? Phone = null, [StringLength(200)] string? Name = null, [StringLength(35)] string? Locale = null,
    [StringLength(64)] string? TimeZone = null, [StringLength(2)] string? Country = null)
{
    internal void Tell(Shopper shopper)
    {
        shopper.Reach(Email, Phone, Name);
        shopper.Live(Locale, TimeZone, Country);
    }
}

/// <param name="Sent">At least one of the messages went out or is on its way.</param>
/// <param name="MessageId">Of all of them together.</param>
/// <param name="Channels">By channel.</param>
public sealed record SentMessages(bool Sent, string MessageId, IReadOnlyDictionary<string, SentMessage> Channels)
{
    internal static SentMessages Of(IReadOnlyList<Message> messages) => new(
        messages.Any(message => message.State != MessageState.Skipped), $"{new Id<Message>(messages[0].GroupId ?? messages[0].Id)}",
        messages.ToDictionary(message => Words<Channel>.Of(message.Channel), SentMessage.Of));
}

/// <param name="Delivered">It has arrived; a provider says so later, see GET …/messages/{id}.</param>
/// <param name="Reason">Why it was not sent.</param>
public sealed record SentMessage(bool Delivered, string MessageId, MessageState Status, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason)
{
    internal static SentMessage Of(Message message) => new(message.State == MessageState.Delivered, Spelled(message.Channel, message.Id), message.State, message.Reason);

    internal static string Spelled(Channel channel, long id) => $"{Words<Channel>.Of(channel)}_{id}";
}

public sealed record ChannelList(IReadOnlyList<ChannelResponse> Channels);

/// <param name="Provider">Left out where there is none. mailbox keeps messages to be read at …/mailbox.</param>
/// <param name="Settings">The names of those that are given.</param>
/// <param name="DailyCap">Advertising messages to one person on one day; null: no limit.</param>
public sealed record ChannelResponse(
    Channel Type, bool Enabled, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Provider, IReadOnlyList<string> Settings, QuietHoursBody? QuietHours, int? DailyCap,
    ConsentRule Consent)
{
    internal static ChannelResponse Of(ChannelSetup setup, KeyRing ring) => new(
        setup.Channel, setup.Enabled, setup.Provider, setup.Given(ring), setup is { QuietFrom: { } from, QuietTo: { } to } ? new(from, to) : null, setup.DailyCap, setup.Consent);
}

/// <param name="From">By the clock where the recipient is: 21:00.</param>
public sealed record QuietHoursBody(TimeOnly From, TimeOnly To);

/// <param name="Settings">Of the provider; null takes one away, what is left out stays. What the integration of the same name says need not be said again.</param>
public sealed record ConfigureChannel(
    Channel Type, bool? Enabled = null, [StringLength(50, MinimumLength = 1)] string? Provider = null, Dictionary<string, string?>? Settings = null)
{
    public Change<QuietHoursBody?> QuietHours { get; init; }

    /// <summary>Null: no limit.</summary>
    [Range(1, 1000)] public Change<int?> DailyCap { get; init; }

    public Change<ConsentRule> Consent { get; init; }

    internal void Apply(ChannelSetup setup, ProviderSettings? account, KeyRing ring, MessageProviders providers)
    {
        if ((Provider ?? (Settings is null ? null : setup.Provider)) is { } provider)
            setup.Use(provider, Settings ?? [], account, ring, providers);
        QuietHours.Apply(hours => setup.BeQuiet(hours?.From, hours?.To));
        DailyCap.Apply(setup.Cap);
        Consent.Apply(setup.Ask);
        if (Enabled is { } enabled)
            setup.Switch(enabled);
    }
}

public sealed record ConfiguredChannel(bool Success, ChannelResponse Channel);

public sealed record PerformanceList(IReadOnlyList<ChannelPerformance> Performance);

/// <param name="Recovered">Carts that were abandoned in that time and are owed to a message of the channel, as in the recovery metrics by channel.</param>
/// <param name="Conversions">Those, and the orders in that time that are owed to campaigns and to messages that were sent directly, though no cart had been abandoned.</param>
/// <param name="Revenue">Of the conversions in the store's currency whose orders stand.</param>
public sealed record ChannelPerformance(Channel Channel, long Sent, long Delivered, long Opened, long Clicked, long Recovered, decimal Revenue, long Conversions)
{
    internal static ChannelPerformance Of(MessageFigures figures, IReadOnlyList<CartCount> won, IReadOnlyList<SaleCount> sold, Currency currency) => new(
        figures.Channel, figures.Sent, figures.Delivered, figures.Opened, figures.Clicked, won.Sum(count => count.Count),
        RecoveryMetrics.Revenue([.. won, .. sold], currency), won.Sum(count => count.Count) + sold.Sum(count => count.Count));
}

public sealed record ChannelStats(Channel Channel, StatsResponse Stats);

/// <param name="Failed">Refused by the provider, or come back.</param>
/// <param name="Unknown">Nobody knows whether they went out.</param>
/// <param name="DeliveryRate">Percent of what was sent; null where nothing was.</param>
public sealed record StatsResponse(long Sent, long Delivered, long Failed, long Bounced, long Skipped, long Unknown, long Opened, long Clicked, decimal? DeliveryRate, decimal? OpenRate, decimal? ClickRate)
{
    internal static StatsResponse Of(MessageFigures figures) => new(
        figures.Sent, figures.Delivered, figures.Failed + figures.Bounced, figures.Bounced, figures.Skipped, figures.Unknown, figures.Opened, figures.Clicked,
        figures.RateOf(figures.Delivered), figures.RateOf(figures.Opened), figures.RateOf(figures.Clicked));
}

/// <param name="Recipient">An address, a number, or a push subscription as JSON; may be left out where nothing is really sent.</param>
public sealed record TestChannel(Channel Channel, [StringLength(4000, MinimumLength = 1)] string? Recipient = null);

public sealed record TestedChannel(
    bool Success, Channel Channel, bool Delivered, string MessageId, MessageState Status, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason)
{
    internal static TestedChannel Of(Message message) => new(
        message.State != MessageState.Skipped, message.Channel, message.State == MessageState.Delivered, SentMessage.Spelled(message.Channel, message.Id), message.State, message.Reason);
}

public sealed record KnownShopper(long Id, string Reference);

internal sealed record KnownShoppers(IReadOnlyList<KnownShopper> Rows) : Listed;

public sealed record PreferenceList(IReadOnlyList<PreferenceResponse> Preferences) : Listed;

/// <param name="Channels">Whether advertising is agreed to.</param>
/// <param name="Preferred">Where the last link was followed, else the first that is agreed to; null: none.</param>
public sealed record PreferenceResponse(string CustomerId, ChannelsAgreed Channels, Channel? Preferred)
{
    internal static PreferenceResponse Of(string reference, IReadOnlyList<Consent> consents, Channel? clicked)
    {
        var agreed = Enum.GetValues<Channel>().Where(channel => Aura.Messages.Consent.Of(consents, channel) == true).ToList();
        return new(reference, new(agreed.Contains(Channel.Email), agreed.Contains(Channel.Sms), agreed.Contains(Channel.Push)),
            clicked is { } last && agreed.Contains(last) ? last : agreed.Select(channel => (Channel?)channel).FirstOrDefault());
    }
}

public sealed record ChannelsAgreed(bool Email, bool Sms, bool Push);
