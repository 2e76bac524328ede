using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Aura.Server;

/// <summary>Where the private cluster lives and how it differs from the usual settings.</summary>
public sealed record EmbeddedPostgresOptions
{
    /// <summary>Aura's data directory; the cluster takes its folder <c>postgres</c>. Made when it is absent.</summary>
    public required string DataDirectory { get; init; }

    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>PostgreSQL settings that replace or extend <see cref="PostgresSettings"/>; they hold from the next cold start on.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}

/// <summary>The private cluster cannot be found, made or started. The message says what to do about it.</summary>
public sealed class PostgresUnavailable(string message) : Exception(message);

/// <summary>
/// The server's own PostgreSQL, reachable only over a unix socket in a directory that only its account may enter.
/// <para>
/// Servers on one data directory share one cluster. Two locked files in the data directory decide who does what, and
/// the kernel frees both locks when a process dies: <c>postgres.lock</c> is held while somebody starts or stops the
/// cluster, <c>postgres.users</c> is shared by every server for as long as it runs. The first server starts the cluster,
/// the last one to leave stops it. After <c>kill -9</c> of the server the cluster runs on, and the next server takes it over;
/// after <c>kill -9</c> of the cluster a server that is still there starts it again, on the same socket.
/// </para>
/// </summary>
public sealed partial class EmbeddedPostgres : IAsyncDisposable
{
    private const string Superuser = "aura";
    private const int Port = 5432; // Only names the socket file: nothing listens on TCP.
    private const int PatientAttempts = 10; // Of a tenth of a second and more each.

    private readonly EmbeddedPostgresOptions options;
    private readonly PostgresAccount account;
    private readonly PostgresBinaries binaries;
    private readonly string data;
    private readonly string home;
    private readonly FileStream usage;
    private readonly CancellationTokenSource leaving = new();
    private Postmaster? postmaster;
    private Task tending = Task.CompletedTask;

    private EmbeddedPostgres(
        EmbeddedPostgresOptions options, PostgresAccount account, PostgresBinaries binaries, string data, string home, FileStream usage) =>
        (this.options, this.account, this.binaries, this.data, this.home, this.usage) = (options, account, binaries, data, home, usage);

    /// <summary>The folder of <c>pg_dump</c>, <c>psql</c> and the other programs of the same major version.</summary>
    public string BinDirectory => binaries.Directory;

    public string SocketDirectory => Running.SocketDirectory;

    public int ProcessId => Running.ProcessId;

    private Postmaster Running => postmaster ?? throw new InvalidOperationException("The private cluster has not been started.");

    private string Cluster => ClusterOf(home);

    private string Logs => Path.Combine(home, "log");

    private string StartLog => Path.Combine(Logs, "start.log");

    /// <summary>Makes the cluster if there is none, starts it if it does not run, and returns once it answers.</summary>
    /// <exception cref="PostgresUnavailable">No binaries, the wrong major version, or PostgreSQL refused to start.</exception>
    public static async Task<EmbeddedPostgres> Start(EmbeddedPostgresOptions options, CancellationToken cancellation = default)
    {
        var data = await PostgresHome.Prepare(options.DataDirectory, cancellation);
        using var gate = await Lock(data, cancellation);
        var account = await PostgresAccount.For(ClusterOf(PostgresHome.In(data)), cancellation);
        var home = await PostgresHome.Open(data, account, options.Logger, cancellation);
        var binaries = await PostgresBinaries.Find(ClusterOf(home), cancellation);
        var postgres = new EmbeddedPostgres(options, account, binaries, data, home, Open(UsersOf(data), FileShare.Read));
        try
        {
            await postgres.Begin(cancellation);
            postgres.tending = postgres.Tend(postgres.leaving.Token);
            return postgres;
        }
        finally
        {
            if (postgres.postmaster is null) // it did not start
                await postgres.usage.DisposeAsync();
        }
    }

    /// <param name="database">Must exist; see <see cref="EnsureDatabase"/>.</param>
    public string ConnectionString(string database) => Connection(Running.SocketDirectory, database).ConnectionString;

    /// <summary>Creates the database unless it exists, and returns its connection string.</summary>
    public async Task<string> EnsureDatabase(string database, CancellationToken cancellation = default)
    {
        try
        {
            await Execute($"CREATE DATABASE {new NpgsqlCommandBuilder().QuoteIdentifier(database)}", cancellation);
        }
        catch (PostgresException taken) when (taken.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // It was there, or another server was faster.
        }
        return ConnectionString(database);
    }

    /// <summary>Leaves the cluster, and stops it when no other server uses it; running statements are broken off.</summary>
    public async ValueTask DisposeAsync()
    {
        if (leaving.IsCancellationRequested) return;
        await leaving.CancelAsync();
        await tending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        using var gate = await Lock(data, CancellationToken.None);
        await usage.DisposeAsync();
        if (TryOpen(UsersOf(data), FileShare.None) is not { } alone)
        {
            options.Logger.LogInformation("PostgreSQL runs on for the other servers of {DataDirectory}", data);
            return;
        }
        using (alone) await Stop();
    }

    private async Task Begin(CancellationToken cancellation)
    {
        if (!File.Exists(Path.Combine(Cluster, "PG_VERSION"))) await Initialise(cancellation);

        Task? launch = null;
        while (true)
        {
            var hasLaunched = launch is { IsCompletedSuccessfully: true }; // Asked before looking: what is not there then is gone.
            var found = Postmaster.Of(Cluster);
            if (found is { IsReady: true } && await Answers(found, cancellation))
            {
                postmaster = found;
                break;
            }
            if (launch is { IsFaulted: true }) await launch;
            if (found is null && (launch is null || hasLaunched)) launch = Launch(cancellation);
            await Task.Delay(10, cancellation);
        }
        options.Logger.LogInformation("PostgreSQL {Version} {Action}, process {ProcessId}, socket in {SocketDirectory}",
            binaries.Major, launch is null ? "was running" : "started", postmaster.ProcessId, postmaster.SocketDirectory);
    }

    private async Task Tend(CancellationToken cancellation)
    {
        using var pulse = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        while (await pulse.WaitForNextTickAsync(cancellation))
        {
            if (Postmaster.Of(Cluster) is not null) continue;
            options.Logger.LogError("PostgreSQL is gone; starting it again");
            try
            {
                using var gate = await Lock(data, cancellation);
                await Begin(cancellation);
            }
            catch (Exception refusal) when (!cancellation.IsCancellationRequested) // whatever it is: who gave up here would leave the shop closed for good
            {
                options.Logger.LogError(refusal, "PostgreSQL did not come back; trying again");
            }
        }
    }

    /// <summary>Under another name first, so that a half-made cluster is never taken for a cluster.</summary>
    private async Task Initialise(CancellationToken cancellation)
    {
        options.Logger.LogInformation("Making a PostgreSQL {Version} cluster in {Directory}", binaries.Major, Cluster);
        var unfinished = Cluster + ".new";
        if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        await account.MakeDirectory(unfinished, cancellation);
        // One order of text on every machine: by code point, with Unicode's idea of upper and lower case.
        string[] locale = binaries.Major >= 17
            ? ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            : ["--locale=C.UTF-8"];
        string[] haste = options.Settings.GetValueOrDefault("fsync") == "off" ? ["--no-sync"] : [];
        await account.Run(binaries["initdb"],
            [.. locale, .. haste, "--encoding=UTF8", "--lc-messages=C", "--auth-local=trust", "--auth-host=reject",
                $"--username={Superuser}", $"--pgdata={unfinished}"],
            cancellation);
        await File.AppendAllTextAsync(Path.Combine(unfinished, "postgresql.conf"), $"\ninclude '../{PostgresSettings.FileName}'\n", cancellation);
        Directory.Move(unfinished, Cluster);
    }

    private async Task Launch(CancellationToken cancellation)
    {
        var sockets = await MakeSocketDirectory(cancellation);
        Postmaster.RemoveMisleadingLock(Path.Combine(Cluster, "postmaster.pid"));
        Postmaster.RemoveMisleadingLock(Path.Combine(sockets, $".s.PGSQL.{Port}.lock"));
        await PostgresSettings.Write(home, sockets, "lz4", options.Settings, cancellation);
        if (!await AcceptsSettings(cancellation))
            await PostgresSettings.Write(home, sockets, "on", options.Settings, cancellation);

        // After a crash the old backends take a moment to notice; until the last is gone PostgreSQL rightly refuses.
        for (var attempts = 1; ; attempts++)
        {
            if (attempts % PatientAttempts == 0) await EndOrphans(cancellation);
            File.Delete(StartLog);
            try
            {
                // pg_ctl gives the postmaster a session of its own: Ctrl-C in the terminal reaches the server alone.
                await account.Run(binaries["pg_ctl"], ["start", "--wait", "--timeout=86400", $"--pgdata={Cluster}", $"--log={StartLog}"], cancellation);
                return;
            }
            catch (PostgresUnavailable refusal)
            {
                var log = await LastLines(cancellation);
                if (attempts == 100 || !log.Contains("pre-existing shared memory block", StringComparison.Ordinal))
                    throw new PostgresUnavailable($"PostgreSQL did not start. {refusal.Message}\n{log}");
            }
        }
    }

    /// <summary>
    /// Kills what is left of a postmaster that died. Whoever works through a long query, or waits for a lock of one that was
    /// killed, notices late or never, and there is nothing left to spare: the next postmaster makes the memory they share anew.
    /// </summary>
    /// <remarks>
    /// By the account itself, so that no other's process is hit; in a container root may not look at another account's. Whoever
    /// only stands in the directory, such as somebody's shell, is none of PostgreSQL's.
    /// </remarks>
    private async Task EndOrphans(CancellationToken cancellation)
    {
        const string script = """
            cd /proc
            for process in [0-9]*; do
              if [ "$(readlink $process/cwd)" = "$1" ] && [ "$(cat $process/comm)" = postgres ]; then kill -KILL $process; fi
            done
            true # one that has just ended is no failure
            """;
        options.Logger.LogWarning("Processes of the former PostgreSQL go on without it; they are killed");
        await account.Run("sh", ["-c", script, "sh", Cluster], cancellation);
    }

    /// <summary>Not where PostgreSQL was built without LZ4.</summary>
    private async Task<bool> AcceptsSettings(CancellationToken cancellation)
    {
        try
        {
            await account.Run(binaries["postgres"], ["-D", Cluster, "-C", "wal_compression"], cancellation);
            return true;
        }
        catch (PostgresUnavailable)
        {
            return false;
        }
    }

    private async Task Stop()
    {
        if (Postmaster.Of(Cluster) is not null)
            await account.Run(binaries["pg_ctl"], ["stop", "--mode=fast", "--wait", "--timeout=60", $"--pgdata={Cluster}"], CancellationToken.None);
        if (Running.SocketDirectory != OwnSocketDirectory) Directory.Delete(Running.SocketDirectory, recursive: true);
        options.Logger.LogInformation("PostgreSQL stopped");
    }

    private string OwnSocketDirectory => Path.Combine(home, "socket");

    /// <summary>A socket's path has at most 107 bytes, and some characters in it mean something to PostgreSQL or to its clients.</summary>
    private async Task<string> MakeSocketDirectory(CancellationToken cancellation)
    {
        if (postmaster is { SocketDirectory: var known } && Directory.Exists(known)) return known; // Our connections name it.
        var fits = PlainPath().IsMatch(OwnSocketDirectory) && Encoding.UTF8.GetByteCount($"{OwnSocketDirectory}/.s.PGSQL.{Port}.lock") <= 107;
        var directory = fits ? OwnSocketDirectory : $"/tmp/aura-{Guid.NewGuid():N}";
        await account.MakeDirectory(directory, cancellation);
        return directory;
    }

    [GeneratedRegex("^[A-Za-z0-9/._-]+$")]
    private static partial Regex PlainPath();

    private async Task<string> LastLines(CancellationToken cancellation)
    {
        var newest = new DirectoryInfo(Logs).GetFiles().OrderByDescending(file => file.LastWriteTimeUtc).Take(2).Reverse();
        var lines = new List<string>();
        foreach (var file in newest) lines.AddRange((await File.ReadAllLinesAsync(file.FullName, cancellation)).TakeLast(10));
        return string.Join('\n', lines);
    }

    private static async Task<bool> Answers(Postmaster postmaster, CancellationToken cancellation)
    {
        try
        {
            await using var connection = new NpgsqlConnection(Unpooled(postmaster.SocketDirectory));
            await connection.OpenAsync(cancellation);
            return true;
        }
        catch (NpgsqlException e) when (e is not PostgresException || e.SqlState == PostgresErrorCodes.CannotConnectNow)
        {
            return false;
        }
    }

    private async Task Execute(string sql, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(Unpooled(Running.SocketDirectory));
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static NpgsqlConnectionStringBuilder Connection(string sockets, string database) =>
        new() { Host = sockets, Port = Port, Username = Superuser, Database = database };

    private static string Unpooled(string sockets)
    {
        var connection = Connection(sockets, "postgres");
        connection.Pooling = false;
        return connection.ConnectionString;
    }

    private static string ClusterOf(string home) => Path.Combine(home, "cluster");

    private static string UsersOf(string data) => Path.Combine(data, "postgres.users");

    private static async Task<FileStream> Lock(string data, CancellationToken cancellation)
    {
        while (true)
        {
            if (TryOpen(Path.Combine(data, "postgres.lock"), FileShare.None) is { } held) return held;
            await Task.Delay(20, cancellation);
        }
    }

    /// <summary>.NET turns the share mode into flock(2): None is exclusive, Read is shared.</summary>
    private static FileStream Open(string path, FileShare share) => new(path, FileMode.OpenOrCreate, FileAccess.Read, share);

    private static FileStream? TryOpen(string path, FileShare share)
    {
        const int wouldBlock = 11; // EWOULDBLOCK, which .NET hands on as the HResult.
        try
        {
            return Open(path, share);
        }
        catch (IOException held) when (held.HResult == wouldBlock)
        {
            return null;
        }
    }
}
