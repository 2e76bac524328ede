using Aura.Promotions.Engine;

namespace Aura.Promotions.Simulation;

/// <summary>An order of the past as the cart that it was: at the prices it was sold for, before any discount.</summary>
/// <param name="CustomerKey">Tells buyers apart; null: nobody knows who it was.</param>
public sealed record PastCart(long OrderId, DateTime PlacedAt, PromotionCart Cart, string? CustomerKey);

/// <summary>Puts a promotion beside those that are active and gives them past carts, one after the other. Nothing is looked up: the same
/// carts in the same order give the same result. What is kept grows with the orders that are touched (one number each), the days, and, where the
/// promotion has a limit per customer, the customers.</summary>
public sealed class SimulationRun
{
    /// <summary>Orders that are named of each conflict.</summary>
    private const int Samples = 3;

    private readonly PromotionRule rule;
    private readonly int? uses, usesPerCustomer;
    private readonly PromotionOptions options;
    private readonly PromotionSet without, with;
    private readonly Dictionary<string, int> usesOf = [];
    private readonly List<long> given = [];
    private readonly SortedDictionary<long, Conflict> conflicts = [];
    private readonly SortedDictionary<DateOnly, SimulatedDay> days = [];
    private SimulatedStack? worst;
    private SimulatedLimits limits = new();
    private long replayed, cost, extra, revenue, revenueTouched;

    /// <param name="rule">Applied whenever an order was placed; a budget that it has is all of it.</param>
    /// <param name="active">Without it.</param>
    public SimulationRun(PromotionRule rule, int? uses, int? usesPerCustomer, IEnumerable<PromotionRule> active, PromotionOptions options)
    {
        this.rule = rule with { StartsAt = null, EndsAt = null };
        (this.uses, this.usesPerCustomer, this.options) = (uses, usesPerCustomer, options);
        PromotionRule[] others = [.. active];
        (without, with) = (PromotionSet.Compile(others), PromotionSet.Compile([.. others, this.rule]));
    }

    /// <summary>Replays one order; they come in the order in which they were placed.</summary>
    /// <exception cref="Refused">422 for a cart that pricing refuses.</exception>
    public void Add(PastCart past)
    {
        var before = without.Evaluate(past.Cart, options);
        var after = with.Evaluate(Offered(past), options);
        var effect = after.Effects.FirstOrDefault(effect => effect.PromotionId == rule.Id);
        var miss = after.NotApplied.FirstOrDefault(miss => miss.PromotionId == rule.Id);
        var goods = past.Cart.Priced.Lines.Sum(line => line.UnitPrice.Minor * line.Quantity);
        replayed++;
        revenue += goods - before.Discount.Minor;
        extra += Sum(after) - Sum(before);
        var refused = miss?.Reason is PromotionReason.MaxUsesReached or PromotionReason.CustomerLimitReached or PromotionReason.BudgetExceeded;
        Count(past, effect, refused, goods - before.Discount.Minor);
        Limit(past, effect, refused);
        Compare(past, before, after, miss);
        if (goods > 0 && after.Discount.Minor * 100m / goods is var percent && percent > (worst?.Percent ?? 0))
            worst = new(past.OrderId, goods, after.Discount.Minor, percent, before.Discount.Minor * 100m / goods,
                [.. after.Effects.Where(e => e.Phase <= PromotionPhase.Order).Select(e => new StackedDiscount(e.PromotionId, e.Label, e.Amount))]);
    }

    public SimulationResult Result(SimulationResult about) => about with
    {
        Replayed = replayed,
        Touched = given.Count,
        Cost = cost,
        ExtraCost = extra,
        Revenue = revenue,
        RevenueTouched = revenueTouched,
        PerOrder = DiscountSpread.Of(given),
        Conflicts = [.. conflicts.Values.Select(conflict => conflict.Told())],
        Worst = worst,
        Limits = limits,
        Days = [.. days.Values],
    };

    /// <summary>The cart with the code, where one is needed, and with what is left of the promotion at that time.</summary>
    private PromotionCart Offered(PastCart past)
    {
        var customer = past.CustomerKey is { } key && usesPerCustomer is { } most ? most - usesOf.GetValueOrDefault(key) : (int?)null;
        return past.Cart with
        {
            Coupons = rule.RequiresCoupon ? [.. past.Cart.Coupons, new(rule.Name, rule.Id)] : past.Cart.Coupons,
            Uses = new Dictionary<long, UsesLeft> { [rule.Id] = new(uses - given.Count, customer, rule.BudgetLeft - cost) },
        };
    }

    private void Count(PastCart past, PromotionEffect? effect, bool refused, long net)
    {
        var amount = effect?.Amount ?? 0;
        var date = DateOnly.FromDateTime(past.PlacedAt);
        var day = days.GetValueOrDefault(date) ?? new(date, 0, 0, 0, 0);
        days[date] = new(date, day.Orders + 1, day.Touched + (effect is null ? 0 : 1), day.Cost + amount, day.Refused + (refused ? 1 : 0));
        if (effect is null)
            return;
        given.Add(amount);
        cost += amount;
        revenueTouched += net;
        if (past.CustomerKey is { } key && usesPerCustomer is not null)
            usesOf[key] = usesOf.GetValueOrDefault(key) + 1;
    }

    private void Limit(PastCart past, PromotionEffect? effect, bool refused)
    {
        if (refused)
            limits = limits with { Refused = limits.Refused + 1 };
        if (effect?.CappedBy == PromotionCap.BudgetExceeded)
            limits = limits with { Clipped = limits.Clipped + 1 };
        if (effect is not null && given.Count == uses)
            limits = limits with { UsesExhaustedAt = past.PlacedAt };
        if (effect is not null && cost == rule.BudgetLeft)
            limits = limits with { BudgetExhaustedAt = past.PlacedAt };
    }

    private void Compare(PastCart past, PromotionOutcome before, PromotionOutcome after, PromotionMiss? own)
    {
        foreach (var effect in before.Effects)
        {
            var now = after.Effects.FirstOrDefault(other => other.PromotionId == effect.PromotionId)?.Amount ?? 0;
            if (now != effect.Amount)
                Between(effect.PromotionId, effect.Label, past).Meet(now, effect.Amount);
        }

        foreach (var effect in after.Effects)
            if (effect.PromotionId != rule.Id && before.Effects.All(other => other.PromotionId != effect.PromotionId))
                Between(effect.PromotionId, effect.Label, past).Meet(effect.Amount, 0);
        if (own is { Reason: PromotionReason.ExcludedByStacking, By: { } by } && after.Effects.FirstOrDefault(effect => effect.PromotionId == by) is { } winner)
            Between(by, winner.Label, past).Excludes++;
    }

    private Conflict Between(long id, string name, PastCart past)
    {
        if (!conflicts.TryGetValue(id, out var conflict))
            conflicts[id] = conflict = new(id, name);
        if (conflict.Orders.Count < Samples && !conflict.Orders.Contains(past.OrderId))
            conflict.Orders.Add(past.OrderId);
        return conflict;
    }

    private static long Sum(PromotionOutcome outcome) => outcome.Effects.Sum(effect => effect.Amount);

    private sealed class Conflict(long id, string name)
    {
        private long excluded, changed, difference;

        public long Excludes { get; set; }
        public List<long> Orders { get; } = [];

        public void Meet(long now, long before)
        {
            difference += now - before;
            if (now == 0)
                excluded++;
            else
                changed++;
        }

        public SimulatedConflict Told() => new(id, name, excluded, Excludes, changed, difference, Orders);
    }
}
