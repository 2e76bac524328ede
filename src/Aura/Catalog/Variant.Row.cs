using Aura.Persistence;
using Npgsql;

namespace Aura.Catalog;

public sealed partial class Variant
{
    /// <summary>What <see cref="Read"/> reads, in its order, of a table called v.</summary>
    internal const string Columns = """
        v.tenant_id, v.id, v.product_id, v.sku, v.price, v.currency, v.prices, v.attributes, v.image, v.barcode, v.weight, v.cost, v.position,
        v.tracks_inventory, v.allows_backorder, v.removed_at, v.created_at, v.updated_at, v.version
        """;

    /// <summary>How many there are.</summary>
    internal const int ColumnCount = 19;

    /// <summary>A variant without its product, for reading.</summary>
    internal static Variant Read(NpgsqlDataReader row) => new()
    {
        TenantId = row.GetInt64(0),
        Id = row.GetInt64(1),
        ProductId = row.GetInt64(2),
        Sku = row.GetString(3),
        Price = row.IsDBNull(4) ? null : row.GetInt64(4),
        Currency = Currency.Of(row.GetString(5)),
        Prices = row.Pairs<long>(6),
        Attributes = row.Pairs<string>(7),
        Image = row.TextOrNull(8),
        Barcode = row.TextOrNull(9),
        Weight = row.IsDBNull(10) ? null : row.GetInt32(10),
        Cost = row.IsDBNull(11) ? null : row.GetInt64(11),
        Position = row.GetInt32(12),
        TracksInventory = row.GetBoolean(13),
        AllowsBackorder = row.GetBoolean(14),
        RemovedAt = row.IsDBNull(15) ? null : row.GetDateTime(15),
        CreatedAt = row.GetDateTime(16),
        UpdatedAt = row.GetDateTime(17),
        Version = row.GetInt32(18),
    };
}
