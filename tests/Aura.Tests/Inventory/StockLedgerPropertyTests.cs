using Aura.Inventory;

namespace Aura.Tests.Inventory;

public sealed class StockLedgerPropertyTests
{
    /// <summary>A seed is a story of sixty random deeds.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whatever_is_done_levels_equal_the_ledger_and_nothing_is_promised_twice(int seed)
    {
        var random = new Random(seed);
        var store = await Store.Open();
        long[] variants = [await store.Variant(), await store.Variant(), await store.Variant()];
        long?[] warehouses = [null, await store.Warehouse(1), await store.Warehouse(2)];
        var until = await store.Database((db, _) => Task.FromResult(db.Now.AddDays(1)));
        var (done, refused) = (0, 0);

        for (var i = 0; i < 60; i++)
            try
            {
                await store.Stock(Deed);
                done++;
            }
            catch (Refused)
            {
                refused++;
            }

        Assert.True(done > 20 && refused > 5, $"The story is too plain: {done} done, {refused} refused.");
        await store.IsInBalance();
        foreach (var variant in variants)
            Assert.InRange(await store.Available(variant), 0, long.MaxValue);

        Task Deed(Stock stock) => random.Next(8) switch
        {
            0 => stock.Receive([new(Any(variants), Some(), Any(warehouses)), new(Any(variants), Some(), Any(warehouses))], new("delivery"), default),
            1 => stock.Adjust(new(Any(variants), -Some(), Any(warehouses)), "count", null, null, default),
            2 => stock.SetAvailable([new(Any(variants), Some())], "import", default),
            3 => stock.Reserve([new(Any(variants), Some(), Any(warehouses))], new(until, CartId: random.Next(1, 9)), default),
            4 => stock.Ship(random.Next(1, 12), null, random.Next(2) == 0 ? null : Any(warehouses), null, default),
            5 => stock.Release(random.Next(1, 12), [new(random.Next(1, 3), Some())], "canceled", default),
            _ => stock.Allocate([new(Any(variants), Some(), 1), new(Any(variants), Some(), 2)], random.Next(1, 12), random.Next(1, 9), default),
        };

        T Any<T>(T[] of) => of[random.Next(of.Length)];
        int Some() => random.Next(1, 15);
    }
}
