using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Winback.Insights;

/// <summary>By what carts are told apart.</summary>
public enum CartGrouping
{
    /// <summary>How far their owners had come: cart, checkout, payment_failed.</summary>
    Stage,
    /// <summary>What was said about why.</summary>
    Reason,
    Segment,
    Source,
    /// <summary>Of the last activity, in the store's time zone: 0 to 23.</summary>
    Hour,
    /// <summary>Monday to Sunday.</summary>
    Weekday,
    /// <summary>In four bands with about as many carts each.</summary>
    Value,
    /// <summary>One unit, two or three, more.</summary>
    Items,
    /// <summary>Known by an account, by an address, not at all.</summary>
    Customer,
    /// <summary>UTC days.</summary>
    Day,
}

/// <summary>Carts of a kind.</summary>
/// <param name="Group">Null: nothing is known of them in this respect.</param>
/// <param name="Carts">With something in them.</param>
/// <param name="Abandoned">Of them, those that were left, won back or not.</param>
/// <param name="Recovered">Of those, the ones that were bought after all.</param>
/// <param name="Lost">What the others were worth, in minor units of the store's currency.</param>
/// <param name="Revenue">What those that were bought after all brought, in minor units.</param>
public sealed record CartGroup(string? Group, long Carts, long Abandoned, long Recovered, long Lost, long Revenue)
{
    /// <summary>From 0 to 1; null without a cart.</summary>
    public double? AbandonmentRate => Carts == 0 ? null : (double)Abandoned / Carts;

    /// <inheritdoc cref="AbandonmentRate"/>
    public double? RecoveryRate => Abandoned == 0 ? null : (double)Recovered / Abandoned;
}

/// <summary>What became of the carts of a time.</summary>
/// <remarks>SQL by hand: a count in groups that EF Core would spell in ten ways. Carts in the store's currency count, by when they were begun; those that are still
/// open and too young to be left do not.</remarks>
public static class CartFigures
{
    /// <param name="by">Null: all in one.</param>
    /// <param name="to">Exclusive.</param>
    public static async Task<List<CartGroup>> CartsBy(this AuraDb db, CartGrouping? by, DateTime from, DateTime to, CancellationToken cancellation)
    {
        var zone = db.Caller.Settings.TimeZone;
        var group = by switch
        {
            null => "NULL::text",
            CartGrouping.Stage => "coalesce(c.abandonment, CASE WHEN c.has_contact THEN 'checkout' ELSE 'cart' END)",
            CartGrouping.Reason => "nullif(lower(btrim(c.reason)), '')",
            CartGrouping.Segment => "coalesce(c.counted_segment, c.segment)",
            CartGrouping.Source => "c.source",
            CartGrouping.Hour => "to_char(c.last_activity_at AT TIME ZONE $4, 'HH24')",
            CartGrouping.Weekday => "to_char(c.last_activity_at AT TIME ZONE $4, 'ID')",
            CartGrouping.Value => "ntile(4) OVER (ORDER BY c.value)::text",
            CartGrouping.Items => "CASE WHEN u.units = 0 THEN NULL WHEN u.units <= 1 THEN '1' WHEN u.units <= 3 THEN '2-3' ELSE '4+' END",
            CartGrouping.Customer => "CASE WHEN s.customer_id IS NOT NULL THEN 'account' WHEN c.has_contact THEN 'address' ELSE 'unknown' END",
            _ => "to_char(c.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
        };
        await using var batch = new Npgsql.NpgsqlBatch();
        batch.Add($"""
            WITH carts AS (
              SELECT {group} AS kind, c.abandoned_at IS NOT NULL AS abandoned, c.recovered_at IS NOT NULL AS recovered, c.value, c.revenue
              FROM watched_carts c
              LEFT JOIN shoppers s ON s.tenant_id = c.tenant_id AND s.id = c.shopper_id
              CROSS JOIN LATERAL (SELECT coalesce(sum((item ->> 'quantity')::bigint), 0) AS units FROM jsonb_array_elements(c.contents -> 'items') item) u
              WHERE c.tenant_id = $1 AND c.created_at >= $2 AND c.created_at < $3 AND c.currency = $5 AND c.value > 0 AND $4::text IS NOT NULL
                AND (c.abandoned_at IS NOT NULL OR c.status IN ('recovered', 'lost', 'closed')))
            SELECT kind, count(*), count(*) FILTER (WHERE abandoned), count(*) FILTER (WHERE abandoned AND recovered),
              coalesce(sum(value) FILTER (WHERE abandoned AND NOT recovered), 0)::bigint, coalesce(sum(revenue) FILTER (WHERE recovered), 0)::bigint
            FROM carts GROUP BY kind ORDER BY 3 DESC, kind
            """, db.Tenant, from, to, zone, db.Caller.Currency.Code);
        return await db.Ask(batch, async rows =>
        {
            var groups = new List<CartGroup>();
            while (await rows.ReadAsync(cancellation))
                groups.Add(new(rows.IsDBNull(0) ? null : rows.GetString(0), rows.GetInt64(1), rows.GetInt64(2), rows.GetInt64(3), rows.GetInt64(4), rows.GetInt64(5)));
            return groups;
        }, cancellation);
    }

    /// <inheritdoc cref="CartsBy"/>
    public static async Task<CartGroup> CartsOf(this AuraDb db, DateTime from, DateTime to, CancellationToken cancellation) =>
        (await db.CartsBy(null, from, to, cancellation)) is [var all] ? all : new(null, 0, 0, 0, 0, 0);
}
