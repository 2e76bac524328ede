using Aura.Customers;
using Aura.Persistence;
using Aura.Winback.Recovery;
using Microsoft.EntityFrameworkCore;

namespace Aura.Winback.Intent;

/// <summary>Of whom it is asked, with what the caller knows; null: unknown.</summary>
/// <param name="Reference">As of <see cref="Shopper"/>.</param>
/// <param name="CartValue">In the store's currency, major units; null: what the cart is worth that they have open.</param>
public sealed record IntentQuestion(string Reference, decimal? CartValue = null, double? SessionSeconds = null, int? PageViews = null)
{
    /// <summary>Where the reference stands in the request.</summary>
    public string Field { get; init; } = "CustomerId";
}

/// <param name="Day">The first of its days.</param>
public sealed record IntentTrend(DateOnly Day, decimal AverageScore, int Count);

public enum TrendInterval
{
    Day,
    Week,
    Month,
}

/// <summary>Asks the model, with what the store knows besides, and keeps what it said.</summary>
public static class IntentScoring
{
    /// <summary>What stands after the same path, and so can be nobody's reference.</summary>
    private static readonly string[] Reserved = ["calculate", "bulk", "trends", "retrain", "model-accuracy", "export"];

    /// <summary>What a usual order comes to where none was paid in a year, in major units of a currency with decimals; of others a hundred times that.</summary>
    private const decimal UsualWithoutOrders = 100;

    /// <summary>Scores in the order of the questions.</summary>
    /// <exception cref="Refused">422 where somebody is asked of twice, or by a word that is part of a path.</exception>
    public static async Task<IReadOnlyList<IntentScore>> ScoreIntent(this AuraDb db, IReadOnlyList<IntentQuestion> questions, CancellationToken cancellation)
    {
        if (questions.FirstOrDefault(question => Reserved.Contains(question.Reference)) is { } taken)
            throw Refused.Invalid(taken.Field, $"{taken.Reference} is part of a path of this API.");
        var (model, usual) = (await db.IntentModel(cancellation), await db.UsualOrder(cancellation));
        List<IntentScore> scores = [];
        foreach (var question in questions)
        {
            var shopper = await db.ShopperOf(question.Reference, cancellation);
            if (scores.Any(score => score.ShopperId == shopper.Id))
                throw Refused.Invalid(question.Field, $"{question.Reference} is asked of twice.");
            var facts = await db.IntentFacts(question, shopper, usual, cancellation);
            var estimate = model.Model.Estimate(facts);
            var action = RecommendedActions.Of(estimate.Likelihood, await db.OpenChannels(shopper, cancellation));
            scores.Add(IntentScore.Of(shopper, facts, estimate, action, model.Version, db.Now));
        }

        await db.Keep(scores, cancellation);
        return scores;
    }

    /// <summary>What was said over time: the mean score of each day, week (from Monday) or month, by UTC.</summary>
    /// <remarks>By hand, for PostgreSQL cuts weeks and months.</remarks>
    public static Task<List<IntentTrend>> IntentTrends(this AuraDb db, DateTime from, DateTime until, TrendInterval interval, CancellationToken cancellation)
    {
        var unit = Words<TrendInterval>.Of(interval);
        return db.Database.SqlQuery<IntentTrend>($"""
            SELECT date_trunc({unit}, scored_at AT TIME ZONE 'UTC')::date AS "Day", round(avg(score), 2) AS "AverageScore", count(*)::int AS "Count"
            FROM intent_scores WHERE tenant_id = {db.Tenant} AND scored_at >= {from} AND scored_at < {until} GROUP BY 1 ORDER BY 1
            """).ToListAsync(cancellation);
    }

    /// <summary>What a paid order of the last year came to on average, in minor units.</summary>
    internal static async Task<decimal> UsualOrder(this AuraDb db, CancellationToken cancellation)
    {
        var (since, currency) = (db.Now.AddDays(-365), db.Caller.Currency);
        var mean = await db.Orders.Where(o => o.PlacedAt > since && o.Currency == currency && o.Paid > 0).AverageAsync(o => (double?)o.Total, cancellation);
        return mean is > 0 ? (decimal)mean : UsualWithoutOrders * (currency.Exponent == 0 ? 100 : currency.Scale);
    }

    private static async Task<IntentFacts> IntentFacts(this AuraDb db, IntentQuestion question, Shopper shopper, decimal usual, CancellationToken cancellation)
    {
        var (now, customer, currency) = (db.Now, shopper.CustomerId, db.Caller.Currency);
        var orders = customer is null ? null : await db.Orders.Where(o => o.CustomerId == customer).GroupBy(o => o.CustomerId)
            .Select(own => new { Count = own.Count(), Last = own.Max(o => o.PlacedAt) }).FirstOrDefaultAsync(cancellation);
        var value = question.CartValue is { } told ? told * currency.Scale : await db.WatchedCarts
            .Where(c => c.ShopperId == shopper.Id && c.Currency == currency && (c.Status == WatchedStatus.Active || c.Status == WatchedStatus.Abandoned))
            .OrderByDescending(c => c.LastActivityAt).Select(c => (decimal?)c.Value).FirstOrDefaultAsync(cancellation);
        var seen = orders is not null || await db.IntentScores.AnyAsync(s => s.ShopperId == shopper.Id, cancellation);
        return new(
            (double?)(value / usual), question.SessionSeconds, question.PageViews, seen, now.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday,
            customer is null ? null : orders?.Count ?? 0, orders?.Last is { } last ? (int)(now - last).TotalDays : null);
    }

    /// <summary>In the order of people, so that two who ask of the same do not wait for one another for ever.</summary>
    private static Task Keep(this AuraDb db, IReadOnlyCollection<IntentScore> scores, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        long[] people = [.. scores.Select(score => score.ShopperId).Order()];
        await db.Database.ExecuteSqlAsync($"SELECT 1 FROM shoppers WHERE tenant_id = {db.Tenant} AND id = ANY ({people}) ORDER BY id FOR NO KEY UPDATE", cancellation);
        await db.IntentScores.Where(s => s.IsLatest && people.Contains(s.ShopperId)).ExecuteUpdateAsync(set => set.SetProperty(s => s.IsLatest, false), cancellation);
        db.AddRange(scores);
        await db.SaveChangesAsync(cancellation);
    }, cancellation);
}
