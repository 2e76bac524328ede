using System.Diagnostics;
using Aura.Server;
using Aura.Tests.Fire;
using Npgsql;

namespace Aura.Tests.Server;

public sealed class EmbeddedPostgresTests
{
    private readonly string data = TestCluster.TemporaryDirectory();

    [Fact]
    public async Task What_was_stored_is_there_after_stopping_and_starting_again()
    {
        await using (var first = await Start()) await Execute(first, "CREATE TABLE kept AS SELECT 42 AS answer");

        await using var second = await Start();

        Assert.Equal(42, await Scalar(second, "SELECT answer FROM kept"));
    }

    [Fact]
    public async Task Stopping_ends_the_postmaster()
    {
        var postgres = await Start();
        var process = Process.GetProcessById(postgres.ProcessId);

        await postgres.DisposeAsync();

        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(30)));
        Assert.False(File.Exists(Path.Combine(data, "postgres/cluster/postmaster.pid")));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_killed_postmaster_comes_back_on_the_same_socket_with_what_was_committed()
    {
        await using var postgres = await Start();
        await Execute(postgres, "CREATE TABLE kept AS SELECT 42 AS answer");
        var sockets = postgres.SocketDirectory;

        Kill(postgres);

        Assert.Equal(42, await Eventually(() => Scalar(postgres, "SELECT answer FROM kept")));
        Assert.Equal(sockets, postgres.SocketDirectory);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_killed_postmaster_comes_back_although_a_process_of_it_does_not_notice()
    {
        await using var postgres = await Start();
        await Execute(postgres, "CREATE TABLE kept AS SELECT 42 AS answer");
        await using var connection = new NpgsqlConnection(postgres.ConnectionString("postgres"));
        await connection.OpenAsync();
        using var leaving = new CancellationTokenSource();
        var cluster = Path.Combine(data, "postgres/cluster");
        var bystander = (await PostgresAccount.For(cluster, default)).Run("sh", ["-c", "cd \"$1\" && exec sleep 600", "sh", cluster], leaving.Token);

        Cluster.Signal("STOP", [connection.ProcessID]);
        Kill(postgres);

        Assert.Equal(42, await Eventually(() => Scalar(postgres, "SELECT answer FROM kept")));
        Assert.False(bystander.IsCompleted);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bystander);
    }

    [Fact]
    public async Task Starting_after_the_postmaster_was_killed_recovers_what_was_committed()
    {
        await using (var first = await Start())
        {
            await Execute(first, "CREATE TABLE kept AS SELECT 42 AS answer");
            Kill(first);
        }

        await using var second = await Start();

        Assert.Equal(42, await Scalar(second, "SELECT answer FROM kept"));
    }

    [Fact]
    public Task A_lock_file_that_names_a_foreign_process_does_not_keep_the_cluster_from_starting() => StartsAlthoughLockedBy(Environment.ProcessId);

    [Fact]
    public async Task A_lock_file_that_names_a_child_of_another_cluster_does_not_keep_it_from_starting()
    {
        await using var other = new NpgsqlConnection(await TestCluster.CreateDatabase());
        await other.OpenAsync();

        await StartsAlthoughLockedBy(other.ProcessID);
    }

    [Fact]
    public async Task Two_servers_share_one_postmaster_and_the_last_to_leave_stops_it()
    {
        var first = await Start();
        await using var second = await Start();
        Assert.Equal(first.ProcessId, second.ProcessId);

        await first.DisposeAsync();
        Assert.Equal(1, await Scalar(second, "SELECT 1"));

        await second.DisposeAsync();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => Scalar(second, "SELECT 1"));
    }

    [Fact]
    public async Task Servers_that_start_at_once_share_one_postmaster()
    {
        var servers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Start()));

        Assert.Single(servers.Select(server => server.ProcessId).Distinct());
        foreach (var server in servers) await server.DisposeAsync();
    }

    [Fact]
    public async Task A_server_that_names_the_directory_by_a_link_finds_the_same_postmaster()
    {
        var link = Path.Combine(TestCluster.TemporaryDirectory(), "link");
        File.CreateSymbolicLink(link, data);
        await using var first = await Start();

        await using var second = await Start(link);

        Assert.Equal(first.ProcessId, second.ProcessId);
    }

    [Theory]
    [InlineData("a directory whose name has blanks, commas and 'quotes'")]
    [InlineData("a-path-that-is-longer-than-the-hundred-and-seven-bytes-that-the-address-of-a-unix-socket-may-have-on-this-system")]
    public async Task A_data_directory_that_no_socket_can_live_in_works(string name)
    {
        var postgres = await Start(Path.Combine(data, name));
        await using (var attached = await Start(Path.Combine(data, name))) Assert.Equal(1, await Scalar(attached, "SELECT 1"));

        var sockets = postgres.SocketDirectory;
        Assert.StartsWith("/tmp/", sockets);
        await postgres.DisposeAsync();
        Assert.False(Directory.Exists(sockets));
    }

    [Fact]
    public async Task Only_its_own_account_may_enter_the_socket_directory_and_nothing_listens_on_tcp()
    {
        await using var postgres = await Start();

        Assert.Equal("", await Scalar(postgres, "SHOW listen_addresses"));
        Assert.Equal("700", (await ChildProgram.Run("stat", ["--format=%a", postgres.SocketDirectory], default)).Trim());
        Assert.NotEqual("root", (await ChildProgram.Run("stat", ["--format=%U", postgres.SocketDirectory], default)).Trim());
    }

    [Fact]
    public async Task Text_is_stored_as_utf8_and_sorted_by_code_point()
    {
        await using var postgres = await Start();

        Assert.Equal("UTF8", await Scalar(postgres, "SHOW server_encoding"));
        Assert.Equal(true, await Scalar(postgres, "SELECT 'Z' < 'a' AND upper('é') = 'É'"));
    }

    [Fact]
    public async Task A_cluster_of_a_version_that_is_not_installed_is_refused_by_name()
    {
        await (await Start()).DisposeAsync();
        await File.WriteAllTextAsync(Path.Combine(data, "postgres/cluster/PG_VERSION"), "9999\n");

        var refusal = await Assert.ThrowsAsync<PostgresUnavailable>(() => Start());

        Assert.Contains("postgresql-9999", refusal.Message);
    }

    [Fact]
    public async Task A_start_that_PostgreSQL_refuses_says_why()
    {
        var refusal = await Assert.ThrowsAsync<PostgresUnavailable>(() => Start(settings: new() { ["no_such_setting"] = "1" }));

        Assert.Contains("no_such_setting", refusal.Message);
        await using var postgres = await Start();
        Assert.Equal(1, await Scalar(postgres, "SELECT 1"));
    }

    [Fact]
    public async Task Making_sure_of_a_database_twice_makes_it_once()
    {
        await using var postgres = await Start();

        await postgres.EnsureDatabase("shop");
        var again = await postgres.EnsureDatabase("shop");

        Assert.Equal("shop", new NpgsqlConnectionStringBuilder(again).Database);
        Assert.Equal(1L, await Scalar(postgres, "SELECT count(*) FROM pg_database WHERE datname = 'shop'"));
    }

    [Theory]
    [InlineData(1L << 26, "32MB")]
    [InlineData(1L << 32, "1024MB")]
    [InlineData(1L << 36, "8192MB")]
    public void Shared_buffers_are_a_quarter_of_the_memory_up_to_eight_gigabytes(long memory, string expected) =>
        Assert.Equal(expected, PostgresSettings.For(memory, 1L << 40, "/sockets", "on")["shared_buffers"]);

    [Theory]
    [InlineData(1L << 30, "512MB")]
    [InlineData(20L << 30, "2048MB")]
    [InlineData(1L << 40, "8192MB")]
    public void The_log_takes_a_tenth_of_the_free_disk_up_to_eight_gigabytes(long disk, string expected) =>
        Assert.Equal(expected, PostgresSettings.For(1L << 34, disk, "/sockets", "on")["max_wal_size"]);

    [Fact]
    public async Task The_log_is_compressed_in_the_fastest_way_that_this_PostgreSQL_knows()
    {
        await using var postgres = await Start();

        Assert.Equal(await Scalar(postgres, "SELECT CASE WHEN 'lz4' = ANY (enumvals) THEN 'lz4' ELSE 'pglz' END FROM pg_settings WHERE name = 'wal_compression'"),
            await Scalar(postgres, "SELECT setting FROM pg_settings WHERE name = 'wal_compression'"));
    }

    /// <summary>With the settings of a shop, crash safety included, but for the memory.</summary>
    private Task<EmbeddedPostgres> Start(string? directory = null, Dictionary<string, string>? settings = null) =>
        EmbeddedPostgres.Start(new()
        {
            DataDirectory = directory ?? data,
            Settings = settings ?? new() { ["shared_buffers"] = "16MB" },
        });

    private async Task StartsAlthoughLockedBy(int process)
    {
        await (await Start()).DisposeAsync();
        var file = Path.Combine(data, "postgres/cluster/postmaster.pid");
        await File.WriteAllTextAsync(file, $"{process}\n{data}/postgres/cluster\n1\n5432\n{data}/postgres/socket\n\n0 0\nready\n");

        await using var postgres = await Start();

        Assert.Equal(1, await Scalar(postgres, "SELECT 1"));
    }

    private static void Kill(EmbeddedPostgres postgres)
    {
        using var process = Process.GetProcessById(postgres.ProcessId);
        process.Kill();
        process.WaitForExit();
    }

    private static async Task Execute(EmbeddedPostgres postgres, string sql) => await Scalar(postgres, sql);

    private static async Task<object?> Scalar(EmbeddedPostgres postgres, string sql)
    {
        var unpooled = new NpgsqlConnectionStringBuilder(postgres.ConnectionString("postgres")) { Pooling = false };
        await using var connection = new NpgsqlConnection(unpooled.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Asks until the server answers.</summary>
    private static async Task<object?> Eventually(Func<Task<object?>> ask)
    {
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (NpgsqlException)
            {
                await Task.Yield();
            }
        }
    }
}
