using System.Text.Json.Nodes;
using Aura.Promotions;
using Aura.Tests.Promotions;
using Aura.Tests.V2;

namespace Aura.Tests.PromotionsV1;

public sealed class ExecutiveSummaryTests
{
    private const string Summary = "GET /api/v1/analytics/executive-summary";

    [Fact]
    public async Task The_figures_of_the_document_come_out_of_such_uses_and_are_compared_with_the_period_before()
    {
        var store = await Store.Open();
        var promotion = await store.Offer(Offers.Percent(15));
        await PerformanceReportTests.Used(store, promotion, "2024-06-10T00:00:00Z", 5420, discount: 1_500);
        await PerformanceReportTests.Used(store, promotion, "2024-05-10T00:00:00Z", 2000, discount: 2_000);

        var summary = await store.Test.Ok($"{Summary}?start_date=2024-06-01T00:00:00Z&end_date=2024-06-30T23:59:59Z");

        Assert.Equal("""{"start_date":"2024-06-01T00:00:00Z","end_date":"2024-06-30T23:59:59Z"}""", summary["period"]!.ToJsonString());
        Assert.Equal("""{"total_revenue_impact":542000,"cost_of_discounts":81300,"net_revenue_increase":460700,"overall_roi":566.7,"customer_acquisition":0,"customer_retention_improvement":null}""",
            summary["key_metrics"]!.ToJsonString());
        Assert.Equal("""{"vs_previous_period":{"revenue_change":171,"roi_change":166.7,"customer_acquisition_change":null},"vs_industry_benchmark":{"roi_vs_benchmark":null,"conversion_rate_vs_benchmark":null}}""",
            summary["performance_comparison"]!.ToJsonString());
    }

    [Fact]
    public async Task Without_anything_there_is_nothing_to_say_and_nothing_to_compare_with()
    {
        var store = await Store.Open();

        var summary = await store.Test.Ok(Summary);

        Assert.Equal((0m, null), ((decimal)summary["key_metrics"]!["total_revenue_impact"]!, summary["key_metrics"]!["overall_roi"]));
        Assert.Null(summary["performance_comparison"]!["vs_previous_period"]!["revenue_change"]);
        Assert.Empty(summary["insights"]!.AsArray());
        Assert.Empty(summary["recommendations"]!.AsArray());
    }

    [Fact]
    public async Task Benchmarks_are_those_of_the_store_and_of_nobody_else()
    {
        var store = await Store.Open();
        var promotion = await store.Offer(Offers.Percent(15));
        await PerformanceReportTests.Used(store, promotion, "2024-06-10T00:00:00Z", 40, discount: 1_500);
        await PerformanceReportTests.Used(store, promotion, "2024-06-11T00:00:00Z", 40, discount: 1_600);
        await PerformanceReportTests.Shown(store, promotion, "2024-06-11", 800, 0);
        var tenant = $"tenant_{store.Account.Sandbox.Id}";
        const string request = $"{Summary}?start_date=2024-06-01&end_date=2024-06-30";
        Assert.Empty((await store.Test.Ok(request))["insights"]!.AsArray());

        await store.Test.Ok($"PATCH /v2/tenants/{tenant}", new { settings = new { promotion_roi_benchmark = 400, promotion_conversion_benchmark = 8 } });
        var summary = await store.Test.Ok(request);

        Assert.Equal((136.3m, 125m), ((decimal)summary["performance_comparison"]!["vs_industry_benchmark"]!["roi_vs_benchmark"]!, (decimal)summary["performance_comparison"]!["vs_industry_benchmark"]!["conversion_rate_vs_benchmark"]!));
        var insight = Assert.Single(summary["insights"]!.AsArray())!;
        Assert.Equal(("performance", "return_on_investment", "positive", "high", 400m), ((string?)insight["type"], (string?)insight["rule"], (string?)insight["impact"], (string?)insight["confidence"], (decimal)insight["evidence"]!["benchmark_percentage"]!));
        await store.Test.Ok($"PATCH /v2/tenants/{tenant}", new { settings = new { promotion_roi_benchmark = (decimal?)null } });
        Assert.Null((await store.Test.Ok(request))["performance_comparison"]!["vs_industry_benchmark"]!["roi_vs_benchmark"]);
    }

    [Fact]
    public async Task New_customers_and_those_who_come_back_are_counted_from_orders()
    {
        var store = await Store.Open();
        var goods = await store.Stocked(price: 20m);
        var (ann, bob, cid, dan) = (await store.Customer(), await store.Customer(), await store.Customer(), await store.Customer());
        await store.Order(goods, customer: bob); // before the period
        await store.Advance("P40D");
        await store.Order(goods, customer: dan); // without a promotion, and back
        await store.Order(goods, customer: cid); // without a promotion, once
        await store.Offer(Offers.Percent(10) with { EndsAt = Offers.Percent(1).EndsAt.AddYears(1) });
        await store.Order(goods, customer: ann); // new, and back
        await store.Order(goods, customer: bob); // not new, and not back within the period
        await store.Order(goods, customer: ann);
        await store.Order(goods, customer: dan);

        var metrics = (await store.Test.Ok(Summary))["key_metrics"]!;

        Assert.Equal((1, 72m, 8m, 64m), ((int)metrics["customer_acquisition"]!, (decimal)metrics["total_revenue_impact"]!, (decimal)metrics["cost_of_discounts"]!, (decimal)metrics["net_revenue_increase"]!));
        Assert.Equal(0m, (decimal)metrics["customer_retention_improvement"]!); // one of two, and one of two

        await store.Order(goods, customer: bob);
        Assert.Equal(50m, (decimal)(await store.Test.Ok(Summary))["key_metrics"]!["customer_retention_improvement"]!);
    }

    [Fact]
    public async Task A_promotion_that_loses_is_found_with_the_numbers_behind_it()
    {
        var store = await Store.Open();
        var promotion = await store.Offer(Offers.Percent(90));
        await PerformanceReportTests.Used(store, promotion, "2024-06-10T00:00:00Z", 30, revenue: 1_000, discount: 9_000);
        await PerformanceReportTests.Used(store, promotion, "2024-06-11T00:00:00Z", 30, revenue: 1_200, discount: 9_500);

        var summary = await store.Test.Ok($"{Summary}?start_date=2024-06-01&end_date=2024-06-30");

        var made = Assert.Single(summary["recommendations"]!.AsArray())!;
        Assert.Equal(("high", "cost", "low", "losing_promotion"), ((string?)made["priority"], (string?)made["category"], (string?)made["implementation_effort"], (string?)made["rule"]));
        Assert.Equal((promotion.Id, 60, 5_550m, 660m), ((long)made["evidence"]!["promotion_id"]!, (int)made["evidence"]!["uses"]!, (decimal)made["evidence"]!["discount"]!, (decimal)made["evidence"]!["revenue"]!));
    }

    [Fact]
    public async Task It_takes_the_same_number_of_SQL_commands_for_one_promotion_and_for_forty()
    {
        await using var server = await TestServer.Start();
        var store = await Store.Open(server: server);
        await PerformanceReportTests.Used(store, await store.Offer(Offers.Percent(10)), "2024-06-03T00:00:00Z", 3);
        const string request = $"{Summary}?start_date=2024-06-01&end_date=2024-06-30";
        await SqlCommands.Of(store.Test, request);
        var one = await SqlCommands.Of(store.Test, request);
        for (var i = 0; i < 39; i++)
            await PerformanceReportTests.Used(store, await store.Offer(Offers.Percent(10) with { MaxUses = 100 }), "2024-06-04T00:00:00Z", 3);
        await SqlCommands.Of(store.Test, request);

        Assert.Equal(one, await SqlCommands.Of(store.Test, request));
    }
}
