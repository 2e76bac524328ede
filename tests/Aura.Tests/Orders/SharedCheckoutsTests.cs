using System.Text.Json.Nodes;
using Aura.Orders;
using Aura.Tests.Inventory;
using Aura.Tests.Promotions;
using Aura.Tests.V2;

namespace Aura.Tests.Orders;

/// <summary>Checkouts that come at the same time are written together, twice each: as drafts and with their payments. Nobody can tell.</summary>
public sealed class SharedCheckoutsTests
{
    [Fact]
    public async Task They_leave_the_same_rows_as_one_that_is_written_alone()
    {
        await using var server = await TestServer.Start();
        var store = await Ready(server);
        var goods = new[] { await store.Stocked(), await store.Stocked(), await store.Stocked() };
        await Alone(server, true);
        var alone = await Buy(store, await store.Cart([.. goods.Select(one => (one, 2))]));
        Assert.Equal("2", (await server.Rows("SELECT last_value FROM refusals"))[0]); // as a draft, and with its payment
        await Alone(server, false);

        var carts = new List<string>();
        for (var i = 0; i < 16; i++)
            carts.Add(await store.Cart([.. goods.Select(one => (one, 2))]));
        var together = await Task.WhenAll(carts.Select(cart => Buy(store, cart)));

        var expected = await OrderRows.Of(store, alone);
        foreach (var order in together)
            Assert.Equal(expected, await OrderRows.Of(store, order));
        foreach (var table in new[] { "order_lines", "payment_entries" })
        {
            var transactions = int.Parse((await server.Rows($"SELECT count(DISTINCT xmin::text) FROM {table} WHERE tenant_id = $1", store.Account.Sandbox.Id))[0], null);
            Assert.InRange(transactions, 2, 16); // of 17 checkouts
        }

        await store.Verify();
    }

    [Fact]
    public async Task What_cannot_be_written_together_is_written_alone_and_answered_the_same()
    {
        await using var server = await TestServer.Start();
        var store = await Ready(server);
        var goods = await store.Stocked();
        await Alone(server, true);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => await Answer(store, await store.Cart((goods, 1)))));

        Assert.All(answers, answer => Assert.Equal(("paid", 201), ((string?)answer.Body!["payment_status"], answer.Status)));
        Assert.Equal(Enumerable.Range(1001, 8), answers.Select(answer => (int)answer.Body!["number"]!).Order());
        Assert.Equal(92, await store.Available(goods.VariantId));
        await store.Verify();
    }

    [Theory]
    [InlineData("4000000000000002", "failed")]
    [InlineData("4000002760003184", "requires_action")]
    public async Task A_card_that_does_not_pay_at_once_is_answered_as_ever(string number, string outcome)
    {
        var store = await Ready();
        var goods = await store.Stocked();
        var card = await store.Test.Ok("POST /v2/payment-methods", new { type = "card", card = new { number, exp_month = 12, exp_year = 2040, cvc = "123" } });
        var cart = await store.Cart((goods, 1));

        var (status, _) = await store.Test.Send($"POST /v2/carts/{cart}/checkout", new { payment_method = card["id"] });

        Assert.Equal(outcome == "failed" ? 422 : 202, status);
        Assert.Equal(outcome == "failed" ? 100 : 99, await store.Available(goods.VariantId));
        var again = outcome == "failed" ? await Answer(store, cart) : await store.Test.Send($"POST /v2/carts/{cart}/complete", new { });
        Assert.True(again.Status is 200 or 201, $"{again.Status} {again.Body}");
        Assert.Equal("paid", (string?)again.Body!["payment_status"]);
        await store.Verify();
    }

    [Fact]
    public async Task A_cart_that_costs_nothing_is_an_order_at_once()
    {
        var store = await Store.Open();
        var goods = await store.Stocked(ships: false, taxCategory: "exempt");
        await store.Offer(Offers.Percent(100));

        var order = await store.Test.Ok($"POST /v2/carts/{await store.Cart((goods, 1))}/checkout", new { });

        Assert.Equal((0m, false), ((decimal)order["total"]!, order["placed_at"] is null));
        Assert.Equal(99, await store.Available(goods.VariantId));
        Assert.Equal((string?)order["id"], (string?)(await store.Test.Ok("GET /v2/orders"))["data"]![0]!["id"]);
        await store.Verify();
    }

    [Fact]
    public async Task Carts_that_are_changed_at_the_same_time_keep_every_change()
    {
        var store = await Store.Open();
        var goods = await store.Stocked();
        var carts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => store.Cart((goods, 1))));

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(number => number % 2 == 0
            ? store.Test.Send($"POST /v2/carts/{carts[number % 4]}/items", new { variant_id = goods.Variant, quantity = 1, metadata = new { number = $"{number}" } })
            : store.Test.Send($"PUT /v2/carts/{carts[number % 4]}", new { metadata = new { number = $"{number}" } })));

        Assert.All(answers, answer => Assert.InRange(answer.Status, 200, 201));
        foreach (var (index, cart) in carts.Index())
        {
            var now = await store.Test.Ok($"GET /v2/carts/{cart}");
            Assert.Equal(index % 2 == 0 ? 11 : 1, now["items"]!.AsArray().Count);
            Assert.Equal("11", (await store.Server.Rows("SELECT version FROM carts WHERE tenant_id = $1 AND id = $2", store.Account.Sandbox.Id, long.Parse(cart[5..], null)))[0]);
        }
    }

    private static async Task<Store> Ready(TestServer? server = null)
    {
        var store = await Store.Open(server: server);
        await store.Offer(Offers.Percent(10));
        await store.Offer(Offers.Percent(5));
        return store;
    }

    private static async Task<long> Buy(Store store, string cart)
    {
        var (status, order) = await Answer(store, cart);
        Assert.True(status == 201, $"{status} {order}");
        return Id<Order>.ToNumber((string)order!["id"]!)!.Value;
    }

    private static Task<(int Status, JsonNode? Body)> Answer(Store store, string cart) =>
        store.Test.Send($"POST /v2/carts/{cart}/checkout", new { payment_method = "card" }, ("Idempotency-Key", cart));

    /// <summary>From now on nobody can change a cart or a payment together with others.</summary>
    private static async Task Alone(TestServer server, bool isSo)
    {
        await server.Rows(isSo
            ? """
                CREATE SEQUENCE refusals;
                CREATE FUNCTION alone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                  IF current_query() LIKE '%asked.version%' THEN PERFORM nextval('refusals'); RAISE 'not together'; END IF;
                  RETURN NEW;
                END $$;
                CREATE TRIGGER alone BEFORE UPDATE ON carts FOR EACH ROW EXECUTE FUNCTION alone();
                CREATE TRIGGER alone BEFORE UPDATE ON payment_intents FOR EACH ROW EXECUTE FUNCTION alone();
                """
            : "DROP TRIGGER alone ON carts; DROP TRIGGER alone ON payment_intents");
    }
}
