namespace Aura.Bench;

/// <summary>W3: an order of three lines from one prepared request.</summary>
/// <param name="floor">Where the floor makes them.</param>
internal class OrderPlaced(string name = "W3", string about = "order of 3 lines from one request", string floor = "/v2/orders") : Workload(name, about)
{
    public override string? Made => "SELECT count(*) FROM orders WHERE placed_at IS NOT NULL";

    public override Task<LoadPlan> Requests(Bench bench, Contestant contestant) =>
        bench.Requests(this, contestant, Bodies(bench).Select(body => $"POST\t{Path(contestant)}\t{body}"), once: true);

    public override async Task Check(Bench bench, Contestant contestant)
    {
        foreach (var body in Bodies(bench).Take(5))
        {
            using var answer = await bench.Post(contestant, Path(contestant), body);
            bench.Demand(answer.RootElement.GetProperty("items").GetArrayLength() == 3 && answer.RootElement.GetProperty("total").GetDecimal() > 0,
                contestant, $"made no order of 3 lines of {body}: {answer.RootElement}");
        }
    }

    private string Path(Contestant contestant) => contestant.IsFloor ? floor : "/v2/orders";

    protected const string Address =
        """{"name":"Jane Doe","line1":"1 Main St","city":"Springfield","state":"IL","zip":"62701","country":"US"}""";

    /// <summary>Three different variants each.</summary>
    protected static IEnumerable<long[]> Baskets(Bench bench) =>
        bench.Draw(Math.Min(3 * bench.Products, 60_000), bench.Shop.Loaded.FirstVariant, 3 * bench.Shop.Size.Products).Chunk(3).Where(basket => basket.Length == 3);

    private static IEnumerable<string> Bodies(Bench bench) => Baskets(bench).Select((basket, n) =>
        $$"""{"customer_id":"cust_{{bench.Shop.Loaded.FirstCustomer + n % bench.Shop.Size.Customers}}","items":[{{string.Join(',', basket.Select(id => $$"""{"variant_id":"var_{{id}}","quantity":1}"""))}}],"shipping_address":{{Address}},"shipping_method":"standard"}""");
}

/// <summary>W3c: what a storefront does until somebody has bought: a cart of three lines, address and delivery, payment with a card.</summary>
/// <remarks>
/// Counted in orders, against orders of the floor's W3. Each of wrk's threads is one storefront with one connection, for a script
/// cannot tell the connections of a thread apart.
/// </remarks>
/// <param name="requests">3, or 6: the lines one by one.</param>
internal sealed class CheckoutDone(string name, string about, int requests) : OrderPlaced(name, about)
{
    private string card = ""; // made before the first checkout

    public override async Task Prepare(Bench bench)
    {
        using var answer = await bench.Post(bench.Product, "/v2/payment-methods",
            """{"type":"card","card":{"number":"4242424242424242","exp_month":12,"exp_year":2040,"cvc":"123"}}""");
        card = answer.RootElement.GetProperty("id").GetString()!; // every method has one
    }

    public override async Task<LoadPlan> Requests(Bench bench, Contestant contestant)
    {
        if (contestant.IsFloor)
            return await base.Requests(bench, contestant);
        var file = await bench.Write(this, contestant, Baskets(bench).Select(basket => string.Join(' ', basket)));
        return new(Path.Combine(bench.Options.Scripts, "checkout.lua"), file, [$"{requests}", card, Address], bench.Options.Connections, bench.Options.Connections);
    }

    public override async Task Check(Bench bench, Contestant contestant)
    {
        if (contestant.IsFloor)
        {
            await base.Check(bench, contestant);
            return;
        }

        var items = string.Join(',', Baskets(bench).First().Select(id => $$"""{"variant_id":"var_{{id}}","quantity":2}"""));
        using var cart = await bench.Post(contestant, "/v2/carts", $$"""{"email":"jane@example.com","items":[{{items}}]}""");
        using var answer = await bench.Post(contestant, $"/v2/carts/{cart.RootElement.GetProperty("id").GetString()}/checkout",
            $$"""{"payment_method":"{{card}}","shipping_method":"standard","shipping_address":{{Address}}}""");
        var order = answer.RootElement;
        bench.Demand(order.GetProperty("payment_status").GetString() == "paid" && order.GetProperty("items").GetArrayLength() == 3
            && order.GetProperty("discount_total").GetDecimal() > 0 && order.GetProperty("tax_total").GetDecimal() > 0
            && order.GetProperty("shipping_total").GetDecimal() == 5.95m, contestant, $"made no order with discount, tax, delivery and payment: {order}");
    }
}
