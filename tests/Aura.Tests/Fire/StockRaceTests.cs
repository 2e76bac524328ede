using Aura.Inventory;
using Aura.Tests.Inventory;

namespace Aura.Tests.Fire;

public sealed class StockRaceTests
{
    [Fact]
    public async Task Four_hundred_buyers_of_a_hundred_pieces_in_three_warehouses_get_exactly_a_hundred()
    {
        var store = await Store.Open();
        var variant = await store.Variant();
        await store.Receive(variant, 50);
        await store.Receive(variant, 30, await store.Warehouse(1));
        await store.Receive(variant, 20, await store.Warehouse(2));

        var sold = await Task.WhenAll(Enumerable.Range(1, 400).Select(order => Sells(store, [new(variant, 1)], order)));

        Assert.Equal(100, sold.Count(success => success));
        Assert.Equal(0, await store.Available(variant));
        Assert.Equal(100, (await store.Levels(variant)).Values.Sum(l => l.Allocated));
        await store.IsInBalance();
    }

    [Fact]
    public async Task Orders_of_the_same_variants_in_opposite_order_do_not_lock_each_other_out()
    {
        var store = await Store.Open();
        var (one, two) = (await store.Variant(), await store.Variant());
        await store.Receive(one, 150);
        await store.Receive(two, 150);

        var sold = await Task.WhenAll(Enumerable.Range(1, 200).Select(order =>
            Sells(store, order % 2 == 0 ? [new(one, 1), new(two, 1)] : [new(two, 1), new(one, 1)], order)));

        Assert.Equal(150, sold.Count(success => success));
        await store.IsInBalance();
    }

    [Fact]
    public async Task Reservations_and_orders_race_for_the_same_pieces_and_never_share_one()
    {
        var store = await Store.Open();
        var variant = await store.Variant();
        await store.Receive(variant, 40);
        var until = await store.Database((db, _) => Task.FromResult(db.Now.AddHours(1)));

        var won = await Task.WhenAll(Enumerable.Range(1, 100).Select(order => order % 2 == 0
            ? Sells(store, [new(variant, 1)], order)
            : Succeeds(store, stock => stock.Reserve([new(variant, 1)], new(until), default))));

        Assert.Equal(40, won.Count(success => success));
        Assert.Equal(0, await store.Available(variant));
        await store.IsInBalance();
    }

    private static Task<bool> Sells(Store store, StockDemand[] demands, long order) =>
        Succeeds(store, stock => stock.Allocate(demands, order, null, default));

    private static async Task<bool> Succeeds(Store store, Func<Stock, Task> verb)
    {
        try
        {
            await store.Stock(verb);
            return true;
        }
        catch (Refused refused) when (refused.Code == "insufficient_stock")
        {
            return false;
        }
    }
}
