using Aura.Inventory;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.Inventory;

public sealed class StockTests
{
    [Fact]
    public async Task An_order_is_shipped_from_where_it_was_allocated_even_when_other_warehouses_are_fuller_by_then()
    {
        var store = await Store.Open();
        var (variant, far) = (await store.Variant(), await store.Warehouse(priority: 5));
        await store.Receive(variant, 3, far);
        await Allocate(store, 1, new StockDemand(variant, 3, 11));
        await store.Receive(variant, 100);

        await store.Stock(stock => stock.Ship(1, [new(11, 2)], null, "ful_1", default));

        Assert.Equal((1, 1), (await store.Levels(variant))[far]);
        Assert.Equal((100, 0), (await store.Levels(variant))[await store.DefaultWarehouse()]);
        await store.IsInBalance();
    }

    [Fact]
    public async Task Lines_of_the_same_variant_are_summed_before_they_are_checked()
    {
        var store = await Store.Open();
        var variant = await store.Variant();
        await store.Receive(variant, 5);

        var refused = await Assert.ThrowsAsync<Refused>(() => Allocate(store, 1, new StockDemand(variant, 3, 11), new StockDemand(variant, 3, 12)));

        Assert.Equal("insufficient_stock", refused.Code);
        Assert.Equal(5, await store.Available(variant));
    }

    [Fact]
    public async Task Lines_of_the_same_variant_get_allocations_of_their_own()
    {
        var store = await Store.Open();
        var variant = await store.Variant();
        await store.Receive(variant, 4);
        await store.Receive(variant, 2, await store.Warehouse(priority: 5));

        var allocations = await Allocate(store, 1, new StockDemand(variant, 3, 11), new StockDemand(variant, 3, 12));

        Assert.Equal([(11, 3), (12, 1), (12, 2)], allocations.Select(a => (a.OrderLineId, a.Quantity)));
        await store.IsInBalance();
    }

    [Fact]
    public async Task One_line_that_is_short_refuses_the_whole_order()
    {
        var store = await Store.Open();
        var (plenty, scarce) = (await store.Variant(), await store.Variant());
        await store.Receive(plenty, 10);
        await store.Receive(scarce, 1);

        await Assert.ThrowsAsync<Refused>(() => Allocate(store, 1, new StockDemand(plenty, 1), new StockDemand(scarce, 2)));

        Assert.Equal(10, await store.Available(plenty));
        await store.IsInBalance();
    }

    [Fact]
    public async Task A_variant_that_is_not_tracked_is_sold_without_stock()
    {
        var store = await Store.Open();
        var variant = await store.Variant(tracked: false);

        Assert.Empty(await Allocate(store, 1, new StockDemand(variant, 1_000, 11)));
        Assert.Empty(await store.Stock((stock, _) => stock.Ship(1, [new(11, 1_000)], null, null, default)));
    }

    [Fact]
    public async Task A_backorder_is_promised_beyond_the_stock_and_shipped_when_it_has_come()
    {
        var store = await Store.Open();
        var variant = await store.Variant(backorder: true);
        await store.Receive(variant, 2);
        await Allocate(store, 1, new StockDemand(variant, 5, 11));
        Assert.Equal(-3, await store.Available(variant));

        var early = await Assert.ThrowsAsync<Refused>(() => store.Stock(stock => stock.Ship(1, null, null, null, default)));
        await store.Receive(variant, 3);
        await store.Stock(stock => stock.Ship(1, null, null, null, default));

        Assert.Equal("insufficient_stock", early.Code);
        Assert.Equal((0, 0), (await store.Levels(variant))[await store.DefaultWarehouse()]);
        await store.IsInBalance();
    }

    [Fact]
    public async Task Shipping_or_releasing_more_than_is_open_is_refused()
    {
        var store = await Store.Open();
        var variant = await store.Variant();
        await store.Receive(variant, 5);
        await Allocate(store, 1, new StockDemand(variant, 3, 11));
        await store.Stock(stock => stock.Ship(1, [new(11, 2)], null, null, default));

        var tooMany = await Assert.ThrowsAsync<Refused>(() => store.Stock(stock => stock.Ship(1, [new(11, 2)], null, null, default)));
        var released = await store.Stock((stock, _) => stock.Release(1, null, "canceled", default));

        Assert.Equal("not_allocated", tooMany.Code);
        Assert.Equal(1, Assert.Single(released).Quantity);
        Assert.Empty(await store.Stock((stock, _) => stock.Release(1, null, "canceled", default)));
        Assert.Equal(3, await store.Available(variant));
        await store.IsInBalance();
    }

    [Fact]
    public async Task Two_shipments_of_the_same_allocation_ship_it_once()
    {
        var store = await Store.Open();
        var variant = await store.Variant();
        await store.Receive(variant, 5);
        await Allocate(store, 1, new StockDemand(variant, 5, 11));

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            try
            {
                await store.Stock(stock => stock.Ship(1, null, null, null, default));
            }
            catch (DbUpdateConcurrencyException)
            {
            }
            catch (Refused refused) when (refused.Code is "insufficient_stock" or "not_allocated")
            {
            }
        }));

        Assert.Equal((0, 0), (await store.Levels(variant))[await store.DefaultWarehouse()]);
        await store.IsInBalance();
    }

    [Fact]
    public async Task A_reservation_holds_stock_until_its_time_is_over_by_the_clock_of_the_store()
    {
        var store = await Store.Open();
        var variant = await store.Variant();
        await store.Receive(variant, 5);
        await Reserve(store, variant, 4, TimeSpan.FromHours(1));
        Assert.Equal(1, await store.Available(variant));
        await Assert.ThrowsAsync<Refused>(() => Allocate(store, 1, new StockDemand(variant, 2)));

        await store.Advance("PT2H");

        Assert.Equal(5, await store.Available(variant));
        await Allocate(store, 1, new StockDemand(variant, 5));
    }

    [Fact]
    public async Task The_cart_that_reserved_stock_gets_it_and_its_reservation_ends()
    {
        var store = await Store.Open();
        var variant = await store.Variant();
        await store.Receive(variant, 5);
        await Reserve(store, variant, 4, TimeSpan.FromHours(1), cart: 77);

        await store.Stock(stock => stock.Allocate([new(variant, 5)], 1, 77, default));

        Assert.Equal(0, await store.Available(variant));
        await Assert.ThrowsAsync<Refused>(() => Allocate(store, 2, new StockDemand(variant, 1)));
        await store.IsInBalance();
    }

    [Fact]
    public async Task A_reservation_larger_than_any_warehouse_is_spread()
    {
        var store = await Store.Open();
        var variant = await store.Variant();
        await store.Receive(variant, 3);
        await store.Receive(variant, 3, await store.Warehouse(priority: 1));

        Assert.Equal([3, 2], (await Reserve(store, variant, 5, TimeSpan.FromHours(1))).Select(r => r.Quantity));
        Assert.Equal(1, await store.Available(variant));
    }

    [Theory]
    [InlineData(10, 25, 25)]
    [InlineData(10, 4, 4)]
    [InlineData(10, 0, 0)]
    [InlineData(10, 10, 10)]
    public async Task Stock_set_to_a_number_can_be_sold_as_often(long before, long target, long after)
    {
        var store = await Store.Open();
        var variant = await store.Variant();
        await store.Receive(variant, before / 2);
        await store.Receive(variant, before - before / 2 + 2, await store.Warehouse(priority: 1));
        await Allocate(store, 1, new StockDemand(variant, 2));

        await store.Stock(stock => stock.SetAvailable([new(variant, target)], "import", default));

        Assert.Equal(after, await store.Available(variant));
        await store.IsInBalance();
    }

    [Fact]
    public async Task A_delivery_of_a_thousand_lines_is_received_at_once()
    {
        var store = await Store.Open();
        var variants = new List<long>();
        for (var i = 0; i < 20; i++)
            variants.Add(await store.Variant());

        await store.Stock(stock => stock.Receive([.. Enumerable.Range(0, 1_000).Select(i => new StockQuantity(variants[i % 20], 1))], new("import"), default));

        foreach (var variant in variants)
            Assert.Equal(50, await store.Available(variant));
        await store.IsInBalance();
    }

    [Fact]
    public async Task The_stock_of_a_closed_warehouse_is_not_for_sale()
    {
        var store = await Store.Open();
        var (variant, closed) = (await store.Variant(), await store.Warehouse());
        await store.Receive(variant, 5, closed);
        await store.Database(async db =>
        {
            (await db.Load(new Id<Warehouse>(closed), default)).Open(false);
            await db.SaveChangesAsync();
        });

        Assert.Equal(0, await store.Available(variant));
        await Assert.ThrowsAsync<Refused>(() => Allocate(store, 1, new StockDemand(variant, 1)));
        var until = await store.Database((db, _) => Task.FromResult(db.Now.AddHours(1)));
        var named = await Assert.ThrowsAsync<Refused>(() => store.Stock(stock => stock.Reserve([new(variant, 1, closed)], new(until), default)));
        Assert.Equal("warehouse_inactive", named.Code);
    }

    [Fact]
    public async Task The_audit_finds_a_level_that_somebody_changed_by_hand()
    {
        var store = await Store.Open();
        var variant = await store.Variant();
        await store.Receive(variant, 5);

        await store.Database(db => db.Database.ExecuteSqlAsync($"UPDATE stock_levels SET on_hand = 6 WHERE tenant_id = {db.Caller.TenantId}"));

        var found = Assert.Single((await store.Run(StockAudit.Checks[0])).Differences);
        Assert.Equal((6, 5), (found.Kept, found.Reckoned));
    }

    [Fact]
    public async Task The_ledger_cannot_be_rewritten()
    {
        var store = await Store.Open();
        await store.Receive(await store.Variant(), 5);

        await Assert.ThrowsAsync<Npgsql.PostgresException>(() =>
            store.Database(db => db.Database.ExecuteSqlAsync($"UPDATE stock_movements SET quantity = 6 WHERE tenant_id = {db.Caller.TenantId}")));
    }

    private static Task<IReadOnlyList<StockAllocation>> Allocate(Store store, long order, params StockDemand[] demands) =>
        store.Stock((stock, _) => stock.Allocate(demands, order, null, default));

    private static Task<IReadOnlyList<Reservation>> Reserve(Store store, long variant, long quantity, TimeSpan span, long? cart = null) =>
        store.Stock((stock, db) => stock.Reserve([new(variant, quantity)], new(db.Now + span, CartId: cart), default));
}
