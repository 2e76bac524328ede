using System.Globalization;

namespace Aura.Connectors.Shops;

/// <summary>
/// Writes Shopify's product CSV. Text that a spreadsheet would take for a formula is written as it is: the platform's importer
/// knows no escape, so an apostrophe before "-20% off" would become part of the title.
/// </summary>
public static class ShopifyCsvWriter
{
    /// <param name="columns">From the same products, see <see cref="ShopColumns.Of"/>; metadata without a column is left out and counted.</param>
    /// <param name="stream">Left open.</param>
    public static async Task<ShopWritten> Write(
        IAsyncEnumerable<ShopProduct> products, Stream stream, ShopColumns columns, CancellationToken cancellation = default)
    {
        await using var sheet = new CsvSheet(stream, Header(columns));
        var written = 0L;
        await foreach (var product in products.WithCancellation(cancellation))
        {
            await Write(product, sheet, cancellation);
            written++;
        }

        return new(written, sheet.Rows, sheet.LeftOut);
    }

    private static IEnumerable<string> Header(ShopColumns columns) =>
    [
        .. ShopifyColumns.Head, .. columns.Metadata.Where(ShopifyColumns.IsFree),
        .. columns.Markets.SelectMany(market => new[]
        {
            ShopifyColumns.IncludedIn + market, ShopifyColumns.PriceIn + market, ShopifyColumns.CompareAtPriceIn + market,
        }),
        "Status",
    ];

    private static async Task Write(ShopProduct product, CsvSheet sheet, CancellationToken cancellation)
    {
        var handle = product.Handle ?? Slug.Of($"{product.Title} {product.Sku ?? product.ExternalId}");
        var variants = Sellable(product, sheet);
        for (var i = 0; i < Math.Max(1, Math.Max(variants.Count, product.Images.Count)); i++)
        {
            sheet.Put("Handle", handle);
            if (i == 0)
                PutProduct(product, sheet);
            if (i < variants.Count)
                PutVariant(variants[i], product, sheet);
            if (i < product.Images.Count)
                PutImage(product.Images[i], sheet);
            await sheet.EndRow(cancellation);
        }
    }

    /// <summary>Without options the platform knows one variant only.</summary>
    private static List<ShopVariant> Sellable(ShopProduct product, CsvSheet sheet)
    {
        var variants = product.OptionNames.Count > 0 ? [.. product.Variants] : product.Variants.Take(1).ToList();
        for (var i = variants.Count; i < product.Variants.Count; i++)
            sheet.LeaveOut("A variant without options");
        return variants;
    }

    private static void PutProduct(ShopProduct product, CsvSheet sheet)
    {
        PutMetadata(product.Metadata, sheet);
        sheet.Put("Title", product.Title);
        sheet.Put("Body (HTML)", product.BodyHtml);
        sheet.Put("Vendor", product.Vendor);
        sheet.Put("Product Category", product.Categories.Count > 0 ? string.Join(" > ", product.Categories[0]) : null);
        sheet.Put("Type", product.ProductType);
        sheet.Put("Tags", string.Join(", ", product.Tags));
        sheet.Put("Published", Word(product.Published));
        sheet.Put("Gift Card", Word(product.IsGiftCard));
        sheet.Put("SEO Title", product.SeoTitle);
        sheet.Put("SEO Description", product.SeoDescription);
        sheet.Put("Status", product.Status.ToString().ToLowerInvariant());
        foreach (var (market, included) in product.Markets)
            sheet.Put(ShopifyColumns.IncludedIn + market, Word(included));

        if (product.OptionNames.Count == 0)
            sheet.Put("Option1 Name", "Title");
        for (var i = 0; i < product.OptionNames.Count; i++)
            sheet.Put($"Option{i + 1} Name", product.OptionNames[i]);
        for (var i = 1; i < product.Categories.Count; i++)
            sheet.LeaveOut("A second category");
        for (var i = 0; i < product.Attributes.Count; i++)
            if (!product.OptionNames.Contains(product.Attributes[i].Name))
                sheet.LeaveOut("An attribute");
    }

    private static void PutVariant(ShopVariant variant, ShopProduct product, CsvSheet sheet)
    {
        PutMetadata(variant.Metadata, sheet);
        sheet.Put("Variant SKU", variant.Sku);
        sheet.Put("Variant Price", variant.Price);
        sheet.Put("Variant Compare At Price", variant.CompareAtPrice);
        sheet.Put("Cost per item", variant.Cost);
        sheet.Put("Variant Grams", variant.Grams);
        sheet.Put("Variant Weight Unit", variant.WeightUnit);
        sheet.Put("Variant Barcode", variant.Barcode);
        if (variant.TracksInventory)
            sheet.PutIfEmpty("Variant Inventory Tracker", "shopify"); // another tracker came with the metadata
        else
            sheet.Erase("Variant Inventory Tracker");
        sheet.Put("Variant Inventory Qty", variant.InventoryQuantity);
        sheet.Put("Variant Inventory Policy", variant.AllowsBackorder ? "continue" : "deny");
        sheet.Put("Variant Requires Shipping", Word(variant.RequiresShipping));
        sheet.Put("Variant Taxable", Word(variant.Taxable));
        sheet.Put("Variant Image", variant.ImageUrl);
        foreach (var price in variant.MarketPrices)
        {
            sheet.Put(ShopifyColumns.PriceIn + price.Market, price.Price);
            sheet.Put(ShopifyColumns.CompareAtPriceIn + price.Market, price.CompareAtPrice);
        }

        if (variant.Sale is not null)
            sheet.LeaveOut("A sale with dates");
        PutOptions(variant, product, sheet);
    }

    /// <summary>The platform wants a value for every option, so "any" is spelled out.</summary>
    private static void PutOptions(ShopVariant variant, ShopProduct product, CsvSheet sheet)
    {
        if (product.OptionNames.Count == 0)
            sheet.Put("Option1 Value", "Default Title");
        for (var i = 0; i < product.OptionNames.Count; i++)
            sheet.Put($"Option{i + 1} Value", variant.Options.GetValueOrDefault(product.OptionNames[i], "Any"));
    }

    private static void PutMetadata(IReadOnlyDictionary<string, string> metadata, CsvSheet sheet)
    {
        foreach (var (column, text) in metadata)
            if (ShopifyColumns.IsFree(column))
                sheet.Put(column, text);
            else
                sheet.LeaveOut(column);
    }

    private static void PutImage(ShopImage image, CsvSheet sheet)
    {
        sheet.Put("Image Src", image.Url);
        sheet.Put("Image Position", image.Position?.ToString(CultureInfo.InvariantCulture));
        sheet.Put("Image Alt Text", image.Alt);
    }

    private static string Word(bool value) => value ? "TRUE" : "FALSE";
}
