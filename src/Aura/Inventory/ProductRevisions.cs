using Aura.Persistence;
using Npgsql;

namespace Aura.Inventory;

/// <summary>What became of products.</summary>
/// <param name="Revisions">Of those that are there.</param>
/// <param name="Available">What can be promised of the variants that were asked for; those that no warehouse has a place for are left out.</param>
/// <param name="Read">The products that were to be read. One whose revision is not among the revisions changed meanwhile.</param>
public sealed record ProductNews(IReadOnlyDictionary<RowKey, long> Revisions, IReadOnlyDictionary<long, long> Available, IReadOnlyList<ProductOnOffer> Read);

/// <summary>Tells whether something that was made of a product still shows it: nothing but its stock changes without a new revision.</summary>
/// <remarks>
/// SQL by hand, for the reason that <see cref="ProductsOnOffer"/> has: what still holds costs one look at the product's row and one at
/// the stock of each variant. All is one round trip, outside of any transaction: what is seen is committed. The revisions are asked
/// last. What was read before and has the same revision then did not change in between, for a revision that is gone does not come back.
/// </remarks>
public static class ProductRevisions
{
    /// <summary>The revision of a product p: its own, and that of the names of its store's categories.</summary>
    internal const string Column = "p.revision # coalesce((SELECT c.revision FROM category_revisions c WHERE c.tenant_id = p.tenant_id), 0)";

    private const string Revisions = $"""
        SELECT p.tenant_id, p.id, {Column}
        FROM unnest($1, $2) AS wanted (tenant_id, id) JOIN products p ON p.tenant_id = wanted.tenant_id AND p.id = wanted.id
        """;

    /// <summary>As <see cref="StockOnOffer"/> counts it, before it is added up.</summary>
    private const string Stock = """
        SELECT l.variant_id, l.on_hand - l.allocated - l.damaged - l.quality_control - l.safety_stock
        FROM unnest($1, $2) AS wanted (tenant_id, id) JOIN stock_levels l ON l.tenant_id = wanted.tenant_id AND l.variant_id = wanted.id
        WHERE l.warehouse_id = ANY (ARRAY (SELECT id FROM warehouses WHERE tenant_id = ANY ($1) AND active))
        """;

    private const string Held = """
        SELECT r.variant_id, -r.quantity
        FROM unnest($1, $2, $3) AS wanted (tenant_id, id, at)
        JOIN reservations r ON r.tenant_id = wanted.tenant_id AND r.variant_id = wanted.id AND r.released_at IS NULL AND r.expires_at > wanted.at
        WHERE r.warehouse_id = ANY (ARRAY (SELECT id FROM warehouses WHERE tenant_id = ANY ($1) AND active))
        """;

    /// <param name="kept">Products of which only the revision is asked.</param>
    /// <param name="stock">Variants whose stock is asked, with the time in their store.</param>
    /// <param name="wanted">Products that are to be read, with the time in their store.</param>
    public static async Task<ProductNews> News(
        this NpgsqlDataSource source, IReadOnlyCollection<RowKey> kept, IReadOnlyDictionary<RowKey, DateTime> stock, IReadOnlyDictionary<RowKey, DateTime> wanted, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch();
        var (tenants, ids, at) = Columns(wanted);
        if (wanted.Count > 0)
            batch.AddProducts(tenants, ids, at);
        if (stock.Count > 0)
            batch.AddStock(Columns(stock));
        long[] allTenants = [.. tenants, .. kept.Select(key => key.TenantId)], allIds = [.. ids, .. kept.Select(key => key.Id)];
        batch.Add(Revisions, allTenants, allIds);
        return await source.Ask(batch, reader => Read(reader, stock.Count > 0, wanted.Count > 0, cancellation), cancellation);
    }

    private static void AddStock(this NpgsqlBatch batch, (long[] Tenants, long[] Ids, DateTime[] At) variants)
    {
        batch.Add(Stock, variants.Tenants, variants.Ids);
        batch.Add(Held, variants.Tenants, variants.Ids, variants.At);
    }

    private static async Task<ProductNews> Read(NpgsqlDataReader reader, bool withStock, bool withProducts, CancellationToken cancellation)
    {
        var (revisions, available, read) = (new Dictionary<RowKey, long>(), new Dictionary<long, long>(), new List<ProductOnOffer>());
        if (withProducts)
        {
            read = await reader.ReadProducts(cancellation);
            await reader.NextResultAsync(cancellation);
        }

        for (var result = 0; withStock && result < 2; result++)
        {
            while (await reader.ReadAsync(cancellation))
                available[reader.GetInt64(0)] = available.GetValueOrDefault(reader.GetInt64(0)) + reader.GetInt64(1);
            await reader.NextResultAsync(cancellation);
        }

        while (await reader.ReadAsync(cancellation))
            revisions[new(reader.GetInt64(0), reader.GetInt64(1))] = reader.GetInt64(2);
        return new(revisions, available, read);
    }

    private static (long[] Tenants, long[] Ids, DateTime[] At) Columns(IReadOnlyDictionary<RowKey, DateTime> rows)
    {
        var (tenants, ids, at) = (new long[rows.Count], new long[rows.Count], new DateTime[rows.Count]);
        foreach (var (index, (key, time)) in rows.Index())
            (tenants[index], ids[index], at[index]) = (key.TenantId, key.Id, time);
        return (tenants, ids, at);
    }
}
