using Aura.Statistics;

namespace Aura.Winback.Incentives;

/// <summary>Which level of a rule suits a cart, as far as that is known.</summary>
/// <param name="Level">0 where nothing is worth more, and where too little is known: nobody is given a discount on a guess.</param>
/// <param name="Discount">What it takes off, in major units.</param>
/// <param name="Rate">How likely the cart is won back with it, from 0 to 1; null: not known.</param>
/// <param name="Earns">What is earned on average, in major units; null: not known.</param>
/// <param name="Suffices">Whether enough is known to say so.</param>
/// <param name="Considered">Every level with its rate, where that is known.</param>
public sealed record IncentiveDecision(decimal Level, decimal Discount, double? Rate, decimal? Earns, bool Suffices, IReadOnlyList<ConsideredLevel> Considered)
{
    /// <param name="cartValue">In major units.</param>
    public static IncentiveDecision Of(Incentive incentive, IReadOnlyList<LevelEvidence> evidence, decimal cartValue)
    {
        var (levels, arms) = incentive.Arms(evidence, cartValue);
        var margin = (double)incentive.Margin(cartValue);
        var (rates, suffices) = (OfferChoice.Rates(arms), IncentiveEvidence.Suffices(arms));
        int[] known = [.. Enumerable.Range(0, arms.Length).Where(i => arms[i].Given >= IncentiveEvidence.LeastGiven && (i == 0 || arms[i].Cost <= margin))];
        var best = suffices ? known[OfferChoice.Best([.. known.Select(i => arms[i])], margin)] : 0;
        var rate = suffices || arms[0].Given >= IncentiveEvidence.LeastGiven ? rates[best] : (double?)null;
        return new(levels[best], (decimal)arms[best].Cost, rate, rate is { } r ? Amount(r * (margin - arms[best].Cost)) : null, suffices,
            [.. levels.Select((level, i) => new ConsideredLevel(level, (decimal)arms[i].Cost, arms[i].Given, arms[i].Taken,
                arms[i].Given >= IncentiveEvidence.LeastGiven ? rates[i] : null, arms[i].Given >= IncentiveEvidence.LeastGiven ? Amount(rates[i] * (margin - arms[i].Cost)) : null))]);
    }

    /// <summary>Draws a level for a customer: mostly what has earned most so far, and each of the others now and then.</summary>
    /// <param name="unit">Who it is: the same is drawn the same while nothing new is known.</param>
    /// <returns>The level, how likely it was, and whether the customer is held out.</returns>
    public static (decimal Level, double Weight, bool HeldOut) Draw(Incentive incentive, IReadOnlyList<LevelEvidence> evidence, decimal cartValue, string unit)
    {
        if (Bucket.Of(FormattableString.Invariant($"incentive-holdout:{incentive.Id}"), unit) < incentive.HoldoutPercent * (Bucket.Count / 100))
            return (0, 1, true);
        var (levels, arms) = incentive.Arms(evidence, cartValue);
        var margin = (double)incentive.Margin(cartValue);
        var sold = arms.TakeWhile(arm => arm.Cost <= margin).ToArray(); // never at a loss
        if (sold.Length == 0)
            return (0, 1, false);
        var weights = ThompsonSampling.Weights(OfferChoice.ChancesToEarnMost(sold, margin), Math.Min((double)incentive.ExplorationPercent / 100, 1.0 / sold.Length));
        var chosen = ThompsonSampling.Choose(weights, Bucket.Of(FormattableString.Invariant($"incentive:{incentive.Id}"), unit) / (double)Bucket.Count);
        return (levels[chosen], weights[chosen], false);
    }

    private static decimal Amount(double amount) => Math.Round((decimal)amount, 2, MidpointRounding.AwayFromZero);
}

/// <param name="Rate">Null: tried too seldom to say.</param>
/// <param name="Earns">In major units, on average.</param>
public sealed record ConsideredLevel(decimal Level, decimal Discount, long Given, long Taken, double? Rate, decimal? Earns);
