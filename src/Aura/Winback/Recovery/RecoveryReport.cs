using Aura.Messages;
using Aura.Persistence;
using Aura.Statistics;
using Microsoft.EntityFrameworkCore;

namespace Aura.Winback.Recovery;

/// <summary>A time in which carts were abandoned; null: without bound.</summary>
public sealed record RecoveryPeriod(DateTime? From, DateTime? To);

/// <summary>Carts that were abandoned in a period and are alike: whether they were bought, to what that is owed, whose they are.</summary>
/// <param name="Revenue">In minor units, as long as their orders stand.</param>
public sealed record CartCount(bool Recovered, Attribution? Attribution, Channel? Channel, string? Segment, Currency Currency, int Count, long Revenue) : IEarned;

/// <summary>Orders that are alike and owed to messages of campaigns, or to such that were sent directly.</summary>
/// <param name="OfCart">They won back carts that had been abandoned, and are among those.</param>
/// <param name="Revenue">In minor units, as long as they stand.</param>
public sealed record SaleCount(Channel Channel, string Template, bool OfCart, Currency Currency, int Count, long Revenue) : IEarned;

/// <summary>What earned something in a currency.</summary>
public interface IEarned
{
    Currency Currency { get; }

    /// <summary>In minor units.</summary>
    long Revenue { get; }
}

/// <summary>What a workflow did in a period.</summary>
/// <param name="Recovered">Carts that were bought after one of its links or messages.</param>
public sealed record WorkflowFigures(
    int Triggered, int Running, int Completed, int Exited, int HeldOut, int Cooldown, int Outranked, int Clicks, int MessagesSent, int Recovered, Money Revenue);

/// <summary>What workflows brought beyond what would have come anyway, by those who were held out.</summary>
/// <param name="Total">Major units of the store's currency, with its 95 % interval.</param>
public sealed record Incremental(decimal Total, decimal Low, decimal High, long Messaged, long HeldOut);

/// <summary>Counts what was won back.</summary>
public static class RecoveryReport
{
    /// <summary>Revenue of a customer counts for so long after the workflow began, or would have.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromDays(14);

    /// <summary>One query for every cut of the same carts, so that the cuts add up to the same.</summary>
    public static Task<List<CartCount>> Counted(this AuraDb db, RecoveryPeriod period, CancellationToken cancellation) => db.WatchedCarts
        .Where(c => c.AbandonedAt != null && (period.From == null || c.AbandonedAt >= period.From) && (period.To == null || c.AbandonedAt < period.To))
        .GroupBy(c => new { Recovered = c.Status == WatchedStatus.Recovered, c.Attribution, c.CreditedChannel, c.CountedSegment, c.Currency })
        .Select(same => new CartCount(same.Key.Recovered, same.Key.Attribution, same.Key.CreditedChannel, same.Key.CountedSegment, same.Key.Currency, same.Count(), same.Sum(c => c.Revenue)))
        .ToListAsync(cancellation);

    /// <summary>Orders since a time that are owed to messages that no workflow sent.</summary>
    /// <param name="campaign">Null: to whichever message.</param>
    public static Task<List<SaleCount>> Sold(this AuraDb db, DateTime since, Id<Campaign>? campaign, CancellationToken cancellation)
    {
        var messages = campaign is { } one ? db.Messages.Where(m => m.CampaignId == one.Value) : db.Messages;
        return db.MessageSales.Where(s => s.PlacedAt >= since)
            .Join(messages, s => new { s.TenantId, Id = s.MessageId }, m => new { m.TenantId, m.Id }, (s, m) => new { s.Currency, s.Revenue, OfCart = s.CartId != null, m.Channel, m.Template })
            .GroupBy(sale => new { sale.Channel, sale.Template, sale.OfCart, sale.Currency })
            .Select(same => new SaleCount(same.Key.Channel, same.Key.Template, same.Key.OfCart, same.Key.Currency, same.Count(), same.Sum(sale => sale.Revenue)))
            .ToListAsync(cancellation);
    }

    /// <summary>Messages of workflows that went out, by channel, for carts that were abandoned in a period.</summary>
    public static async Task<Dictionary<Channel, int>> Sent(this AuraDb db, RecoveryPeriod period, CancellationToken cancellation) => (await db.Database.SqlQuery<SentBy>($"""
        SELECT m.channel AS "Channel", count(*)::int AS "Count" FROM watched_carts c
        JOIN recovery_journeys j ON j.tenant_id = c.tenant_id AND j.cart_id = c.id
        JOIN messages m ON m.tenant_id = j.tenant_id AND m.exit_check = {RecoveryExit.Called} AND m.exit_subject = j.id::text AND m.sent_at IS NOT NULL
        WHERE c.tenant_id = {db.Tenant} AND c.abandoned_at >= coalesce({period.From}::timestamptz, '-infinity') AND c.abandoned_at < coalesce({period.To}::timestamptz, 'infinity')
        GROUP BY m.channel
        """).ToListAsync(cancellation)).ToDictionary(sent => Words<Channel>.Parse(sent.Channel), sent => sent.Count);

    /// <summary>Carts that were abandoned in a period and won back, by the template of the message of a workflow that they are owed to: the last before the order.</summary>
    public static async Task<Dictionary<(Channel Channel, string Template), int>> WonByTemplate(this AuraDb db, RecoveryPeriod period, CancellationToken cancellation) =>
        (await db.Database.SqlQuery<WonBy>($"""
            SELECT owed.channel AS "Channel", owed.template AS "Template", count(*)::int AS "Count" FROM watched_carts c CROSS JOIN LATERAL (
              SELECT m.channel, m.template FROM recovery_journeys j
              JOIN messages m ON m.tenant_id = j.tenant_id AND m.exit_check = {RecoveryExit.Called} AND m.exit_subject = j.id::text
              WHERE j.tenant_id = c.tenant_id AND j.cart_id = c.id AND m.sent_at <= c.recovered_at ORDER BY m.sent_at DESC LIMIT 1) owed
            WHERE c.tenant_id = {db.Tenant} AND c.status = 'recovered' AND c.attribution IN ('direct', 'assisted') AND c.credited_message_id IS NULL
              AND c.abandoned_at >= coalesce({period.From}::timestamptz, '-infinity') AND c.abandoned_at < coalesce({period.To}::timestamptz, 'infinity')
            GROUP BY 1, 2
            """).ToListAsync(cancellation)).ToDictionary(won => (Words<Channel>.Parse(won.Channel), won.Template), won => won.Count);

    /// <summary>Journeys of a workflow that began in a period.</summary>
    public static async Task<WorkflowFigures> FiguresOf(this AuraDb db, Id<RecoveryWorkflow> workflow, RecoveryPeriod period, CancellationToken cancellation)
    {
        var counts = await db.Database.SqlQuery<Counts>($"""
            WITH own AS (
              SELECT * FROM recovery_journeys j WHERE j.tenant_id = {db.Tenant} AND j.workflow_id = {workflow.Value}
                AND j.created_at >= coalesce({period.From}::timestamptz, '-infinity') AND j.created_at < coalesce({period.To}::timestamptz, 'infinity')
            ), won AS (
              SELECT DISTINCT c.id, c.currency, c.revenue FROM own j JOIN watched_carts c ON c.tenant_id = j.tenant_id AND c.id = j.cart_id
              WHERE j.status NOT IN ('skipped', 'held_out') AND c.status = 'recovered' AND c.attribution IN ('direct', 'assisted') AND c.credited_message_id IS NULL
            )
            SELECT count(*) FILTER (WHERE status IN ('running', 'completed', 'exited'))::int AS "Triggered", count(*) FILTER (WHERE status = 'running')::int AS "Running",
              count(*) FILTER (WHERE status = 'completed')::int AS "Completed", count(*) FILTER (WHERE status = 'exited')::int AS "Exited",
              count(*) FILTER (WHERE status = 'held_out')::int AS "HeldOut", count(*) FILTER (WHERE status = 'skipped' AND exit = 'cooldown')::int AS "Cooldown",
              count(*) FILTER (WHERE status = 'skipped' AND exit = 'outranked')::int AS "Outranked", coalesce(sum(clicks), 0)::int AS "Clicks",
              (SELECT count(*) FROM messages m JOIN own j ON m.tenant_id = j.tenant_id AND m.exit_check = {RecoveryExit.Called} AND m.exit_subject = j.id::text
               WHERE m.sent_at IS NOT NULL)::int AS "MessagesSent",
              (SELECT count(*) FROM won)::int AS "Recovered", coalesce((SELECT sum(revenue) FROM won WHERE currency = {db.Caller.Currency.Code}), 0)::bigint AS "Revenue"
            FROM own
            """).SingleAsync(cancellation);
        return new(counts.Triggered, counts.Running, counts.Completed, counts.Exited, counts.HeldOut, counts.Cooldown, counts.Outranked, counts.Clicks, counts.MessagesSent,
            counts.Recovered, new(counts.Revenue, db.Caller.Currency));
    }

    /// <summary>What workflows with a holdout brought beyond what would have come anyway, each compared with its own holdout.</summary>
    /// <param name="workflow">Null: all of them together.</param>
    /// <returns>Null where nobody was held out, or too few to measure by.</returns>
    public static async Task<Incremental?> Gained(this AuraDb db, Id<RecoveryWorkflow>? workflow, RecoveryPeriod period, CancellationToken cancellation)
    {
        var arms = await db.Database.SqlQuery<ArmSums>($"""
            SELECT workflow_id AS "Workflow", held_out AS "HeldOut", count(*) AS "N", sum(revenue)::numeric AS "Sum", sum(revenue::numeric * revenue) AS "Squares" FROM (
              SELECT j.workflow_id, j.slot, bool_or(j.status = 'held_out') AS held_out, sum(CASE WHEN c.recovered_at <= j.created_at + {Window} THEN c.revenue ELSE 0 END) AS revenue
              FROM recovery_journeys j JOIN watched_carts c ON c.tenant_id = j.tenant_id AND c.id = j.cart_id AND c.currency = {db.Caller.Currency.Code}
              WHERE j.tenant_id = {db.Tenant} AND j.status <> 'skipped' AND j.holdout_percent > 0 AND j.workflow_id = coalesce({workflow?.Value}::bigint, j.workflow_id)
                AND j.created_at >= coalesce({period.From}::timestamptz, '-infinity') AND j.created_at < coalesce({period.To}::timestamptz, 'infinity')
              GROUP BY j.workflow_id, j.slot) customers
            GROUP BY workflow_id, held_out
            """).ToListAsync(cancellation);
        var measured = arms.GroupBy(arm => arm.Workflow)
            .Select(own => IncrementalRevenue.Of(SampleOf(own.FirstOrDefault(arm => !arm.HeldOut)), SampleOf(own.FirstOrDefault(arm => arm.HeldOut)))).OfType<IncrementalRevenue>().ToList();
        return measured.Count == 0 ? null : Together(measured, db.Caller.Currency);
    }

    /// <summary>Workflows are measured apart, so their errors add up as independent ones do.</summary>
    private static Incremental Together(List<IncrementalRevenue> measured, Currency currency)
    {
        var total = measured.Sum(one => one.Total);
        var error = Math.Sqrt(measured.Sum(one => Math.Pow((one.TotalInterval().Upper - one.TotalInterval().Lower) / 2, 2)));
        return new(Amount(total), Amount(total - error), Amount(total + error), measured.Sum(one => one.Messaged.N), measured.Sum(one => one.HeldOut.N));

        decimal Amount(double minor) => Money.Round((decimal)minor / currency.Scale, currency).Amount;
    }

    private static Sample SampleOf(ArmSums? arm) => arm is null ? default : Sample.OfSums(arm.N, arm.Sum, arm.Squares);

    private sealed record SentBy(string Channel, int Count);

    private sealed record WonBy(string Channel, string Template, int Count);

    private sealed record ArmSums(long Workflow, bool HeldOut, long N, decimal Sum, decimal Squares);

    private sealed record Counts(
        int Triggered, int Running, int Completed, int Exited, int HeldOut, int Cooldown, int Outranked, int Clicks, int MessagesSent, int Recovered, long Revenue);
}
