using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Aura.Accounts;
using Aura.Jobs;
using Aura.Persistence;
using Aura.Server;
using Aura.Server.Winback;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aura.Tests;

/// <summary>A fresh account with a live store and its sandbox, on a server that all tests share: nothing of other tests is in it.</summary>
public sealed class Store
{
    private Store(TestServer server, OpenedAccount account) => (Server, Account) = (server, account);

    public TestServer Server { get; }
    public OpenedAccount Account { get; }

    /// <summary>Calls with the key of the sandbox, whose clock a test may advance.</summary>
    public HttpClient Test => field ??= Server.Client(Account.TestKey, Account.Sandbox.Domain);

    /// <summary>Calls with the key of the live store.</summary>
    public HttpClient Live => field ??= Server.Client(Account.LiveKey, Account.Live.Domain);

    public static async Task<Store> Open(Plan plan = Plan.Enterprise, string currency = "USD", TestServer? server = null)
    {
        server ??= await TestServer.Shared;
        await using var scope = server.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AuraDb>();
        var opened = db.OpenAccount("Test", plan, $"{Guid.CreateVersion7():n}.example", Currency.Of(currency));
        await db.SaveChangesAsync();
        return new(server, opened);
    }

    /// <summary>Works on the database as the server itself does, in the sandbox or in the live store.</summary>
    public async Task<T> Database<T>(Func<AuraDb, IServiceProvider, Task<T>> work, bool live = false)
    {
        await using var scope = Server.Services.CreateAsyncScope();
        var store = await Server.Services.GetRequiredService<AccessDirectory>().Store((live ? Account.Live : Account.Sandbox).Id, default);
        scope.ServiceProvider.GetRequiredService<CurrentCaller>().Value = Caller.System(store!); // it was just opened
        return await work(scope.ServiceProvider.GetRequiredService<AuraDb>(), scope.ServiceProvider);
    }

    public Task Database(Func<AuraDb, Task> work, bool live = false) =>
        Database(async (db, _) => { await work(db); return true; }, live);

    /// <summary>Moves the sandbox's clock and waits for what falls due.</summary>
    public async Task<JsonNode> Advance(string by)
    {
        var (status, body) = await Test.Send("POST /v2/test-clock/advance", new { by });
        Assert.Equal(200, status);
        return body!; // a success has a body
    }
}

/// <summary>A server of this process on a database of its own.</summary>
public sealed class TestServer : IAsyncDisposable
{
    private static readonly Lazy<Task<TestServer>> One = new(() => Start());

    private readonly WebApplication app;

    private TestServer(WebApplication app, string database) => (this.app, Database) = (app, database);

    /// <summary>The server that most tests use.</summary>
    public static Task<TestServer> Shared => One.Value;

    public string Database { get; }
    public IServiceProvider Services => app.Services;
    public Uri Address => new(app.Urls.First());

    /// <param name="database">Null: a new one.</param>
    public static async Task<TestServer> Start(string? database = null, Action<WebApplication>? before = null, Func<ServerOptions, ServerOptions>? options = null)
    {
        database ??= await TestCluster.CreateDatabase();
        await using (var source = AuraServices.DataSource(database))
            await Migrator.Migrate(source, default);
        var set = new ServerOptions
        {
            Url = "http://127.0.0.1:0",
            Data = TestCluster.TemporaryDirectory(),
            AllowPrivateWebhooks = true,
            Log = LogLevel.Error,
        };
        var app = AuraServer.Build(options is null ? set : options(set), database);
        before?.Invoke(app);
        await app.StartAsync();
        return new(app, database);
    }

    /// <param name="shop">What requests that have to name a shop, and name none, get into their query; null: nothing.</param>
    public HttpClient Client(string? key, string? shop = null)
    {
        var client = new HttpClient(new ShopNaming(shop)) { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(2) };
        if (key is not null)
            client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        return client;
    }

    /// <summary>The first column of each row, as text.</summary>
    public async Task<List<string>> Rows(string sql, params IReadOnlyList<object> values)
    {
        await using var command = Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
            rows.Add($"{reader.GetValue(0)}");
        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        NpgsqlConnection.ClearAllPools();
    }
}

/// <summary>Names the shop in requests of the winback dialect.</summary>
internal sealed class ShopNaming(string? shop) : DelegatingHandler(new SocketsHttpHandler())
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var target = request.RequestUri!; // a client of ours has a base address
        if (shop is not null && target.AbsolutePath.StartsWith(WinbackApi.Dialect.Prefix, StringComparison.Ordinal) && !target.Query.Contains("shop=", StringComparison.Ordinal))
            request.RequestUri = new($"{target}{(target.Query == "" ? '?' : '&')}shop={shop}");
        return base.SendAsync(request, cancellationToken);
    }
}

public static class ClientExtensions
{
    /// <summary>Sends <c>POST /v2/orders</c> with a body: an object, or text that is sent as it is.</summary>
    public static async Task<(int Status, JsonNode? Body)> Send(this HttpClient client, string request, object? body = null, params (string Name, string Value)[] headers)
    {
        using var response = await client.Answer(request, body, headers);
        var content = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, content.Length > 0 && content[0] is '{' or '[' ? JsonNode.Parse(content) : null);
    }

    /// <summary>Sends a request that must succeed.</summary>
    public static async Task<JsonNode> Ok(this HttpClient client, string request, object? body = null, params (string Name, string Value)[] headers)
    {
        var (status, answer) = await client.Send(request, body, headers);
        Assert.True(status is >= 200 and < 300, $"{request} answered {status}: {answer}");
        return answer ?? new JsonObject();
    }

    /// <summary>Sends a request that must be refused.</summary>
    /// <returns>The error object of the envelope.</returns>
    public static async Task<JsonNode> Refused(this HttpClient client, int status, string request, object? body = null, params (string Name, string Value)[] headers)
    {
        var (answered, answer) = await client.Send(request, body, headers);
        Assert.True(answered == status, $"{request} answered {answered}, not {status}: {answer}");
        return answer!["error"]!; // every refusal has the envelope
    }

    public static async Task<HttpResponseMessage> Answer(this HttpClient client, string request, object? body = null, params (string Name, string Value)[] headers)
    {
        var at = request.IndexOf(' ');
        using var message = new HttpRequestMessage(new(request[..at]), request[(at + 1)..]);
        message.Content = body switch
        {
            null => null,
            HttpContent content => content,
            string text => new StringContent(text, new MediaTypeHeaderValue("application/json")),
            _ => JsonContent.Create(body),
        };
        foreach (var (name, value) in headers)
            message.Headers.TryAddWithoutValidation(name, value);
        return await client.SendAsync(message);
    }
}
