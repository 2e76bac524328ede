using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Winback.Forecasts;

/// <param name="Net">In minor units of the store's currency: what was paid for the orders placed on the day, less what was given or taken back since.</param>
public sealed record RevenueDay(DateOnly Day, long Net);

public static class RevenueHistory
{
    /// <summary>The days of the store on which orders were placed, oldest first, by UTC; orders of the past that were brought in are among them. Other currencies
    /// than the store's are not converted.</summary>
    /// <remarks>By hand, for days of UTC are PostgreSQL's to cut.</remarks>
    /// <param name="from">The first day; null: all.</param>
    public static Task<List<RevenueDay>> RevenueByDay(this AuraDb db, DateOnly? from, CancellationToken cancellation)
    {
        var since = from?.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc) ?? DateTime.UnixEpoch;
        return db.Database.SqlQuery<RevenueDay>($"""
            SELECT (placed_at AT TIME ZONE 'UTC')::date AS "Day", sum(paid - refunded - disputed)::bigint AS "Net"
            FROM orders WHERE tenant_id = {db.Tenant} AND placed_at >= {since} AND placed_at <= {db.Now} AND currency = {db.Caller.Currency.Code}
            GROUP BY 1 ORDER BY 1
            """).ToListAsync(cancellation);
    }

    /// <summary>What lies in carts that were left in the last 30 days and not bought after all, in minor units of the store's currency: those that are watched as
    /// they were left, the store's own that nobody watched at today's prices.</summary>
    public static Task<long> LeftInCarts(this AuraDb db, CancellationToken cancellation)
    {
        var (from, until) = (db.Now.AddDays(-30), db.Now.AddHours(-1));
        return db.Database.SqlQuery<long>($"""
            SELECT (coalesce(sum(l.quantity * coalesce(v.price, p.price)), 0) + (
              SELECT coalesce(sum(value), 0) FROM watched_carts
              WHERE tenant_id = {db.Tenant} AND abandoned_at BETWEEN {from} AND {db.Now} AND recovered_at IS NULL AND currency = {db.Caller.Currency.Code}))::bigint AS "Value"
            FROM carts c JOIN cart_lines l ON l.tenant_id = c.tenant_id AND l.cart_id = c.id
            JOIN variants v ON v.tenant_id = l.tenant_id AND v.id = l.variant_id JOIN products p ON p.tenant_id = v.tenant_id AND p.id = v.product_id
            WHERE c.tenant_id = {db.Tenant} AND c.completed_at IS NULL AND c.last_activity_at BETWEEN {from} AND {until} AND v.currency = {db.Caller.Currency.Code}
              AND NOT EXISTS (SELECT FROM watched_carts w WHERE w.tenant_id = c.tenant_id AND w.id = c.id AND w.abandoned_at IS NOT NULL)
            """).SingleAsync(cancellation);
    }
}
