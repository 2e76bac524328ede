using System.Text.Json;
using Aura.Jobs;
using Aura.Persistence;
using Aura.Promotions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Messages;

public enum CampaignStatus
{
    Draft,
    Scheduled,
    Sending,
    Sent,
    Cancelled,
}

/// <summary>One message to many: to a segment, or to people who are named.</summary>
public sealed class Campaign : StoreEntity, IApprovable
{
    public static string Prefix => "campaign";
    public static string[] OtherPrefixes => ["scheduled"];
    public static string Noun => "campaign";

    public const int MaxNamed = 10_000;

    public string Name { get; private set; } = "";
    public string[] Channels { get; private set; } = [];
    public string Template { get; private set; } = "";

    /// <summary>Null: those who are named.</summary>
    public long? SegmentId { get; private set; }

    /// <summary>Shoppers who are named.</summary>
    public long[] ShopperIds { get; private set; } = [];

    /// <summary>What goes into the template besides, the same for all.</summary>
    public JsonDocument Values { get; private set; } = JsonDocument.Parse("{}");

    public CampaignStatus Status { get; private set; }
    public DateTime? ScheduledAt { get; private set; }
    public DateTime? SentAt { get; private set; }

    /// <summary>Messages that were queued; what became of each is the messages' to say.</summary>
    public int Queued { get; private set; }

    public object Content => new { Name, Channels, Template, SegmentId, ShopperIds, Values };

    /// <exception cref="Refused">422 without a channel, or with more than 10,000 people who are named.</exception>
    public static Campaign Create(string name, IReadOnlyCollection<Channel> channels, TemplateSource template)
    {
        if (name.Trim().Length is 0 or > 200)
            throw Refused.Invalid(nameof(Name), "A name has 1 to 200 characters.");
        if (channels.Count == 0)
            throw Refused.Invalid(nameof(Channels), "At least one of email, sms, push.");
        foreach (var channel in channels)
            template.Demand(channel);
        return new() { Name = name.Trim(), Channels = [.. channels.Distinct().Select(Words<Channel>.Of)], Template = template.Reference };
    }

    public void AimAt(long? segment, IReadOnlyCollection<long> shoppers)
    {
        if (shoppers.Count > MaxNamed)
            throw Refused.Invalid("CustomerIds", $"At most {MaxNamed} people; make a segment of them.");
        (SegmentId, ShopperIds) = (segment, [.. shoppers.Distinct()]);
    }

    public void Carry(IReadOnlyDictionary<string, object?> values) => Values = JsonSerializer.SerializeToDocument(values);

    /// <exception cref="Refused">422 for a time that has passed; 409 where it has been sent.</exception>
    public void Schedule(DateTime at, DateTime now)
    {
        if (at <= now)
            throw Refused.Invalid(nameof(ScheduledAt), "Must be in the future.");
        Demand(CampaignStatus.Draft);
        (Status, ScheduledAt) = (CampaignStatus.Scheduled, at);
    }

    /// <exception cref="Refused">404 where it was cancelled already; 409 once it is being sent.</exception>
    public void Cancel()
    {
        if (Status == CampaignStatus.Cancelled)
            throw Refused.NotFound("scheduled campaign");
        Demand(CampaignStatus.Scheduled, CampaignStatus.Draft);
        Status = CampaignStatus.Cancelled;
    }

    /// <exception cref="Refused">409 where it was sent or cancelled.</exception>
    internal void Begin()
    {
        Demand(CampaignStatus.Draft, CampaignStatus.Scheduled);
        Status = CampaignStatus.Sending;
    }

    internal void End(int queued, DateTime now) => (Status, Queued, SentAt) = (CampaignStatus.Sent, queued, now);

    private void Demand(params ReadOnlySpan<CampaignStatus> allowed)
    {
        if (!allowed.Contains(Status))
            throw Refused.Conflict("unexpected_state", $"The campaign is {Words<CampaignStatus>.Of(Status)}.", new { Status = Words<CampaignStatus>.Of(Status) });
    }
}

/// <summary>Queues the messages of a campaign, at its time or at once.</summary>
internal sealed class SendCampaign(AuraDb db) : IJobHandler
{
    public static string Kind => "campaign.send";

    private const int Part = 200;

    public async Task<object?> Run(Job job, CancellationToken cancellation)
    {
        var id = job.Read<Payload>().Campaign;
        var campaign = await db.Campaigns.FirstOrDefaultAsync(c => c.Id == id, cancellation);
        if (campaign is null || campaign.Status is not (CampaignStatus.Scheduled or CampaignStatus.Sending) || campaign.ScheduledAt > db.Now)
            return null;
        if (campaign.Status == CampaignStatus.Scheduled)
        {
            campaign.Begin();
            await db.SaveChangesAsync(cancellation);
        }

        var queued = 0;
        foreach (var part in (await db.Audience(campaign, cancellation)).Chunk(Part))
        {
            await db.InTransaction(async () =>
            {
                foreach (var shopper in part)
                    queued += await Queue(campaign, shopper, cancellation);
            }, cancellation);
            db.ChangeTracker.Clear();
        }

        await db.InTransaction(async () =>
        {
            var sent = await db.Campaigns.SingleAsync(c => c.Id == id, cancellation);
            sent.End(queued, db.Now);
            db.Publish("campaign.sent", sent, new { sent.Name, sent.Channels, Sent = queued });
            await db.SaveChangesAsync(cancellation);
        }, cancellation);
        return new { queued };
    }

    private async Task<int> Queue(Campaign campaign, long shopper, CancellationToken cancellation)
    {
        foreach (var channel in campaign.Channels)
            await db.Queue(new(shopper, Words<Channel>.Parse(channel), campaign.Template, $"campaign:{campaign.Id}:{shopper}:{channel}")
            {
                Campaign = campaign.Id,
                Values = MessageRendering.Values(campaign.Values),
            }, cancellation);
        return campaign.Channels.Length;
    }

    public sealed record Payload(long Campaign);
}

public static class Campaigns
{
    /// <summary>Begins to send a campaign: a job queues the messages.</summary>
    /// <exception cref="Refused">409 where it was sent or cancelled.</exception>
    public static void Start(this AuraDb db, Campaign campaign)
    {
        campaign.Begin();
        db.Enqueue<SendCampaign>(new SendCampaign.Payload(campaign.Id), key: $"{campaign.Id}");
    }

    /// <summary>Schedules a campaign that is saved already.</summary>
    /// <exception cref="Refused">422 for a time that has passed.</exception>
    public static void Schedule(this AuraDb db, Campaign campaign, DateTime at)
    {
        campaign.Schedule(at, db.Now);
        db.Enqueue<SendCampaign>(new SendCampaign.Payload(campaign.Id), at, key: $"{campaign.Id}");
    }

    /// <summary>The shoppers that a campaign is for: those who are named, those of the segment, or everybody.</summary>
    public static async Task<IReadOnlyList<long>> Audience(this AuraDb db, Campaign campaign, CancellationToken cancellation)
    {
        if (campaign.ShopperIds.Length > 0)
            return campaign.ShopperIds;
        return campaign.SegmentId is { } segment
            ? await db.ShoppersIn(await db.CustomerSegments.AsNoTracking().SingleAsync(s => s.Id == segment, cancellation), cancellation)
            : await db.Shoppers.OrderBy(s => s.Id).Select(s => s.Id).ToListAsync(cancellation);
    }
}

internal sealed class CampaignMapping : IEntityTypeConfiguration<Campaign>
{
    public void Configure(EntityTypeBuilder<Campaign> campaign) =>
        campaign.HasOne<CustomerSegment>().WithMany().HasForeignKey(c => new { c.TenantId, c.SegmentId });
}
