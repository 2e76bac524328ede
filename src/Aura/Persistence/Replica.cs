using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Aura.Persistence;

/// <summary>A streaming replica that takes reads off the primary, and whether it can take the next one.</summary>
/// <remarks>
/// What is read here is never older than the question: the primary is asked how long its log is, and the replica is read once it has come
/// that far (ReadIndex: Ongaro, Consensus: Bridging Theory and Practice, 2014, section 6.4). So it does not matter who wrote, through which
/// server. All reads that come while one such check is under way share the next one. See docs/decisions/0029.
/// </remarks>
public sealed class Replica(NpgsqlDataSource primary, NpgsqlDataSource source, TimeProvider time, ILogger<Replica> log) : IAsyncDisposable
{
    /// <summary>A server that does not answer for so long is away.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan LookWhileNear = TimeSpan.FromSeconds(1), LookWhileAway = TimeSpan.FromMilliseconds(250);

    private readonly StoreContexts contexts = new(source, services: null);
    private readonly Lock turn = new();
    private Task<bool> running = Task.FromResult(false);
    private Task<bool>? waiting;
    private volatile bool near;
    private long taken, passed, broken, lag, seen = time.GetTimestamp();

    /// <summary>How long a read waits for the replica before it goes to the primary, and with it all others for a while; below two seconds.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The reads that it was given; those that went to the primary because it was behind or away; and those that it broke off, which went there then.</summary>
    public (long Taken, long Passed, long Broken) Reads => (Interlocked.Read(ref taken), Interlocked.Read(ref passed), Interlocked.Read(ref broken));

    /// <summary>Whether it takes reads now.</summary>
    public bool IsNear => near;

    /// <summary>How far it was behind the primary at the last look; while it is behind or away, how long that has lasted.</summary>
    public TimeSpan Lag => near ? TimeSpan.FromTicks(Interlocked.Read(ref lag)) : time.GetElapsedTime(Interlocked.Read(ref seen));

    internal AuraDb Open() => contexts.CreateDbContext();

    /// <summary>Whether the replica has everything that was committed before this question, within a few milliseconds.</summary>
    public async ValueTask<bool> HasEverything(CancellationToken cancellation)
    {
        var has = near && await Ask().WaitAsync(cancellation) && near;
        Interlocked.Increment(ref has ? ref taken : ref passed);
        return has;
    }

    /// <summary>To be called when a read from it broke off: the others need not try.</summary>
    public void BrokeOff(Exception failure)
    {
        Turn(false, failure.Message);
        Interlocked.Increment(ref broken);
    }

    /// <summary>Looks now and then where the replica is, until it is told to stop.</summary>
    public async Task Watch(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await Ask();
            await Task.Delay(near ? LookWhileNear : LookWhileAway, time, stopping);
        }
    }

    private Task<bool> Ask()
    {
        lock (turn)
            return waiting ??= AskAfter(running);
    }

    /// <summary>Whoever asks while this waits is answered with it; whoever asks later, when the primary may have been asked already, is not.</summary>
    private async Task<bool> AskAfter(Task former)
    {
        await Task.Yield();
        await former;
        lock (turn)
            (running, waiting) = (waiting!, null); // this one: nobody else sets it
        return await Check();
    }

    private async Task<bool> Check()
    {
        using var limit = new CancellationTokenSource(Limit, time);
        try
        {
            var began = time.GetTimestamp();
            var goal = await Place(primary, "SELECT pg_current_wal_flush_lsn()", limit.Token);
            var asked = time.GetTimestamp();
            for (var pause = 1; ; pause *= 2)
            {
                // A server that was promoted is no replica any more.
                var place = await Place(source, "SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() END", limit.Token);
                if (goal is not null && place >= goal)
                    break;
                if (place is null || time.GetElapsedTime(began) > Patience)
                    return Turn(false, place is null ? "it is no replica" : "it is behind");
                await Task.Delay(TimeSpan.FromMilliseconds(pause), time, limit.Token);
            }

            Interlocked.Exchange(ref lag, time.GetElapsedTime(asked).Ticks);
            Interlocked.Exchange(ref seen, began);
            return Turn(true, "");
        }
        catch (Exception away) when (away is NpgsqlException or IOException or TimeoutException or OperationCanceledException or InvalidOperationException)
        {
            return Turn(false, away.Message);
        }
    }

    private bool Turn(bool isNear, string reason)
    {
        if (near && !isNear)
            log.LogWarning("Lists are read from the primary, not from the replica: {Reason}", reason);
        else if (!near && isNear)
            log.LogInformation("Lists are read from the replica");
        return near = isNear;
    }

    private static async Task<NpgsqlLogSequenceNumber?> Place(NpgsqlDataSource source, string sql, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(cancellation) as NpgsqlLogSequenceNumber?;
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();
}
