using Aura.Tests.Http.Generated;
using Npgsql;

namespace Aura.Tests.Fire;

/// <summary>PostgreSQL refuses a write as it does when it is full, out of memory, locked or about to stop: a trigger raises what it would raise.</summary>
public sealed class DatabaseFaultsTests
{
    private static readonly string[] Faults =
    [
        PostgresErrorCodes.DeadlockDetected, PostgresErrorCodes.SerializationFailure, PostgresErrorCodes.LockNotAvailable, PostgresErrorCodes.QueryCanceled, PostgresErrorCodes.DiskFull,
        PostgresErrorCodes.OutOfMemory, PostgresErrorCodes.IoError, PostgresErrorCodes.AdminShutdown, PostgresErrorCodes.ReadOnlySqlTransaction,
    ];

    [Fact(Timeout = 600_000)]
    public async Task What_the_database_cannot_do_just_now_is_a_503_with_Retry_After_in_both_dialects_and_leaves_nothing()
    {
        await using var server = await TestServer.Start();
        var store = await Store.Open(server: server);
        var promotion = new { name = "Sale", promotion_type = "percentage_discount", discount_type = "percentage", discount_value = 10, start_date = "2026-01-01", end_date = "2099-01-01" };

        foreach (var atCommit in (bool[])[false, true])
            foreach (var fault in Faults)
            {
                await Break(server, "customers", fault, atCommit);
                await Break(server, "promotions", fault, atCommit);
                foreach (var key in (string[])["", fault + atCommit])
                {
                    await Refused(store, "POST /v2/customers", new { email = "a@b.co" }, key);
                    await Refused(store, "POST /api/v1/promotions/", promotion, key == "" ? "" : $"{key} promotion"); // a key of its own: where the line is cut, PostgreSQL holds the other's for a moment
                }

                await Mend(server, "customers");
                await Mend(server, "promotions");
                Assert.Empty((await store.Test.Ok("GET /v2/customers"))["data"]!.AsArray());
            }

        await store.Test.Ok("POST /v2/customers", new { email = "a@b.co" }, ("Idempotency-Key", PostgresErrorCodes.DiskFull + true));
        await store.Test.Ok("POST /api/v1/promotions/", promotion);
        await store.Verify();
    }

    [Fact(Timeout = 600_000)]
    public async Task A_checkout_that_the_database_breaks_off_anywhere_is_one_order_and_one_charge_when_it_is_sent_again()
    {
        await using var server = await TestServer.Start();
        var store = await Store.Open(server: server);
        var shop = await Shop.Open(store.Test, 1_000);
        var refused = 0;
        foreach (var atCommit in (bool[])[false, true])
            foreach (var table in (string[])["orders", "order_lines", "carts", "stock_levels", "stock_allocations", "stock_movements", "payment_intents", "payment_entries", "events", "jobs", "idempotency_keys", "order_history"])
            {
                var cart = await shop.Cart();
                await Break(server, table, PostgresErrorCodes.DiskFull, atCommit);
                var (status, body) = await shop.Checkout(cart, ("Idempotency-Key", cart));
                Assert.True(status is 201 or 503, $"{table}: {status} {body}");
                refused += status == 503 ? 1 : 0;
                await Mend(server, table);

                await store.Advance("PT10M");
                var again = await shop.Checkout(cart, ("Idempotency-Key", cart));
                Assert.True(again.Status is 200 or 201, $"{table}: {again.Status} {again.Body}");
                var payments = (await store.Test.Ok($"GET /v2/payments?order_id={again.Body!["id"]}"))["data"]!.AsArray();
                Assert.Equal((decimal)again.Body["total"]!, payments.Where(payment => (string?)payment!["status"] == "succeeded").Sum(payment => (decimal)payment!["amount"]!) / 100);
                await store.Verify();
            }

        Assert.InRange(refused, 12, 24);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_key_that_could_not_be_given_back_is_free_once_the_database_writes_again()
    {
        await using var server = await TestServer.Start();
        var store = await Store.Open(server: server);
        var shop = await Shop.Open(store.Test, 10);
        var cart = await shop.Cart();
        await Break(server, "orders", PostgresErrorCodes.DiskFull, atCommit: false);
        await Break(server, "idempotency_keys", PostgresErrorCodes.DiskFull, atCommit: false, "DELETE");
        Assert.Equal(503, (await shop.Checkout(cart, ("Idempotency-Key", cart))).Status);
        Assert.Single(await server.Rows("SELECT key FROM idempotency_keys"));

        await Mend(server, "orders");
        await Mend(server, "idempotency_keys");
        await Await.Until(async () => (await server.Rows("SELECT key FROM idempotency_keys")).Count == 0);
        Assert.Equal(201, (await shop.Checkout(cart, ("Idempotency-Key", cart))).Status);
    }

    private static async Task Refused(Store store, string request, object body, string key)
    {
        using var answer = await store.Test.Answer(request, body, key == "" ? [] : [("Idempotency-Key", key)]);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == 503, $"{request}: {answer.StatusCode} {text}");
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Equal("SERVICE_UNAVAILABLE", Api.Code(System.Text.Json.Nodes.JsonNode.Parse(text))?.ToUpperInvariant());
    }

    private static async Task Break(TestServer server, string table, string state, bool atCommit, string on = "INSERT OR UPDATE")
    {
        await server.Rows("""
            CREATE OR REPLACE FUNCTION fire_fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'fault' USING ERRCODE = TG_ARGV[0]; END $$
            """);
        await server.Rows($"DROP TRIGGER IF EXISTS fire_fault ON {table}");
        await server.Rows(atCommit
            ? $"CREATE CONSTRAINT TRIGGER fire_fault AFTER {on} ON {table} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fire_fault('{state}')"
            : $"CREATE TRIGGER fire_fault BEFORE {on} ON {table} FOR EACH ROW EXECUTE FUNCTION fire_fault('{state}')");
    }

    private static Task Mend(TestServer server, string table) => server.Rows($"DROP TRIGGER IF EXISTS fire_fault ON {table}");
}
