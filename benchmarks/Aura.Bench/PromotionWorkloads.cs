namespace Aura.Bench;

/// <summary>W6: a cart of twenty lines in a store with ten thousand promotions, against the same in one with ten; ten match it in both.</summary>
internal abstract class AmongPromotions(string name, string about) : Workload(name, about)
{
    private Contestant few = null!, many = null!; // made before they are measured

    public override double? Goal => 0.50;

    public override (Contestant, Contestant) Sides(Bench bench) => (few, many);

    public override async Task Prepare(Bench bench)
    {
        (few, many) = (bench.Product.As("ten promotions", Shop.KeyOfTen), bench.Product.As("ten thousand promotions", Shop.KeyOfTenThousand));
        foreach (var contestant in (Contestant[])[few, many])
            await Prepare(bench, contestant);
    }

    protected virtual Task Prepare(Bench bench, Contestant contestant) => Task.CompletedTask;

    /// <summary>The least id in a table of this caller's store.</summary>
    protected static Task<long> First(Bench bench, Contestant contestant, string table) => bench.Shop.Source.Ask<long>($"""
        SELECT min(t.id) FROM {table} t JOIN stores s ON s.id = t.tenant_id JOIN accounts a ON a.id = s.account_id WHERE s.is_test AND a.name ILIKE '{contestant.Name}'
        """, bench.Cancellation);
}

/// <summary>W6: the cart as a shopper sees it.</summary>
internal sealed class CartAmongPromotions() : AmongPromotions("W6", "20-line cart: 10, 10,000 promotions")
{
    private readonly Dictionary<string, string> carts = [];

    public override Task<LoadPlan> Requests(Bench bench, Contestant contestant) => bench.Requests(this, contestant, [$"GET\t/v2/carts/{carts[contestant.Name]}"]);

    public override async Task Check(Bench bench, Contestant contestant)
    {
        using var answer = await bench.Get(contestant, $"/v2/carts/{carts[contestant.Name]}");
        bench.Demand(answer.RootElement.GetProperty("items").GetArrayLength() == 20 && answer.RootElement.GetProperty("discounts").GetArrayLength() == 10,
            contestant, $"did not give ten discounts on twenty lines: {answer.RootElement}");
    }

    protected override async Task Prepare(Bench bench, Contestant contestant)
    {
        var variant = await First(bench, contestant, "variants");
        var items = string.Join(',', Enumerable.Range(0, 20).Select(n => $$"""{"variant_id":"var_{{variant + 3 * n}}","quantity":1}"""));
        using var answer = await bench.Post(contestant, "/v2/carts", $$"""{"items":[{{items}}]}""");
        carts[contestant.Name] = answer.RootElement.GetProperty("id").GetString()!; // every cart has one
    }
}

/// <summary>W6calc: what one of the promotions gives on twenty items.</summary>
internal sealed class DiscountCalculated() : AmongPromotions("W6calc", "one promotion: 10, 10,000 promotions")
{
    private readonly Dictionary<string, string> paths = [];

    public override Task<LoadPlan> Requests(Bench bench, Contestant contestant) => bench.Requests(this, contestant, [$"POST\t{paths[contestant.Name]}\t{Body}"]);

    public override async Task Check(Bench bench, Contestant contestant)
    {
        using var answer = await bench.Post(contestant, paths[contestant.Name], Body);
        bench.Demand(answer.RootElement.GetProperty("discount_amount").GetDecimal() > 0, contestant, $"gave nothing: {answer.RootElement}");
    }

    protected override async Task Prepare(Bench bench, Contestant contestant) =>
        paths[contestant.Name] = $"/api/v1/promotions/{await First(bench, contestant, "promotions")}/calculate-discount";

    private static string Body { get; } =
        $$"""{"order_items":[{{string.Join(',', Enumerable.Range(1, 20).Select(n => $$"""{"product_id":{{n}},"quantity":2,"unit_price":{{n}}.50}"""))}}]}""";
}
