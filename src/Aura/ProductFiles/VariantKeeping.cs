using Aura.Catalog;
using Aura.Connectors.Shops;

namespace Aura.ProductFiles;

/// <summary>Keeps what a file says of a variant and the catalogue has no place for, and says so where a merchant would miss it.</summary>
internal static class VariantKeeping
{
    /// <param name="before">What was kept of it so far.</param>
    public static VariantDetails Of(VariantDetails? before, Product product, TakenVariant one, FileColumns columns, ItemResult result)
    {
        var said = one.Said;
        var struck = product.CompareAtPrice is { } minor ? new Money(minor, product.Currency).Amount : (decimal?)null;
        var own = said.Price is null ? before?.OwnCompareAtPrice == true : said.CompareAtPrice != struck;
        if (own && said.CompareAtPrice is not null)
            result.Warn(one.Row, columns.CompareAtPrice, "A product has one struck-through price, that of its first variant; this one is kept for export only.");
        if (said.Taxable != product.Taxable)
            result.Warn(one.Row, columns.Taxable, "Whether tax is due is decided by the product's first variant; this is kept for export only.");
        if (said.RequiresShipping != product.RequiresShipping)
            result.Warn(one.Row, columns.Shipping, "Whether it is shipped is decided by the product's first variant; this is kept for export only.");
        if (said.Sale is not null)
            result.Warn(one.Row, columns.Sale, "A sale with dates is kept for export only; the regular price holds.");
        return new()
        {
            ExternalId = said.ExternalId ?? before?.ExternalId,
            OwnCompareAtPrice = own,
            CompareAtPrice = own ? said.CompareAtPrice ?? (said.Price is null ? before?.CompareAtPrice : null) : null,
            Taxable = said.Taxable == product.Taxable ? null : said.Taxable,
            RequiresShipping = said.RequiresShipping == product.RequiresShipping ? null : said.RequiresShipping,
            Sale = said.Sale,
            MarketPrices = Unplaced(said, product.Currency) is { Count: > 0 } prices ? prices : null,
            WeightUnit = said.WeightUnit ?? before?.WeightUnit,
            Quantity = said.TracksInventory ? null : said.InventoryQuantity,
            Metadata = said.Metadata.Count > 0 ? said.Metadata : null,
        };
    }

    /// <summary>Prices of markets for which the variant has no currency, and struck-through ones.</summary>
    private static List<ShopMarketPrice> Unplaced(ShopVariant said, Currency own)
    {
        List<ShopMarketPrice> prices = [];
        foreach (var price in said.MarketPrices)
            if (MarketCurrency.Of(price.Market) is not { } currency || currency == own)
                prices.Add(price);
            else if (price.CompareAtPrice is not null)
                prices.Add(price with { Price = null });
        return prices;
    }
}
