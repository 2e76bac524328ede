using System.Globalization;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Events;

public static class EventLog
{
    /// <summary>Events of the caller's store behind one of them, oldest first; none of a transaction that others may still precede.</summary>
    /// <param name="after">The last event that the caller has; null: from the beginning.</param>
    /// <param name="type">One type; null: all.</param>
    /// <exception cref="Refused">404 where the store has no such event.</exception>
    public static async Task<List<StoreEvent>> EventsAfter(this AuraDb db, long? after, string? type, int most, CancellationToken cancellation)
    {
        var place = after is null ? null : await db.Events.Read<StoreEvent>(after.Value, cancellation);
        return await db.Events.FromSql($"""
            SELECT * FROM events
            WHERE tenant_id = {db.Tenant} AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())
              AND (transaction_id, id) > ({$"{place?.TransactionId ?? 0}"}::xid8, {place?.Id ?? 0L}) AND ({type}::text IS NULL OR type = {type})
            ORDER BY transaction_id, id LIMIT {most}
            """).AsNoTracking().ToListAsync(cancellation);
    }

    /// <summary>Where the log ends for now: all that is behind it is still to come.</summary>
    public static async Task<EventPlace> EventHorizon(this AuraDb db, CancellationToken cancellation) =>
        new(ulong.Parse(await db.Database.SqlQuery<string>($"""SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS "Value" """).SingleAsync(cancellation), CultureInfo.InvariantCulture), 0);

    /// <inheritdoc cref="EventsAfter(AuraDb, long?, string?, int, CancellationToken)"/>
    public static Task<List<StoreEvent>> EventsAfter(this AuraDb db, EventPlace place, int most, CancellationToken cancellation) => db.Events.FromSql($"""
        SELECT * FROM events
        WHERE tenant_id = {db.Tenant} AND transaction_id < pg_snapshot_xmin(pg_current_snapshot()) AND (transaction_id, id) > ({$"{place.Transaction}"}::xid8, {place.Event})
        ORDER BY transaction_id, id LIMIT {most}
        """).AsNoTracking().ToListAsync(cancellation);
}
