using Aura.Accounts;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Jobs;

/// <summary>The clock of a sandbox. Advancing it goes from one due job to the next, so that everything happens in its order.</summary>
public sealed class TestClock(
    JobWorker worker, Schedule schedule, AccessDirectory access, IEnumerable<IEventReader> readers, TimeProvider time)
{
    /// <summary>How long other workers, and writers whose events cannot be read yet, are waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Moves the clock to a time and runs what falls due until then.</summary>
    /// <returns>The jobs that ran, oldest first.</returns>
    /// <exception cref="Refused">409 for a live store, 422 for a time that has passed.</exception>
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

    /// <summary>One statement moves the clock and, with it, when jobs are due by the world's clock.</summary>
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
                $"UPDATE jobs SET due_at = run_at - {offset} WHERE tenant_id = {db.Tenant} AND state = 'queued' AND run_at > {db.Now}", cancellation);
        }, cancellation);
        access.Forget();
    }

    /// <summary>Runs what is due, and what comes of it, until nothing is left.</summary>
    private async Task Settle(AuraDb db, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var done = 0;
            foreach (var reader in readers)
                done += await reader.Read(cancellation);
            done += await worker.Drain(db.Tenant, cancellation);
            if (done > 0)
                continue;
            if (!await IsBusy(db, cancellation) || time.GetElapsedTime(started) > Patience)
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(10), time, cancellation);
        }
    }

    /// <summary>Whether another worker is at a job of the store, or a reader has yet to see one of its events.</summary>
    private async Task<bool> IsBusy(AuraDb db, CancellationToken cancellation)
    {
        if (await db.Jobs.AnyAsync(j => j.State == JobState.Processing, cancellation))
            return true;
        foreach (var reader in readers)
            if (await reader.IsBehind(db, cancellation))
                return true;
        return false;
    }
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
