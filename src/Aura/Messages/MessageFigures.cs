using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Messages;

/// <summary>What became of messages: of a channel, or of a template over a channel.</summary>
/// <param name="Template">Null: of the whole channel.</param>
/// <param name="Sent">Handed to a provider or the mailbox, whatever became of them then.</param>
public sealed record MessageFigures(
    Channel Channel, string? Template, long Sent, long Delivered, long Opened, long Clicked, long Bounced, long Failed, long Skipped, long Unknown)
{
    /// <summary>Of a channel over which nothing was sent.</summary>
    public static MessageFigures None(Channel channel) => new(channel, null, 0, 0, 0, 0, 0, 0, 0, 0);

    /// <summary>In percent; null where nothing was sent.</summary>
    public decimal? RateOf(long count) => Sent == 0 ? null : Math.Round(100m * count / Sent, 1);
}

public static class MessageStatistics
{
    /// <summary>Counts the messages since a time, tests not among them.</summary>
    /// <param name="byTemplate">For each template apart.</param>
    public static Task<List<MessageFigures>> MessageFigures(this AuraDb db, DateTime since, bool byTemplate, CancellationToken cancellation) =>
        Counted(db.Messages.Where(m => m.CreatedAt >= since), byTemplate, cancellation);

    /// <summary>Counts the messages of a campaign, by channel.</summary>
    public static Task<List<MessageFigures>> MessageFigures(this AuraDb db, Id<Campaign> campaign, CancellationToken cancellation) =>
        Counted(db.Messages.Where(m => m.CampaignId == campaign.Value), false, cancellation);

    /// <summary>Every figure in one pass.</summary>
    private static Task<List<MessageFigures>> Counted(IQueryable<Message> messages, bool byTemplate, CancellationToken cancellation) => messages
        .Where(m => m.ShopperId != null)
        .GroupBy(m => new { m.Channel, Template = byTemplate ? m.Template : null })
        .OrderBy(same => same.Key.Channel).ThenBy(same => same.Key.Template)
        .Select(same => new MessageFigures(
            same.Key.Channel, same.Key.Template,
            same.LongCount(m => m.State == MessageState.Sent || m.State == MessageState.Delivered || m.State == MessageState.Bounced),
            same.LongCount(m => m.State == MessageState.Delivered), same.LongCount(m => m.OpenedAt != null), same.LongCount(m => m.ClickedAt != null),
            same.LongCount(m => m.State == MessageState.Bounced), same.LongCount(m => m.State == MessageState.Failed), same.LongCount(m => m.State == MessageState.Skipped),
            same.LongCount(m => m.State == MessageState.Unknown)))
        .ToListAsync(cancellation);
}
