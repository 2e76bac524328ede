using Aura.Jobs;
using Aura.Orders;
using Aura.Persistence;
using Aura.Promotions.Engine;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions.Simulation;

/// <summary>Which past orders a promotion is tried on.</summary>
/// <param name="Days">1 to 365, back from <paramref name="Until"/>.</param>
/// <param name="Sample">About so many of them at most, evenly spread over the period; null: as many as there are, up to <see cref="PromotionSimulations.MaxOrders"/>.</param>
/// <param name="Until">UTC.</param>
public sealed record SimulationOrder(long PromotionId, int Days, int? Sample, DateTime Until)
{
    public DateTime From => Until.AddDays(-Days);
}

public static class PromotionSimulations
{
    /// <summary>More orders are replayed in the background.</summary>
    public const int MaxDirect = 1_000;

    /// <summary>Of more orders a sample is replayed.</summary>
    public const int MaxOrders = 100_000;

    /// <summary>How many orders would be replayed.</summary>
    public static async Task<long> Replayed(this AuraDb db, SimulationOrder order, Promotion promotion, CancellationToken cancellation)
    {
        var found = await db.Past(order).LongCountAsync(o => o.Currency == promotion.Currency, cancellation);
        var step = Step(found, order.Sample);
        return (found + step - 1) / step;
    }

    /// <summary>Replays the orders, oldest first, in pages. Changes nothing.</summary>
    /// <param name="progress">Told the percentage that is done.</param>
    public static async Task<SimulationResult> Simulate(
        this AuraDb db, SimulationOrder order, Promotion promotion, PromotionOptions options, Func<int, Task> progress, CancellationToken cancellation)
    {
        var (now, currency) = (db.Now, promotion.Currency);
        var counts = await db.Past(order).GroupBy(o => o.Currency).Select(own => new { own.Key, Count = own.LongCount() }).ToListAsync(cancellation);
        var found = counts.Where(own => own.Key == currency).Sum(own => own.Count);
        var step = Step(found, order.Sample);
        var active = await db.Promotions.AsNoTracking().GivenToAll(now).Where(p => p.Id != promotion.Id).ToListAsync(cancellation);
        var store = new PromotionShelf.Compiled(active.Append(promotion).ToDictionary(p => p.Id), await db.CustomerSegments.AsNoTracking().ToListAsync(cancellation));
        var run = new SimulationRun(promotion.ToRule(), promotion.MaxUses, promotion.MaxUsesPerCustomer, active.Select(p => p.ToRule()), options);
        var ids = await db.Chosen(order, currency, step, cancellation);
        var done = 0;
        await foreach (var cart in PastCarts.Of(db, store, currency, ids, cancellation))
        {
            run.Add(cart);
            if (++done % 500 == 0)
                await progress((int)(100L * done / ids.Length));
        }

        return run.Result(new(promotion.Id, currency, order.From, order.Until, found, counts.Sum(own => own.Count) - found, step));
    }

    /// <summary>Those that every buyer may get now. The arms of A/B tests are not: nobody is given two arms of one test.</summary>
    internal static IQueryable<Promotion> GivenToAll(this IQueryable<Promotion> promotions, DateTime now) => promotions.Shown()
        .Where(p => p.Status == PromotionStatus.Active && p.Source != PromotionSource.AbTest && p.StartsAt <= now && p.EndsAt > now);

    private static IQueryable<Order> Past(this AuraDb db, SimulationOrder order) =>
        db.Orders.Where(o => o.PlacedAt >= order.From && o.PlacedAt < order.Until && o.Status != OrderStatus.Cancelled);

    private static int Step(long found, int? sample) => (int)Math.Max(1, (found + Most(sample) - 1) / Most(sample));

    private static long Most(int? sample) => Math.Min(sample ?? MaxOrders, MaxOrders);

    /// <summary>Every n-th order, so that the sample is the same each time and spread over the period. By hand, for EF numbers no rows.</summary>
    private static async Task<long[]> Chosen(this AuraDb db, SimulationOrder order, Currency currency, int step, CancellationToken cancellation) =>
    [
        .. await db.Database.SqlQuery<long>($"""
            SELECT id AS "Value" FROM (
              SELECT id, row_number() OVER (ORDER BY placed_at, id) AS number FROM orders
              WHERE tenant_id = {db.Tenant} AND placed_at >= {order.From} AND placed_at < {order.Until} AND status <> 'cancelled' AND currency = {currency.Code}) AS numbered
            WHERE (number - 1) % {step} = 0 ORDER BY number
            """).ToListAsync(cancellation),
    ];
}

/// <summary>Replays many orders in the background; the result is the job's.</summary>
public sealed class SimulatePromotion(AuraDb db) : IJobHandler
{
    public static string Kind => "promotion.simulate";

    public async Task<object?> Run(Job job, CancellationToken cancellation)
    {
        var order = job.Read<SimulationOrder>();
        var promotion = await db.FindPromotion(order.PromotionId, cancellation);
        return await db.Simulate(order, promotion, StoreDiscounts.Options(db), percent => db.Progress(job.Id, percent, cancellation), cancellation);
    }

    /// <summary>What a job of this kind found; null while it runs.</summary>
    public static SimulationResult? ResultOf(Job job) => job.ResultAs<SimulationResult>();
}
