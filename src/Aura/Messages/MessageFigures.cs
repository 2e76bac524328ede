using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Messages;

/// <summary>What became of messages: of a channel, or of a template over a channel.</summary>
/// <param name="Template">Null: of the whole channel.</param>
/// <param name="Sent">Handed to a provider or the mailbox, whatever became of them then.</param>
/// <param name="Recovered">Orders that were placed within seven days after a click, each counted for the last click before it.</param>
/// <param name="Revenue">Of those in the store's currency.</param>
public sealed record MessageFigures(
    Channel Channel, string? Template, long Sent, long Delivered, long Opened, long Clicked, long Bounced, long Failed, long Skipped, long Unknown, long Recovered, Money Revenue)
{
    /// <summary>In percent; null where nothing was sent.</summary>
    public decimal? RateOf(long count) => Sent == 0 ? null : Math.Round(100m * count / Sent, 1);
}

public static class MessageStatistics
{
    /// <summary>Counts the messages since a time, tests not among them.</summary>
    /// <param name="byTemplate">For each template apart.</param>
    /// <remarks>SQL by hand: one pass over the messages, one over the orders that have a click before them.</remarks>
    public static async Task<IReadOnlyList<MessageFigures>> MessageFigures(this AuraDb db, DateTime since, bool byTemplate, CancellationToken cancellation)
    {
        var counted = await db.Database.SqlQuery<Counted>($"""
            SELECT channel, CASE WHEN {byTemplate} THEN template END AS template,
              count(*) FILTER (WHERE state IN ('sent', 'delivered', 'bounced')) AS sent, count(*) FILTER (WHERE state = 'delivered') AS delivered,
              count(opened_at) AS opened, count(clicked_at) AS clicked, count(*) FILTER (WHERE state = 'bounced') AS bounced, count(*) FILTER (WHERE state = 'failed') AS failed,
              count(*) FILTER (WHERE state = 'skipped') AS skipped, count(*) FILTER (WHERE state = 'unknown') AS unknown
            FROM messages WHERE tenant_id = {db.Tenant} AND created_at >= {since} AND shopper_id IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
            """).ToListAsync(cancellation);
        var won = await db.Database.SqlQuery<Won>($"""
            SELECT click.channel, CASE WHEN {byTemplate} THEN click.template END AS template, count(*) AS orders,
              coalesce(sum(o.total) FILTER (WHERE o.currency = {db.Caller.Currency.Code}), 0)::bigint AS minor
            FROM orders o CROSS JOIN LATERAL (
              SELECT m.channel, m.template FROM shoppers s JOIN messages m ON m.tenant_id = s.tenant_id AND m.shopper_id = s.id
              WHERE s.tenant_id = o.tenant_id AND (s.customer_id = o.customer_id OR s.email_key = lower(o.email))
                AND m.clicked_at <= o.placed_at AND m.clicked_at > o.placed_at - interval '7 days' AND m.created_at >= {since}
              ORDER BY m.clicked_at DESC LIMIT 1) click
            WHERE o.tenant_id = {db.Tenant} AND o.placed_at >= {since} AND o.status <> 'cancelled' GROUP BY 1, 2
            """).ToListAsync(cancellation);
        return [.. counted.Select(row => Figures(row, won.Find(part => part.Channel == row.Channel && part.Template == row.Template), db.Caller.Currency))];
    }

    private static MessageFigures Figures(Counted row, Won? won, Currency currency) => new(
        Words<Channel>.Parse(row.Channel), row.Template, row.Sent, row.Delivered, row.Opened, row.Clicked, row.Bounced, row.Failed, row.Skipped, row.Unknown,
        won?.Orders ?? 0, new Money(won?.Minor ?? 0, currency));

    private sealed record Counted(string Channel, string? Template, long Sent, long Delivered, long Opened, long Clicked, long Bounced, long Failed, long Skipped, long Unknown);

    private sealed record Won(string Channel, string? Template, long Orders, long Minor);
}
