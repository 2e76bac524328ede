using Aura.Persistence;
using Npgsql;

namespace Aura.Catalog;

public sealed partial class Product
{
    /// <summary>What <see cref="Read"/> reads, in its order, of a table called p.</summary>
    internal const string Columns = """
        p.tenant_id, p.id, p.name, p.description, p.sku, p.status, p.price, p.currency, p.prices, p.compare_at_price, p.vendor, p.product_type,
        p.tags, p.tax_category, p.taxable, p.requires_shipping, p.weight, p.metadata, p.review_count, p.rating_sum, p.created_at, p.updated_at, p.version, p.revision
        """;

    /// <summary>How many there are.</summary>
    internal const int ColumnCount = 24;

    /// <summary>A product without its parts, for reading.</summary>
    internal static Product Read(NpgsqlDataReader row) => new()
    {
        TenantId = row.GetInt64(0),
        Id = row.GetInt64(1),
        Name = row.GetString(2),
        Description = row.TextOrNull(3),
        Sku = row.GetString(4),
        Status = Words<ProductStatus>.Parse(row.GetString(5)),
        Price = row.GetInt64(6),
        Currency = Currency.Of(row.GetString(7)),
        Prices = row.Pairs<long>(8),
        CompareAtPrice = row.IsDBNull(9) ? null : row.GetInt64(9),
        Vendor = row.TextOrNull(10),
        ProductType = row.TextOrNull(11),
        Tags = row.GetFieldValue<string[]>(12),
        TaxCategory = row.GetString(13),
        Taxable = row.GetBoolean(14),
        RequiresShipping = row.GetBoolean(15),
        Weight = row.GetInt32(16),
        Metadata = row.Pairs<string>(17),
        ReviewCount = row.GetInt32(18),
        RatingSum = row.GetInt32(19),
        CreatedAt = row.GetDateTime(20),
        UpdatedAt = row.GetDateTime(21),
        Version = row.GetInt32(22),
        Revision = row.GetInt64(23),
    };
}
