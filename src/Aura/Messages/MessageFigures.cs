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
    /// <remarks>SQL by hand: every figure in one pass.</remarks>
    public static async Task<IReadOnlyList<MessageFigures>> MessageFigures(this AuraDb db, DateTime since, bool byTemplate, CancellationToken cancellation)
    {
        var counted = await db.Database.SqlQuery<Counted>($"""
            SELECT channel, CASE WHEN {byTemplate} THEN template END AS template,
              count(*) FILTER (WHERE state IN ('sent', 'delivered', 'bounced')) AS sent, count(*) FILTER (WHERE state = 'delivered') AS delivered,
              count(opened_at) AS opened, count(clicked_at) AS clicked, count(*) FILTER (WHERE state = 'bounced') AS bounced, count(*) FILTER (WHERE state = 'failed') AS failed,
              count(*) FILTER (WHERE state = 'skipped') AS skipped, count(*) FILTER (WHERE state = 'unknown') AS unknown
            FROM messages WHERE tenant_id = {db.Tenant} AND created_at >= {since} AND shopper_id IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
            """).ToListAsync(cancellation);
        return [.. counted.Select(row => new MessageFigures(
            Words<Channel>.Parse(row.Channel), row.Template, row.Sent, row.Delivered, row.Opened, row.Clicked, row.Bounced, row.Failed, row.Skipped, row.Unknown))];
    }

    private sealed record Counted(string Channel, string? Template, long Sent, long Delivered, long Opened, long Clicked, long Bounced, long Failed, long Skipped, long Unknown);
}
