using Aura.Catalog;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Aura.Inventory;

/// <summary>A product as a shop shows it.</summary>
/// <param name="Product">Without its parts.</param>
/// <param name="Variants">On sale, in order.</param>
/// <param name="Images">In order.</param>
/// <param name="Categories">Slugs, in order.</param>
/// <param name="Available">What can be promised, by variant; those that no warehouse has a place for are left out.</param>
public sealed record ProductOnOffer(
    Product Product, IReadOnlyList<Variant> Variants, IReadOnlyList<ProductImage> Images, IReadOnlyList<string> Categories, IReadOnlyDictionary<long, long> Available)
{
    /// <summary>A number that the product has as long as nothing of this but the stock changes.</summary>
    public long Revision { get; init; }
}

/// <summary>Reads products with their variants, images, categories and stock.</summary>
/// <remarks>
/// SQL by hand, for no other rows are read as often: one round trip, where queries for each kind of part would take five, and no
/// expression trees on the way. A new column of products or variants is added here as well; a test compares both ways of reading.
/// </remarks>
public static class ProductsOnOffer
{
    /// <returns>In the order of the keys; those that are not there are left out.</returns>
    public static Task<List<ProductOnOffer>> OnOffer(this AuraDb db, IReadOnlyList<RowKey> products, CancellationToken cancellation) => products.Count == 0
        ? Task.FromResult<List<ProductOnOffer>>([])
        : db.Read(ById, [.. products.Select(p => p.TenantId)], products.Select(p => p.Id).ToArray(), cancellation);

    /// <returns>Null where the store has no such product.</returns>
    public static async Task<ProductOnOffer?> OnOffer(this AuraDb db, Id<Product> id, CancellationToken cancellation) =>
        (await db.Read(ById, [db.Tenant], new[] { id.Value }, cancellation)).FirstOrDefault();

    /// <inheritdoc cref="OnOffer(AuraDb, Id{Product}, CancellationToken)"/>
    public static async Task<ProductOnOffer?> OnOffer(this AuraDb db, string sku, CancellationToken cancellation) =>
        (await db.Read(BySku, [db.Tenant], sku, cancellation)).FirstOrDefault();

    private static async Task<List<ProductOnOffer>> Read(this AuraDb db, Queries queries, long[] tenants, object wanted, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch();
        batch.AddProducts(queries, tenants, wanted, Enumerable.Repeat(db.Now, tenants.Length).ToArray());
        return await db.Ask(batch, reader => reader.ReadProducts(cancellation), cancellation);
    }

    /// <summary>Asks for products by id, with the stock that each has at a time.</summary>
    internal static void AddProducts(this NpgsqlBatch batch, long[] tenants, long[] ids, DateTime[] at) => batch.AddProducts(ById, tenants, ids, at);

    private static void AddProducts(this NpgsqlBatch batch, Queries queries, long[] tenants, object wanted, DateTime[] at)
    {
        batch.Add(queries.Products, tenants, wanted, at);
        batch.Add(queries.Variants, tenants, wanted, at);
        batch.Add(queries.Stock, tenants, wanted, at);
    }

    /// <summary>Reads the answers to what <see cref="AddProducts(NpgsqlBatch, long[], long[], DateTime[])"/> asks; the reader then stands at the last of them.</summary>
    internal static async Task<List<ProductOnOffer>> ReadProducts(this NpgsqlDataReader reader, CancellationToken cancellation)
    {
        var products = new List<ProductOnOffer>();
        var variants = new Dictionary<long, List<Variant>>();
        var available = new Dictionary<long, long>();
        while (await reader.ReadAsync(cancellation))
        {
            var product = Product.Read(reader);
            variants[product.Id] = [];
            products.Add(new(product, variants[product.Id], Images(reader, product), reader.GetFieldValue<string[]>(Product.ColumnCount + 1), available)
            {
                Revision = reader.GetInt64(Product.ColumnCount),
            });
        }

        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            if (Variant.Read(reader) is var variant && variants.TryGetValue(variant.ProductId, out var its))
                its.Add(variant);
        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            available[reader.GetInt64(0)] = reader.GetInt64(1);
        foreach (var its in variants.Values)
            its.Sort((a, b) => a.Position.CompareTo(b.Position));
        return products;
    }

    private static ProductImage[] Images(NpgsqlDataReader row, Product product)
    {
        const int at = Product.ColumnCount + 2;
        if (row.IsDBNull(at))
            return [];
        var (ids, urls, alts, positions) = (
            row.GetFieldValue<long[]>(at), row.GetFieldValue<string[]>(at + 1), row.GetFieldValue<string?[]>(at + 2), row.GetFieldValue<int[]>(at + 3));
        return [.. ids.Select((id, i) => ProductImage.Of(product.TenantId, product.Id, id, urls[i], alts[i], positions[i]))];
    }

    private static readonly Queries ById = new("unnest($1, $2::bigint[], $3) WITH ORDINALITY AS wanted (tenant_id, id, at, place)");
    private static readonly Queries BySku = new("(SELECT tenant_id, id, ($3)[1] AS at, 1 AS place FROM products WHERE tenant_id = ANY ($1) AND sku = $2) wanted");

    /// <param name="wanted">The keys of products, $1 their tenants, $3 the time in their stores.</param>
    private sealed class Queries(string wanted)
    {
        public string Products { get; } = $"""
            SELECT {Product.Columns}, {ProductRevisions.Column},
              ARRAY (
                SELECT c.slug FROM product_categories i JOIN categories c ON c.tenant_id = i.tenant_id AND c.id = i.category_id
                WHERE i.tenant_id = p.tenant_id AND i.product_id = p.id ORDER BY i.position),
              image.*
            FROM {wanted}
            JOIN products p ON p.tenant_id = wanted.tenant_id AND p.id = wanted.id
            CROSS JOIN LATERAL (
              SELECT array_agg(id ORDER BY position), array_agg(url ORDER BY position), array_agg(alt ORDER BY position), array_agg(position ORDER BY position)
              FROM product_images WHERE tenant_id = p.tenant_id AND product_id = p.id) image
            ORDER BY wanted.place
            """;

        public string Variants { get; } = $"""
            SELECT {Variant.Columns}
            FROM {wanted}
            JOIN variants v ON v.tenant_id = wanted.tenant_id AND v.product_id = wanted.id AND v.removed_at IS NULL
            """;

        /// <summary>As <see cref="StockOnOffer"/> counts it.</summary>
        public string Stock { get; } = $"""
            SELECT variant_id, sum(quantity)::bigint FROM (
              SELECT l.variant_id, l.warehouse_id, l.on_hand - l.allocated - l.damaged - l.quality_control - l.safety_stock AS quantity
              FROM {wanted}
              JOIN variants v ON v.tenant_id = wanted.tenant_id AND v.product_id = wanted.id
              JOIN stock_levels l ON l.tenant_id = v.tenant_id AND l.variant_id = v.id
              UNION ALL
              SELECT r.variant_id, r.warehouse_id, -r.quantity
              FROM {wanted}
              JOIN variants v ON v.tenant_id = wanted.tenant_id AND v.product_id = wanted.id
              JOIN reservations r ON r.tenant_id = v.tenant_id AND r.variant_id = v.id AND r.released_at IS NULL AND r.expires_at > wanted.at) stock
            WHERE warehouse_id = ANY (ARRAY (SELECT id FROM warehouses WHERE tenant_id = ANY ($1) AND active))
            GROUP BY variant_id
            """;
    }
}
