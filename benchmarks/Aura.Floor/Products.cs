using System.Globalization;
using Npgsql;

namespace Aura.Floor;

/// <summary>W1 and W2: products with their variants, images, categories and stock; one round trip of three statements.</summary>
/// <remarks>Left out: reservations and closed warehouses, prices in other currencies, reviews, ETags, languages.</remarks>
internal sealed class Products(NpgsqlDataSource source, long store)
{
    private const string Columns = """
        p.id, p.name, p.description, p.price, p.currency, p.prices::text, p.compare_at_price, p.sku, p.status, p.vendor, p.product_type, p.tags,
        p.tax_category, p.taxable, p.requires_shipping, p.weight, p.review_count, p.rating_sum, p.metadata::text, p.created_at, p.updated_at, p.version,
        ARRAY (
          SELECT c.slug FROM product_categories i JOIN categories c ON c.tenant_id = i.tenant_id AND c.id = i.category_id
          WHERE i.tenant_id = p.tenant_id AND i.product_id = p.id ORDER BY i.position)
        """;

    private static readonly Statements One = new("p.id = $2");
    private static readonly Statements Page = new("p.id < $2", "ORDER BY p.id DESC LIMIT 51");

    public void Map(WebApplication app)
    {
        app.MapGet("/v2/products/{id:long}", Show);
        app.MapGet("/v2/products", List);
    }

    private async Task Show(HttpContext http)
    {
        var products = await Read(One, long.Parse((string)http.Request.RouteValues["id"]!, CultureInfo.InvariantCulture)); // the route has it
        if (products is [var product])
            await Answer.Send(http.Response, product, ProductJson.Write);
        else
            http.Response.StatusCode = 404;
    }

    private async Task List(HttpContext http)
    {
        var products = await Read(Page, long.Parse(http.Request.Query["after"].ToString(), CultureInfo.InvariantCulture));
        await Answer.Send(http.Response, products, static (json, products) =>
        {
            var shown = Math.Min(products.Count, 50);
            json.WriteStartObject();
            json.WriteStartArray("data");
            for (var i = 0; i < shown; i++)
                ProductJson.Write(json, products[i]);
            json.WriteEndArray();
            json.WriteStartObject("pagination");
            json.WriteNumber("limit", 50);
            json.WriteBoolean("has_more", products.Count > 50);
            json.WriteString("next_cursor", $"{products[shown - 1].Id}");
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private async Task<List<ProductRow>> Read(Statements statements, long id)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var batch = new NpgsqlBatch(connection);
        foreach (var sql in (ReadOnlySpan<string>)[statements.Products, statements.Variants, statements.Images])
            batch.BatchCommands.Add(new(sql) { Parameters = { new NpgsqlParameter<long> { TypedValue = store }, new NpgsqlParameter<long> { TypedValue = id } } });
        await using var rows = await batch.ExecuteReaderAsync();

        var products = new List<ProductRow>(51);
        while (await rows.ReadAsync())
            products.Add(ProductRow.Read(rows));
        await rows.NextResultAsync();
        while (await rows.ReadAsync())
            Of(products, rows.GetInt64(0)).Variants.Add(VariantRow.Read(rows));
        await rows.NextResultAsync();
        while (await rows.ReadAsync())
            Of(products, rows.GetInt64(0)).Images.Add(new(rows.GetInt64(1), rows.GetString(2), rows.IsDBNull(3) ? null : rows.GetString(3), rows.GetInt32(4)));
        return products;
    }

    private static ProductRow Of(List<ProductRow> products, long id)
    {
        foreach (var product in products)
            if (product.Id == id)
                return product;
        throw new InvalidOperationException("A part without its product.");
    }

    private sealed class Statements(string which, string order = "")
    {
        public string Products { get; } = $"SELECT {Columns} FROM products p WHERE p.tenant_id = $1 AND {which} {order}";

        public string Variants { get; } = $"""
            SELECT v.product_id, v.id, v.sku, v.price, v.currency, v.prices::text, v.attributes::text, v.image, v.barcode, v.weight, v.cost, v.position,
              v.tracks_inventory, v.allows_backorder, v.created_at, v.updated_at, v.version,
              (SELECT sum(l.on_hand - l.allocated - l.damaged - l.quality_control - l.safety_stock)::bigint
               FROM stock_levels l WHERE l.tenant_id = v.tenant_id AND l.variant_id = v.id)
            FROM (SELECT p.id FROM products p WHERE p.tenant_id = $1 AND {which} {order}) p
            JOIN variants v ON v.tenant_id = $1 AND v.product_id = p.id AND v.removed_at IS NULL
            ORDER BY v.product_id, v.position
            """;

        public string Images { get; } = $"""
            SELECT i.product_id, i.id, i.url, i.alt, i.position
            FROM (SELECT p.id FROM products p WHERE p.tenant_id = $1 AND {which} {order}) p
            JOIN product_images i ON i.tenant_id = $1 AND i.product_id = p.id
            ORDER BY i.product_id, i.position
            """;
    }
}
