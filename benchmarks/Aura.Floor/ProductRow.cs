using Npgsql;

namespace Aura.Floor;

internal sealed record ProductRow(
    long Id, string Name, string? Description, long Price, string Currency, string Prices, long? CompareAtPrice, string Sku, string Status, string? Vendor,
    string? ProductType, string[] Tags, string TaxCategory, bool Taxable, bool RequiresShipping, int Weight, int ReviewCount, int RatingSum,
    string Metadata, DateTime CreatedAt, DateTime UpdatedAt, int Version, string[] Categories)
{
    public List<VariantRow> Variants { get; } = [];
    public List<ImageRow> Images { get; } = [];

    public static ProductRow Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.Text(2), row.GetInt64(3), row.GetString(4), row.GetString(5), row.Number(6), row.GetString(7), row.GetString(8),
        row.Text(9), row.Text(10), row.GetFieldValue<string[]>(11), row.GetString(12), row.GetBoolean(13), row.GetBoolean(14), row.GetInt32(15),
        row.GetInt32(16), row.GetInt32(17), row.GetString(18), row.GetDateTime(19), row.GetDateTime(20), row.GetInt32(21), row.GetFieldValue<string[]>(22));
}

internal sealed record VariantRow(
    long Id, string Sku, long? Price, string Currency, string Prices, string Attributes, string? Image, string? Barcode, int? Weight, long? Cost, int Position,
    bool TracksInventory, bool AllowsBackorder, DateTime CreatedAt, DateTime UpdatedAt, int Version, long? Available)
{
    public static VariantRow Read(NpgsqlDataReader row) => new(
        row.GetInt64(1), row.GetString(2), row.Number(3), row.GetString(4), row.GetString(5), row.GetString(6), row.Text(7), row.Text(8),
        row.IsDBNull(9) ? null : row.GetInt32(9), row.Number(10), row.GetInt32(11), row.GetBoolean(12), row.GetBoolean(13),
        row.GetDateTime(14), row.GetDateTime(15), row.GetInt32(16), row.Number(17));
}

internal sealed record ImageRow(long Id, string Url, string? Alt, int Position);

internal static class Columns
{
    public static string? Text(this NpgsqlDataReader row, int at) => row.IsDBNull(at) ? null : row.GetString(at);

    public static long? Number(this NpgsqlDataReader row, int at) => row.IsDBNull(at) ? null : row.GetInt64(at);
}
