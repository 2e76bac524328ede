using System.Net.Sockets;
using System.Text;

namespace Aura.Tests.Fire;

/// <summary>Thousands who connect and say nothing more: the others are served, and who finds no place is told so.</summary>
public sealed class ManyConnectionsTests
{
    private const int Files = 2800, Idle = 2000, Callers = 16;

    /// <summary>What two thousand idle connections may take; they take about a fiftieth of it.</summary>
    private const long MostMemory = 200 << 20;

    [Fact(Timeout = 300_000)]
    public async Task Two_thousand_idle_connections_cost_little_and_those_for_whom_there_is_no_file_are_refused()
    {
        await using var server = await ServerProcess.Start(await TestCluster.CreateDatabase(), null, Files);
        var client = server.Client(ServerProcess.TestKey);
        await Load(client);
        var before = server.Memory;
        var (idle, refusal) = (new List<Socket>(), "");
        try
        {
            while (idle.Count < Idle)
                Assert.StartsWith("HTTP/1.1 200", await Hello(server, idle), StringComparison.Ordinal);
            await Load(client);
            Assert.InRange(server.Memory - before, long.MinValue, MostMemory);

            while (idle.Count < Files && (refusal = await Hello(server, idle)).StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
                Assert.False(server.HasEnded);
            Assert.Matches("^HTTP/1.1 503 .*\r\nRetry-After: 1\r\nConnection: close\r\n", refusal);
            await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => Silent(server, idle)));
            await client.Ok("POST /v2/customers", new { email = "served@b.co" }); // over a connection that was there before
            Assert.Contains("more open files", server.Log, StringComparison.Ordinal);
        }
        finally
        {
            idle.ForEach(socket => socket.Dispose());
        }

        await Await.Until(async () =>
        {
            var another = new List<Socket>();
            var answer = await Hello(server, another);
            another.ForEach(socket => socket.Dispose());
            return answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal);
        });
        Assert.False(server.HasEnded);
    }

    [Fact]
    public async Task A_server_that_may_open_too_few_files_says_so_and_does_not_start()
    {
        var database = await TestCluster.CreateDatabase();

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => ServerProcess.Start(database, null, 500));

        Assert.Contains("code 1", refused.Message, StringComparison.Ordinal);
        Assert.Contains("needs 1024 open files at least, and may have 500 (ulimit -n)", refused.Message, StringComparison.Ordinal);
    }

    private static Task Load(HttpClient client) =>
        Parallel.ForAsync(0, 400, new ParallelOptions { MaxDegreeOfParallelism = Callers }, async (_, _) => await client.Ok("GET /v2/products?limit=5"));

    /// <summary>Connects, is answered once, and stays.</summary>
    /// <returns>The head of the answer; nothing where the connection was cut off.</returns>
    private static async Task<string> Hello(ServerProcess server, List<Socket> idle)
    {
        var socket = await Silent(server, idle);
        var buffer = new byte[4096];
        try
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /v2/products?limit=1 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {ServerProcess.TestKey}\r\n\r\n"));
            return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer));
        }
        catch (SocketException)
        {
            return "";
        }
    }

    private static async Task<Socket> Silent(ServerProcess server, List<Socket> idle)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        lock (idle)
            idle.Add(socket);
        try
        {
            await socket.ConnectAsync(server.Address.Host, server.Address.Port);
        }
        catch (SocketException)
        {
            // it was cut off before it knew that it was there
        }

        return socket;
    }
}
