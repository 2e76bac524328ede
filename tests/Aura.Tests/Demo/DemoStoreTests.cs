using System.Text.Json.Nodes;
using System.Xml.Linq;
using Aura.Catalog;
using Aura.Orders;
using Aura.Persistence;
using Aura.Server.Demo;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Aura.Tests.Demo;

public sealed class DemoStoreTests
{
    private static readonly DemoSize Small = new(60, 200, 10);

    [Fact]
    public async Task Filling_makes_a_shop_that_adds_up()
    {
        var store = await Store.Open();

        Assert.Equal(DemoOutcome.Filled, await Fill(store));

        Assert.Equal(DemoContent.Goods.Value.Products.Length, Total(await store.Test.Ok("GET /v2/products?limit=1")));
        Assert.Equal(Small.Customers, Total(await store.Test.Ok("GET /v2/customers?limit=1")));
        Assert.Equal(4, await store.Database((db, _) => db.Warehouses.CountAsync())); // three, and the one that every store has
        await store.Verify();
    }

    [Fact]
    public async Task The_year_has_all_that_happens_to_orders()
    {
        var store = await Store.Open();
        await Fill(store);

        var (orders, now) = await store.Database(async (db, _) => (await db.Orders.AsNoTracking().Include(o => o.Lines).OrderBy(o => o.Number).ToListAsync(), db.Now));

        Assert.InRange(orders.Count, Small.Orders * 8 / 10, Small.Orders);
        Assert.Equal(orders.OrderBy(o => o.PlacedAt).Select(o => o.Number), orders.Select(o => o.Number));
        Assert.All(orders, order => Assert.InRange(order.PlacedAt!.Value, now.AddDays(-366), now)); // placed, all of them
        Assert.All(orders, order => Assert.True(order.UpdatedAt <= now));
        Assert.Superset(new HashSet<OrderStatus> { OrderStatus.Delivered, OrderStatus.Shipped, OrderStatus.Cancelled }, orders.Select(o => o.Status).ToHashSet());
        Assert.Contains(orders, order => order.Refunded > 0 && order.Status == OrderStatus.Cancelled);
        Assert.Contains(orders, order => order.Lines.Any(line => line.Returned > 0));
        Assert.Contains(orders.GroupBy(order => order.CustomerId), customer => customer.Count() > 3);
        Assert.Equal(5, orders.Select(order => order.Currency).Distinct().Count());
        Assert.Equal(Small.Carts, await store.Database((db, _) => db.Carts.CountAsync()));
    }

    [Fact]
    public async Task Orders_that_wait_hold_their_goods()
    {
        var store = await Store.Open();
        await Fill(store, size: Small with { Orders = 1200 });

        var waiting = await store.Database((db, _) => db.Orders.Where(o => o.Status == OrderStatus.Pending || o.Status == OrderStatus.Processing).Select(o => o.Id).ToListAsync());
        var held = await store.Database((db, _) => db.StockAllocations.Select(a => a.OrderId).Distinct().ToListAsync());

        Assert.NotEmpty(waiting);
        Assert.Equal(waiting.Order(), held.Order());
    }

    [Fact]
    public async Task Filling_twice_is_filling_once()
    {
        var store = await Store.Open();
        await Fill(store);
        var before = await Counts(store);

        Assert.Equal(DemoOutcome.WasThere, await Fill(store));

        Assert.Equal(before, await Counts(store));
    }

    [Fact]
    public async Task A_store_with_goods_of_its_own_is_left_alone()
    {
        var store = await Store.Open();
        await store.Test.Ok("POST /v2/products", new { name = "Own", sku = "OWN-1", price = 1 });

        Assert.Equal(DemoOutcome.Occupied, await Fill(store));

        Assert.Equal(1, Total(await store.Test.Ok("GET /v2/products")));
    }

    [Fact]
    public async Task Loading_that_breaks_off_leaves_nothing_and_can_begin_again()
    {
        var store = await Store.Open();

        await Assert.ThrowsAsync<TimeoutException>(() => Fill(store, done => { if (done > 0.3) throw new TimeoutException(); }));

        Assert.Equal(0, Total(await store.Test.Ok("GET /v2/products")));
        Assert.Equal(DemoOutcome.Filled, await Fill(store));
    }

    [Fact]
    public async Task Every_picture_is_served_and_can_be_drawn()
    {
        var store = await Store.Open();
        await Fill(store);
        var urls = await store.Database((db, _) => db.ProductImages.Select(i => i.Url).ToListAsync());

        Assert.NotEmpty(urls);
        foreach (var url in urls)
        {
            using var response = await store.Test.Answer($"GET {new Uri(url).PathAndQuery}");
            Assert.Equal("image/svg+xml", response.Content.Headers.ContentType?.MediaType);
            Assert.Equal("svg", XElement.Parse(await response.Content.ReadAsStringAsync()).Name.LocalName);
        }
    }

    [Fact]
    public void Every_product_is_complete()
    {
        foreach (var product in DemoContent.Goods.Value.Products)
        {
            Assert.True(DemoContent.Art.Value.ContainsKey(product.Art), product.Sku);
            Assert.True(DemoContent.Opinions.Value.ContainsKey(product.Kind), product.Sku);
            Assert.True(product.Description.Length > 60, product.Sku);
            Assert.All(product.Variants(), variant => Assert.True(product.PriceOf(variant) > 0, product.Sku));
        }
    }

    internal static Task<DemoOutcome> Fill(Store store, Action<double>? progress = null, DemoSize? size = null) =>
        store.Database((_, services) => ActivatorUtilities.CreateInstance<DemoStore>(services).Fill(size ?? Small, progress ?? (_ => { }), default));

    private static Task<(int, int, int, int)> Counts(Store store) => store.Database(async (db, _) =>
        (await db.Products.CountAsync(), await db.Customers.CountAsync(), await db.Reviews.CountAsync(), await db.StockMovements.CountAsync()));

    private static int Total(JsonNode list) => list["pagination"]!["total_items"]!.GetValue<int>(); // every list of pages has it
}
