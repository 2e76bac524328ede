using System.Globalization;
using System.Text.Json.Nodes;
using Aura.Tests.Orders.History;
using Aura.Tests.Winback.Recovery;
using Aura.Winback.Forecasts;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.Winback.Forecasts;

public sealed class RevenueForecastApiTests
{
    private const string Forecast = "/api/abandoned-checkout-winback/analytics/revenue-forecast";

    [Fact]
    public async Task A_new_store_is_told_that_there_is_too_little_history()
    {
        var store = await Store.Open();

        var forecast = (await store.Test.Ok($"GET {Forecast}"))["forecast"]!;

        Assert.Equal(["currentMonth", "nextMonth", "nextQuarter", "confidence", "trend"], forecast.AsObject().Select(pair => pair.Key).Take(5));
        Assert.Equal((0, null, null, 0, "flat", "insufficient_history"), (
            (decimal)forecast["currentMonth"]!, forecast["nextMonth"], forecast["nextQuarter"], (decimal)forecast["confidence"]!, (string?)forecast["trend"], (string?)forecast["status"]));
        Assert.Empty((await store.Test.Ok($"GET {Forecast}/historical"))["historical"]!.AsArray());
        Assert.Equal(3, (await store.Test.Ok($"GET {Forecast}/scenarios"))["scenarios"]!.AsArray().Count);
    }

    [Fact]
    public async Task Orders_of_the_past_are_continued_with_what_they_brought()
    {
        var store = await Sold(days: 500);

        var forecast = (await store.Test.Ok($"GET {Forecast}"))["forecast"]!;
        var today = DateOnly.FromDateTime(await store.Database((db, _) => Task.FromResult(db.Now)));

        Assert.Equal(("ready", "GBP", "month"), ((string?)forecast["status"], (string?)forecast["currency"], (string?)forecast["step"]));
        Assert.Equal(10m * (today.Day - 1), (decimal)forecast["monthToDate"]!);
        Assert.InRange((decimal)forecast["nextMonth"]!, 270, 320);
        Assert.InRange((decimal)forecast["nextQuarter"]!, 870, 960);
        Assert.InRange((decimal)forecast["confidence"]!, 80, 100);
        Assert.True((decimal)forecast["intervals"]!["nextMonth"]!["low95"]! <= (decimal)forecast["intervals"]!["nextMonth"]!["high80"]!);
        var past = (await store.Test.Ok($"GET {Forecast}/historical"))["historical"]!.AsArray();
        Assert.True(past.Count >= 6);
        Assert.Equal((today.AddMonths(-1).ToString("yyyy-MM", null), "backtest"), ((string?)past[0]!["month"], (string?)past[0]!["source"]));
        Assert.InRange((decimal)past[0]!["accuracy"]!, 80, 100);
    }

    [Fact]
    public async Task What_was_said_of_a_month_is_held_against_it_when_it_is_over()
    {
        var store = await Sold(days: 300);
        var said = (decimal)(await store.Test.Ok($"POST {Forecast}/calculate", new { }))["forecast"]!["nextMonth"]!;
        var next = DateOnly.FromDateTime(await store.Database((db, _) => Task.FromResult(db.Now))).AddMonths(1);

        await store.Advance("P70D");
        var past = (await store.Test.Ok($"GET {Forecast}/historical"))["historical"]!.AsArray();

        var month = past.Single(one => (string?)one!["month"] == next.ToString("yyyy-MM", null))!;
        Assert.Equal((said, 0, "recorded"), ((decimal)month["forecast"]!, (decimal)month["actual"]!, (string?)month["source"]));
    }

    [Fact]
    public async Task What_the_merchant_expects_stays_until_it_is_changed()
    {
        var store = await Sold(days: 200);
        var before = (decimal)(await store.Test.Ok($"GET {Forecast}"))["forecast"]!["nextMonth"]!;

        var adjusted = await store.Test.Ok($"POST {Forecast}/adjust", new { growthRate = 50, seasonality = "none" });
        var again = await store.Test.Ok($"POST {Forecast}/adjust", new { historyDays = 120 });

        Assert.True((bool)adjusted["success"]!);
        Assert.Equal(1.5m * before, (decimal)adjusted["forecast"]!["nextMonth"]!, 1);
        Assert.Equal((50, "none", 120), ((decimal)again["parameters"]!["growthRate"]!, (string?)again["parameters"]!["seasonality"], (int)again["parameters"]!["historyDays"]!));
        Assert.Equal(50, await store.Database((db, _) => db.ForecastParameters.Select(p => p.GrowthRate).SingleAsync()));
        await store.Test.Refused(422, $"POST {Forecast}/adjust", new { growthRate = 501 });
        await store.Test.Refused(422, $"POST {Forecast}/calculate", new { historyDays = 10 });
    }

    [Fact]
    public async Task Scenarios_are_the_ends_of_the_interval_with_growth_and_what_may_be_recovered()
    {
        var store = await Sold(days: 200);
        var product = await store.Test.Ok("POST /v2/products", new { name = "Lamp", price = 80, sku = "LAMP" });
        await store.Test.Ok("POST /v2/carts", new { items = new[] { new { product_id = product["id"], quantity = 2 } } });
        await store.Advance("PT2H");

        var plain = await Scenarios("");
        var hoped = await Scenarios("?growth=10&recoveryRate=50");

        Assert.Equal(["pessimistic", "base", "optimistic"], plain.Select(one => (string?)one!["name"]));
        Assert.True((decimal)plain[0]!["nextMonth"]! <= (decimal)plain[1]!["nextMonth"]! && (decimal)plain[1]!["nextMonth"]! <= (decimal)plain[2]!["nextMonth"]!);
        Assert.Equal(1.1m * (decimal)plain[1]!["nextMonth"]! + 80, (decimal)hoped[1]!["nextMonth"]!, 1);
        Assert.Equal(1.1m * (decimal)plain[1]!["nextQuarter"]! + 240, (decimal)hoped[1]!["nextQuarter"]!, 1);
        await store.Test.Refused(422, $"GET {Forecast}/scenarios?recoveryRate=101");

        async Task<JsonArray> Scenarios(string query) => (await store.Test.Ok($"GET {Forecast}/scenarios{query}"))["scenarios"]!.AsArray();
    }

    [Fact]
    public async Task Carts_that_were_left_may_be_recovered_wherever_they_come_from_until_they_were()
    {
        var store = await Store.Open();
        var (one, other) = (await store.Cart(new { cartValue = 150, email = "a@b.co" }), await store.Cart(new { cartValue = 80, email = "c@b.co" }));
        await store.Abandon(one);
        await store.Abandon(other);

        Assert.Equal(230, await Left());
        await store.Test.Ok($"POST {WinbackShop.Api}/carts/{one}/recover", new { });
        Assert.Equal(80, await Left());
        await store.Advance("P31D");
        Assert.Equal(0, await Left());

        async Task<decimal> Left() => (decimal)(await store.Test.Ok($"GET {Forecast}/scenarios"))["leftInCarts"]!;
    }

    [Fact]
    public async Task It_is_exported_as_rows_and_as_a_file()
    {
        var store = await Sold(days: 300);

        var rows = await store.Test.Ok($"POST {Forecast}/export", new { format = "json" });
        using var file = await store.Test.Answer($"POST {Forecast}/export", new { format = "csv" });
        var lines = (await file.Content.ReadAsStringAsync()).Split("\r\n");

        Assert.True((bool)rows["success"]!);
        Assert.Equal((int)rows["count"]!, rows["data"]!.AsArray().Count);
        Assert.Equal(("text/csv", "revenue-forecast.csv"), (file.Content.Headers.ContentType!.MediaType, file.Content.Headers.ContentDisposition!.FileName));
        Assert.Equal("period,forecast,low80,high80,low95,high95,actual,source", lines[0]);
        Assert.Equal((int)rows["count"]! + 2, lines.Length);
        await store.Test.Refused(422, $"POST {Forecast}/export", new { format = "pdf" });
    }

    /// <summary>A store that has sold for 10 pounds a day until yesterday.</summary>
    private static async Task<Store> Sold(int days)
    {
        var store = await Store.Open(currency: "GBP");
        var today = (await store.Database((db, _) => Task.FromResult(db.Now))).Date;
        await store.Import(string.Concat(Enumerable.Range(1, days).Select(back => string.Create(CultureInfo.InvariantCulture,
            $"{back},A1,TEA,5,{today.AddDays(-back):yyyy-MM-dd} 10:00:00,2.00,{13000 + back % 40},Germany\n"))));
        return store;
    }
}
