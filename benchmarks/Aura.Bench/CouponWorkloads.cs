namespace Aura.Bench;

/// <summary>W4: any of all coupons, tried.</summary>
internal sealed class CouponTried() : Workload("W4", "coupon validated, any")
{
    private const string Body = """{"order_amount":80}""";

    public override double? Goal => 0.60;

    public override Task<LoadPlan> Requests(Bench bench, Contestant contestant) => bench.Requests(this, contestant, Paths(bench).Select(path => $"POST\t{path}\t{Body}"));

    public override async Task Check(Bench bench, Contestant contestant)
    {
        foreach (var path in Paths(bench).Take(20))
        {
            using var answer = await bench.Post(contestant, path, Body);
            bench.Demand(answer.RootElement.GetProperty("is_valid").GetBoolean() && answer.RootElement.GetProperty("discount_amount").GetDecimal() == 12m
                && path.EndsWith(answer.RootElement.GetProperty("coupon").GetProperty("code").GetString()!, StringComparison.Ordinal), contestant, $"answered {path} with {answer.RootElement}");
        }
    }

    /// <summary>Without the first, which W5 uses.</summary>
    private static IEnumerable<string> Paths(Bench bench) =>
        bench.Draw(Math.Min(bench.Shop.Size.Coupons - 1, 200_000), 1, bench.Shop.Size.Coupons - 1).Select(n => $"/api/v1/coupons/validate/BENCH-{n}");
}

/// <summary>W5: one coupon that everybody uses at once, each for an order of their own.</summary>
internal sealed class CouponUsed() : Workload("W5", "one hot coupon redeemed")
{
    private const string Path = "/api/v1/coupons/redeem/BENCH-0";

    public override double? Goal => 0.60;
    public override string? Made => "SELECT count(*) FROM promotion_uses WHERE state = 'confirmed' AND coupon_id IS NOT NULL";

    public override Task<LoadPlan> Requests(Bench bench, Contestant contestant) =>
        bench.Requests(this, contestant, Enumerable.Range(0, 10_000).Select(n => $"POST\t{Path}\t{Body(n, "@@")}"), once: true);

    public override async Task Check(Bench bench, Contestant contestant)
    {
        var before = 0L;
        for (var n = 1; n <= 5; n++)
        {
            using var answer = await bench.Post(contestant, Path, Body(n, $"{n + (contestant.IsFloor ? 0 : 5)}"));
            var uses = answer.RootElement.GetProperty("coupon").GetProperty("current_uses").GetInt64();
            bench.Demand(answer.RootElement.GetProperty("discount_amount").GetDecimal() == 12m && uses > before, contestant, $"redeemed nothing: {answer.RootElement}");
            before = uses;
        }
    }

    private static string Body(int customer, string order) => $$"""{"customer_id":{{1_000_000_000 + customer}},"order_amount":80,"order_id":{{order}}}""";
}
