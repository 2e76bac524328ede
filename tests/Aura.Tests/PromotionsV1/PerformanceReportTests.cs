using System.Globalization;
using System.Text.Json.Nodes;
using Aura.Promotions;
using Aura.Tests.Promotions;
using Aura.Tests.V2;

namespace Aura.Tests.PromotionsV1;

public sealed class PerformanceReportTests
{
    private const string Report = "GET /api/v1/analytics/performance-report";

    [Fact]
    public async Task The_figures_of_the_document_come_out_of_such_uses()
    {
        var store = await Store.Open();
        var promotion = await store.Offer(Offers.Percent(25));
        await Used(store, promotion, "2024-06-01T10:00:00Z", 180);
        await Used(store, promotion, "2024-06-02T23:59:59.9Z", 195);
        await Used(store, promotion, "2024-06-30T23:59:59.9Z", 75);
        await Used(store, promotion, "2024-07-01T00:00:00Z", 1);
        await Used(store, promotion, "2024-06-03T00:00:00Z", 5, state: "reserved");
        await Shown(store, promotion, "2024-06-05", 5000, 800);

        var report = await store.Test.Ok($"{Report}?start_date=2024-06-01T00:00:00Z&end_date=2024-06-30T23:59:59Z");

        Assert.Equal("""{"start_date":"2024-06-01T00:00:00Z","end_date":"2024-06-30T23:59:59Z","duration_days":30}""", report["report_period"]!.ToJsonString());
        Assert.Equal("""
            {"total_promotions":1,"active_promotions":1,"total_usage":450,"total_revenue":45000,"total_discount":11250,"average_discount_per_order":25,"unique_customers":450,"conversion_rate":9,"roi_percentage":300,"distinct_orders":450,"distinct_order_revenue":45000}
            """.Trim(), Compact(report["summary_metrics"]!));
        var detail = Assert.Single(report["promotion_details"]!.AsArray())!;
        Assert.Equal((promotion.Id, "percentage_discount"), ((long)detail["promotion_id"]!, (string?)detail["promotion_type"]));
        Assert.Equal("""{"total_revenue":45000,"total_discount":11250,"average_order_value":100,"roi_percentage":300}""", Compact(detail["financial_metrics"]!));
        Assert.Equal("""{"impressions":5000,"clicks":800,"conversion_rate_percentage":9,"click_through_rate":16}""", Compact(detail["engagement_metrics"]!));
        var days = report["trends"]!["daily_usage"]!.AsArray();
        Assert.Equal((30, """{"date":"2024-06-01","usage":180,"revenue":18000}""", """{"date":"2024-06-03","usage":0,"revenue":0}"""), (days.Count, Compact(days[0]!), Compact(days[2]!)));
        foreach (var (list, figure, value) in new[] { ("by_usage", "usage", 450m), ("by_revenue", "revenue", 45000m), ("by_roi", "roi", 300m) })
            Assert.Equal(value, (decimal)Assert.Single(report["top_performers"]![list]!.AsArray())![figure]!);
    }

    [Fact]
    public async Task What_has_no_answer_is_null()
    {
        var store = await Store.Open();
        await store.Offer(Offers.Percent(25));

        var report = await store.Test.Ok(Report);

        Assert.Equal((30, 30), ((int)report["report_period"]!["duration_days"]!, report["trends"]!["daily_usage"]!.AsArray().Count));
        foreach (var figure in (string[])["average_discount_per_order", "conversion_rate", "roi_percentage"])
            Assert.Null(report["summary_metrics"]![figure]);
        var detail = report["promotion_details"]![0]!;
        Assert.Null(detail["usage_metrics"]!["usage_trend"]);
        Assert.Null(detail["financial_metrics"]!["average_order_value"]);
        Assert.Null(detail["engagement_metrics"]!["click_through_rate"]);
        Assert.Equal(0, (int)detail["usage_metrics"]!["total_usage"]!);
        Assert.Empty(report["top_performers"]!["by_usage"]!.AsArray());
    }

    [Fact]
    public async Task Only_active_promotions_are_in_it_unless_others_are_asked_for()
    {
        var store = await Store.Open();
        var (active, ended, deleted) = (await store.Offer(Offers.Percent(10)), await store.Offer(Offers.Percent(20)), await store.Offer(Offers.Percent(30)));
        await Used(store, deleted, "2024-06-03T00:00:00Z", 2);
        await store.Test.Ok($"POST /api/v1/promotions/{ended.Id}/end");
        await store.Test.Ok($"DELETE /api/v1/promotions/{deleted.Id}");

        Assert.Equal([active.Id], await Ids(store, ""));
        Assert.Equal([active.Id, ended.Id], await Ids(store, "include_inactive=true"));
        Assert.Equal([active.Id, ended.Id, deleted.Id], await Ids(store, "include_inactive=true&start_date=2024-06-01&end_date=2024-06-30"));
        Assert.Equal([active.Id, ended.Id], await Ids(store, $"promotion_ids={active.Id},{ended.Id}"));
        Assert.Equal([active.Id, ended.Id], await Ids(store, $"promotion_ids={active.Id}&promotion_ids={ended.Id}"));
        Assert.Equal([active.Id], await Ids(store, $"promotion_ids={active.Id},{ended.Id}&include_inactive=false"));
        Assert.Equal(404, (await store.Test.Send($"{Report}?promotion_ids={active.Id},999")).Status);
        foreach (var query in (string[])["promotion_ids=promo_1", "start_date=soon", "start_date=2024-06-02&end_date=2024-06-01", "currency=ZZZ", "start_date=0001-01-01", "end_date=9999-12-31", "end_date=9999-12-31T23:59:59Z"])
            Assert.Equal(422, (await store.Test.Send($"{Report}?{query}")).Status);
    }

    [Fact]
    public async Task Other_currencies_are_named_and_not_mixed_in()
    {
        var store = await Store.Open();
        var (dollars, euros) = (await store.Offer(Offers.Percent(10)), await store.Offer(Offers.Percent(10) with { Currency = Currency.Eur }));
        await Used(store, dollars, "2024-06-03T00:00:00Z", 2);
        await Used(store, euros, "2024-06-03T00:00:00Z", 3, currency: "EUR");

        var report = await store.Test.Ok($"{Report}?start_date=2024-06-01&end_date=2024-06-30");
        var other = await store.Test.Ok($"{Report}?start_date=2024-06-01&end_date=2024-06-30&currency=eur");

        Assert.Equal(("USD", 200m), ((string?)report["currency"], (decimal)report["summary_metrics"]!["total_revenue"]!));
        Assert.Equal("""[{"currency":"EUR","usage":3,"revenue":300,"discount":75}]""", Compact(report["left_out"]!));
        Assert.Equal((1, 300m), ((int)other["summary_metrics"]!["total_promotions"]!, (decimal)other["summary_metrics"]!["total_revenue"]!));
    }

    [Fact]
    public async Task An_order_counts_when_it_is_placed_and_no_more_when_it_is_cancelled_and_with_two_promotions_once_as_an_order()
    {
        var store = await Store.Open();
        await store.Offer(Offers.Percent(10) with { CanStack = true });
        await store.Offer(Offers.Percent(50) with { CanStack = true });
        var order = await store.Test.Ok($"POST /v2/carts/{await store.Cart((await store.Stocked(price: 20m), 1))}/checkout", new { payment_method = "card" });

        var summary = (await store.Test.Ok(Report))["summary_metrics"]!;
        Assert.Equal((2, 1, 9m, 18m, 11m, 1), ((int)summary["total_usage"]!, (int)summary["distinct_orders"]!, (decimal)summary["distinct_order_revenue"]!,
            (decimal)summary["total_revenue"]!, (decimal)summary["total_discount"]!, (int)summary["unique_customers"]!));

        await store.Test.Ok($"POST /v2/orders/{order["id"]}/cancel", new { reason = "changed_mind" });
        Assert.Equal(0, (int)(await store.Test.Ok(Report))["summary_metrics"]!["total_usage"]!);
    }

    /// <summary>Beside a plain count over the rows that were written, and each sum beside the sum of its parts.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task The_summary_is_the_sum_of_its_parts_and_of_the_uses(int seed)
    {
        var random = new Random(seed);
        var store = await Store.Open();
        var promotions = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => store.Offer(Offers.Percent(10))));
        var uses = Enumerable.Range(0, 400).Select(i => (
            Promotion: promotions[random.Next(6)].Id, At: new DateTime(2024, 6, 1, 0, 0, 0, DateTimeKind.Utc).AddMinutes(random.Next(60 * 24 * 40)),
            State: random.Next(4) == 0 ? "rolled_back" : "confirmed", Revenue: random.NextInt64(100_000), Discount: random.NextInt64(9_999), Customer: random.Next(50))).ToList();
        foreach (var (index, use) in uses.Index())
            await store.Server.Rows("""
                INSERT INTO promotion_uses (tenant_id, id, promotion_id, reference, customer_key, stripe, state, discount, revenue, currency, created_at, updated_at)
                VALUES ($1, nextval('ids'), $2, $3, $4, 0, $5, $6, $7, 'USD', $8, $8)
                """, store.Account.Sandbox.Id, use.Promotion, $"order:{index % 300}-{use.Promotion}-{use.State}-{index}", $"key{use.Customer}", use.State, use.Discount, use.Revenue, use.At);
        var within = uses.Where(use => use.State == "confirmed" && use.At < new DateTime(2024, 7, 1)).ToList();

        var report = await store.Test.Ok($"{Report}?start_date=2024-06-01&end_date=2024-06-30");

        var (summary, details, days) = (report["summary_metrics"]!, report["promotion_details"]!.AsArray(), report["trends"]!["daily_usage"]!.AsArray());
        Assert.Equal((within.Count, within.Sum(use => use.Revenue) / 100m, within.Sum(use => use.Discount) / 100m, within.Select(use => use.Customer).Distinct().Count()),
            ((int)summary["total_usage"]!, (decimal)summary["total_revenue"]!, (decimal)summary["total_discount"]!, (int)summary["unique_customers"]!));
        Assert.Equal((int)summary["total_usage"]!, details.Sum(detail => (int)detail!["usage_metrics"]!["total_usage"]!));
        Assert.Equal((decimal)summary["total_revenue"]!, details.Sum(detail => (decimal)detail!["financial_metrics"]!["total_revenue"]!));
        Assert.Equal((decimal)summary["total_discount"]!, details.Sum(detail => (decimal)detail!["financial_metrics"]!["total_discount"]!));
        Assert.Equal((int)summary["total_usage"]!, days.Sum(day => (int)day!["usage"]!));
        Assert.Equal((decimal)summary["total_revenue"]!, days.Sum(day => (decimal)day!["revenue"]!));
        foreach (var promotion in promotions)
        {
            var own = within.Where(use => use.Promotion == promotion.Id).ToList();
            var detail = details.Single(detail => (long)detail!["promotion_id"]! == promotion.Id)!;
            Assert.Equal((own.Count, own.Select(use => use.Customer).Distinct().Count()), ((int)detail["usage_metrics"]!["total_usage"]!, (int)detail["usage_metrics"]!["unique_customers"]!));
        }
    }

    [Fact]
    public async Task It_takes_the_same_number_of_SQL_commands_for_one_promotion_and_for_forty()
    {
        await using var server = await TestServer.Start();
        var store = await Store.Open(server: server);
        await Used(store, await store.Offer(Offers.Percent(10)), "2024-06-03T00:00:00Z", 3);
        const string request = $"{Report}?start_date=2024-06-01&end_date=2024-06-30";
        await SqlCommands.Of(store.Test, request);
        var one = await SqlCommands.Of(store.Test, request);
        for (var i = 0; i < 39; i++)
            await Used(store, await store.Offer(Offers.Percent(10)), "2024-06-04T00:00:00Z", 3);
        await SqlCommands.Of(store.Test, request);

        Assert.Equal(one, await SqlCommands.Of(store.Test, request));
        Assert.InRange(one, 6, 8);
    }

    private static async Task<long[]> Ids(Store store, string query) =>
        [.. (await store.Test.Ok($"{Report}?{query}"))["promotion_details"]!.AsArray().Select(detail => (long)detail!["promotion_id"]!)];

    private static string Compact(JsonNode node) => node.ToJsonString();

    /// <summary>Uses of 100.00 after 25.00 off, each of another customer.</summary>
    internal static Task Used(Store store, Promotion promotion, string at, int count, string state = "confirmed", string currency = "USD", long revenue = 10_000, long discount = 2_500) =>
        store.Server.Rows("""
            INSERT INTO promotion_uses (tenant_id, id, promotion_id, reference, customer_key, stripe, state, discount, revenue, currency, created_at, updated_at)
            SELECT $1, nextval('ids'), $2, gen_random_uuid()::text, gen_random_uuid()::text, 0, $3, $7, $8, $4, $5, $5 FROM generate_series(1, $6)
            """, store.Account.Sandbox.Id, promotion.Id, state, currency, DateTime.Parse(at, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal), count, discount, revenue);

    internal static Task Shown(Store store, Promotion promotion, string day, long impressions, long clicks) => store.Server.Rows("""
        INSERT INTO promotion_tallies VALUES ($1, $2, $3::date, 0, $4 - 1, $5), ($1, $2, $3::date, 1, 1, 0)
        """, store.Account.Sandbox.Id, promotion.Id, DateOnly.Parse(day, CultureInfo.InvariantCulture), impressions, clicks);
}
