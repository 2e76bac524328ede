using Aura.Persistence;
using Aura.Shipping;
using Aura.Tests.V2;

namespace Aura.Tests.Persistence;

/// <summary>What a store is set up with is kept in memory, under numbers that move whoever changes it.</summary>
public sealed class StoreVersionsTests
{
    [Theory]
    [InlineData("promotions", "promotions")]
    [InlineData("customer_segments", "promotions")]
    [InlineData("tax_regions", "taxes")]
    [InlineData("shipping_methods", "shipping")]
    public async Task A_change_by_anybody_moves_the_number_of_its_own_store_alone(string table, string version)
    {
        var (store, other) = (await Filled(), await Filled());
        var (before, others) = (await Versions(store), await Versions(other));
        foreach (var sql in new[] { $"UPDATE {table} SET updated_at = updated_at WHERE tenant_id = $1", $"DELETE FROM {table} WHERE tenant_id = $1" })
        {
            await store.Server.Rows(sql, store.Account.Sandbox.Id);
            var after = await Versions(store);

            foreach (var (name, was, now) in new[] { ("promotions", before.Promotions, after.Promotions), ("taxes", before.Taxes, after.Taxes), ("shipping", before.Shipping, after.Shipping) })
                Assert.True(name == version == (was != now), $"{sql}: {name} went from {was} to {now}");
            before = after;
        }

        Assert.Equal(others, await Versions(other));
    }

    [Fact]
    public async Task A_tax_that_a_stranger_changes_holds_for_the_next_cart_on_every_server()
    {
        var store = await Filled();
        await using var second = await TestServer.Start(store.Server.Database);
        var id = await store.Cart((await store.Stocked(price: 100m, ships: false), 1));
        HttpClient[] servers = [store.Test, second.Client(store.Account.TestKey)];
        foreach (var server in servers)
            Assert.Equal(10, (decimal)(await server.Ok($"GET /v2/carts/{id}"))["tax_total"]!);

        await store.Server.Rows("UPDATE tax_regions SET rates = replace(rates::text, '10', '20')::jsonb WHERE tenant_id = $1", store.Account.Sandbox.Id);

        foreach (var server in servers)
            Assert.Equal(20, (decimal)(await server.Ok($"GET /v2/carts/{id}"))["tax_total"]!);
    }

    private static Task<StoreVersions> Versions(Store store) => store.Database((db, _) => StoreVersions.Of(db, default));

    private static async Task<Store> Filled()
    {
        var store = await Store.Open();
        await store.Test.Ok("POST /v2/tax-regions", new { country = "US", rates = new[] { new { rate = 10m, name = "Tax" } } });
        await store.Database(async db =>
        {
            await db.EnsureStandard(default);
            db.Promotions.Add(Aura.Promotions.Promotion.Create(Promotions.Offers.Percent(5)));
            db.CustomerSegments.Add(Aura.Promotions.CustomerSegment.Create("vip", null, new()));
            await db.SaveChangesAsync();
        });
        return store;
    }
}
