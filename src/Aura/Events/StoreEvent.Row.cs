using Aura.Persistence;
using Npgsql;
using NpgsqlTypes;

namespace Aura.Events;

// Events are written by hand where what they tell of is, in the same round trip; a test of each such place compares the rows.
public sealed partial class StoreEvent
{
    /// <summary>Gives it its key.</summary>
    internal StoreEvent Numbered(AuraDb db)
    {
        Identify(db.Tenant, db.NextId());
        return this;
    }

    internal void Append(NpgsqlBatch batch) => batch.Add("""
        INSERT INTO events (tenant_id, id, type, subject, subject_id, facts, actor, request_id, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """, TenantId, Id, Type, Subject, SubjectId, ByHand.Json(Facts), Actor, ByHand.Maybe(RequestId), CreatedAt);
}
