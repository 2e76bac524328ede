using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Aura.Tests.Fire;
using Aura.Tests.V2;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Aura.Tests.Promotions;

/// <summary>Coupons that many redeem at the same time are counted in few transactions, and nobody can tell.</summary>
public sealed class SharedRedemptionsTests
{
    private const string Redeem = "POST /api/v1/coupons/redeem/HOT";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_use_has_a_count_of_its_own_and_its_key_has_its_answer(bool limited)
    {
        var store = await Store.Open();
        var promotion = await store.Offer(Offers.Percent(25) with { MaxUses = limited ? 1_000 : null, Budget = limited ? 1_000 : null });
        var coupon = await store.Coupon(promotion, "HOT", new() { MaxUses = limited ? 500 : null });

        var answers = await Held(store, coupon.Id, 40, Use);

        Assert.Equal(Enumerable.Range(1, 40), answers.Select(CountOf).Order());
        foreach (var (number, answer) in answers.Index())
            Assert.Equal(answer.ToJsonString(), (await Use(store, number)).ToJsonString());
        var rows = await store.Server.Rows("SELECT count(DISTINCT xmin::text) FROM promotion_uses WHERE promotion_id = $1", promotion.Id);
        Assert.InRange(int.Parse(rows[0], null), 1, 30); // of 40
        Assert.Equal(["40"], await store.Server.Rows("SELECT used FROM coupons WHERE id = $1", coupon.Id));
        await store.Verify();
    }

    [Fact]
    public async Task Those_who_want_the_last_uses_get_them_all()
    {
        var store = await Store.Open();
        var coupon = await store.Coupon(await store.Offer(Offers.Percent(25)), "HOT", new() { MaxUses = 25 });

        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(number => Send(store, number, number)));

        Assert.Equal(25, answers.Count(answer => answer.Status == 200));
        Assert.All(answers, answer => Assert.True(answer.Status is 200 or 409, $"{answer.Status} {answer.Body}"));
        Assert.Equal(Enumerable.Range(1, 25), answers.Where(answer => answer.Status == 200).Select(answer => CountOf(answer.Body!)).Order());
        await store.Verify();
    }

    [Fact]
    public async Task One_customer_many_times_gets_what_one_may_have_and_spoils_it_for_nobody()
    {
        var store = await Store.Open();
        await store.Coupon(await store.Offer(Offers.Percent(25)), "HOT", new() { MaxUsesPerCustomer = 2 });

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(number => Send(store, number, number % 2 == 0 ? 0 : number)));

        Assert.Equal(20, answers.Where((_, number) => number % 2 != 0).Count(answer => answer.Status == 200));
        Assert.Equal(2, answers.Where((_, number) => number % 2 == 0).Count(answer => answer.Status == 200));
        await store.Verify();
    }

    [Fact]
    public async Task Where_the_answers_cannot_be_kept_together_all_is_undone_and_made_alone()
    {
        await using var server = await TestServer.Start();
        var store = await Store.Open(server: server);
        var coupon = await store.Coupon(await store.Offer(Offers.Percent(25)), "HOT");
        await server.Rows("""
            CREATE SEQUENCE refusals;
            CREATE FUNCTION alone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
              IF (SELECT count(*) FROM written) > 1 THEN PERFORM nextval('refusals'); RAISE 'not together'; END IF;
              RETURN NULL;
            END $$;
            CREATE TRIGGER alone AFTER INSERT ON idempotency_keys REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION alone();
            """);

        var first = await Use(store, 30); // whose answer is alone
        var answers = await Held(store, coupon.Id, 30, (store, number) => number % 3 == 0 ? store.Test.Ok(Redeem, Body(number, number)) : Use(store, number)); // a third without a key

        Assert.NotEqual("0", (await server.Rows("SELECT count(*) FROM refusals WHERE is_called"))[0]);
        var counts = (await store.Test.Ok("GET /v2/metrics"))["shared_writes"]!;
        Assert.True((int)counts["own_transaction"]! > 1 && (int)counts["together"]! > 0, $"{counts}");
        Assert.Equal(0, (int)counts["faults"]!);
        Assert.Equal(Enumerable.Range(1, 31), answers.Prepend(first).Select(CountOf).Order());
        Assert.Equal(["31"], await server.Rows("SELECT used FROM coupons WHERE id = $1", coupon.Id));
        await store.Verify();
    }

    [Fact]
    public async Task Who_hangs_up_in_between_and_asks_again_gets_the_answer_and_nobody_else_suffers()
    {
        var (came, left) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await using var server = await TestServer.Start(before: app => app.Use((http, next) =>
        {
            if (http.Request.Headers.ContainsKey("X-Rude"))
            {
                http.RequestAborted.Register(() => left.TrySetResult());
                came.TrySetResult();
            }

            return next(http);
        }));
        var store = await Store.Open(server: server);
        var coupon = await store.Coupon(await store.Offer(Offers.Percent(25)), "HOT");
        using var hangsUp = new CancellationTokenSource();
        using var rude = new HttpRequestMessage(HttpMethod.Post, "/api/v1/coupons/redeem/HOT") { Content = JsonContent.Create(Body(1, 1)), Headers = { { "Idempotency-Key", "use 1" }, { "X-Rude", "yes" } } };
        using var client = server.Client(store.Account.TestKey);

        var others = await Held(store, coupon.Id, 10, async (store, number) =>
        {
            if (number == 9)
            {
                var asked = client.SendAsync(rude, hangsUp.Token);
                await came.Task;
                await hangsUp.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
                await left.Task;
            }

            return await Use(store, 10 + number);
        });

        Assert.Equal(Enumerable.Range(1, 10), others.Select(CountOf).Order());
        Assert.Equal(11, CountOf(await Use(store, 1)));
        await store.Verify();
    }

    [Fact]
    public async Task Who_waits_for_others_holds_no_connection_also_after_many_have_hung_up()
    {
        await using var server = await TestServer.Start($"{await TestCluster.CreateDatabase()};Maximum Pool Size=6");
        var store = await Store.Open(server: server);
        var coupon = await store.Coupon(await store.Offer(Offers.Percent(25)), "HOT");
        using var client = server.Client(store.Account.TestKey);
        for (var round = 0; round < 3; round++)
        {
            using var hangsUp = new CancellationTokenSource();
            var first = 1000 * round;

            var answers = await Held(store, coupon.Id, 40, async (store, number) =>
            {
                if (number >= 20) // cannot be answered while the coupon is locked
                {
                    using var rude = new HttpRequestMessage(HttpMethod.Post, "/api/v1/coupons/redeem/HOT")
                    {
                        Content = JsonContent.Create(Body(first + number, number)), Headers = { { "Idempotency-Key", $"use {first + number}" } },
                    };
                    await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.SendAsync(rude, hangsUp.Token));
                    return JsonValue.Create("left");
                }

                if (number > 0)
                    return await Use(store, first + number);
                var others = await store.Test.Ok("GET /v2/customers");
                await hangsUp.CancelAsync();
                return others;
            });

            Assert.Equal(19, answers.Skip(1).Take(19).Select(CountOf).Distinct().Count());
        }

        await store.Verify();
    }

    /// <summary>Keeps the coupon locked until all have asked, so that they come at the same time.</summary>
    private static async Task<JsonNode[]> Held(Store store, long coupon, int count, Func<Store, int, Task<JsonNode>> use)
    {
        await using var connection = new NpgsqlConnection(store.Server.Database);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var held = new NpgsqlCommand("SELECT 1 FROM coupons WHERE id = $1 FOR UPDATE", connection) { Parameters = { new() { Value = coupon } } })
            await held.ExecuteNonQueryAsync();
        var uses = Task.WhenAll(Enumerable.Range(0, count).Select(number => use(store, number)));
        await Await.Until(async () => await store.Server.Rows("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") is { Count: >= 2 });
        await transaction.RollbackAsync();
        return await uses;
    }

    private static Task<JsonNode> Use(Store store, int number) => store.Test.Ok(Redeem, Body(number, number), ("Idempotency-Key", $"use {number}"));

    private static Task<(int Status, JsonNode? Body)> Send(Store store, int number, int customer) => store.Test.Send(Redeem, Body(number, customer), ("Idempotency-Key", $"use {number}"));

    private static object Body(int number, int customer) => new { customer_id = 1 + customer, order_id = 1 + number, order_amount = 80 };

    private static int CountOf(JsonNode answer) => (int)answer["coupon"]!["current_uses"]!;
}
