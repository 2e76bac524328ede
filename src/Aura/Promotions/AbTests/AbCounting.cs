using Aura.Carts;
using Aura.Events;
using Aura.Jobs;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions.AbTests;

/// <summary>An order that a test may count.</summary>
/// <param name="Reference">What makes it one; see <see cref="Claim.ForOrder"/>.</param>
/// <param name="Revenue">After discounts, in minor units of the test's currency.</param>
/// <param name="Discount">That the promotion of the arm gave.</param>
public sealed record TestedOrder(string Reference, long? OrderId, long Revenue, long Discount);

/// <summary>Counts what units of tests do.</summary>
/// <remarks>Orders of the store are noted when their checkout sets its goods aside, and counted by a reader of the event log once they are placed: a store
/// without tests pays nothing for it, and nobody who buys waits for a counter.</remarks>
public static class AbCounting
{
    /// <summary>Counts an impression of which nobody said whose it is.</summary>
    public static Task CountImpression(this AuraDb db, AbTest test, int arm, CancellationToken cancellation)
    {
        var stripe = Random.Shared.Next(AbCounter.Stripes);
        return db.Database.ExecuteSqlAsync($"""
            INSERT INTO ab_counters AS k VALUES ({db.Tenant}, {test.Id}, {test.Phase}, {arm}, {stripe}, 0, 1, 0, 0, 0, 0, 0, 0)
            ON CONFLICT (tenant_id, test_id, phase, arm, stripe) DO UPDATE SET anonymous_impressions = k.anonymous_impressions + 1
            """, cancellation);
    }

    /// <summary>Counts an order that was made elsewhere, once per reference.</summary>
    /// <param name="unit">Null: nobody said whose it is.</param>
    /// <returns>Whether it is new.</returns>
    public static async Task<bool> CountConversion(this AuraDb db, AbTest test, int arm, AbUnit? unit, TestedOrder order, CancellationToken cancellation)
    {
        var (phase, stripe) = (unit?.Phase ?? test.Phase, Random.Shared.Next(AbCounter.Stripes));
        var counted = await db.Database.SqlQuery<int>($"""
            WITH entered AS (
              INSERT INTO ab_conversions (tenant_id, id, test_id, arm, phase, unit_id, reference, order_id, state, revenue, discount, created_at, updated_at)
              VALUES ({db.Tenant}, nextval('ids'), {test.Id}, {arm}, {phase}, {unit?.CountedId}, {order.Reference}, {order.OrderId}, 'counted',
                {order.Revenue}, {order.Discount}, {db.Now}, {db.Now})
              ON CONFLICT (tenant_id, test_id, reference) WHERE state IN ('pending', 'counted') DO NOTHING RETURNING *)
            SELECT ab_count(ROW(e.*)::ab_conversions, 1, {stripe}) AS "Value" FROM entered e
            """).ToListAsync(cancellation);
        return counted.Count > 0;
    }

    /// <summary>Notes an order of a unit, to be counted when it is placed; again, with what it is then.</summary>
    internal static Task Note(this AuraDb db, TestedArm arm, TestedOrder order, CancellationToken cancellation) => db.Database.ExecuteSqlAsync($"""
        INSERT INTO ab_conversions AS c (tenant_id, id, test_id, arm, phase, unit_id, reference, order_id, state, revenue, discount, created_at, updated_at)
        VALUES ({db.Tenant}, nextval('ids'), {arm.TestId}, {arm.Arm}, {arm.Phase}, {arm.UnitId}, {order.Reference}, {order.OrderId}, 'pending',
          {order.Revenue}, {order.Discount}, {db.Now}, {db.Now})
        ON CONFLICT (tenant_id, test_id, reference) WHERE state IN ('pending', 'counted') DO UPDATE
        SET revenue = excluded.revenue, discount = excluded.discount, updated_at = excluded.updated_at WHERE c.state = 'pending'
        """, cancellation);
}

/// <summary>Counts the orders of tested buyers when they are placed, and takes them back when they are cancelled while the test runs.</summary>
public sealed class TestedOrders(EventCursor cursor) : IEventReader
{
    private const string Reader = "ab_tests";

    private const string Wanted = """
        type IN ('order.created', 'order.cancelled') AND EXISTS (SELECT FROM ab_conversions c WHERE c.tenant_id = e.tenant_id AND c.order_id = e.subject_id)
        """;

    public Task<int> Read(CancellationToken cancellation) => cursor.Read(Reader, Wanted, Count, cancellation);

    public Task<bool> IsBehind(AuraDb db, CancellationToken cancellation) => EventCursor.IsBehind(Reader, db, cancellation);

    private static async Task Count(AuraDb db, IReadOnlyList<StoreEvent> events, CancellationToken cancellation)
    {
        await Turn(db, [.. events.Where(e => e.Type == "order.created")], "pending", "counted", 1, cancellation);
        await Turn(db, [.. events.Where(e => e.Type == "order.cancelled")], "counted", "taken_back", -1, cancellation);
    }

    /// <summary>Only what happened between the start and the end of the test moves its counts.</summary>
    private static async Task Turn(AuraDb db, StoreEvent[] events, string from, string to, int sign, CancellationToken cancellation)
    {
        if (events.Length == 0)
            return;
        var (tenants, orders, times) = (events.Select(e => e.TenantId).ToArray(), events.Select(e => e.SubjectId).ToArray(), events.Select(e => e.CreatedAt).ToArray());
        await db.Database.SqlQuery<int>($"""
            WITH turned AS (
              UPDATE ab_conversions c SET state = {to}, updated_at = happened.at
              FROM unnest({tenants}, {orders}, {times}) AS happened (tenant_id, order_id, at), ab_tests t
              WHERE c.tenant_id = happened.tenant_id AND c.order_id = happened.order_id AND c.state = {from}
                AND t.tenant_id = c.tenant_id AND t.id = c.test_id AND happened.at >= t.started_at AND happened.at < coalesce(t.ended_at, t.ends_at)
              RETURNING c.*)
            SELECT ab_count(ROW(turned.*)::ab_conversions, {sign}, {AbCounter.Stripes}) AS "Value" FROM turned
            """).ToListAsync(cancellation);
    }
}
