using Aura.Tests.Winback.Recovery;
using Aura.Winback.Insights;
using static Aura.Tests.Winback.Recovery.WinbackShop;

namespace Aura.Tests.Winback;

public sealed class AbandonmentInsightsTests
{
    private const string Insights = $"{Api}/analytics/abandonment-insights";

    [Fact]
    public async Task A_shop_without_carts_has_no_rate_and_no_advice()
    {
        var store = await Store.Open();

        var insights = (await store.Test.Ok($"GET {Insights}"))["insights"]!;

        Assert.Null(insights["abandonmentRate"]);
        Assert.Equal((0, 0m, 0), ((int)insights["abandonedCarts"]!, (decimal)insights["abandonedValue"]!, insights["topReasons"]!.AsArray().Count));
        Assert.NotNull((string?)(await store.Test.Ok($"GET {Insights}/patterns"))["message"]);
        Assert.NotNull((string?)(await store.Test.Ok($"POST {Insights}/recommendations", new { }))["message"]);
    }

    [Fact]
    public async Task Carts_that_were_left_are_counted_with_their_worth_and_their_reasons()
    {
        var store = await Store.Open();
        foreach (var (value, reason) in ((decimal, string)[])[(100, "Shipping cost"), (50, "shipping cost"), (30, "No time")])
            await store.Test.Ok($"POST {Api}/carts/{await store.Cart(new { cartValue = value, email = "a@b.co" })}/abandon", new { reason });
        var won = await store.Cart(new { cartValue = 70, email = "c@b.co" });
        await store.Abandon(won);
        await store.Test.Ok($"POST {Api}/carts/{won}/recover", new { });
        await store.Cart(new { cartValue = 999 }); // still open

        var insights = (await store.Test.Ok($"GET {Insights}"))["insights"]!;
        var byStage = (await store.Test.Ok($"POST {Insights}/analyze", new { }))["analysis"]!;
        var bySegment = (await store.Test.Ok($"POST {Insights}/analyze", new { groupBy = "customer" }))["analysis"]!;

        Assert.Equal((100.0, 4, 180m, 25.0), ((double)insights["abandonmentRate"]!, (int)insights["abandonedCarts"]!, (decimal)insights["abandonedValue"]!, (double)insights["recoveryRate"]!));
        Assert.Equal(("shipping cost", "said", 2, 50.0), ((string?)insights["topReasons"]![0]!["reason"], (string?)insights["topReasons"]![0]!["kind"], (int)insights["topReasons"]![0]!["carts"]!, (double)insights["topReasons"]![0]!["share"]!));
        Assert.Equal((4, 1, 180m, 70m), ((int)byStage["total"]!["carts"]!, (int)byStage["total"]!["recovered"]!, (decimal)byStage["total"]!["lostValue"]!, (decimal)byStage["total"]!["recoveredRevenue"]!));
        Assert.Equal("checkout", (string?)byStage["groups"]![0]!["group"]);
        Assert.Equal(4, bySegment["groups"]!.AsArray().Sum(group => (int)group!["carts"]!));
        var byItems = (await store.Test.Ok($"POST {Insights}/analyze", new { groupBy = "items" }))["analysis"]!["groups"]!;
        Assert.Equal((null, 4), ((string?)byItems[0]!["group"], (int)byItems[0]!["carts"]!)); // nobody said what is in them
        foreach (var by in Words<CartGrouping>.All)
            await store.Test.Ok($"POST {Insights}/analyze", new { groupBy = by });
        Assert.Equal(422, (await store.Test.Send($"POST {Insights}/analyze", new { groupBy = "weather" })).Status);
        Assert.Equal(422, (await store.Test.Send($"POST {Insights}/analyze", new { from = "2030-01-01T00:00:00Z", to = "2029-01-01T00:00:00Z" })).Status);
    }

    [Fact]
    public void A_kind_that_differs_surely_is_a_pattern_and_chance_is_none()
    {
        IReadOnlyList<CartGroup> stages = [new("cart", 500, 400, 10, 0, 0), new("checkout", 500, 250, 60, 0, 0)];
        IReadOnlyList<CartGroup> hours = [.. Enumerable.Range(0, 10).Select(hour => new CartGroup($"{hour:00}", 100, 65 + hour % 2, 7, 0, 0))];

        var found = CartPattern.Find(new Dictionary<CartGrouping, IReadOnlyList<CartGroup>> { [CartGrouping.Stage] = stages, [CartGrouping.Hour] = hours });

        Assert.Equal(["cart", "checkout"], found.Select(pattern => pattern.Group));
        Assert.Equal((0.8, 0.5), (found[0].Rate, found[0].OtherRate));
        Assert.True(found[0].PValue < 1e-9);
    }

    [Fact]
    public void A_few_carts_are_no_pattern() => Assert.Empty(CartPattern.Find(new Dictionary<CartGrouping, IReadOnlyList<CartGroup>>
    {
        [CartGrouping.Stage] = [new("cart", 29, 29, 0, 0, 0), new("checkout", 5000, 100, 0, 0, 0)],
    }));

    [Fact]
    public async Task Carts_whose_owners_nobody_can_reach_lead_to_the_advice_to_ask_earlier()
    {
        var store = await Store.Open();
        for (var n = 0; n < 32; n++)
            await store.Abandon(await store.Cart(new { cartValue = 10 }));

        var advice = (await store.Test.Ok($"POST {Insights}/recommendations", new { }))["recommendations"]![0]!;

        Assert.Equal("capture_email_earlier", (string?)advice["action"]);
        Assert.Null(advice["expectedImpact"]); // nobody with an address was ever compared
    }
}
