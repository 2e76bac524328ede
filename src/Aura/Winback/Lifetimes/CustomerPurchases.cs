using Aura.Persistence;
using Aura.Statistics.Lifetimes;
using Microsoft.EntityFrameworkCore;

namespace Aura.Winback.Lifetimes;

/// <summary>What a customer had bought by a day, orders of one day taken together. Amounts in minor units of the store's currency.</summary>
/// <param name="Repeats">Days with an order after the first such day.</param>
/// <param name="RecencyDays">From the first such day to the last.</param>
/// <param name="AgeDays">From the first such day to the day of the account.</param>
/// <param name="RepeatNet">What the repeats brought: paid, less what was given or taken back.</param>
/// <param name="Net">The same of all orders.</param>
public sealed record CustomerPurchases(long CustomerId, int Repeats, int RecencyDays, int AgeDays, long RepeatNet, long Net)
{
    private const double Week = 7;

    /// <summary>In weeks.</summary>
    public Purchases Orders => new(Repeats, RecencyDays / Week, AgeDays / Week);

    /// <summary>Null without a repeat.</summary>
    public Spending? Spend => Repeats > 0 ? new(Repeats, (double)RepeatNet / Repeats) : null;

    /// <summary>As if there were one more order on the day of the account, worth what those before were.</summary>
    public CustomerPurchases OrderingNow => AgeDays == 0 ? this : this with { Repeats = Repeats + 1, RecencyDays = AgeDays, RepeatNet = RepeatNet + Net / (Repeats + 1) };
}

public static class PurchasesOfCustomers
{
    /// <summary>Of all customers who bought by the end of a day (UTC), by their ids; in the store's currency, what was cancelled or wholly given back left out. Guests are
    /// nobody who could come back.</summary>
    /// <remarks>By hand, for a day's orders are one purchase, and first and last days are aggregates of aggregates over what may be a million rows.</remarks>
    /// <param name="customer">Only this one; null: all.</param>
    public static Task<List<CustomerPurchases>> PurchasesBy(this AuraDb db, DateOnly day, long? customer, CancellationToken cancellation)
    {
        var until = day.AddDays(1).ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc);
        return db.Database.SqlQuery<CustomerPurchases>($"""
            WITH days AS (
              SELECT customer_id, (placed_at AT TIME ZONE 'UTC')::date AS day, sum(paid - refunded - disputed)::bigint AS net
              FROM orders
              WHERE tenant_id = {db.Tenant} AND placed_at < {until} AND currency = {db.Caller.Currency.Code} AND status <> 'cancelled'
                AND customer_id IS NOT NULL AND ({customer}::bigint IS NULL OR customer_id = {customer}::bigint)
              GROUP BY 1, 2 HAVING sum(paid - refunded - disputed) > 0)
            SELECT customer_id AS "CustomerId", (count(*) - 1)::int AS "Repeats", max(day) - min(day) AS "RecencyDays", {day}::date - min(day) AS "AgeDays",
              (sum(net) - (array_agg(net ORDER BY day))[1])::bigint AS "RepeatNet", sum(net)::bigint AS "Net"
            FROM days GROUP BY 1 ORDER BY 1
            """).ToListAsync(cancellation);
    }
}
