using System.Globalization;
using System.Text;
using Aura.Tests.Orders.History;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.Winback.Lifetimes;

public sealed class CustomerValuesApiTests
{
    private const string Clv = "/api/abandoned-checkout-winback/analytics/clv";

    [Fact]
    public async Task A_new_store_has_no_customers_and_says_so()
    {
        var store = await Store.Open();

        var clv = (await store.Test.Ok($"GET {Clv}"))["clv"]!;
        var nobody = await store.Test.Ok($"POST {Clv}/predict", new { customerId = "customer_123" });

        Assert.Equal(["averageCLV", "topSegmentCLV", "lowSegmentCLV", "totalCustomers"], clv.AsObject().Select(pair => pair.Key).Take(4));
        Assert.Equal((0, 0, "observed", "insufficient_history"), ((decimal)clv["averageCLV"]!, (int)clv["totalCustomers"]!, (string?)clv["basis"], (string?)clv["status"]));
        Assert.Equal(("customer_123", null, "unknown"), ((string?)nobody["customerId"], nobody["predictedCLV"], (string?)nobody["segment"]));
        Assert.Empty((await store.Test.Ok($"POST {Clv}/optimize", new { }))["recommendations"]!.AsArray());
        await store.Test.Refused(400, $"POST {Clv}/predict", new { });
    }

    [Fact]
    public async Task Few_customers_are_worth_what_they_bought()
    {
        var store = await Store.Open(currency: "GBP");
        await store.Import("""
            1,A1,TEA,5,2024-01-04 10:00:00,2.00,13001,Germany
            2,A1,TEA,20,2024-02-04 10:00:00,2.00,13002,Germany
            3,A1,TEA,1,2024-02-04 11:00:00,2.00,13002,Germany
            """);

        var clv = (await store.Test.Ok($"GET {Clv}"))["clv"]!;

        Assert.Equal((26, 42, 10, 2, 0), ((decimal)clv["averageCLV"]!, (decimal)clv["topSegmentCLV"]!, (decimal)clv["lowSegmentCLV"]!, (int)clv["totalCustomers"]!, (int)clv["repeatCustomers"]!));
    }

    [Fact]
    public async Task A_year_of_customers_is_predicted()
    {
        var store = await Sold();

        var clv = (await store.Test.Ok($"GET {Clv}"))["clv"]!;
        var segments = (await store.Test.Ok($"GET {Clv}/segments"))["segments"]!.AsArray();
        var rows = await store.Test.Ok($"POST {Clv}/export", new { format = "json" });
        var best = rows["data"]![0]!;
        var predicted = await store.Test.Ok($"POST {Clv}/predict", new { customerId = (string?)best["customerId"] });
        var trends = (await store.Test.Ok($"GET {Clv}/trends"))["trends"]!.AsArray();
        var advice = (await store.Test.Ok($"POST {Clv}/optimize", new { segment = "low" }))["recommendations"]!.AsArray();
        using var file = await store.Test.Answer($"POST {Clv}/export", new { format = "csv" });

        Assert.Equal(("predicted", "ready", 200), ((string?)clv["basis"], (string?)clv["status"], (int)clv["totalCustomers"]!));
        Assert.True((decimal)clv["topSegmentCLV"]! > (decimal)clv["averageCLV"]! && (decimal)clv["averageCLV"]! > (decimal)clv["lowSegmentCLV"]!);
        Assert.Equal(["top", "middle", "low"], segments.Select(one => (string?)one!["segment"]));
        Assert.Equal(200, segments.Sum(one => (int)one!["customers"]!));
        Assert.Equal(200, (int)rows["count"]!);
        Assert.Equal(((decimal)best["clv"]!, "top", "ready"), ((decimal)predicted["predictedCLV"]!, (string?)predicted["segment"], (string?)predicted["status"]));
        Assert.Equal((decimal)clv["averageCLV"]!, rows["data"]!.AsArray().Average(row => (decimal)row!["clv"]!), 2);
        Assert.Equal(12, trends.Count);
        Assert.Equal((decimal)clv["averageCLV"]!, (decimal)trends[^1]!["averageCLV"]!);
        Assert.All(advice, one => Assert.Equal("low", (string?)one!["segment"]));
        Assert.Equal("text/csv", file.Content.Headers.ContentType!.MediaType);
        Assert.Equal(202, (await file.Content.ReadAsStringAsync()).Split("\r\n").Length);
    }

    [Fact]
    public async Task Another_store_s_customers_are_nobody()
    {
        var store = await Sold();
        var stranger = await store.Database((db, _) => db.Customers.Select(c => c.Id).FirstAsync());
        var other = await Store.Open();
        Assert.Equal("unknown", (string?)(await other.Test.Ok($"POST {Clv}/predict", new { customerId = $"customer_{stranger}" }))["segment"]);
    }

    /// <summary>Two hundred customers over 400 days, who come at rates of their own and leave.</summary>
    private static async Task<Store> Sold()
    {
        var store = await Store.Open(currency: "GBP");
        var today = (await store.Database((db, _) => Task.FromResult(db.Now))).Date;
        var (random, lines, invoice) = (new Random(4), new StringBuilder(), 0);
        for (var customer = 0; customer < 200; customer++)
        {
            var (pause, price) = (15 + 80 * random.NextDouble(), 5 + (int)(30 * random.NextDouble() * random.NextDouble()));
            for (double day = 400 - random.Next(100); day >= 1 && random.NextDouble() > 0.15; day -= 1 - pause * Math.Log(1 - random.NextDouble()))
                lines.Append(CultureInfo.InvariantCulture, $"{++invoice},A1,TEA,{1 + random.Next(3)},{today.AddDays(-(int)day):yyyy-MM-dd} 10:00:00,{price}.00,{13000 + customer},Germany\n");
            lines.Append(CultureInfo.InvariantCulture, $"{++invoice},A1,TEA,1,{today.AddDays(-401):yyyy-MM-dd} 10:00:00,{price}.00,{13000 + customer},Germany\n");
        }

        await store.Import(lines.ToString());
        return store;
    }
}
