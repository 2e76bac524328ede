using Aura.Catalog;
using Aura.Inventory;
using Aura.Orders;
using Aura.Payments;
using Aura.Persistence.Verification;
using Aura.Tests.Demo;
using Aura.Tests.Inventory;
using Aura.Tests.Orders.History;
using Aura.Tests.Payments;
using Aura.Tests.V2;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Aura.Tests.Persistence;

/// <summary>Every check is shown a store in order and one that was tampered with behind the server's back.</summary>
public sealed class VerificationTests
{
    [Theory]
    [InlineData("on_hand = on_hand + 1", "on hand", 11, 10)]
    [InlineData("allocated = allocated + 2", "allocated", 2, 0)]
    public async Task A_stock_level_that_its_ledger_denies_is_found(string tampering, string what, int kept, int reckoned)
    {
        var store = await Store.Open();
        var variant = await store.Variant();
        await store.Receive(variant, 10);
        await store.Verify();

        await Tamper(store, $"UPDATE stock_levels SET {tampering} WHERE variant_id = {variant}");

        var found = Assert.Single((await store.Run(StockAudit.Checks[0])).Differences);
        Assert.EndsWith(what, found.Subject);
        Assert.Equal((kept, reckoned), (found.Kept, found.Reckoned));
    }

    [Fact]
    public async Task A_promise_that_nobody_was_given_is_found()
    {
        var store = await Store.Open();
        var variant = await store.Variant();
        await store.Receive(variant, 10);

        await Tamper(store, $"UPDATE stock_levels SET allocated = 3 WHERE variant_id = {variant}");

        Assert.Equal((3, 0), Pair(Assert.Single((await store.Run(StockAudit.Checks[1])).Differences)));
    }

    [Theory]
    [InlineData("captured = captured + 1", "captured")]
    [InlineData("refunded = refunded - 1", "refunded")]
    [InlineData("authorized = 1", "authorized")]
    [InlineData("disputed = 1", "disputed")]
    [InlineData("refunding = refunding + 1", "refunding")]
    public async Task A_payment_that_its_ledger_denies_is_found(string tampering, string what)
    {
        var store = await Store.Open();
        var id = await store.Database(async (_, services) =>
        {
            var payments = services.GetRequiredService<PaymentProcessing>();
            var intent = await payments.Start(new(new(19999, Currency.Usd)) { Method = TestCards.Good }, default);
            await payments.Capture(intent.Id, null, default);
            await payments.Refund(intent.Id, 5000, null, false, null, default);
            return intent.Id;
        });
        await store.Verify();

        await Tamper(store, $"UPDATE payment_intents SET {tampering} WHERE id = {id}");

        Assert.Equal($"pay_{id} {what}", Assert.Single((await store.Run(PaymentAudit.Checks[0])).Differences).Subject);
    }

    [Theory]
    [InlineData("review_count = 2", "reviews")]
    [InlineData("rating_sum = 5", "rating sum")]
    public async Task A_rating_that_nobody_gave_is_found(string tampering, string what)
    {
        var store = await Store.Open();
        var product = (await store.Test.Ok("POST /v2/products", new { name = "Tea", sku = "TEA", price = 1 }))["id"]!;
        var customer = (await store.Test.Ok("POST /v2/customers", new { email = "a@example.com" }))["id"]!;
        await store.Test.Ok($"POST /v2/products/{product}/reviews", new { customer_id = $"{customer}", rating = 4 });
        await store.Verify();

        await Tamper(store, $"UPDATE products SET {tampering} WHERE sku = 'TEA'");

        Assert.EndsWith(what, Assert.Single((await store.Run(ReviewAudit.Checks[0])).Differences).Subject);
    }

    [Theory]
    [InlineData("orders", "subtotal = subtotal + 1, discount_total = discount_total + 1", "discount", "subtotal")]
    [InlineData("orders", "total = total + 1, shipping_total = shipping_total + 1", "is settled", "shipping", "total")]
    [InlineData("orders", "tax_total = tax_total + 1, tax_included = tax_included + 1", "tax")]
    [InlineData("orders", "paid = paid - 1", "paid")]
    [InlineData("orders", "refunded = refunded + 1", "refunded")]
    [InlineData("orders", "authorized = 1", "authorized")]
    [InlineData("orders", "disputed = 1", "disputed")]
    [InlineData("orders", "payment_status = 'pending'", "is settled")]
    [InlineData("orders", "payment_status = 'refunded'", "is refunded")]
    [InlineData("order_lines", "fulfilled = 4", "fulfilled")]
    [InlineData("order_lines", "returned = 2", "returned")]
    [InlineData("order_lines", "refunded = 2", "refunded")]
    [InlineData("credit_notes", "refunded = 199", "C2")]
    public async Task An_order_that_its_parts_deny_is_found(string table, string tampering, params string[] what)
    {
        var store = await Store.Open();
        await store.Import("""
            1,A1,TEA,5,2010-01-04 10:00:00,2.00,13085,Germany
            1,POST,POSTAGE,1,2010-01-04 10:00:00,3.00,13085,Germany
            C2,A1,TEA,-1,2010-01-05 10:00:00,2.00,13085,Germany
            """);
        await store.Verify();

        await Tamper(store, $"UPDATE {table} SET {tampering} WHERE true");

        var found = new List<Difference>();
        foreach (var check in OrderAudit.Checks)
            found.AddRange((await store.Run(check)).Differences);
        Assert.Equal(what, found.Select(difference => difference.Subject.Split(' ', 2)[1].Replace("note ", "")).Order());
    }

    [Fact]
    public async Task Goods_that_a_cancelled_order_still_holds_are_found()
    {
        var store = await Store.Open();
        await DemoStoreTests.Fill(store, size: new(30, 1200, 0));

        await using var command = store.Server.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(
            "UPDATE orders SET status = 'cancelled' WHERE status = 'processing' AND tenant_id = $1");
        command.Parameters.Add(new() { Value = store.Account.Sandbox.Id });
        var cancelled = await command.ExecuteNonQueryAsync();

        Assert.Equal(cancelled, (await store.Run(OrderAudit.Checks.Single(check => check.Name == "Promised stock"))).Differing);
    }

    [Theory]
    [InlineData("available = available + 1", 1)]
    [InlineData("available = -5", 2)]
    [InlineData("pending = 7", 1)]
    [InlineData("held = 1", 1)]
    public async Task A_wallet_that_its_entries_deny_is_found(string tampering, int differences)
    {
        var store = await Store.Open();
        var customer = await store.Customer();
        await store.Test.Ok($"POST /v2/customers/{customer}/wallet/adjust", new { unit = "USD", amount = 5, reason = "gift" });
        await store.Verify();

        await Tamper(store, $"UPDATE wallets SET {tampering} WHERE true");

        var found = 0L;
        foreach (var check in Aura.Wallets.WalletAudit.Checks)
            found += (await store.Run(check)).Differing;
        Assert.Equal(differences, found);
    }

    [Fact]
    public async Task Another_store_is_not_looked_at()
    {
        var (store, other) = (await Store.Open(), await Store.Open());
        var variant = await store.Variant();
        await store.Receive(variant, 10);
        await Tamper(store, $"UPDATE stock_levels SET on_hand = 11 WHERE variant_id = {variant}");

        var result = await other.Run(StockAudit.Checks[0]);

        Assert.Equal((0, 0), (result.Compared, result.Differing));
    }

    private static (decimal?, decimal?) Pair(Difference difference) => (difference.Kept, difference.Reckoned);

    /// <summary>Writes to the store's rows past the server.</summary>
    private static async Task Tamper(Store store, string sql)
    {
        await using var command = store.Server.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand($"{sql} AND tenant_id = $1");
        command.Parameters.Add(new() { Value = store.Account.Sandbox.Id });
        Assert.Equal(1, await command.ExecuteNonQueryAsync());
    }
}
