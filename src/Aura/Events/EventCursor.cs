using Aura.Accounts;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Events;

/// <summary>Where each reader stands in the event log of all stores, and how it goes on.</summary>
/// <remarks>
/// SQL by hand: the cursor's row is the lock that one server holds at a time; the others skip it and do not wait. What a reader writes
/// and how far it has come are committed together, so every event is taken exactly once. It stops before the oldest transaction that
/// still runs, because that one may yet add an event in front of those that are visible.
/// </remarks>
public sealed class EventCursor(IDbContextFactory<AuraDb> contexts, AccessDirectory access, TimeProvider time)
{
    /// <summary>Events taken in one transaction.</summary>
    public const int Batch = 500;

    /// <summary>Gives a reader its next events, oldest first, and moves its cursor behind them in the same transaction.</summary>
    /// <param name="wanted">SQL, a constant: which events are its business, of events as e. The others cost it next to nothing.</param>
    /// <param name="take">Gets a context outside any store; it enters the stores that it writes to. Not called without events.</param>
    /// <returns>How many events it has passed; 0 also when another server is at it.</returns>
    public async Task<int> Read(string reader, string wanted, Func<AuraDb, IReadOnlyList<StoreEvent>, CancellationToken, Task> take, CancellationToken cancellation)
    {
        await using var db = (await contexts.CreateDbContextAsync(cancellation)).Enter(Caller.Server, time);
        if (!await HasMore(db, reader, cancellation))
            return 0;
        await using var transaction = await db.Start(cancellation);
        if (await Claim(db, reader, cancellation) is not { } place)
            return 0;
        var (events, passed, last) = await Next(db, place, wanted, cancellation);
        if (last is null)
            return 0;
        if (events.Count > 0)
            await take(db, events, cancellation);
        await db.Database.ExecuteSqlAsync(
            $"UPDATE event_cursors SET transaction_id = {$"{last.TransactionId}"}::xid8, event_id = {last.Id} WHERE reader = {reader}", cancellation);
        await transaction.CommitAsync(cancellation);
        return passed;
    }

    /// <summary>The same, store by store.</summary>
    /// <param name="take">Gets a context in the store whose events these are, and saves what it writes.</param>
    /// <inheritdoc cref="Read"/>
    public Task<int> ReadByStore(string reader, string wanted, Func<AuraDb, IReadOnlyList<StoreEvent>, CancellationToken, Task> take, CancellationToken cancellation) =>
        Read(reader, wanted, async (db, events, stopping) =>
        {
            foreach (var own in events.GroupBy(happened => happened.TenantId))
                if (await access.Store(own.Key, stopping) is { } store)
                {
                    await take(db.Enter(Caller.System(store), time), [.. own], stopping);
                    db.ChangeTracker.Clear();
                }
        }, cancellation);

    /// <summary>The events that are wanted among the next ones, how many those are, and the last of them, wanted or not.</summary>
    private static async Task<(List<StoreEvent> Events, int Passed, StoreEvent? Last)> Next(AuraDb db, Place place, string wanted, CancellationToken cancellation)
    {
        var (events, passed, last, map) = (new List<StoreEvent>(), 0, (StoreEvent?)null, db.MapOf<StoreEvent>());
        await new Reading(db).Ask($"""
            WITH next AS MATERIALIZED (
              SELECT *, row_number() OVER (ORDER BY transaction_id, id) AS place FROM events
              WHERE (transaction_id, id) > ($1::xid8, $2) AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())
              ORDER BY transaction_id, id LIMIT {Batch}
            ), known AS (SELECT e.*, ({wanted}) AS wanted, (SELECT max(place) FROM next) AS passed FROM next e)
            SELECT {map.Columns}, wanted, passed FROM known WHERE wanted OR place = passed ORDER BY place
            """, row =>
        {
            last = (StoreEvent)map.Read(row);
            passed = (int)row.GetInt64(row.FieldCount - 1);
            if (row.GetBoolean(row.FieldCount - 2))
                events.Add(last);
        }, place.Transaction, place.Event).Run(cancellation);
        return (events, passed, last);
    }

    /// <inheritdoc cref="Jobs.IEventReader.IsBehind"/>
    public static Task<bool> IsBehind(string reader, AuraDb db, CancellationToken cancellation) => db.Database.SqlQuery<bool>($"""
        SELECT EXISTS (
          SELECT FROM events WHERE tenant_id = {db.Tenant} AND (transaction_id, id) > (
            coalesce((SELECT transaction_id FROM event_cursors WHERE reader = {reader}), '0'),
            coalesce((SELECT event_id FROM event_cursors WHERE reader = {reader}), 0))) AS "Value"
        """).SingleAsync(cancellation);

    /// <summary>Asked first, for it takes no lock and no transaction number, and most of the time there is nothing.</summary>
    /// <remarks>In their order, for that takes the index; for an EXISTS the planner would rather read the log from its start.</remarks>
    private static Task<bool> HasMore(AuraDb db, string reader, CancellationToken cancellation) => db.Database.SqlQuery<bool>($"""
        SELECT coalesce((
          SELECT true FROM events WHERE transaction_id < pg_snapshot_xmin(pg_current_snapshot()) AND (transaction_id, id) > (
            coalesce((SELECT transaction_id FROM event_cursors WHERE reader = {reader}), '0'),
            coalesce((SELECT event_id FROM event_cursors WHERE reader = {reader}), 0))
          ORDER BY transaction_id, id LIMIT 1), false) AS "Value"
        """).SingleAsync(cancellation);

    /// <returns>Null while another server is at it.</returns>
    private static async Task<Place?> Claim(AuraDb db, string reader, CancellationToken cancellation)
    {
        Place? place = null;
        await new Reading(db)
            .Do("INSERT INTO event_cursors VALUES ($1, '0', 0) ON CONFLICT DO NOTHING", reader)
            .Ask("SELECT transaction_id::text, event_id FROM event_cursors WHERE reader = $1 FOR UPDATE SKIP LOCKED", row => place = new(row.GetString(0), row.GetInt64(1)), reader)
            .Run(cancellation);
        return place;
    }

    private sealed record Place(string Transaction, long Event);
}
