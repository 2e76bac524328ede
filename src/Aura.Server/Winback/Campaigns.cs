using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using System.Text.Json;
using System.Text.Json.Serialization;
using Aura.Customers;
using Aura.Messages;
using Aura.Persistence;
using Aura.Promotions;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Aura.Winback.Recovery;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback;

/// <summary>One message to many, at once or at a time. What is scheduled over several channels is a campaign too.</summary>
internal static class Campaigns
{
    private static readonly Listing<Campaign, CampaignResponse> Shape = new Listing<Campaign, CampaignResponse>(CampaignResponse.From)
        .Field("status", c => c.Status, Found.ByReading)
        .Field("createdAt", c => c.CreatedAt)
        .Parameter("status", words: Words<CampaignStatus>.All);

    public static void MapCampaigns(this RouteGroupBuilder api)
    {
        var campaigns = api.MapGroup("/campaigns").WithTags("Campaigns").Scope("messages");
        campaigns.MapGet("/", List).Lists(Shape);
        campaigns.MapGet("/{id}", Show);
        campaigns.MapGet("/{id}/stats", Stats);
        campaigns.MapPost("/", Create);
        campaigns.MapPost("/{id}/send", Send);
        var scheduled = api.MapGroup(MultiChannel.Path).WithTags("Multi-Channel").Scope("messages");
        scheduled.MapPost("/schedule", Schedule);
        scheduled.MapDelete("/scheduled/{id}", Cancel);
    }

    private static Task<CampaignList> List(ListRequest list, AuraDb db, CancellationToken cancellation) => Shape.List(db.Campaigns, list, rows => new CampaignList(rows), cancellation);

    private static async Task<OneCampaign> Show(Id<Campaign> id, AuraDb db, CancellationToken cancellation) => new(await Shape.Show(db.Campaigns, id, cancellation));

    private static async Task<CampaignStats> Stats(Id<Campaign> id, AuraDb db, CancellationToken cancellation)
    {
        var campaign = await db.Load(id, cancellation);
        return new(id, CampaignFigures.Of(await db.MessageFigures(id, cancellation), await db.Sold(campaign.CreatedAt, id, cancellation), db.Caller.Currency));
    }

    private static async Task<MadeCampaign> Create(CreateCampaign request, AuraDb db, CancellationToken cancellation)
    {
        var campaign = await Made(request.Name, request.Channels ?? [Channel.Email], request.TemplateId, request.SegmentId, request.CustomerIds, request.Personalizations, db, cancellation);
        await db.SaveChangesAsync(cancellation);
        return new(true, campaign.Id, campaign.Status);
    }

    private static async Task<SentCampaign> Send(Id<Campaign> id, AuraDb db, CancellationToken cancellation)
    {
        var campaign = await db.Load(id, cancellation);
        var people = await db.Audience(campaign, cancellation);
        campaign = await db.Load(id, cancellation); // whoever became known meanwhile was saved apart
        db.Start(campaign);
        await db.SaveChangesAsync(cancellation);
        return new(true, id, people.Count * campaign.Channels.Length, campaign.Status);
    }

    private static async Task<ScheduledMessages> Schedule(ScheduleMessages request, AuraDb db, CancellationToken cancellation)
    {
        await MultiChannel.Demand(db, request.Channels, cancellation);
        var segment = request.Segment is { } name ? await SegmentOf(name, db, cancellation) : null;
        if (segment is null == (request.CustomerIds is not { Count: > 0 }))
            throw Refused.Invalid(nameof(request.Segment), segment is null ? "Is required, or customerIds." : "Either segment or customerIds.");
        var campaign = await Made(request.Name ?? "Scheduled", request.Channels, request.TemplateId, segment?.Id, request.CustomerIds, request.Personalizations, db, cancellation);
        await db.InTransaction(async () =>
        {
            await db.SaveChangesAsync(cancellation);
            db.Schedule(campaign, request.ScheduledAt.UtcDateTime);
            await db.SaveChangesAsync(cancellation);
        }, cancellation);
        return new(true, $"scheduled_{campaign.Id}", campaign.Status, campaign.ScheduledAt!.Value); // just set
    }

    private static async Task<CancelledMessages> Cancel(Id<Campaign> id, AuraDb db, CancellationToken cancellation)
    {
        var campaign = await db.Load(db.Campaigns.Where(c => c.Id == id.Value && c.ScheduledAt != null), cancellation);
        campaign.Cancel();
        await db.SaveChangesAsync(cancellation);
        return new(true, true, $"scheduled_{campaign.Id}");
    }

    private static async Task<Campaign> Made(
        string name, IReadOnlyList<Channel> channels, string? template, Id<CustomerSegment>? segment, IReadOnlyList<string>? customers, Dictionary<string, JsonElement>? values, AuraDb db,
        CancellationToken cancellation)
    {
        if (segment is { } aim && !await db.CustomerSegments.AnyAsync(s => s.Id == aim.Value, cancellation))
            throw Refused.NotFound(CustomerSegment.Noun);
        var campaign = Campaign.Create(name, channels, await db.Template(template ?? "template_recovery_001", cancellation));
        var people = new List<long>();
        foreach (var reference in customers ?? [])
            people.Add((await db.ShopperOf(reference, cancellation)).Id);
        campaign.AimAt(segment?.Value, people);
        campaign.Carry((values ?? []).ToDictionary(pair => pair.Key, pair => (object?)pair.Value));
        db.Campaigns.Add(campaign);
        return campaign;
    }

    /// <summary>By its id or its name.</summary>
    private static async Task<CustomerSegment> SegmentOf(string text, AuraDb db, CancellationToken cancellation)
    {
        var (number, name) = (Id<CustomerSegment>.ToNumber(text) ?? 0, text.Trim().ToLowerInvariant());
        return await db.CustomerSegments.AsNoTracking().FirstOrDefaultAsync(s => s.Id == number || s.Name == name, cancellation) ?? throw Refused.NotFound(CustomerSegment.Noun);
    }
}

public sealed record CampaignStats(Id<Campaign> CampaignId, CampaignFigures Stats);

/// <param name="Clicked">Messages of which a link was followed.</param>
/// <param name="Conversions">Orders that are owed to it: of the links in messages that their buyers followed in the seven days before, one of its own was the last.</param>
/// <param name="ConversionRate">Percent of what was sent; null where nothing was.</param>
/// <param name="Revenue">Of those in the store's currency that stand.</param>
public sealed record CampaignFigures(long Sent, long Delivered, long Opened, long Clicked, long Conversions, decimal? ConversionRate, decimal Revenue, string Currency)
{
    internal static CampaignFigures Of(IReadOnlyList<MessageFigures> figures, IReadOnlyList<SaleCount> sold, Currency currency)
    {
        var (sent, conversions) = (figures.Sum(row => row.Sent), sold.Sum(count => count.Count));
        return new(
            sent, figures.Sum(row => row.Delivered), figures.Sum(row => row.Opened), figures.Sum(row => row.Clicked), conversions, sent == 0 ? null : Rounding.Percent(conversions, sent),
            RecoveryMetrics.Revenue(sold, currency), currency.Code);
    }
}

/// <param name="Channels">email, if left out.</param>
/// <param name="TemplateId">template_recovery_001, if left out.</param>
/// <param name="SegmentId">Who gets it; without it those of customerIds; without both everybody who is known.</param>
public sealed record CreateCampaign(
    [StringLength(200, MinimumLength = 1)] string Name, [MaxLength(3)] IReadOnlyList<Channel>? Channels = null, [StringLength(100, MinimumLength = 1)] string? TemplateId = null,
    Id<CustomerSegment>? SegmentId = null, [MaxLength(Campaign.MaxNamed)] IReadOnlyList<string>? CustomerIds = null, Dictionary<string, JsonElement>? Personalizations = null);

public sealed record MadeCampaign(bool Success, Id<Campaign> CampaignId, CampaignStatus Status);

/// <param name="Sent">Messages that are being queued; each is asked by the gate when it is its turn.</param>
public sealed record SentCampaign(bool Success, Id<Campaign> CampaignId, int Sent, CampaignStatus Status);

/// <param name="Segment">Its name or id.</param>
public sealed record ScheduleMessages(
    [MaxLength(3)] IReadOnlyList<Channel> Channels, DateTimeOffset ScheduledAt, [StringLength(100, MinimumLength = 1)] string? TemplateId = null, [StringLength(100, MinimumLength = 1)] string? Segment = null,
    [MaxLength(Campaign.MaxNamed)] IReadOnlyList<string>? CustomerIds = null, [StringLength(200, MinimumLength = 1)] string? Name = null, Dictionary<string, JsonElement>? Personalizations = null);

public sealed record ScheduledMessages(bool Success, string ScheduledId, CampaignStatus Status, DateTime ScheduledAt);

public sealed record CancelledMessages(bool Success, bool Cancelled, string ScheduledId);

public sealed record CampaignList(IReadOnlyList<CampaignResponse> Campaigns) : Listed;

public sealed record OneCampaign(CampaignResponse Campaign) : IVersioned
{
    [JsonIgnore] public int Version => Campaign.Version;
    [JsonIgnore] public DateTime UpdatedAt => Campaign.UpdatedAt;
}

/// <param name="Queued">Messages, once it was sent.</param>
public sealed record CampaignResponse(
    Id<Campaign> Id, string Name, IReadOnlyList<string> Channels, string TemplateId, Id<CustomerSegment>? SegmentId, CampaignStatus Status, DateTime? ScheduledAt, DateTime? SentAt, int Queued,
    DateTime CreatedAt, DateTime UpdatedAt, [property: JsonIgnore] int Version) : IVersioned
{
    public static readonly Expression<Func<Campaign, CampaignResponse>> From = c => new(
        c.Id, c.Name, c.Channels, c.Template, c.SegmentId == null ? null : new Id<CustomerSegment>(c.SegmentId.Value), c.Status, c.ScheduledAt, c.SentAt, c.Queued, c.CreatedAt, c.UpdatedAt, c.Version);
}
