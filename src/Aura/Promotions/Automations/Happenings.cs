using Aura.Catalog;
using Aura.Orders;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions.Automations;

/// <summary>Asks the rules about what happened. All of it may be asked twice.</summary>
internal static class Happenings
{
    /// <summary>The active rules, to be fired.</summary>
    public static IQueryable<Automation> Rules(this AuraDb db) => db.Automations.AsNoTracking().Include(a => a.Promotion).Where(a => a.Status == AutomationStatus.Active);

    public static async Task SignedUp(this AuraDb db, long customer, CancellationToken cancellation)
    {
        foreach (var rule in await db.Rules().Where(r => r.Occasion == Occasion.Signup).ToListAsync(cancellation))
            await db.Fire(rule, Happening.Of(customer, "signup"), cancellation);
    }

    public static async Task Bought(this AuraDb db, Id<Order> id, CancellationToken cancellation)
    {
        var order = await db.Orders.AsNoTracking().Include(o => o.Lines).FirstOrDefaultAsync(o => o.Id == id.Value, cancellation);
        var rules = await db.Purchases(cancellation);
        if (rules.Count == 0 || order?.CustomerId is not { } customer)
            return;
        var places = await db.CategoriesOf([.. order.Lines.Select(line => line.ProductId).Distinct()], cancellation);
        foreach (var rule in rules)
        {
            var paid = order.Currency == rule.Promotion.Currency ? new Money(order.Total, order.Currency).Amount : 0;
            await db.Bought(rule, Happening.Of(customer, FormattableString.Invariant($"order:{order.Id}")), paid, [.. places.Select(place => place.Category)], cancellation);
        }
    }

    /// <summary>Looks at a variant whose stock has moved.</summary>
    public static async Task Moved(this AuraDb db, long variant, CancellationToken cancellation)
    {
        if (await db.Variants.Where(v => v.Id == variant).Select(v => (long?)v.ProductId).FirstOrDefaultAsync(cancellation) is not { } product)
            return;
        var available = await db.Database.SqlQuery<long>($"SELECT available_stock({db.Tenant}, {variant}) AS \"Value\"").SingleAsync(cancellation);
        await db.Levelled(FormattableString.Invariant($"variant:{variant}"), product, available, null, cancellation);
    }

    /// <summary>Asks about a fact that was fed, and marks it as taken.</summary>
    public static async Task Take(this AuraDb db, AutomationFact fact, CancellationToken cancellation)
    {
        var customer = fact.CustomerId ?? 0;
        switch (fact.EventType)
        {
            case FactType.Signup:
                await db.SignedUp(customer, cancellation);
                break;
            case FactType.Birthday:
                foreach (var rule in await db.Rules().Where(r => r.Occasion == Occasion.Birthday).ToListAsync(cancellation))
                    await db.Fire(rule, Happening.Of(customer, FormattableString.Invariant($"birthday:{fact.OccurredAt.Year}")), cancellation);
                break;
            case FactType.Purchase:
                foreach (var rule in await db.Purchases(cancellation))
                    await db.Bought(rule, Happening.Of(customer, fact.Reference is null ? FormattableString.Invariant($"fact:{fact.Id}") : $"external:{fact.Reference}"), fact.Total ?? 0, fact.Categories, cancellation);
                break;
            default:
                await db.Levelled(FormattableString.Invariant($"product:{fact.ProductId}"), fact.ProductId, fact.Stock ?? 0, fact.Capacity, cancellation);
                break;
        }

        await db.Database.ExecuteSqlAsync($"UPDATE automation_facts SET taken_at = {db.Now} WHERE tenant_id = {db.Tenant} AND id = {fact.Id} AND taken_at IS NULL", cancellation);
    }

    private static Task<List<Automation>> Purchases(this AuraDb db, CancellationToken cancellation) =>
        db.Rules().Where(r => r.Occasion == Occasion.HighValuePurchase || r.Occasion == Occasion.CategoryPurchase).ToListAsync(cancellation);

    private static async Task Bought(this AuraDb db, Automation rule, Happening happening, decimal paid, long[] categories, CancellationToken cancellation)
    {
        if (!(paid < rule.Conditions.OrderThreshold) && rule.Conditions.CategoryIds?.Any(categories.Contains) != false)
            await db.Fire(rule, happening, cancellation);
        else
            await db.Miss(rule, happening, cancellation);
    }

    private static async Task Levelled(this AuraDb db, string subject, long? product, long level, long? capacity, CancellationToken cancellation)
    {
        foreach (var rule in await db.Rules().Where(r => r.Occasion == Occasion.LowStock || r.Occasion == Occasion.Overstock).ToListAsync(cancellation))
            await db.InTransaction(async () =>
            {
                var crossing = await db.Cross(rule, subject, level, capacity ?? rule.Conditions.Capacity, cancellation);
                if (crossing > 0)
                    await db.Fire(rule, new(subject, FormattableString.Invariant($"crossing:{crossing}")) { ProductId = product }, cancellation);
            }, cancellation);
    }

    /// <summary>Keeps on which side of the threshold the level is, in one statement.</summary>
    /// <returns>The number of the crossing that brought it there; 0 on the right side, or where it was never seen on it.</returns>
    private static async Task<int> Cross(this AuraDb db, Automation rule, string subject, long level, long? capacity, CancellationToken cancellation)
    {
        var (sign, percent) = (rule.Occasion == Occasion.LowStock ? -1 : 1, rule.Conditions.ThresholdPercentage ?? 0);
        return (await db.Database.SqlQuery<int>($"""
            INSERT INTO automation_stock AS s (tenant_id, automation_id, subject, highest, is_beyond, crossings)
            SELECT {db.Tenant}, {rule.Id}, {subject}, greatest({level}, 0), beyond, beyond::int
            FROM (SELECT coalesce({sign} * (100 * {level}::numeric - {percent} * {capacity}::bigint) >= 0, false) AS beyond) first
            ON CONFLICT (tenant_id, automation_id, subject) DO UPDATE SET
              highest = greatest(s.highest, {level}),
              is_beyond = {sign} * (100 * {level}::numeric - {percent} * coalesce({capacity}::bigint, s.highest)) >= 0,
              crossings = s.crossings + (NOT s.is_beyond AND {sign} * (100 * {level}::numeric - {percent} * coalesce({capacity}::bigint, s.highest)) >= 0)::int
            RETURNING CASE WHEN is_beyond THEN crossings ELSE 0 END AS "Value"
            """).ToListAsync(cancellation)).Single();
    }

    /// <summary>Notes where all stock stands when a rule begins to watch it: what is low already has not just fallen.</summary>
    /// <remarks>The highest level of the past comes from the ledger.</remarks>
    public static Task Watch(this AuraDb db, Automation rule, CancellationToken cancellation)
    {
        var (sign, percent, capacity) = (rule.Occasion == Occasion.LowStock ? -1 : 1, rule.Conditions.ThresholdPercentage ?? 0, rule.Conditions.Capacity);
        return rule.TriggerType != TriggerType.InventoryLevel ? Task.CompletedTask : db.Database.ExecuteSqlAsync($"""
            INSERT INTO automation_stock AS s (tenant_id, automation_id, subject, highest, is_beyond, crossings)
            SELECT {db.Tenant}, {rule.Id}, 'variant:' || v.variant_id, v.highest,
              {sign} * (100 * available_stock({db.Tenant}, v.variant_id)::numeric - {percent} * coalesce({capacity}::bigint, v.highest)) >= 0, 0
            FROM (
              SELECT variant_id, greatest(max(level), 0)::bigint AS highest FROM (
                SELECT variant_id, sum(CASE kind WHEN 'received' THEN quantity WHEN 'adjusted' THEN quantity WHEN 'shipped' THEN -quantity ELSE 0 END)
                  OVER (PARTITION BY variant_id ORDER BY id) AS level
                FROM stock_movements WHERE tenant_id = {db.Tenant}) levels
              GROUP BY variant_id) v
            ON CONFLICT (tenant_id, automation_id, subject) DO UPDATE SET highest = greatest(s.highest, excluded.highest), is_beyond = excluded.is_beyond
            """, cancellation);
    }
}
