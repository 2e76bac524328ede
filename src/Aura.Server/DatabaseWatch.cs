using Aura.Persistence;
using Aura.Server.Http;
using Npgsql;

namespace Aura.Server;

/// <summary>Asks the database every second whether it is there, on a line of its own, so that requests need not find out one by one.</summary>
/// <remarks>
/// It is away when it fails twice in a row, the second time on a new line and at once: one lost line says little. Silence is a failure
/// after four seconds. To break off a command about which the database is silent holds a thread until the driver gives up, therefore
/// there are more threads while it fails.
/// </remarks>
public sealed class DatabaseWatch(string database, ServerMetrics metrics, TimeProvider time, ILogger<DatabaseWatch> log)
{
    private const int ThreadsWhileSilent = 64;
    private static readonly TimeSpan Pulse = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private readonly string address = new NpgsqlConnectionStringBuilder(database)
    {
        Pooling = false, Timeout = (int)Patience.TotalSeconds, CommandTimeout = (int)Patience.TotalSeconds,
    }.ConnectionString;

    private volatile bool away;

    /// <summary>It was not there when it was last asked: nobody needs to try.</summary>
    public bool IsAway => away;

    /// <exception cref="Refused">503 while the database is away.</exception>
    public void Demand()
    {
        if (away)
            throw new Refused(Refusal.Unavailable, null, "The database cannot be reached right now. Try again.");
    }

    /// <summary>Watches until it is told to stop.</summary>
    public async Task Run(CancellationToken stopping)
    {
        ThreadPool.GetMinThreads(out var threads, out var ports);
        var (line, failures, asked) = (new NpgsqlConnection(address), 0, time.GetTimestamp());
        while (!stopping.IsCancellationRequested)
        {
            if (await IsThere(line, stopping))
                failures = 0;
            else
                (line, failures) = (new(address), failures + 1);
            ThreadPool.SetMinThreads(failures > 0 ? Math.Max(threads, ThreadsWhileSilent) : threads, ports);
            Note(failures > 1);
            if (away)
                metrics.Unavailable(time.GetElapsedTime(asked));
            asked = time.GetTimestamp();
            if (failures != 1)
                await Task.Delay(Pulse, time, stopping);
        }
    }

    private async Task<bool> IsThere(NpgsqlConnection line, CancellationToken stopping)
    {
        try
        {
            return await Ask(line).WaitAsync(Patience, time, stopping);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <remarks>Whoever objects is there, be it for want of a free connection. Nobody waits for this longer than they like, so it tidies up by itself.</remarks>
    private static async Task<bool> Ask(NpgsqlConnection line)
    {
        try
        {
            if (line.State != System.Data.ConnectionState.Open)
                await line.OpenAsync();
            await using var question = new NpgsqlCommand("SELECT 1", line);
            await question.ExecuteScalarAsync();
            return true;
        }
        catch (Exception trouble) when (trouble.IsPassing())
        {
            await line.CloseAsync();
            return trouble.Objection() is not null && !trouble.IsLostConnection();
        }
    }

    private void Note(bool isAway)
    {
        if (isAway == away)
            return;
        away = isAway;
        if (away)
            log.LogError("The database is away; requests are refused until it is back");
        else
            log.LogWarning("The database is back");
    }
}
