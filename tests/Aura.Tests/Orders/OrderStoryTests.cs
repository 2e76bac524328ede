using System.Text.Json.Nodes;
using Aura.Tests.V2;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.Orders;

/// <summary>Random lives of carts and orders, from fixed seeds. Whatever happens in them, everything adds up.</summary>
public sealed class OrderStoryTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Whatever_is_sold_returned_and_cancelled_adds_up(int seed)
    {
        var random = new Random(seed);
        var store = await Store.Open(currency: seed % 2 == 0 ? "USD" : "EUR");
        await store.Test.Ok("POST /v2/tax-regions", new
        {
            country = "US", prices_include_tax = seed > 2, rates = new object[] { new { rate = 8.875m, name = "Sales tax" }, new { rate = 7m, name = "Reduced", category = "reduced" } },
        });
        Shop.Goods[] shelf =
        [
            await store.Stocked(price: 9.99m, stock: 40), await store.Stocked(price: 0.03m, stock: 25, taxCategory: "reduced"),
            await store.Stocked(price: 1234.56m, stock: 6), await store.Stocked(price: 0m, stock: 9),
        ];

        for (var story = 0; story < 12; story++)
            if (await Buy(store, shelf, random) is { } order)
                await Live(store, order, random);

        await store.Verify();
        await Agree(store, shelf);
    }

    /// <summary>Fills a cart, changes its mind, and checks out.</summary>
    private static async Task<JsonNode?> Buy(Store store, Shop.Goods[] shelf, Random random)
    {
        var cart = await store.Cart((shelf[random.Next(shelf.Length)], random.Next(1, 6)));
        for (var step = random.Next(4); step > 0; step--)
            await store.Test.Ok($"POST /v2/carts/{cart}/items", new { variant_id = shelf[random.Next(shelf.Length)].Variant, quantity = random.Next(1, 5) });
        var read = await store.Test.Ok($"GET /v2/carts/{cart}?explain=true");
        var total = (decimal)read["total"]!;
        Assert.Equal(total, read["explain"]!.AsArray().Sum(entry => (decimal)entry!["amount"]!));

        var (status, order) = await store.Test.Send($"POST /v2/carts/{cart}/checkout", new { payment_method = random.Next(4) == 0 ? "cash_on_delivery" : "card", expected_total = total });
        if (status == 409)
            return null; // sold out
        Assert.Equal((201, total), (status, (decimal)order!["total"]!));
        Assert.Equal(total, order["items"]!.AsArray().Sum(item => (decimal)item!["total"]!) + (decimal)order["shipping"]!["total"]!);
        return order;
    }

    private static async Task Live(Store store, JsonNode order, Random random)
    {
        for (var step = random.Next(1, 5); step > 0; step--)
        {
            var items = (await store.Test.Ok($"GET /v2/orders/{order["id"]}"))["items"]!.AsArray();
            var item = items[random.Next(items.Count)]!;
            await (random.Next(4) switch
            {
                0 => store.Test.Send($"POST /v2/orders/{order["id"]}/cancel", new { refund = random.Next(2) == 0 }),
                1 => store.Test.Send($"POST /v2/orders/{order["id"]}/fulfillments", new { }),
                2 => store.Test.Send($"POST /v2/orders/{order["id"]}/fulfillments", new { items = new[] { new { order_item_id = item["id"], quantity = random.Next(1, 3) } } }),
                _ => GiveBack(store, order, item, random),
            });
        }
    }

    private static async Task<(int, JsonNode?)> GiveBack(Store store, JsonNode order, JsonNode item, Random random)
    {
        var quantity = random.Next(1, 3);
        var (status, request) = await store.Test.Send("POST /v2/returns", new { order_id = order["id"], items = new[] { new { order_item_id = item["id"], quantity } } });
        if (status != 201)
            return (status, request);
        var path = $"PATCH /v2/returns/{request!["id"]}";
        if (random.Next(4) == 0)
            return await store.Test.Send(path, new { status = "rejected" });
        await store.Test.Ok(path, new { status = "approved" });
        await store.Test.Ok(path, new { status = "received", items = new[] { new { order_item_id = item["id"], quantity = random.Next(1, quantity + 1), resellable = random.Next(2) == 0 } } });
        return await store.Test.Send(path, new { status = "refunded" });
    }

    /// <summary>Money kept is money paid less money given back, and no piece is lost or made.</summary>
    private static Task Agree(Store store, Shop.Goods[] shelf) => store.Database(async db =>
    {
        foreach (var order in await db.Orders.Include(o => o.Lines).ToListAsync())
        {
            Assert.InRange(order.Refunded, 0, order.Paid);
            Assert.True(order.Lines.Sum(line => line.Gross) + (order.Shipping?.Gross ?? 0) == order.Total);
            Assert.All(order.Lines, line => Assert.True(line.Refunded <= line.Returned && line.Returned <= line.Fulfilled && line.Fulfilled <= line.Quantity));
        }

        foreach (var goods in shelf)
        {
            var sold = await db.OrderLines.Where(l => l.VariantId == goods.VariantId && db.Orders.Any(o => o.Id == l.OrderId)).SumAsync(l => l.Fulfilled);
            var back = await db.ReturnLines.Where(r => db.OrderLines.Any(l => l.Id == r.OrderLineId && l.VariantId == goods.VariantId)).SumAsync(r => r.Resellable);
            var received = await db.StockMovements.Where(m => m.VariantId == goods.VariantId && m.Kind == Aura.Inventory.StockMovementKind.Received && m.OrderId == null).SumAsync(m => m.Quantity);
            Assert.Equal(received - sold + back, await db.StockLevels.Where(l => l.VariantId == goods.VariantId).SumAsync(l => l.OnHand));
        }
    });
}
