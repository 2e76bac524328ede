using Aura.Persistence;
using Npgsql;

namespace Aura.Catalog;

public sealed partial class Product
{
    /// <summary>What <see cref="ReadPriced"/> reads, in its order, of a table called p: what a cart asks of a product.</summary>
    internal const string PricedColumns = "p.name, p.status, p.price, p.currency, p.prices, p.tax_category, p.taxable, p.requires_shipping, p.weight";

    /// <summary>How many there are.</summary>
    internal const int PricedColumnCount = 9;

    /// <summary>A product as far as it can be bought: without its description and whatever else no price depends on.</summary>
    internal static Product ReadPriced(NpgsqlDataReader row, int at, Variant of) => new()
    {
        TenantId = of.TenantId,
        Id = of.ProductId,
        Name = row.GetString(at),
        Status = Words<ProductStatus>.Parse(row.GetString(at + 1)),
        Price = row.GetInt64(at + 2),
        Currency = Currency.Of(row.GetString(at + 3)),
        Prices = row.Pairs<long>(at + 4),
        TaxCategory = row.GetString(at + 5),
        Taxable = row.GetBoolean(at + 6),
        RequiresShipping = row.GetBoolean(at + 7),
        Weight = row.GetInt32(at + 8),
    };
}
