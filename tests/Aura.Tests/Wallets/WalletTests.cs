using Aura.Tests.V2;
using Aura.Wallets;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.Wallets;

/// <summary>What a customer has, and how it is given, ends and is turned into credit.</summary>
public sealed class WalletTests
{
    [Fact]
    public async Task A_merchant_gives_and_takes_with_a_reason_and_never_more_than_there_is()
    {
        var store = await Store.Open();
        var customer = await store.CustomerWith(12.50m);
        await store.Test.Ok($"POST /v2/customers/{customer}/wallet/adjust", new { unit = "points", amount = 300, reason = "birthday" });
        await store.Test.Ok($"POST /v2/customers/{customer}/wallet/adjust", new { unit = "usd", amount = -2.25, reason = "typing error" });

        var error = await store.Test.Refused(409, $"POST /v2/customers/{customer}/wallet/adjust", new { unit = "USD", amount = -10.26, reason = "too much" });

        Assert.Equal(("insufficient_credit", 10.25m), ((string?)error["code"], (decimal)error["available"]!));
        Assert.Equal((10.25m, 0m, 0m), await store.Wallet(customer));
        Assert.Equal((300m, 0m, 0m), await store.Wallet(customer, "points"));
        var entries = (await store.Test.Ok($"GET /v2/customers/{customer}/wallet/entries?unit=USD"))["data"]!.AsArray();
        Assert.Equal([("deducted", -2.25m, "typing error"), ("granted", 12.50m, "gift")],
            entries.Select(entry => ((string?)entry!["kind"], (decimal)entry["available"]!, (string?)entry["reason"])));
        await store.Verify();
    }

    [Theory]
    [InlineData("points", 1.5, "reason")]
    [InlineData("USD", 1.001, "reason")]
    [InlineData("USD", 0, "reason")]
    [InlineData("XYZ", 1, "reason")]
    [InlineData("USD", 1, "")]
    public async Task An_adjustment_that_means_nothing_is_refused(string unit, decimal amount, string reason)
    {
        var store = await Store.Open();
        var customer = await store.Customer();

        await store.Test.Refused(422, $"POST /v2/customers/{customer}/wallet/adjust", new { unit, amount, reason });

        Assert.Empty((await store.Test.Ok($"GET /v2/customers/{customer}/wallet"))["balances"]!.AsArray());
    }

    [Fact]
    public async Task Points_are_worth_what_the_store_says_and_what_is_worth_no_cent_stays()
    {
        var store = await Store.Open();
        var customer = await store.Customer();
        await store.Test.Ok($"POST /v2/customers/{customer}/wallet/adjust", new { unit = "points", amount = 1000, reason = "gift" });
        Assert.Equal("points_have_no_value", (string?)(await store.Test.Refused(409, $"POST /v2/customers/{customer}/wallet/redeem-points", new { points = 250 }))["code"]);
        await store.Test.Ok($"PATCH /v2/tenants/tenant_{store.Account.Sandbox.Id}", new { settings = new { points_per_unit = 150 } });

        var redeemed = await store.Test.Ok($"POST /v2/customers/{customer}/wallet/redeem-points", new { points = 250 });

        Assert.Equal((249m, 1.66m), ((decimal)redeemed["points"]!, (decimal)redeemed["credit"]!));
        Assert.Equal(751m, (await store.Wallet(customer, "points")).Available);
        Assert.Equal(1.66m, (await store.Wallet(customer)).Available);
        await store.Test.Refused(422, $"POST /v2/customers/{customer}/wallet/redeem-points", new { points = 1 });
        await store.Test.Refused(422, $"POST /v2/customers/{customer}/wallet/redeem-points", new { points = 9_000_000_000 });
        await store.Test.Refused(409, $"POST /v2/customers/{customer}/wallet/redeem-points", new { points = 900 });
        await store.Verify();
    }

    [Fact]
    public async Task What_is_given_for_a_time_ends_with_it_and_counts_as_spent_first()
    {
        var store = await Store.Open();
        var customer = await store.CustomerWith(5);
        var until = await store.Database((db, _) => Task.FromResult(db.Now.AddDays(10)));
        await store.Test.Ok($"POST /v2/customers/{customer}/wallet/adjust", new { unit = "USD", amount = 30, reason = "sale", expires_at = until });
        Assert.Equal(201, (await store.PayWithCredit(await store.CartOf(customer, await store.Stocked(price: 20m)))).Status);

        await store.Advance("P9D");
        Assert.Equal(10m, (await store.Wallet(customer)).Available);
        await store.Advance("P2D");

        Assert.Equal(5m, (await store.Wallet(customer)).Available);
        await store.Verify();
    }

    [Fact]
    public async Task Taking_back_what_was_spent_leaves_a_debt_that_the_next_gift_settles()
    {
        var store = await Store.Open();
        var customer = await store.Customer();
        var id = Id<Aura.Customers.Customer>.Parse(customer, null).Value;
        await Given(store, id, 3000);
        Assert.Equal(201, (await store.PayWithCredit(await store.CartOf(customer, await store.Stocked(price: 20m)))).Status);

        await store.Database(db => db.InTransaction(() => db.Correct(id, "USD", "gift", 1000, "refund", default), default));
        await store.Database(db => db.InTransaction(() => db.Correct(id, "USD", "gift", 1000, "refund", default), default));
        Assert.Equal(-15m, (await store.Wallet(customer)).Available);
        Assert.Equal("payment_method_required", (string?)(await store.PayWithCredit(await store.CartOf(customer, await store.Stocked()))).Body!["error"]!["code"]);
        await store.Test.Ok($"POST /v2/customers/{customer}/wallet/adjust", new { unit = "USD", amount = 40, reason = "gift" });

        Assert.Equal(25m, (await store.Wallet(customer)).Available);
        await store.Verify();
    }

    [Fact]
    public async Task What_is_pending_can_be_spent_from_its_day_on_less_what_was_taken_back()
    {
        var store = await Store.Open();
        var customer = await store.Customer();
        var id = Id<Aura.Customers.Customer>.Parse(customer, null).Value;
        await Given(store, id, 3000, TimeSpan.FromDays(14));
        await Given(store, id, 3000, TimeSpan.FromDays(14));
        await store.Database(db => db.InTransaction(() => db.Correct(id, "USD", "gift", 1000, "refund", default), default));
        Assert.Equal((0m, 10m, 0m), await store.Wallet(customer));

        await store.Advance("P13D");
        Assert.Equal((0m, 10m, 0m), await store.Wallet(customer));
        await store.Advance("P2D");

        Assert.Equal((10m, 0m, 0m), await store.Wallet(customer));
        Assert.Equal([WalletFact.Granted, WalletFact.Reversed, WalletFact.Matured], await store.Facts(customer));
        await store.Verify();
    }

    /// <summary>A seed is a story of eighty random deeds, some at once; a list of what was done tells what must be left.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whatever_is_done_balances_equal_the_ledger_and_spending_never_goes_below_zero(int seed)
    {
        var random = new Random(seed);
        var store = await Store.Open();
        long[] customers = [.. (await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => store.Customer()))).Select(customer => Id<Aura.Customers.Customer>.Parse(customer, null).Value)];
        var (done, refused, paid) = (0, 0, new long[2]);
        foreach (var customer in customers)
            await Given(store, customer, 500);

        for (var i = 0; i < 20; i++)
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => (Kind: random.Next(7), Who: random.Next(2), Amount: random.Next(1, 60), Order: (long)random.Next(1, 3), Name: $"{random.Next(1, 9)}"))
                .ToList().Select(async deed =>
                {
                    try
                    {
                        await store.Database(db => db.InTransaction(() => Do(db, deed.Kind, deed.Who, deed.Amount, deed.Order, deed.Name), default));
                        Interlocked.Increment(ref done);
                    }
                    catch (Refused)
                    {
                        Interlocked.Increment(ref refused);
                    }
                }));

        Assert.True(done > 40 && refused > 0 && paid.Sum() > 0, $"The story is too plain: {done} done, {refused} refused, {paid.Sum()} paid.");
        await store.Verify();
        foreach (var (index, customer) in customers.Index())
        {
            var (balance, entries) = await store.Database(async (db, _) => (
                await db.Wallets.SingleAsync(w => w.CustomerId == customer), await db.WalletEntries.Where(e => e.CustomerId == customer).OrderBy(e => e.Id).ToListAsync()));
            Assert.Equal(paid[index], -entries.Where(e => e.Kind == WalletFact.Spent).Sum(e => e.Held));
            Assert.True(balance.Available >= entries.Where(e => e.Kind == WalletFact.Reversed).Sum(e => e.Available), "Only taking back makes a debt.");
            Assert.InRange(balance.Held, 0, long.MaxValue);
        }

        async Task Do(Aura.Persistence.AuraDb db, int kind, int who, int amount, long order, string name)
        {
            var customer = customers[who];
            switch (kind)
            {
                case 0:
                    await db.Grant(new(customer, "USD", amount, WalletSource.Cashback, name) { DueAt = amount % 2 == 0 ? db.Now.AddDays(9) : null }, default);
                    await db.SaveChangesAsync();
                    break;
                case 1:
                    await db.Deduct(customer, "USD", amount * 10, "error", default);
                    break;
                case 2:
                    await db.Correct(customer, "USD", name, amount / 2, "refund", default);
                    break;
                case 3:
                    await db.Release(customer, Currency.Usd, order, default);
                    break;
                case 4:
                    Interlocked.Add(ref paid[who], (await db.Spend(customer, Currency.Usd, order, default)).Amount);
                    break;
                default:
                    await db.Hold(customer, Currency.Usd, order, amount, default);
                    break;
            }
        }
    }

    private static Task Given(Store store, long customer, long amount, TimeSpan? later = null) => store.Database(db => db.InTransaction(async () =>
    {
        await db.Grant(new(customer, "USD", amount, WalletSource.Cashback, "gift") { DueAt = later is { } wait ? db.Now + wait : null }, default);
        await db.SaveChangesAsync();
    }, default));
}
