using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Aura.Tests.Fire;

/// <summary>A private cluster on a disk of 400 MB that fills up under load: first its tables cannot grow, then not even its log.</summary>
/// <remarks>To mount a small disk takes root. Without it this covers nothing, and the faults that <see cref="DatabaseFaultsTests"/> raises are what is left.</remarks>
public sealed class FullDiskTests
{
    private const int Refusals = 50;

    [Fact(Timeout = 600_000)]
    public async Task A_disk_that_fills_up_is_a_503_and_once_there_is_room_again_the_server_sells_on_and_has_lost_nothing()
    {
        if (Environment.UserName != "root")
            return;
        var disk = Path.Combine(TestCluster.TemporaryDirectory(), "disk");
        Directory.CreateDirectory(disk);
        if (!await Run("mount", "-t", "tmpfs", "-o", "size=400m,mode=755", "tmpfs", disk))
            return; // a container that may not
        await using var server = await ServerProcess.Start(null, disk);
        try
        {
            await Fill(disk, server);
        }
        finally
        {
            server.Kill();
            Cluster.Signal("KILL", Cluster.Processes(int.Parse(File.ReadLines(Path.Combine(disk, "postgres/cluster/postmaster.pid")).First(), CultureInfo.InvariantCulture)));
            await Run("umount", "--lazy", disk);
        }
    }

    private static async Task Fill(string disk, ServerProcess server)
    {
        var client = server.Client(ServerProcess.TestKey);
        var shop = await Shop.Open(client, 100_000);
        var carts = new List<string>();
        while (carts.Count < Refusals)
            carts.Add(await shop.Cart());
        var (taken, full) = (new List<string>(), Path.Combine(disk, "ballast"));
        await Write(full);

        for (var refused = 0; refused < Refusals;)
        {
            if (refused == Refusals / 2)
            {
                await FillLog(Database(disk));
                await Await.Until(async () => (await client.Send("GET /health/ready")).Status == 503);
            }

            var email = $"{taken.Count}-{refused}@b.co";
            var (status, body) = await client.Send("POST /v2/customers", new { email, metadata = new { note = new string('x', taken.Count % 5 * 100) } });
            Assert.True(status is 201 or 503, $"{status} {body}");
            if (status == 201)
                taken.Add(email);
            else
            {
                (status, body) = await shop.Checkout(carts[refused++]);
                Assert.True(status is 201 or 202 or 503, $"{status} {body}");
            }
        }

        Assert.Equal(200, (await client.Send("GET /health/live")).Status);
        File.Delete(full);
        await Await.Until(async () =>
        {
            var (status, body) = await client.Send("POST /v2/test-clock/advance", new { by = "PT2M" }); // nobody is at the checkouts any more
            return status == 503 ? false : status == 200 ? true : throw new InvalidOperationException($"{status} {body}");
        });
        foreach (var email in taken)
            Assert.Single((await client.Ok($"GET /v2/customers?email={email}"))["data"]!.AsArray(), customer => (string?)customer!["email"] == email);
        foreach (var cart in carts)
        {
            var (status, body) = await shop.Checkout(cart);
            Assert.True(status is 200 or 201 && (string?)body!["payment_status"] == "paid", $"{status} {body}");
            Assert.Single((await client.Ok($"GET /v2/payments?order_id={body["id"]}"))["data"]!.AsArray(), payment => (string?)payment!["status"] == "succeeded");
        }

        await Verified.All(Database(disk));
    }

    private static string Database(string disk) =>
        new NpgsqlConnectionStringBuilder { Host = Path.Combine(disk, "postgres/socket"), Username = "aura", Database = "aura", Pooling = false }.ConnectionString;

    /// <summary>PostgreSQL ends when it cannot write its log, and does not come back without room for it.</summary>
    private static async Task FillLog(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        try
        {
            while (true)
            {
                await using var write = source.CreateCommand("SELECT pg_logical_emit_message(false, 'fire', repeat('x', 1000000))");
                await write.ExecuteNonQueryAsync();
            }
        }
        catch (NpgsqlException)
        {
            // full
        }
    }

    /// <summary>Until not a byte is left.</summary>
    private static async Task Write(string ballast)
    {
        await using var file = File.Create(ballast);
        try
        {
            while (true)
                await file.WriteAsync(new byte[1 << 20]);
        }
        catch (IOException)
        {
            // full
        }
    }

    private static async Task<bool> Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!; // it is there
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}
