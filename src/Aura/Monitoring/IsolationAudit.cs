using Aura.Accounts;
using Aura.Events;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Monitoring;

/// <summary>Looks whether stores are really kept apart: in the schema, in the model, and by trying. Nothing is changed.</summary>
public sealed class IsolationAudit(IDbContextFactory<AuraDb> contexts, TimeProvider time)
{
    /// <summary>Rows of one table that are counted.</summary>
    private const int MostCounted = 100_000;

    public async Task<IReadOnlyList<IsolationCheck>> Run(AuraDb db, CancellationToken cancellation) =>
    [
        await Schema("unique_indexes_begin_with_the_tenant", """
            SELECT i.indexrelid::regclass::text AS "Value" FROM pg_index i
            JOIN pg_attribute t ON t.attrelid = i.indrelid AND t.attname = 'tenant_id'
            JOIN pg_class c ON c.oid = i.indrelid AND c.relnamespace = 'public'::regnamespace
            WHERE i.indisunique AND i.indkey[0] <> t.attnum
            """, db, cancellation),
        await Schema("foreign_keys_carry_the_tenant", """
            SELECT f.conname::text AS "Value" FROM pg_constraint f
            JOIN pg_attribute own ON own.attrelid = f.conrelid AND own.attname = 'tenant_id'
            JOIN pg_attribute other ON other.attrelid = f.confrelid AND other.attname = 'tenant_id'
            WHERE f.contype = 'f' AND NOT (own.attnum = ANY (f.conkey) AND other.attnum = ANY (f.confkey))
            """, db, cancellation),
        Filters(db),
        await CrossRead(db, cancellation),
        await SharedKeys(db, cancellation),
        await PlainWebhooks(db, cancellation),
    ];

    /// <summary>Rows of the caller's store in all tables; of each table at most 100,000.</summary>
    public static async Task<long> Records(AuraDb db, CancellationToken cancellation)
    {
        var parts = Tables(db).Select(table => $"(SELECT count(*) FROM (SELECT FROM {table} WHERE tenant_id = $1 LIMIT {MostCounted}) t)");
        var count = 0L;
        await new Reading(db).Ask($"SELECT {string.Join(" + ", parts)}", row => count = row.GetInt64(0), db.Tenant).Run(cancellation);
        return count;
    }

    /// <summary>Keys that open this store and others as well.</summary>
    public static Task<int> KeysForSeveralStores(AuraDb db, CancellationToken cancellation)
    {
        var (now, tenant) = (db.Now, db.Tenant);
        return db.ApiKeys.CountAsync(k => k.AccountId == db.Caller.AccountId && k.IsTest == db.Caller.IsTest && k.RevokedAt == null && (k.ExpiresAt == null || k.ExpiresAt > now) &&
            (k.StoreIds == null || k.StoreIds.Length > 1 && k.StoreIds.Contains(tenant)), cancellation);
    }

    private static IEnumerable<string> Tables(AuraDb db) => db.Model.GetEntityTypes()
        .Where(entity => entity.ClrType.IsAssignableTo(typeof(StoreRow))).Select(entity => entity.GetTableName()!).Distinct().Order(StringComparer.Ordinal); // every entity has a table

    private static async Task<IsolationCheck> Schema(string name, string wrong, AuraDb db, CancellationToken cancellation)
    {
        var found = await db.Database.SqlQueryRaw<string>(wrong).ToListAsync(cancellation);
        return new(name, found.Count == 0, found.Count == 0 ? null : $"Not so: {string.Join(", ", found)}.");
    }

    private static IsolationCheck Filters(AuraDb db)
    {
        var open = db.Model.GetEntityTypes().Where(entity => entity.ClrType.IsAssignableTo(typeof(StoreRow)) && entity.GetDeclaredQueryFilters().Count == 0).Select(entity => entity.ClrType.Name).ToList();
        return new("every_query_is_filtered_by_tenant", open.Count == 0, open.Count == 0 ? null : $"Not so: {string.Join(", ", open)}.");
    }

    /// <summary>Writes a row as this store and looks for it as another one, in a transaction that is taken back.</summary>
    private async Task<IsolationCheck> CrossRead(AuraDb db, CancellationToken cancellation)
    {
        await using var trial = (await contexts.CreateDbContextAsync(cancellation)).Enter(db.Caller, time);
        await using var transaction = await trial.Start(cancellation);
        var entry = AuditEntry.Of("isolation", "tried", $"tenant_{db.Tenant}", trial);
        trial.AuditLogs.Add(entry);
        await trial.SaveChangesAsync(cancellation);
        var own = await trial.AuditLogs.AnyAsync(e => e.Id == entry.Id, cancellation);
        var other = await trial.Stores.Where(s => s.Id != db.Tenant).Select(s => s.Id).FirstOrDefaultAsync(cancellation);
        trial.Enter(db.Caller with { TenantId = other }, time);
        var foreign = await trial.AuditLogs.AsNoTracking().AnyAsync(e => e.Id == entry.Id, cancellation);
        await transaction.RollbackAsync(cancellation);
        return new("another_store_cannot_read_this_one", own && !foreign, !own ? "The store does not even see its own row." : foreign ? "Another store saw a row of this one." : null);
    }

    private static async Task<IsolationCheck> SharedKeys(AuraDb db, CancellationToken cancellation)
    {
        var shared = await KeysForSeveralStores(db, cancellation);
        return new("keys_open_one_store", shared == 0 || !db.Caller.Settings.ForbidSharedKeys, shared switch
        {
            0 => null,
            _ when db.Caller.Settings.ForbidSharedKeys => $"{shared} keys of the account are for several stores; they are refused here, revoke them.",
            _ => $"{shared} keys of the account open this store and others. The rule forbidKeysForSeveralStores keeps them out.",
        });
    }

    private static async Task<IsolationCheck> PlainWebhooks(AuraDb db, CancellationToken cancellation)
    {
        var plain = await db.Webhooks.CountAsync(w => w.Status == WebhookStatus.Active && w.Url.StartsWith("http://"), cancellation);
        return new("webhooks_are_encrypted", plain == 0 || !db.Caller.Settings.RequireHttpsWebhooks, plain == 0 ? null
            : db.Caller.Settings.RequireHttpsWebhooks ? $"{plain} webhooks have http addresses; nothing is sent to them." : $"{plain} webhooks have http addresses. The rule requireHttpsWebhooks stops them.");
    }
}

/// <param name="Detail">What was found, for people; null: nothing to say.</param>
public sealed record IsolationCheck(string Name, bool Passed, string? Detail);
