using System.Collections.Concurrent;
using Npgsql;

namespace Aura.Persistence;

/// <summary>Numbers that move with every change of what a store is set up with; 0: there is nothing of it.</summary>
/// <remarks>The database moves them, in the transaction of the change: it holds for the very next request, on every server.</remarks>
/// <param name="Promotions">Of promotions, segments and A/B tests.</param>
public readonly record struct StoreVersions(long Promotions, long Taxes, long Shipping)
{
    /// <summary>What <see cref="Read"/> reads, of store_versions as s. A store that was never set up has no row.</summary>
    internal const string Columns = "coalesce(s.promotions, 0), coalesce(s.taxes, 0), coalesce(s.shipping, 0)";

    /// <param name="at">The first of three columns.</param>
    internal static StoreVersions Read(NpgsqlDataReader row, int at) => new(row.GetInt64(at), row.GetInt64(at + 1), row.GetInt64(at + 2));

    /// <summary>Those of the caller's store, asked by themselves.</summary>
    public static async Task<StoreVersions> Of(AuraDb db, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch();
        batch.Add($"SELECT {Columns} FROM store_versions s WHERE s.tenant_id = $1", db.Tenant);
        return await db.Ask(batch, async row => await row.ReadAsync(cancellation) ? Read(row, 0) : default, cancellation);
    }
}

/// <summary>Something of each store that changes seldom, kept in memory until its number moves.</summary>
public sealed class KeptByStore<T>
{
    private readonly ConcurrentDictionary<long, (long Version, T Value)> byTenant = new();

    /// <param name="version">Read before <paramref name="read"/> reads: what changes meanwhile is read again next time.</param>
    public async ValueTask<T> Of(AuraDb db, long version, Func<Task<T>> read)
    {
        if (byTenant.TryGetValue(db.Tenant, out var kept) && kept.Version == version)
            return kept.Value;
        var value = await read();
        byTenant[db.Tenant] = (version, value);
        return value;
    }
}
