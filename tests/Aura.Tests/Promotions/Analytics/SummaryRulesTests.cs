using Aura.Promotions;
using Aura.Promotions.Analytics;
using Aura.Promotions.Engine;
using Aura.Statistics;

namespace Aura.Tests.Promotions.Analytics;

/// <summary>Each rule beside figures that bear it out, and beside figures that do not.</summary>
public sealed class SummaryRulesTests
{
    private static readonly ReportPeriod Period = ReportPeriod.Of(new(2024, 6, 1, 0, 0, 0, DateTimeKind.Utc), new(2024, 7, 1, 0, 0, 0, DateTimeKind.Utc), default);
    private static readonly OrderGroup None = new(default, 0, 0);

    private static SummaryData Data(Sample margin = default, OrderGroup? with = null, OrderGroup? without = null, decimal? benchmark = null, params PromotionPerformance[] promotions) => new(
        new(Period, Currency.Usd, promotions, [], 0, 0, 0, []), new(margin.N, 100_000, 20_000, margin, 0, with ?? None, without ?? None), benchmark);

    private static PromotionPerformance Promotion(long id, long usage = 0, long impressions = 0, long revenue = 0, long discount = 0) =>
        new(id, $"P{id}", PromotionType.PercentageDiscount, PromotionStatus.Active, usage, usage, revenue, discount, impressions, 0, null);

    private static Insight? Insight(SummaryData data) => SummaryRules.Find(data).Insights.SingleOrDefault();

    [Fact]
    public void Nothing_is_found_in_nothing()
    {
        var (insights, recommendations) = SummaryRules.Find(Data());
        Assert.Empty(insights);
        Assert.Empty(recommendations);
    }

    [Fact]
    public void A_return_is_compared_with_a_benchmark_and_with_nothing_else()
    {
        var margin = new Sample(100, 500, 1_000_000); // t = 500 / (1000 / 10) = 5

        var insight = Insight(Data(margin, benchmark: 300))!;

        Assert.Equal(("return_on_investment", FindingImpact.Positive, Confidence.High), (insight.Rule, insight.Impact, insight.Confidence));
        Assert.Equal((100L, 400m, 300m), ((long)insight.Evidence["orders"]!, (decimal)insight.Evidence["roi_percentage"]!, (decimal)insight.Evidence["benchmark_percentage"]!));
        Assert.Equal(FindingImpact.Negative, Insight(Data(margin with { Mean = -500 }, benchmark: 300))!.Impact);
        Assert.Null(Insight(Data(margin)));
        Assert.Null(Insight(Data(margin with { Mean = 100 }, benchmark: 300))); // t = 1
        Assert.Null(Insight(Data(margin with { N = 29 }, benchmark: 300)));
    }

    [Fact]
    public void Baskets_with_and_without_promotions_are_compared_by_their_means()
    {
        var (with, without) = (new OrderGroup(new(100, 6_000, 1_000_000), 0, 0), new OrderGroup(new(200, 5_000, 1_000_000), 0, 0));

        var insight = Insight(Data(with: with, without: without))!;

        Assert.Equal(("basket_value", FindingImpact.Positive, 60m, 50m), (insight.Rule, insight.Impact, (decimal)insight.Evidence["average_with"]!, (decimal)insight.Evidence["average_without"]!));
        Assert.Equal(Math.Round((decimal)WelchTest.Of(without.Value, with.Value).PTwoSided, 6), (decimal)insight.Evidence["p_value"]!);
        Assert.Null(Insight(Data(with: with with { Value = new(100, 5_100, 1_000_000) }, without: without)));
        Assert.Null(Insight(Data(with: with with { Value = new(29, 9_000, 1_000_000) }, without: without)));
    }

    [Theory]
    [InlineData(40, 100, 20, 100, "Positive")]
    [InlineData(20, 100, 40, 100, "Negative")]
    [InlineData(21, 100, 20, 100, null)]
    [InlineData(20, 29, 1, 100, null)]
    public void Who_comes_back_is_compared_by_shares(int repeatedWith, int with, int repeatedWithout, int without, string? impact) =>
        Assert.Equal(impact, Insight(Data(with: new(default, with, repeatedWith), without: new(default, without, repeatedWithout)))?.Impact.ToString());

    [Fact]
    public void Uses_that_rise_day_by_day_are_told()
    {
        static PromotionPerformance Used(long id, params long[] days) => Promotion(id, days.Sum()) with { ByDay = [.. days.Select((uses, day) => new DayOfUses(new DateOnly(2024, 6, 1).AddDays(day), uses, 0, 0))] };

        var insight = Insight(Data(promotions: [Used(1, 1, 2, 3, 4, 5, 6, 7, 8), Used(2, 1, 1, 1, 1, 1, 1, 1, 1)]))!;

        Assert.Equal(("usage_trend", FindingImpact.Positive, 44L), (insight.Rule, insight.Impact, (long)insight.Evidence["uses"]!));
        Assert.Null(Insight(Data(promotions: [Used(1, 1, 2, 3, 4), Used(2, 4, 3, 2, 1)])));
    }

    [Fact]
    public void A_promotion_that_costs_more_than_it_brings_is_named_with_what_ending_it_saves()
    {
        var promotion = Promotion(7, usage: 40, revenue: 80_000, discount: 120_000);
        var data = Data(promotions: promotion) with { Uses = [new(promotion, new(40, -1_000, 1_000_000)), new(Promotion(8, 40), new(40, 1_000, 1_000_000))] };

        var (insights, recommendations) = SummaryRules.Find(data);

        Assert.Equal(("losing_promotion", 7L, 1_200m, 800m), (Assert.Single(insights).Rule, (long)insights[0].Evidence["promotion_id"]!, (decimal)insights[0].Evidence["discount"]!, (decimal)insights[0].Evidence["revenue"]!));
        Assert.Equal((Degree.High, "At the uses of the period, ending it saves 1200 USD in 30 days; orders for 800 USD had it."), (Assert.Single(recommendations).Priority, recommendations[0].ExpectedImpact));
        Assert.Empty(SummaryRules.Find(data with { Uses = [new(promotion, new(29, -1_000, 1_000_000))] }).Insights);
        Assert.Empty(SummaryRules.Find(data with { Uses = [new(promotion, new(40, -100, 1_000_000))] }).Insights);
    }

    [Fact]
    public void Many_promotions_ask_for_more_evidence_of_each()
    {
        var one = new PromotionUses(Promotion(1, 40), new(40, -350, 1_000_000)); // p = 0.017
        Assert.NotEmpty(SummaryRules.Find(Data() with { Uses = [one] }).Insights);
        Assert.Empty(SummaryRules.Find(Data() with { Uses = [one, .. Enumerable.Range(2, 9).Select(id => new PromotionUses(Promotion(id, 40), new(40, 350, 1_000_000)))] }).Insights);
    }

    [Fact]
    public void A_promotion_that_is_seen_and_not_used_is_compared_with_the_others()
    {
        var (insights, recommendations) = SummaryRules.Find(Data(promotions: [Promotion(1, 10, 2_000), Promotion(2, 500, 10_000)]));

        Assert.Equal(("weak_conversion", 1L, 0.5m, 5m), (Assert.Single(insights).Rule, (long)insights[0].Evidence["promotion_id"]!, (decimal)insights[0].Evidence["conversion_rate_percentage"]!, (decimal)insights[0].Evidence["conversion_rate_of_others"]!));
        Assert.Equal((0.27m, 0.92m), ((decimal)insights[0].Evidence["interval_from"]!, (decimal)insights[0].Evidence["interval_to"]!));
        Assert.Equal("At the rate of the others its impressions would have been 90 uses more.", Assert.Single(recommendations).ExpectedImpact);
        Assert.Empty(SummaryRules.Find(Data(promotions: [Promotion(1, 95, 2_000), Promotion(2, 500, 10_000)])).Insights);
        Assert.Empty(SummaryRules.Find(Data(promotions: [Promotion(1, 0, 999), Promotion(2, 500, 10_000)])).Insights);
    }

    [Fact]
    public void A_limit_that_does_not_last_is_told_with_the_day_it_runs_out()
    {
        var limit = new LimitAhead(Promotion(1, 200), false, 100, new(10, 20, 16), 15);

        var (insights, recommendations) = SummaryRules.Find(Data() with { Limits = [limit] });

        Assert.Equal(("limit_ahead", 20m, 15m), (Assert.Single(insights).Rule, (decimal)insights[0].Evidence["per_day"]!, (decimal)insights[0].Evidence["days_until_end"]!));
        Assert.Contains("used up in 5 days, 10 before", Assert.Single(recommendations).ExpectedImpact, StringComparison.Ordinal);
        Assert.Empty(SummaryRules.Find(Data() with { Limits = [limit with { Left = 300 }] }).Insights); // just lasts
        Assert.Empty(SummaryRules.Find(Data() with { Limits = [limit with { PerDay = new(4, 20, 16) }] }).Insights);
        Assert.Empty(SummaryRules.Find(Data() with { Limits = [limit with { Left = 0 }] }).Insights);
    }

    [Fact]
    public void Customers_who_use_promotions_more_often_and_get_few_of_their_own_are_an_opportunity()
    {
        var data = Data() with { Customers = (1_000, 300), ActivePromotions = 20, Tags = [new("premium", 400, 200, 3), new("old", 300, 90, 0)] };

        var (insights, recommendations) = SummaryRules.Find(data);

        Assert.Equal(("responsive_segment", "premium", FindingImpact.Opportunity), (Assert.Single(insights).Rule, (string)insights[0].Evidence["segment"]!, insights[0].Impact));
        Assert.Contains("they are 40 percent of the buyers, and 15 percent of the active promotions", insights[0].Description, StringComparison.Ordinal);
        Assert.Null(Assert.Single(recommendations).ExpectedImpact);
        Assert.Empty(SummaryRules.Find(data with { Tags = [new("premium", 400, 200, 9)] }).Insights); // 45 percent of the promotions
        Assert.Empty(SummaryRules.Find(data with { Tags = [new("premium", 29, 29, 0)] }).Insights);
    }

    /// <summary>Where nothing is different, all rules together speak in about one of twenty summaries for each that looks, and not in most.</summary>
    [Fact]
    public void Chance_alone_seldom_makes_a_finding()
    {
        var random = new Random(7);
        var found = 0;
        for (var i = 0; i < 400; i++)
        {
            PromotionPerformance[] shown = [.. Enumerable.Range(1, 6).Select(id => Promotion(id, Hits(random, 2_000, 0.05), 2_000))];
            found += SummaryRules.Find(Data(promotions: shown) with { Customers = (1_000, 300), ActivePromotions = 1, Tags = [.. Enumerable.Range(0, 5).Select(tag => new TaggedBuyers($"t{tag}", 300, Hits(random, 300, 0.3), 0))] }).Insights.Count > 0 ? 1 : 0;
        }

        Assert.InRange(found, 1, 400 * 0.15); // two families at 0.05 each
    }

    private static long Hits(Random random, int n, double rate) => Enumerable.Range(0, n).LongCount(_ => random.NextDouble() < rate);
}
