using System.Data;
using Aura.Accounts;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Jobs;

/// <summary>The clock of a sandbox. Advancing it goes from one due job to the next, so that everything happens in its order.</summary>
public sealed class TestClock(
    JobWorker worker, Schedule schedule, AccessDirectory access, IEnumerable<IEventReader> readers, TimeProvider time)
{
    /// <summary>How long other workers, and writers whose events cannot be read yet, are waited for. Longer than any lease that nobody renews: what a dead worker held is done here.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(10), LongestPause = TimeSpan.FromMilliseconds(250);

    /// <summary>Moves the clock to a time and runs what falls due until then.</summary>
    /// <returns>The jobs that ran, oldest first.</returns>
    /// <exception cref="Refused">409 <c>clock_waits</c> where what was due is not done within five minutes: the clock then stands where it was due.</exception>
    public async Task<List<Job>> Advance(AuraDb db, DateTime to, CancellationToken cancellation)
    {
        var before = db.Now;
        await Settle(db, cancellation);
        while (await Next(db, to, cancellation) is { } due)
        {
            await Set(db, due, cancellation);
            await Settle(db, cancellation);
        }

        await Set(db, to, cancellation);
        await Settle(db, cancellation);
        await schedule.FollowStoreClocks(cancellation);
        return await db.Jobs.AsNoTracking().Where(j => j.FinishedAt != null && j.RunAt <= to && (j.RunAt > before || j.FinishedAt >= before))
            .OrderBy(j => j.RunAt).ThenBy(j => j.Id).Take(1_000).ToListAsync(cancellation);
    }

    private static async Task<DateTime?> Next(AuraDb db, DateTime to, CancellationToken cancellation) =>
        await db.Jobs.Where(j => j.State == JobState.Queued && j.RunAt <= to).MinAsync(j => (DateTime?)j.RunAt, cancellation);

    /// <summary>Moves the clock and, with it, when jobs are due by the world's clock; what failed and waits for its next try has it now.</summary>
    private async Task Set(AuraDb db, DateTime to, CancellationToken cancellation)
    {
        var store = await db.Stores.SingleAsync(s => s.Id == db.Tenant, cancellation);
        var ahead = to - (db.Now - db.Caller.ClockOffset) - store.ClockOffset;
        if (ahead > TimeSpan.Zero)
            store.Advance(ahead);
        await db.InTransaction(async () =>
        {
            await db.SaveChangesAsync(cancellation);
            var offset = store.ClockOffset;
            await db.Database.ExecuteSqlAsync(
                $"UPDATE jobs SET due_at = run_at - {offset} WHERE tenant_id = {db.Tenant} AND state = 'queued'", cancellation);
        }, cancellation);
        access.Forget();
    }

    /// <summary>Runs what is due, and what comes of it, until nothing is left, also not in others' hands.</summary>
    private async Task Settle(AuraDb db, CancellationToken cancellation)
    {
        var since = time.GetTimestamp();
        while (true)
        {
            var read = 0;
            foreach (var reader in readers)
                read += await reader.Read(cancellation);
            if (await worker.Drain(db.Tenant, cancellation) > 0)
                since = time.GetTimestamp();
            else if (read == 0)
            {
                if (await Unfinished(db, cancellation) is not { } what)
                    return;
                var waited = time.GetElapsedTime(since);
                if (waited > Patience)
                    throw Refused.Conflict("clock_waits", $"The clock stands still, for {what}. Move it again when that is over, with 'to'.");
                await Task.Delay(TimeSpan.FromTicks(Math.Clamp(waited.Ticks / 8, ShortestPause.Ticks, LongestPause.Ticks)), time, cancellation);
            }
        }
    }

    /// <summary>What another worker is at, or what a reader has yet to see; null: nothing. One snapshot, for jobs end in events and events in jobs.</summary>
    private async Task<string?> Unfinished(AuraDb db, CancellationToken cancellation)
    {
        await using var snapshot = await db.Start(cancellation, IsolationLevel.RepeatableRead);
        var jobs = await db.Database.SqlQuery<Due>($"""
            SELECT id AS "Id", kind AS "Kind" FROM jobs
            WHERE tenant_id = {db.Tenant} AND state IN ('queued', 'processing') AND (state = 'processing' OR due_at <= now()) ORDER BY due_at LIMIT 1
            """).ToListAsync(cancellation);
        if (jobs is [var job])
            return $"{new Id<Job>(job.Id)} ({job.Kind}) was due and is not done";
        foreach (var reader in readers)
            if (await reader.IsBehind(db, cancellation))
                return "events of the store cannot be read yet";
        return null;
    }

    private sealed record Due(long Id, string Kind);
}

/// <summary>Reads the event log behind a cursor of its own and does something about it: webhooks, automation, rollups.</summary>
public interface IEventReader
{
    /// <summary>Takes the next events, of all stores, if no other server is at it.</summary>
    /// <returns>How many there were.</returns>
    Task<int> Read(CancellationToken cancellation);

    /// <summary>Whether events of the context's store are still before it, those included that it may not see yet.</summary>
    Task<bool> IsBehind(AuraDb db, CancellationToken cancellation);
}
