using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Aura.Persistence;
using Aura.Server;
using Aura.Tests.Fire;
using Aura.Tests.Http.Generated;
using Microsoft.Extensions.DependencyInjection;

namespace Aura.Tests.Deploy;

/// <summary>One deployment for all of them: each leaves it whole. It is eight processes that wait for each other, so that they have the machine to themselves.</summary>
[Collection(nameof(Alone))]
public sealed class DeployTests(Deployment deployment) : IClassFixture<Deployment>
{
    [Fact]
    public async Task Lists_are_read_from_the_replica_and_single_things_from_the_primary()
    {
        await using var server = await Reading("reads_marked", searchPath: "marked,public");
        var store = await Store.Open(server: server);
        await deployment.Sql(deployment.Primary, "CREATE SCHEMA marked AUTHORIZATION aura; CREATE TABLE marked.customers (LIKE customers); ALTER TABLE marked.customers OWNER TO aura", "reads_marked");
        var customer = await store.Test.Ok("POST /v2/customers", new { email = "jane@b.co" });

        // On the replica alone a table without rows stands before that of the customers.
        await Deployment.Until(async () => (await store.Test.Ok("GET /v2/customers"))["data"]!.AsArray().Count == 0, "for a list from the replica");
        Assert.Equal("jane@b.co", (string?)(await store.Test.Ok($"GET /v2/customers/{customer["id"]}"))["email"]);
    }

    [Fact]
    public async Task What_was_written_is_in_the_next_list_of_any_server_while_the_replica_has_not_got_it()
    {
        await using var one = await Reading("reads_own");
        await using var other = await Reading("reads_own");
        var store = await Store.Open(server: one);
        using var elsewhere = other.Client(store.Account.TestKey);
        await Near(one, other);

        await deployment.Sql(deployment.Replica, "SELECT pg_wal_replay_pause()");
        try
        {
            for (var i = 1; i <= 20; i++)
            {
                await store.Test.Ok("POST /v2/customers", new { email = $"{i}@b.co" });
                Assert.Equal(i, (await elsewhere.Ok("GET /v2/customers?limit=50"))["data"]!.AsArray().Count);
                Assert.Equal(i, (await store.Test.Ok("GET /v2/customers?limit=50"))["data"]!.AsArray().Count);
            }

            Assert.False(other.Services.GetRequiredService<Replica>().IsNear);
        }
        finally
        {
            await deployment.Sql(deployment.Replica, "SELECT pg_wal_replay_resume()");
        }

        await Near(one, other);
        var before = other.Services.GetRequiredService<Replica>().Reads.Taken;
        await Deployment.Until(async () =>
        {
            Assert.Equal(20, (await elsewhere.Ok("GET /v2/customers?limit=50"))["data"]!.AsArray().Count);
            return other.Services.GetRequiredService<Replica>().Reads.Taken > before;
        }, "for a list from the replica");
    }

    [Fact]
    public async Task Every_list_can_be_read_from_the_replica()
    {
        await using var server = await Reading("reads_all");
        var replica = server.Services.GetRequiredService<Replica>();
        replica.Patience = TimeSpan.FromSeconds(1.9); // the machine has other tests to do
        var full = await FullStore.Open(server);
        var ids = await full.Ids();

        foreach (var route in (await Api.Routes()).Where(route => route.IsList || route.Path.StartsWith("/api/v1/analytics/", StringComparison.Ordinal)).Where(route => route.Method == "GET"))
        {
            var path = route.PathParameters.Aggregate(route.Path, (text, parameter) => text.Replace($"{{{parameter.Name}}}", parameter.Spelled(ids[parameter.Prefix ?? "prod"]), StringComparison.Ordinal));
            foreach (var page in route.Parameters.Any(parameter => (string?)parameter["name"] == "cursor") ? ["", "?cursor="] : (string[])[""])
                await Deployment.Until(async () =>
                {
                    var (taken, _, broken) = replica.Reads;
                    await full.Store.Test.Ok($"GET {path}{page}");
                    Assert.True(replica.Reads.Broken == broken, $"{path}{page} cannot be read from the replica.");
                    return replica.Reads.Taken > taken;
                }, $"for {path}{page} from the replica");
        }
    }

    [Fact]
    public async Task A_replica_that_dies_is_done_without()
    {
        await using var server = await Reading("reads_alone");
        var store = await Store.Open(server: server);
        await store.Test.Ok("POST /v2/customers", new { email = "jane@b.co" });
        await Near(server);
        using var enough = new CancellationTokenSource();
        var lists = 0;
        var readers = Enumerable.Range(0, 4).Select(async _ =>
        {
            while (!enough.IsCancellationRequested)
            {
                Assert.Single((await store.Test.Ok("GET /v2/customers"))["data"]!.AsArray());
                Interlocked.Increment(ref lists);
            }
        }).ToList();

        deployment.KillPostgres(deployment.Replica);
        var then = Volatile.Read(ref lists);
        await Deployment.Until(() => Task.FromResult(Volatile.Read(ref lists) > then + 50), "for lists without the replica");
        await enough.CancelAsync();
        await Task.WhenAll(readers);

        Assert.Equal("down", (string?)(await store.Test.Ok("GET /v2/health"))["services"]!["replica"]);
        Assert.True((int)(await store.Test.Ok("GET /v2/metrics"))["replica"]!["reads_on_primary"]! > 0);
        await deployment.Run("up");
        await Near(server);
    }

    [Fact]
    public async Task A_whole_purchase_goes_through_the_balancer_and_the_pooler()
    {
        using var client = deployment.Client();
        var shop = await Shop.Open(client, 10);

        var (status, order) = await shop.Checkout(await shop.Cart(2));

        Assert.Equal(201, status);
        Assert.Equal("paid", (string?)order!["payment_status"]);
        Assert.Equal(8, (int)(await client.Ok($"GET /v2/inventory/{shop.Sku}"))["total_available"]!);
        Assert.Contains((await client.Ok("GET /v2/orders"))["data"]!.AsArray(), found => (string?)found!["id"] == (string?)order["id"]);
    }

    [Fact]
    public async Task A_key_that_one_server_revokes_is_soon_refused_by_the_other()
    {
        using var one = deployment.Client("api-1");
        var key = await one.Ok("POST /v2/api-keys", new { name = "Short-lived", scopes = new[] { "customers:read" } });
        using var two = deployment.Client("api-2");
        two.DefaultRequestHeaders.Authorization = new("Bearer", (string)key["key"]!);
        await two.Ok("GET /v2/customers");

        await one.Send($"DELETE /v2/api-keys/{key["id"]}");

        await Deployment.Until(async () => (await two.Send("GET /v2/customers")).Status == 401, "for the key to be refused");
    }

    [Fact]
    public async Task Killing_a_server_loses_nothing_and_repeats_nothing()
    {
        using var client = deployment.Client();
        var answered = await Writing(client, "kill", async () => { deployment.Kill("api-1"); await deployment.Run("up"); });

        await AssertOnce(answered);
    }

    [Fact]
    public async Task Restarting_the_servers_one_by_one_fails_no_request()
    {
        using var client = deployment.Client();
        var failed = new ConcurrentBag<string>();
        using var enough = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 4).Select(async caller =>
        {
            for (var i = 0; !enough.IsCancellationRequested; i++)
            {
                var (status, body) = i % 2 == 0 ? await client.Send("POST /v2/customers", new { email = $"restart-{caller}-{i}@b.co" }) : await client.Send("GET /v2/products");
                if (status >= 500)
                    failed.Add($"{status} {body}");
            }
        }).ToList();

        await deployment.Run("restart");
        await enough.CancelAsync();
        await Task.WhenAll(callers);

        Assert.Empty(failed);
    }

    [Fact]
    public async Task Servers_that_only_take_their_time_are_not_passed_over()
    {
        using var client = deployment.Client();
        var held = deployment.Hold(TimeSpan.FromSeconds(2), "api-1", "api-2"); // four intervals of the balancer's checks
        List<Task> callers = [];
        while (!held.IsCompleted)
        {
            callers.Add(client.Ok("GET /v2/products"));
            await Task.WhenAny(held, Task.Delay(100));
        }

        await Task.WhenAll(callers);
    }

    [Fact]
    public async Task The_replica_takes_over_from_a_primary_that_lives_and_from_one_that_died()
    {
        using var client = deployment.Client();
        var former = deployment.Primary;

        var answered = await Writing(client, "planned", () => deployment.Run("promote"));
        Assert.NotEqual(former, deployment.Primary);
        await AssertOnce(answered);

        // What is sent asynchronously may be lost with the primary: here it has all been sent.
        await Deployment.Until(async () => await deployment.Sql(deployment.Primary, "SELECT bool_and(replay_lsn >= pg_current_wal_flush_lsn()) FROM pg_stat_replication") is true, "for the new replica");
        deployment.KillPostgres(deployment.Primary);
        await deployment.Run("promote");
        Assert.Equal(former, deployment.Primary);
        await AssertOnce(answered);
        await client.Ok("POST /v2/customers", new { email = "after@b.co" });
        await deployment.Run("status");
    }

    /// <summary>Customers who are made with a key, and again with the same key until somebody answers, while something happens.</summary>
    /// <returns>What was answered, by e-mail.</returns>
    private static async Task<ConcurrentDictionary<string, string>> Writing(HttpClient client, string name, Func<Task> meanwhile)
    {
        var answered = new ConcurrentDictionary<string, string>();
        using var enough = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 4).Select(async writer =>
        {
            for (var i = 0; !enough.IsCancellationRequested; i++)
            {
                var email = $"{name}-{writer}-{i}@b.co";
                await Deployment.Until(async () =>
                {
                    var (status, body) = await Send(client, "POST /v2/customers", new { email }, ("Idempotency-Key", email));
                    Assert.True(status is 201 or 409 or 502 or 503, $"{status} {body}");
                    return status == 201 && answered.TryAdd(email, (string)body!["id"]!);
                }, $"for the customer {email}");
            }
        }).ToList();
        await Deployment.Until(() => Task.FromResult(answered.Count > 20), "for the first customers");
        await meanwhile();
        var then = answered.Count;
        await Deployment.Until(() => Task.FromResult(answered.Count > then + 20), "for customers afterwards");
        await enough.CancelAsync();
        await Task.WhenAll(writers);
        return answered;
    }

    private static async Task<(int Status, JsonNode? Body)> Send(HttpClient client, string request, object body, (string, string) header)
    {
        try
        {
            return await client.Send(request, body, header);
        }
        catch (HttpRequestException)
        {
            return (503, null);
        }
    }

    /// <summary>What was answered is there, and nothing is there twice.</summary>
    private async Task AssertOnce(ConcurrentDictionary<string, string> answered)
    {
        var there = JsonNode.Parse((string)(await deployment.Sql(
            deployment.Primary, "SELECT json_object_agg(email, ids)::text FROM (SELECT email, array_agg(id) AS ids FROM customers GROUP BY email) c", "aura"))!)!.AsObject(); // there are samples at least
        Assert.All(there, pair => Assert.Single(pair.Value!.AsArray()));
        Assert.All(answered, pair => Assert.Equal(pair.Value.Split('_')[1], $"{there[pair.Key]?[0]}"));
    }

    /// <summary>A server in this process, on a database of its own, that reads from the replica.</summary>
    private async Task<TestServer> Reading(string database, string? searchPath = null)
    {
        if (await deployment.Sql(deployment.Primary, $"SELECT 1 FROM pg_database WHERE datname = '{database}'") is null)
            await deployment.Sql(deployment.Primary, $"CREATE DATABASE {database} OWNER aura TEMPLATE template0");
        var replica = deployment.Connection(deployment.Replica, database) + (searchPath is null ? "" : $";Search Path={searchPath}");
        return await TestServer.Start(deployment.Connection(deployment.Primary, database), options: set => set with { ReplicaDatabase = replica });
    }

    private static Task Near(params TestServer[] servers) =>
        Deployment.Until(() => Task.FromResult(servers.All(server => server.Services.GetRequiredService<Replica>().IsNear)), "for the replica");
}
