using System.Globalization;
using Aura.Statistics;

namespace Aura.Promotions.Analytics;

/// <summary>The rules by which an executive summary finds anything. Each tests the figures at the level of 0.05 and is silent where they do not
/// bear it out; each finding carries the numbers it was made of.</summary>
/// <remarks>
/// <c>return_on_investment</c>: with a benchmark and 30 orders or more, the margin over the benchmark, order by order, is not zero (t test).
/// <c>basket_value</c>: of 30 orders or more with and without a promotion, the means differ (Welch).
/// <c>returning_buyers</c>: of 30 buyers or more in each group, the shares who came back differ (two proportions).
/// <c>usage_trend</c>: uses of all promotions by day rise or fall (Mann-Kendall, as <see cref="UsageTrend"/>).
/// <c>responsive_segment</c>: customers with a tag, 30 or more, have promotions more often than the others, 30 or more, and fewer active promotions
/// are for the tag than its share of the buyers (two proportions, one-sided, Holm over all tags).
/// <c>losing_promotion</c>: of 30 uses or more, the mean of revenue less discount is below zero (t test, one-sided, Holm over all promotions).
/// <c>weak_conversion</c>: of 1,000 impressions or more, a smaller share is used than of those of all others (two proportions, one-sided, Holm).
/// <c>limit_ahead</c>: an active promotion goes faster than its limit lasts until its end, over five days or more (t test of the days, one-sided, Holm).
/// </remarks>
public static class SummaryRules
{
    private const int Enough = 30;
    private const int EnoughImpressions = 1_000;

    public static (List<Insight> Insights, List<Recommendation> Recommendations) Find(SummaryData data)
    {
        var insights = new List<Insight?> { Return(data), Baskets(data), Returning(data), Trend(data) }.OfType<Insight>().ToList();
        var recommendations = new List<Recommendation>();
        Losing(data, insights, recommendations);
        Limits(data, insights, recommendations);
        Segments(data, insights, recommendations);
        Weak(data, insights, recommendations);
        return (insights, [.. recommendations.OrderByDescending(made => made.Priority).ThenByDescending(made => made.Confidence)]);
    }

    private static Insight? Return(SummaryData data)
    {
        var figures = data.Figures;
        if (data.RoiBenchmark is not { } benchmark || AgainstZero(figures.Margin, Enough) is not { } test || Confidences.Of(test.PTwoSided) is not { } confidence)
            return null;
        var above = test.Difference > 0;
        return new("return_on_investment", FindingType.Performance, above ? "Return above the benchmark" : "Return below the benchmark",
            $"{figures.Orders} orders with promotions returned {Text(figures.Roi)} percent of what was given; the benchmark is {Text(benchmark)}.",
            above ? FindingImpact.Positive : FindingImpact.Negative, confidence, new Dictionary<string, object?>
            {
                ["orders"] = figures.Orders, ["roi_percentage"] = figures.Roi, ["benchmark_percentage"] = benchmark, ["p_value"] = P(test.PTwoSided),
            });
    }

    private static Insight? Baskets(SummaryData data)
    {
        var (with, without) = (data.Figures.With.Value, data.Figures.Without.Value);
        if (with.N < Enough || without.N < Enough || with.Variance + without.Variance <= 0)
            return null;
        var test = WelchTest.Of(without, with);
        if (Confidences.Of(test.PTwoSided) is not { } confidence)
            return null;
        var (higher, currency) = (test.Difference > 0, data.Report.Currency);
        return new("basket_value", FindingType.Performance, higher ? "Larger orders with promotions" : "Smaller orders with promotions",
            $"Orders with a promotion are worth {Amount(with.Mean, currency)} after discounts, those without {Amount(without.Mean, currency)}. Who uses promotions may differ from who does not.",
            higher ? FindingImpact.Positive : FindingImpact.Negative, confidence, new Dictionary<string, object?>
            {
                ["orders_with"] = with.N, ["average_with"] = Major(with.Mean, currency), ["orders_without"] = without.N, ["average_without"] = Major(without.Mean, currency),
                ["p_value"] = P(test.PTwoSided),
            });
    }

    private static Insight? Returning(SummaryData data)
    {
        var (with, without) = (data.Figures.With, data.Figures.Without);
        if (with.Buyers < Enough || without.Buyers < Enough)
            return null;
        var test = TwoProportionTest.Of(without.Repeated, without.Buyers, with.Repeated, with.Buyers);
        if (Confidences.Of(test.PTwoSided) is not { } confidence)
            return null;
        var more = test.Difference > 0;
        return new("returning_buyers", FindingType.Retention, more ? "Buyers with promotions come back more often" : "Buyers with promotions come back less often",
            $"{Text(with.RepeatRate)} percent of those whose first order of the period had a promotion ordered again in it, and {Text(without.RepeatRate)} percent of the others.",
            more ? FindingImpact.Positive : FindingImpact.Negative, confidence, new Dictionary<string, object?>
            {
                ["buyers_with"] = with.Buyers, ["returned_with"] = with.Repeated, ["buyers_without"] = without.Buyers, ["returned_without"] = without.Repeated,
                ["p_value"] = P(test.PTwoSided),
            });
    }

    private static Insight? Trend(SummaryData data)
    {
        var days = data.Report.Promotions.SelectMany(promotion => promotion.ByDay).GroupBy(day => day.Date).OrderBy(day => day.Key).Select(day => day.Sum(own => own.Usage)).ToList();
        if (UsageTrend.Of(days) is not { } test || Confidences.Of(test.PValue) is not { } confidence)
            return null;
        var rising = test.S > 0;
        return new("usage_trend", FindingType.Trend, rising ? "Promotions are used more and more" : "Promotions are used less and less",
            $"Over {days.Count} days the uses {(rising ? "rose" : "fell")} (Mann-Kendall).", rising ? FindingImpact.Positive : FindingImpact.Negative, confidence,
            new Dictionary<string, object?> { ["days"] = days.Count, ["uses"] = days.Sum(), ["kendall_s"] = test.S, ["p_value"] = P(test.PValue) });
    }

    private static void Losing(SummaryData data, List<Insight> insights, List<Recommendation> recommendations)
    {
        var currency = data.Report.Currency;
        foreach (var (uses, p, confidence) in Found(data.Uses, uses => AgainstZero(uses.Net, Enough) is { } test ? 1 - test.PGreater : null))
        {
            var promotion = uses.Promotion;
            var evidence = new Dictionary<string, object?>
            {
                ["promotion_id"] = promotion.Id, ["uses"] = promotion.Usage, ["discount"] = Major(promotion.Discount, currency), ["revenue"] = Major(promotion.Revenue, currency), ["p_value"] = P(p),
            };
            insights.Add(new("losing_promotion", FindingType.Risk, $"{promotion.Name} costs more than its orders bring",
                $"{promotion.Usage} uses took {Amount(promotion.Discount, currency)} off and left {Amount(promotion.Revenue, currency)}.", FindingImpact.Negative, confidence, evidence));
            recommendations.Add(new("losing_promotion", Degree.High, "cost", $"Limit or end {promotion.Name}", "Give it a maximum, a higher minimum order, or an end.",
                $"At the uses of the period, ending it saves {Amount(promotion.Discount, currency)} in {data.Report.Period.Days} days; orders for {Amount(promotion.Revenue, currency)} had it.",
                Degree.Low, confidence, evidence));
        }
    }

    private static void Limits(SummaryData data, List<Insight> insights, List<Recommendation> recommendations)
    {
        foreach (var (limit, p, confidence) in Found(data.Limits, OutlivesLimit))
        {
            var (promotion, days) = (limit.Promotion, limit.Left / limit.PerDay.Mean);
            var evidence = new Dictionary<string, object?>
            {
                ["promotion_id"] = promotion.Id, ["limit"] = limit.IsBudget ? "budget" : "max_uses", ["left"] = limit.IsBudget ? Major(limit.Left, data.Report.Currency) : limit.Left,
                ["per_day"] = limit.IsBudget ? Major(limit.PerDay.Mean, data.Report.Currency) : Round(limit.PerDay.Mean, 2), ["days_observed"] = limit.PerDay.N,
                ["days_until_end"] = Round(limit.DaysLeft, 1), ["p_value"] = P(p),
            };
            insights.Add(new("limit_ahead", FindingType.Risk, $"{promotion.Name} will be used up before it ends",
                $"At {evidence["per_day"]} a day {evidence["left"]} are left for {Text(Round(days, 1))} days; it ends in {evidence["days_until_end"]}.", FindingImpact.Negative, confidence, evidence));
            recommendations.Add(new("limit_ahead", Degree.High, "limits", $"Raise the limit of {promotion.Name}, or move its end",
                "Customers who were promised it will not get it.", $"Left by the mean of a day: used up in {Text(Round(days, 1))} days, {Text(Round(limit.DaysLeft - days, 1))} before its end.",
                Degree.Low, confidence, evidence));
        }
    }

    private static void Segments(SummaryData data, List<Insight> insights, List<Recommendation> recommendations)
    {
        var all = data.Customers;
        foreach (var (tag, p, confidence) in Found(data.Tags, tag => tag.Buyers < Enough || all.Buyers - tag.Buyers < Enough ? null
            : TwoProportionTest.Of(all.Promoted - tag.Promoted, all.Buyers - tag.Buyers, tag.Promoted, tag.Buyers).PGreater))
        {
            var (share, targeted) = (Ratio.Percent(tag.Buyers, all.Buyers), Ratio.Percent(tag.Targeting, data.ActivePromotions) ?? 0);
            if (targeted >= share)
                continue;
            var evidence = new Dictionary<string, object?>
            {
                ["segment"] = tag.Tag, ["buyers"] = tag.Buyers, ["buyers_with_promotion"] = tag.Promoted, ["other_buyers"] = all.Buyers - tag.Buyers,
                ["other_buyers_with_promotion"] = all.Promoted - tag.Promoted, ["active_promotions"] = data.ActivePromotions, ["targeting"] = tag.Targeting, ["p_value"] = P(p),
            };
            insights.Add(new("responsive_segment", FindingType.Opportunity, $"Customers tagged {tag.Tag} use promotions more often",
                $"{Text(Ratio.Percent(tag.Promoted, tag.Buyers))} percent of them do, of the others {Text(Ratio.Percent(all.Promoted - tag.Promoted, all.Buyers - tag.Buyers))}; they are {Text(share)} percent of the buyers, and {Text(targeted)} percent of the active promotions are for them.",
                FindingImpact.Opportunity, confidence, evidence));
            recommendations.Add(new("responsive_segment", Degree.Medium, "targeting", $"Try a promotion for customers tagged {tag.Tag}",
                "An A/B test tells whether they buy more for it, which these figures do not.", null, Degree.Medium, confidence, evidence));
        }
    }

    private static void Weak(SummaryData data, List<Insight> insights, List<Recommendation> recommendations)
    {
        var shown = data.Report.Promotions.Where(promotion => promotion.Impressions > 0 && promotion.Usage <= promotion.Impressions).ToList();
        var (uses, impressions) = (shown.Sum(promotion => promotion.Usage), shown.Sum(promotion => promotion.Impressions));
        foreach (var (promotion, p, confidence) in Found(shown, promotion => promotion.Impressions < EnoughImpressions || impressions - promotion.Impressions < EnoughImpressions ? null
            : TwoProportionTest.Of(uses - promotion.Usage, impressions - promotion.Impressions, promotion.Usage, promotion.Impressions).PLess))
        {
            var others = (decimal)(uses - promotion.Usage) / (impressions - promotion.Impressions);
            var interval = WilsonInterval.Of(promotion.Usage, promotion.Impressions);
            var evidence = new Dictionary<string, object?>
            {
                ["promotion_id"] = promotion.Id, ["impressions"] = promotion.Impressions, ["uses"] = promotion.Usage, ["conversion_rate_percentage"] = promotion.ConversionRate,
                ["interval_from"] = Round(100 * interval.Lower, 2), ["interval_to"] = Round(100 * interval.Upper, 2),
                ["conversion_rate_of_others"] = Ratio.Percent(uses - promotion.Usage, impressions - promotion.Impressions), ["p_value"] = P(p),
            };
            insights.Add(new("weak_conversion", FindingType.Performance, $"{promotion.Name} is seen and not used",
                $"{Text(promotion.ConversionRate)} percent of {promotion.Impressions} impressions, of the others {evidence["conversion_rate_of_others"]} percent.", FindingImpact.Negative, confidence, evidence));
            recommendations.Add(new("weak_conversion", Degree.Medium, "optimization", $"Change what {promotion.Name} offers, or where it is shown", "Others turn more of their impressions into orders.",
                $"At the rate of the others its impressions would have been {Text(Math.Round(others * promotion.Impressions) - promotion.Usage)} uses more.", Degree.Medium, confidence, evidence));
        }
    }

    /// <summary>Those whose p value, corrected for how many were tested, is below 0.05.</summary>
    private static IEnumerable<(T Thing, double P, Confidence Confidence)> Found<T>(IEnumerable<T> things, Func<T, double?> test)
    {
        var tested = things.Select(thing => (Thing: thing, P: test(thing))).Where(tested => tested.P is not null).ToList();
        var adjusted = HolmCorrection.Adjust([.. tested.Select(one => Math.Clamp(one.P!.Value, 0, 1))]); // just asked for
        return from pair in tested.Index() let p = adjusted[pair.Index] where Confidences.Of(p) is not null orderby p select (pair.Item.Thing, p, Confidences.Of(p)!.Value); // just asked for
    }

    /// <summary>The one-sample t test of a mean of zero, as Welch's beside a sample that does not vary.</summary>
    private static WelchTest? AgainstZero(Sample sample, int least, double mean = 0) =>
        sample.N < least || sample.Variance <= 0 ? null : WelchTest.Of(new(2, mean, 0), sample);

    /// <summary>Whether a day takes more than what would just last until the end.</summary>
    private static double? OutlivesLimit(LimitAhead limit) => limit.DaysLeft <= 0 || limit.Left <= 0 ? null
        : AgainstZero(limit.PerDay, UsageTrend.MinValues, limit.Left / limit.DaysLeft)?.PGreater;

    private static decimal P(double p) => Round(p, 6);

    private static decimal Round(double number, int places) => Math.Round((decimal)number, places, MidpointRounding.AwayFromZero);

    private static decimal Major(double minor, Currency currency) => new Money((long)Math.Round(minor, MidpointRounding.AwayFromZero), currency).Amount;

    private static string Amount(double minor, Currency currency) => $"{Text(Major(minor, currency))} {currency.Code}";

    private static string Text(decimal? number) => number?.ToString("0.####", CultureInfo.InvariantCulture) ?? "no";
}
