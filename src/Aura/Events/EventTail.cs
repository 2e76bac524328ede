using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Aura.Events;

/// <summary>A place in the event log: behind the event with this number in this transaction.</summary>
public readonly record struct EventPlace(ulong Transaction, long Event);

/// <summary>Tells those who follow a store's events when there are new ones.</summary>
/// <remarks>
/// One question per server wakes all followers of all stores, and while nobody follows nothing is asked. Not by NOTIFY: with it every
/// transaction that writes an event would wait for one lock of the whole database when it commits (PostgreSQL, async.c), to serve the few who look on.
/// </remarks>
public sealed class EventTail(NpgsqlDataSource source, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly Lock gate = new();
    private readonly Dictionary<long, (int Followers, TaskCompletionSource Wake)> stores = [];

    /// <summary>Follows a store until the result is disposed.</summary>
    public IDisposable Follow(long tenant)
    {
        lock (gate)
            stores[tenant] = stores.TryGetValue(tenant, out var known) ? known with { Followers = known.Followers + 1 } : (1, New());
        return new Follower(this, tenant);
    }

    /// <summary>How many follow a store on this server.</summary>
    public int Followers(long tenant)
    {
        lock (gate)
            return stores.GetValueOrDefault(tenant).Followers;
    }

    /// <summary>Ends when the store has something new. To be asked for before the log is read, so that nothing falls between.</summary>
    public Task Next(long tenant)
    {
        lock (gate)
            return stores[tenant].Wake.Task;
    }

    /// <summary>Watches the log until it is told to stop.</summary>
    public async Task Run(CancellationToken stopping)
    {
        EventPlace? place = null;
        while (!stopping.IsCancellationRequested)
        {
            await Task.Delay(Pause, time, stopping);
            long[] followed;
            lock (gate)
                followed = [.. stores.Keys];
            if (followed.Length == 0)
                place = null;
            else
                place = await Look(place, followed, stopping);
        }
    }

    /// <remarks>Who follows from before the first look is woken by it, whatever there is.</remarks>
    private async Task<EventPlace> Look(EventPlace? from, long[] followed, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            SELECT pg_snapshot_xmin(pg_current_snapshot())::text, ARRAY (
              SELECT tenant FROM unnest($1) tenant WHERE EXISTS (
                SELECT FROM events e WHERE e.tenant_id = tenant AND e.transaction_id < pg_snapshot_xmin(pg_current_snapshot()) AND (e.transaction_id, e.id) > ($2::xid8, 0)))
            """);
        command.Parameters.Add(new() { Value = followed });
        command.Parameters.Add(new() { Value = (from?.Transaction ?? 0).ToString(System.Globalization.CultureInfo.InvariantCulture) });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var horizon = ulong.Parse(reader.GetString(0), System.Globalization.CultureInfo.InvariantCulture);
        foreach (var tenant in from is null ? followed : await reader.GetFieldValueAsync<long[]>(1, cancellation))
            Wake(tenant);
        return new(horizon, 0);
    }

    private void Wake(long tenant)
    {
        lock (gate)
            if (stores.TryGetValue(tenant, out var known))
            {
                stores[tenant] = known with { Wake = New() };
                known.Wake.SetResult();
            }
    }

    private void Leave(long tenant)
    {
        lock (gate)
            if (stores[tenant] is { Followers: > 1 } known)
                stores[tenant] = known with { Followers = known.Followers - 1 };
            else
                stores.Remove(tenant);
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Follower(EventTail tail, long tenant) : IDisposable
    {
        private int left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref left, 1) == 0)
                tail.Leave(tenant);
        }
    }
}
