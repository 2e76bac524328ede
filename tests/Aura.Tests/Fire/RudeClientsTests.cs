using System.Net.Sockets;
using System.Text;

namespace Aura.Tests.Fire;

/// <summary>Callers who hang up in the middle of what they say or of what they hear, and callers who take for ever: no fault of the server's, and none is noted.</summary>
public sealed class RudeClientsTests
{
    private const string Winback = "/api/abandoned-checkout-winback";
    private const int Times = 4;

    [Fact(Timeout = 300_000)]
    public async Task Who_hangs_up_in_the_middle_is_no_failure_and_who_sends_a_byte_a_second_is_cut_off()
    {
        var database = await TestCluster.CreateDatabase();
        await using var server = await ServerProcess.Start(database);
        var client = server.Client(ServerProcess.TestKey);
        var shop = (string)(await client.Ok("GET /v2/tenants"))["data"]!.AsArray().First(store => (string?)store!["environment"] == "test")!["domain"]!;
        string[] writes = ["/v2/customers", "/v2/carts", "/v2/imports/products", "/api/v1/promotions/", $"{Winback}/carts?shop={shop}", $"{Winback}/carts", $"{Winback}/developer/import"];

        foreach (var (number, path) in Enumerable.Repeat(writes, Times).SelectMany(path => path).Index())
            await HangUpInBody(server, path, key: number % 2 == 0 ? $"Idempotency-Key: {number}\r\n" : "", resets: number % 3 != 0);
        for (var time = 0; time < Times; time++)
            foreach (var path in (string[])["/openapi/platform.json", "/v2/products?limit=200", "/v2/exports/products?format=shopify", $"{Winback}/developer/export?shop={shop}&type=all"])
                await HangUpInAnswer(server, path);
        var cutOff = await Task.WhenAll(writes.Select(path => Drip(server, path)));

        Assert.All(cutOff, answer => Assert.Matches("^HTTP/1.1 4(00|04|08) ", answer));
        Assert.Contains(cutOff, answer => answer.Contains("came too slowly", StringComparison.Ordinal));
        Assert.Equal(201, (await client.Send("POST /v2/customers", new { email = "polite@b.co" })).Status);
        Assert.DoesNotContain(" failed (req_", server.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("unhandled", server.Log, StringComparison.OrdinalIgnoreCase);
        Assert.Single((await client.Ok("GET /v2/customers?limit=200&email=@b.co"))["data"]!.AsArray());
        await Verified.All(database);
    }

    /// <summary>The server says 100 Continue when somebody begins to read the body: then half of it comes, and nobody is there any more.</summary>
    private static async Task HangUpInBody(ServerProcess server, string path, string key, bool resets)
    {
        using var socket = await Connect(server);
        await socket.SendAsync(Head("POST", path, $"{key}Expect: 100-continue\r\nContent-Length: 5000\r\n"));
        await socket.ReceiveAsync(new byte[4096]); // or a refusal
        await socket.SendAsync("{\"email\": \"half@b.co\", "u8.ToArray());
        if (resets)
            socket.LingerState = new(true, 0);
    }

    private static async Task HangUpInAnswer(ServerProcess server, string path)
    {
        using var socket = await Connect(server);
        socket.ReceiveBufferSize = 2048;
        await socket.SendAsync(Head("GET", path, ""));
        await socket.ReceiveAsync(new byte[100]);
        socket.LingerState = new(true, 0);
    }

    /// <returns>What the server said before it closed the connection.</returns>
    private static async Task<string> Drip(ServerProcess server, string path)
    {
        using var socket = await Connect(server);
        var (said, buffer) = (new StringBuilder(), new byte[4096]);
        await socket.SendAsync(Head("POST", path, "Content-Length: 5000\r\n"));
        try
        {
            for (var hearing = socket.ReceiveAsync(buffer); ; await socket.SendAsync(" "u8.ToArray()))
                while (await Task.WhenAny(hearing, Task.Delay(TimeSpan.FromSeconds(1))) == hearing)
                {
                    if (await hearing == 0)
                        return said.ToString();
                    said.Append(Encoding.Latin1.GetString(buffer, 0, await hearing));
                    hearing = socket.ReceiveAsync(buffer);
                }
        }
        catch (SocketException)
        {
            return said.ToString(); // it was closed in the middle of a byte
        }
    }

    private static byte[] Head(string method, string path, string more) =>
        Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {ServerProcess.TestKey}\r\nContent-Type: application/json\r\n{more}\r\n");

    private static async Task<Socket> Connect(ServerProcess server)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.Address.Host, server.Address.Port);
        return socket;
    }
}
