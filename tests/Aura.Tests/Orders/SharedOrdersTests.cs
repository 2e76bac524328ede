using System.Text.Json;
using Aura.Orders;
using Aura.Server.V2;
using Aura.Tests.Inventory;
using Aura.Tests.Promotions;
using Aura.Tests.V2;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Aura.Tests.Orders;

/// <summary>Orders that are placed at the same time are written in one transaction, and nobody can tell.</summary>
public sealed class SharedOrdersTests
{
    [Fact]
    public async Task They_leave_the_same_rows_as_one_that_is_written_alone()
    {
        var store = await Store.Open();
        var goods = new[] { await store.Stocked(), await store.Stocked(), await store.Stocked() };
        await store.Offer(Offers.Percent(10));
        await store.Offer(Offers.Percent(5));
        var customer = await store.Customer();
        var alone = await Alone(store, customer, goods);

        var together = await Held(store, goods[0], 20, number => store.Test.Ok("POST /v2/orders", Wish(customer, goods), Keyed(number)));

        var expected = await OrderRows.Of(store, alone);
        foreach (var order in together)
            Assert.Equal(expected, await OrderRows.Of(store, Id<Order>.ToNumber((string)order["id"]!)!.Value));
        var transactions = await store.Server.Rows("SELECT count(DISTINCT xmin::text) FROM orders WHERE tenant_id = $1", store.Account.Sandbox.Id);
        Assert.InRange(long.Parse(transactions[0], null), 2, 10); // of 21 orders
        await store.Verify();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Those_who_want_the_last_pieces_get_them_all_and_who_watches_hears_of_it_once(bool keyed)
    {
        var store = await Store.Open();
        var (scarce, plenty) = (await store.Stocked(stock: 12), await store.Stocked(stock: 500));
        await store.Test.Ok($"POST /v2/inventory/{scarce.Product}/alerts", new { threshold = 5 });
        var customer = await store.Customer();

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(number =>
            store.Test.Send("POST /v2/orders", Wish(customer, number % 2 == 0 ? [scarce, plenty] : [plenty]), keyed ? [Keyed(number)] : [])));

        Assert.Equal(32, answers.Count(answer => answer.Status == 201));
        Assert.All(answers.Where(answer => answer.Status != 201), answer => Assert.Equal((409, "insufficient_stock"), (answer.Status, (string?)answer.Body!["error"]!["code"])));
        Assert.Equal(0, await store.Available(scarce.VariantId));
        Assert.Equal(["inventory.low", "inventory.out_of_stock"], await store.Server.Rows(
            "SELECT type FROM events WHERE tenant_id = $1 AND type LIKE 'inventory.%' AND subject = 'inventory' ORDER BY type", store.Account.Sandbox.Id));
        await store.Verify();
    }

    [Fact]
    public async Task The_same_key_many_times_is_one_order_and_spoils_none_that_is_written_with_it()
    {
        var store = await Store.Open();
        var goods = await store.Stocked();
        var customer = await store.Customer();

        var answers = await Held(store, goods, 30, number =>
            store.Test.Send("POST /v2/orders", Wish(customer, [goods]), Keyed(number % 3 == 0 ? 0 : number)), waitsFor: 21);

        Assert.All(answers, answer => Assert.True(answer.Status == 201 || (string?)answer.Body!["error"]!["code"] == "idempotency_in_progress", $"{answer.Status} {answer.Body}"));
        Assert.Equal(21, answers.Where(answer => answer.Status == 201).Select(answer => (string)answer.Body!["id"]!).Distinct().Count());
        Assert.Equal("21", (await store.Server.Rows("SELECT count(*) FROM orders WHERE tenant_id = $1", store.Account.Sandbox.Id))[0]);
        await store.Verify();
    }

    [Fact]
    public async Task A_key_is_answered_as_before_and_another_request_with_it_is_refused()
    {
        var store = await Store.Open();
        var goods = await store.Stocked();
        var customer = await store.Customer();
        var first = await store.Test.Ok("POST /v2/orders", Wish(customer, [goods]), Keyed(1));

        using var again = await store.Test.Answer("POST /v2/orders", Wish(customer, [goods]), Keyed(1));
        var error = await store.Test.Refused(422, "POST /v2/orders", Wish(customer, [goods, goods]), Keyed(1));

        Assert.Equal((201, "true", first.ToJsonString()),
            ((int)again.StatusCode, Assert.Single(again.Headers.GetValues("Idempotent-Replayed")), await again.Content.ReadAsStringAsync()));
        Assert.Equal($"/v2/orders/{first["id"]}", $"{again.Headers.Location}");
        Assert.Equal("idempotency_key_reused", (string?)error["code"]);
        Assert.Equal(99, await store.Available(goods.VariantId));
    }

    [Fact]
    public async Task What_is_refused_is_refused_in_the_same_words_and_keeps_nothing()
    {
        var store = await Store.Open();
        var (goods, none) = (await store.Stocked(), await store.Stocked(stock: 0));
        var customer = await store.Customer();

        foreach (var wish in new[] { Wish("cus_1", [goods]), Wish(customer, [none]), Wish(customer, []), Wish(customer, [goods], "NO-SUCH-CODE") })
        {
            var (alone, shared) = (await store.Test.Send("POST /v2/orders", wish), await store.Test.Send("POST /v2/orders", wish, Keyed(1)));
            Assert.InRange(alone.Status, 400, 499);
            foreach (var answer in new[] { alone, shared })
                answer.Body!["error"]!.AsObject().Remove("request_id");
            Assert.Equal((alone.Status, alone.Body!.ToJsonString()), (shared.Status, shared.Body!.ToJsonString()));
        }

        await store.Test.Ok("POST /v2/orders", Wish(customer, [goods]), Keyed(1));
    }

    [Fact]
    public async Task A_customer_gets_a_promotion_as_often_as_it_is_given_however_many_orders_are_written_together()
    {
        var store = await Store.Open();
        var goods = await store.Stocked();
        var promotion = await store.Offer(Offers.Percent(10) with { MaxUsesPerCustomer = 2 });
        var customer = await store.Customer();

        var answers = await Held(store, goods, 12, number => store.Test.Send("POST /v2/orders", Wish(customer, [goods]), Keyed(number)));

        Assert.All(answers, answer => Assert.True(answer.Status == 201 || (string?)answer.Body!["error"]!["code"] == "customer_limit_reached", $"{answer.Status} {answer.Body}"));
        Assert.Equal(2, answers.Count(answer => answer.Status == 201 && (decimal)answer.Body!["discount_total"]! > 0));
        Assert.Equal("2", (await store.Server.Rows("SELECT count(*) FROM promotion_uses WHERE tenant_id = $1 AND promotion_id = $2", store.Account.Sandbox.Id, promotion.Id))[0]);
        await store.Verify();
    }

    [Fact]
    public async Task A_promotion_with_a_number_of_uses_is_asked_alone_and_no_order_number_is_missing()
    {
        var store = await Store.Open();
        var goods = await store.Stocked();
        await store.Offer(Offers.Percent(10) with { MaxUses = 5 });
        var customer = await store.Customer();

        foreach (var (index, number) in Enumerable.Range(1001, 4).Index())
        {
            var order = await store.Test.Ok("POST /v2/orders", Wish(customer, [goods]), index % 2 == 0 ? [Keyed(index)] : []);
            Assert.Equal((number, true), ((int)order["number"]!, (decimal)order["discount_total"]! > 0));
        }

        var answers = await Task.WhenAll(Enumerable.Range(10, 8).Select(number => store.Test.Send("POST /v2/orders", Wish(customer, [goods]), Keyed(number))));
        Assert.Single(answers, answer => answer.Status == 201 && (decimal)answer.Body!["discount_total"]! > 0);
        await store.Verify();
    }

    /// <summary>Requests that come while the stock of something is locked, so that they wait and are written together when it is free.</summary>
    private static async Task<T[]> Held<T>(Store store, Shop.Goods locked, int count, Func<int, Task<T>> send, int? waitsFor = null)
    {
        await using var connection = await store.Server.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand($"SELECT FROM stock_levels WHERE variant_id = {locked.VariantId} FOR UPDATE", connection);
        await command.ExecuteNonQueryAsync();
        var before = await Numbers();
        var sent = Enumerable.Range(0, count).Select(send).ToList();
        while (await Numbers() - before < (waitsFor ?? count))
            await Task.Yield();
        await transaction.CommitAsync();
        return await Task.WhenAll(sent);

        async Task<long> Numbers() => long.Parse((await store.Server.Rows($"SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM order_numbers_{store.Account.Sandbox.Id}"))[0], null);
    }

    /// <summary>Places it in a transaction of its own.</summary>
    private static Task<long> Alone(Store store, string customer, Shop.Goods[] goods) => store.Database(async (db, services) =>
    {
        var wish = JsonSerializer.Deserialize<CreateOrder>(JsonSerializer.Serialize(Wish(customer, goods)), services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions)!;
        return (await db.InTransaction(() => services.GetRequiredService<OrderPlacement>().Place(wish.ToOrder(Currency.Usd), default), default)).Id;
    });

    private static object Wish(string customer, Shop.Goods[] goods, params string[] coupons) => new
    {
        customer_id = customer,
        items = goods.Select(one => new { variant_id = one.Variant, quantity = 1 }),
        shipping_address = Shop.Address,
        shipping_method = "standard",
        payment_method = "card",
        coupons,
    };

    private static (string, string) Keyed(int number) => ("Idempotency-Key", $"order {number}");
}
