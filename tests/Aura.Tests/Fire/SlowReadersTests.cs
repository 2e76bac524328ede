using System.Net.Sockets;
using System.Text;
using Aura.Server;
using Aura.Tests.Promotions;

namespace Aura.Tests.Fire;

/// <summary>Callers who ask for much and read it slowly, more of them than the server has connections to its database: nobody else notices.</summary>
public sealed class SlowReadersTests
{
    private const string Winback = "/api/abandoned-checkout-winback";
    private const int Readers = 6, Connections = 4;

    [Fact(Timeout = 300_000)]
    public async Task Whoever_reads_a_large_answer_slowly_keeps_no_connection_to_the_database_from_others()
    {
        await using var server = await TestServer.Start(
            await TestCluster.CreateDatabase() + $";Maximum Pool Size={Connections};Timeout=3", options: options => options with { Role = ServerRole.Api });
        var store = await Store.Open(server: server);
        var batch = await Fill(store);
        var starved = new List<string>();

        foreach (var path in (string[])
            [
                "/v2/exports/products?format=shopify", "/v2/exports/products?format=woocommerce", $"/api/v1/coupons/bulk/{batch}/download",
                $"{Winback}/security/audit-log/export", $"{Winback}/security/audit-log/export?format=csv", $"{Winback}/collaboration/activity-feed/export?format=csv",
                $"{Winback}/developer/export?type=campaigns", $"{Winback}/developer/export?type=campaigns&format=csv", $"{Winback}/developer/export?type=campaigns&format=xlsx",
                "/v2/audit-logs?limit=200", "/v2/products?limit=200",
            ])
            await Ask(store, path, starved, () => Line.Open(store, $"GET {path}"));
        var again = 0;
        await Ask(store, "the first answer to a key", starved, () => Line.Open(store, $"POST {Winback}/collaboration/activity-feed/filter", $"key {Interlocked.Increment(ref again)}"));
        await Ask(store, "an answer that is repeated", starved, () => Line.Open(store, $"POST {Winback}/collaboration/activity-feed/filter", "key 1"));

        Assert.True(starved.Count == 0, string.Join('\n', starved));
    }

    private static async Task Ask(Store store, string what, List<string> starved, Func<Task<Line>> open)
    {
        var lines = new List<Line>();
        for (var reader = 0; reader < Readers; reader++)
            lines.Add(await open());
        if (lines.Find(line => line.Status != 200) is { } other)
            starved.Add($"{what}: {other.Status}");
        else if (await store.Test.Send("GET /v2/tax-regions") is { Status: not 200 } answer)
            starved.Add($"{what}: somebody else got {answer}");
        lines.ForEach(line => line.Dispose());
    }

    /// <summary>More of everything than the buffers between server and reader hold.</summary>
    /// <returns>The batch of coupons.</returns>
    private static async Task<long> Fill(Store store)
    {
        var tenant = store.Account.Sandbox.Id;
        await store.Test.Ok("POST /v2/products", new { name = "Lamp", price = 10, sku = "LAMP" });
        var made = await store.Test.Ok($"POST /api/v1/coupons/bulk/{(await store.Offer(Offers.Percent(5))).Id}", new { count = 1 });
        await store.Test.Ok($"POST {Winback}/campaigns", new { name = "C", templateId = "template_recovery_001", customerIds = new[] { "a@b.co" } });
        foreach (var (table, where, rows, different) in ((string, string, int, string)[])
            [
                ("products", "true", 250, "'sku', 'LAMP-' || n, 'description', repeat(md5(n::text), 1500)"),
                ("coupons", "batch_id IS NOT NULL", 2_500, "'code_key', 'X' || n, 'code', repeat(md5(n::text), 150)"),
                ("audit_logs", "resource = 'product'", 250, "'resource_id', repeat('x', 50000)"),
                ("campaigns", "true", 250, "'name', 'C' || n, 'values', jsonb_build_object('note', repeat(md5(n::text), 1500))"),
            ])
            await store.Server.Rows($"""
                INSERT INTO {table} SELECT (jsonb_populate_record(one, jsonb_build_object('id', nextval('ids'), {different}))).*
                FROM {table} one, generate_series(1, {rows}) n WHERE one.tenant_id = $1 AND one.id = (SELECT id FROM {table} WHERE tenant_id = $1 AND {where} LIMIT 1)
                """, [tenant]);
        return (long)made["bulk_id"]!;
    }

    /// <summary>Somebody who reads the beginning of an answer, and no more.</summary>
    private sealed class Line : IDisposable
    {
        private readonly TcpClient client = new() { ReceiveBufferSize = 2048 };

        public int Status { get; private set; }

        public static async Task<Line> Open(Store store, string request, string? key = null)
        {
            var line = new Line();
            await line.client.ConnectAsync(store.Server.Address.Host, store.Server.Address.Port);
            var stream = line.client.GetStream();
            var shop = request.Contains(Winback, StringComparison.Ordinal) ? $"{(request.Contains('?', StringComparison.Ordinal) ? '&' : '?')}shop={store.Account.Sandbox.Domain}" : "";
            var body = key is null ? "" : "{\"limit\": 200}";
            await stream.WriteAsync(Encoding.ASCII.GetBytes(
                $"{request}{shop} HTTP/1.1\r\nHost: {store.Server.Address.Authority}\r\nAuthorization: Bearer {store.Account.TestKey}\r\n" +
                (key is null ? "" : $"Idempotency-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n") + $"\r\n{body}"));
            var start = new byte["HTTP/1.1 200".Length];
            await stream.ReadExactlyAsync(start);
            line.Status = int.Parse(Encoding.ASCII.GetString(start)[^3..]);
            return line;
        }

        public void Dispose() => client.Dispose();
    }
}
