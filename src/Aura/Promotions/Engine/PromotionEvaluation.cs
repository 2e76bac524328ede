using Aura.Pricing;

namespace Aura.Promotions.Engine;

/// <summary>One cart and the promotions that may match it. Used once.</summary>
internal sealed class PromotionEvaluation
{
    private readonly PromotionSet set;
    private readonly PromotionCart cart;
    private readonly PromotionOptions options;
    private readonly PromotionState state;
    private readonly Benefit benefit;
    private readonly HashSet<string> segments;
    private readonly Dictionary<long, PresentedCoupon> coupons = [];
    private readonly List<PromotionMiss> misses = [];
    private readonly List<PromotionEffect> effects = [];
    private readonly PromotionTrace trace;

    public PromotionEvaluation(PromotionSet set, PromotionCart cart, CartLines lines, PromotionOptions options)
    {
        (this.set, this.cart, this.options) = (set, cart, options);
        state = new(cart, lines, options.MaxCombinedPercent);
        benefit = new(state);
        segments = new(cart.Customer.Segments ?? [], StringComparer.OrdinalIgnoreCase);
        foreach (var coupon in cart.Coupons)
            if (coupon is { Refusal: null, PromotionId: { } promotion })
                coupons.TryAdd(promotion, coupon);
        trace = new(options.Explain, cart.Priced.Currency);
    }

    /// <param name="candidates">In the order of application.</param>
    public PromotionOutcome Run(List<int> candidates)
    {
        var stacking = new List<CompiledRule>();
        var alone = new List<CompiledRule>();
        foreach (var index in candidates)
        {
            var rule = set[index];
            if (WhyNot(rule.Rule) is { } reason)
                Miss(rule.Rule, reason);
            else
                (rule.Rule.CanStack ? stacking : alone).Add(rule);
        }

        if (Best(alone) is var (best, worth))
            Compete(best, worth, stacking, alone);
        else
            Apply(stacking);
        return new(cart.Priced.Currency, effects, misses, Coupons(), trace.Steps);
    }

    /// <summary>What can be told without working anything out.</summary>
    private PromotionReason? WhyNot(PromotionRule rule)
    {
        if (cart.Withheld.Count > 0 && cart.Withheld.Contains(rule.Id))
            return PromotionReason.OtherVariant;
        if (cart.Now < rule.StartsAt)
            return PromotionReason.NotStarted;
        if (cart.Now >= rule.EndsAt)
            return PromotionReason.Expired;
        if (rule.Currency is { } currency && currency != cart.Priced.Currency)
            return PromotionReason.WrongCurrency;
        if (rule.RequiresCoupon && !coupons.ContainsKey(rule.Id))
            return PromotionReason.CouponRequired;
        if (rule.Segments.Count > 0 && !InSegment(rule.Segments))
            return PromotionReason.SegmentMismatch;
        if (rule.FirstPurchaseOnly && !cart.Customer.IsFirstPurchase)
            return PromotionReason.NotFirstPurchase;
        if (cart.Uses.TryGetValue(rule.Id, out var left) && left.Total <= 0)
            return PromotionReason.MaxUsesReached;
        if (left.Customer <= 0)
            return PromotionReason.CustomerLimitReached;
        return Budget(rule) <= 0 ? PromotionReason.BudgetExceeded : null;
    }

    private bool InSegment(IReadOnlyList<string> any)
    {
        for (var i = 0; i < any.Count; i++)
            if (segments.Contains(any[i]))
                return true;
        return false;
    }

    private long? Budget(PromotionRule rule) => cart.Uses.TryGetValue(rule.Id, out var left) && left.Budget is { } budget ? budget : rule.BudgetLeft;

    /// <summary>The one of those that stand alone that would win among them; the others are told what they lost to at the end.</summary>
    private (CompiledRule Rule, long Worth)? Best(List<CompiledRule> alone)
    {
        (CompiledRule Rule, long Worth)? best = null;
        for (var i = 0; i < alone.Count; i++)
        {
            benefit.Find(alone[i], Budget(alone[i].Rule));
            if (benefit.Amount == 0)
            {
                Miss(benefit);
                alone.RemoveAt(i--);
            }
            else if (best is not var (rule, worth) ||
                Beats(options.Exclusivity == Exclusivity.Priority ? worth : benefit.Amount, alone[i].Rule, worth, rule.Rule))
                best = (alone[i], benefit.Amount);
        }

        return best;
    }

    private static bool Beats(long worth, PromotionRule rule, long otherWorth, PromotionRule other) =>
        worth != otherWorth ? worth > otherWorth : CompiledRule.ByRank(rule, other) < 0;

    /// <summary>One that stands alone against all that stack.</summary>
    private void Compete(CompiledRule best, long worth, List<CompiledRule> stacking, List<CompiledRule> alone)
    {
        var kept = misses.Count;
        if (options.Exclusivity == Exclusivity.Best)
            Apply(stacking);
        var together = 0L;
        PromotionEffect? first = null;
        foreach (var effect in effects)
        {
            together += effect.Amount;
            if (first is null || CompiledRule.ByRank(set.Rule(effect.PromotionId), set.Rule(first.PromotionId)) < 0)
                first = effect;
        }

        var wins = first is null || Beats(worth, best.Rule, together, set.Rule(first.PromotionId));
        trace.Competed(best.Rule, worth, together, wins);
        if (wins)
            StandAlone(best, stacking, kept);
        foreach (var loser in alone)
            if (!wins || loser != best)
                Miss(loser.Rule, PromotionReason.ExcludedByStacking, by: wins ? best.Rule.Id : first?.PromotionId);
    }

    private void StandAlone(CompiledRule best, List<CompiledRule> stacking, int kept)
    {
        // What would have failed anyway keeps its own reason.
        var failed = new HashSet<long>();
        for (var i = kept; i < misses.Count; i++)
            failed.Add(misses[i].PromotionId);
        foreach (var rule in stacking)
            if (!failed.Contains(rule.Rule.Id))
                Miss(rule.Rule, PromotionReason.ExcludedByStacking, by: best.Rule.Id);
        effects.Clear();
        state.Reset();
        Apply([best]);
    }

    /// <summary>One after the other; each works with what its predecessors left.</summary>
    private void Apply(List<CompiledRule> rules)
    {
        var items = true;
        foreach (var rule in rules)
        {
            if (items && rule.Rule.Phase != PromotionPhase.Item)
            {
                items = false;
                state.EndItemPhase();
            }

            benefit.Find(rule, Budget(rule.Rule));
            if (benefit.Amount == 0)
                Miss(benefit);
            else
                effects.Add(Take(rule.Rule));
        }
    }

    private PromotionEffect Take(PromotionRule rule)
    {
        trace.Computed(benefit);
        var portions = benefit.Portions;
        if (rule.Phase == PromotionPhase.Shipping)
            state.TakeShipping(benefit.Amount);
        else if (rule.Phase == PromotionPhase.Order)
            Apportionment.ByNet(benefit.Amount, portions);
        else
            Apportionment.ByWeight(benefit.Amount, portions);
        if (rule.Phase <= PromotionPhase.Order)
            state.TakeFromLines(portions, benefit.Amount);

        var shares = Shares(portions);
        trace.Allocated(benefit, shares);
        return new(rule.Id, coupons.GetValueOrDefault(rule.Id)?.CouponId, rule.SourceId, rule.Name, rule.Phase, benefit.Amount, shares, benefit.Cap);
    }

    private static LineShare[] Shares(ReadOnlySpan<Portion> portions)
    {
        var count = 0;
        foreach (ref readonly var portion in portions)
            count += portion.Taken > 0 ? 1 : 0;
        var shares = new LineShare[count];
        count = 0;
        foreach (ref readonly var portion in portions)
            if (portion.Taken > 0)
                shares[count++] = new(portion.Line.Line.Id, portion.Taken, portion.Units, portion.Line.Line.Quantity, portion.Rounding);
        return shares;
    }

    private void Miss(Benefit nothing) => Miss(nothing.Rule, nothing.Reason ?? PromotionReason.NothingLeftToDiscount, nothing.Missing);

    private void Miss(PromotionRule rule, PromotionReason reason, long? missing = null, long? by = null)
    {
        misses.Add(new(rule.Id, rule.Name, reason, missing, by));
        trace.Rejected(rule, reason, missing);
    }

    private CouponOutcome[] Coupons()
    {
        var outcomes = new CouponOutcome[cart.Coupons.Count];
        for (var i = 0; i < outcomes.Length; i++)
        {
            var coupon = cart.Coupons[i];
            var miss = misses.Find(miss => miss.PromotionId == coupon.PromotionId);
            var reason = coupon.Refusal ?? (coupon.PromotionId is not { } promotion ? PromotionReason.NotFound
                : !set.Has(promotion) ? PromotionReason.NotActive
                : !ReferenceEquals(coupons[promotion], coupon) ? PromotionReason.AlreadyApplied
                : miss?.Reason);
            outcomes[i] = reason == miss?.Reason && coupon.Refusal is null
                ? new(coupon.Code, coupon.PromotionId, coupon.CouponId, reason, miss?.Missing, miss?.By)
                : new(coupon.Code, coupon.PromotionId, coupon.CouponId, reason);
        }

        return outcomes;
    }
}
