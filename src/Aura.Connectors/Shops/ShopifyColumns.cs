namespace Aura.Connectors.Shops;

/// <summary>
/// The names of Shopify's product columns. The platform has renamed most of them; both sets are read and the older one, which
/// every version of its importer takes, is the one that this program speaks and writes.
/// </summary>
internal static class ShopifyColumns
{
    public const string IncludedIn = "Included / ", PriceIn = "Price / ", CompareAtPriceIn = "Compare At Price / ";

    /// <summary>Everything before the columns that depend on the products.</summary>
    public static readonly string[] Head =
    [
        "Handle", "Title", "Body (HTML)", "Vendor", "Product Category", "Type", "Tags", "Published",
        "Option1 Name", "Option1 Value", "Option2 Name", "Option2 Value", "Option3 Name", "Option3 Value",
        "Variant SKU", "Variant Grams", "Variant Inventory Tracker", "Variant Inventory Qty", "Variant Inventory Policy",
        "Variant Fulfillment Service", "Variant Price", "Variant Compare At Price", "Variant Requires Shipping", "Variant Taxable",
        "Variant Barcode", "Image Src", "Image Position", "Image Alt Text", "Gift Card", "SEO Title", "SEO Description",
        "Variant Image", "Variant Weight Unit", "Variant Tax Code", "Cost per item",
    ];

    /// <summary>The name as it is asked for: a newer one becomes the older one, any other stays.</summary>
    public static string Older(string column) =>
        column.StartsWith(NewerCompareAtPriceIn, StringComparison.OrdinalIgnoreCase)
            ? CompareAtPriceIn + column[NewerCompareAtPriceIn.Length..]
            : Renamed.GetValueOrDefault(column, column);

    /// <summary>What a row speaks of: a column that is there and blank clears, a column that is not there leaves what is known.</summary>
    /// <remarks>So the platform's own importer does with every column that is not required.</remarks>
    public static ShopFacts Told(CsvRow row)
    {
        var told = ShopFacts.None;
        foreach (var (fact, column) in Facts)
            if (row.Has(column))
                told |= fact;
        return told;
    }

    private static readonly (ShopFacts Fact, string Column)[] Facts =
    [
        (ShopFacts.Body, "Body (HTML)"), (ShopFacts.Vendor, "Vendor"), (ShopFacts.ProductType, "Type"), (ShopFacts.Categories, "Product Category"),
        (ShopFacts.Tags, "Tags"), (ShopFacts.Status, "Status"), (ShopFacts.Status, "Published"), (ShopFacts.GiftCard, "Gift Card"),
        (ShopFacts.SeoTitle, "SEO Title"), (ShopFacts.SeoDescription, "SEO Description"), (ShopFacts.CompareAtPrice, "Variant Compare At Price"),
        (ShopFacts.Cost, "Cost per item"), (ShopFacts.Barcode, "Variant Barcode"), (ShopFacts.Image, "Variant Image"),
        (ShopFacts.Tracking, "Variant Inventory Tracker"), (ShopFacts.Backorder, "Variant Inventory Policy"),
        (ShopFacts.Shipping, "Variant Requires Shipping"), (ShopFacts.Taxable, "Variant Taxable"),
    ];

    /// <summary>Whether metadata may be written under this key: another shop's "Type" must not become the product type here.</summary>
    public static bool IsFree(string key) =>
        Kept.Contains(key) || !Head.Contains(Older(key), StringComparer.OrdinalIgnoreCase) && !key.Equals("Status", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a column that is kept as metadata speaks of the row's variant, not of the product.</summary>
    public static bool IsOfVariant(string column) =>
        column.StartsWith("Variant ", StringComparison.OrdinalIgnoreCase)
        || column.StartsWith("Unit price ", StringComparison.OrdinalIgnoreCase)
        || column.Contains("variant.metafields", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the column is one of the product's own, which only its first row has.</summary>
    public static bool IsOfProduct(string column) =>
        OfProduct.Contains(column) || column.StartsWith(IncludedIn, StringComparison.OrdinalIgnoreCase);

    // Columns of the platform that the reader keeps as metadata.
    private static readonly string[] Kept = ["Variant Fulfillment Service", "Variant Tax Code", "Variant Inventory Tracker"];

    private const string NewerCompareAtPriceIn = "Compare-at price / ";

    private static readonly HashSet<string> OfProduct = new(StringComparer.OrdinalIgnoreCase)
    {
        "Title", "Body (HTML)", "Vendor", "Product Category", "Type", "Tags", "Published", "Status", "Gift Card",
        "Option1 Name", "Option2 Name", "Option3 Name", "SEO Title", "SEO Description",
    };

    private static readonly Dictionary<string, string> Renamed = new(StringComparer.OrdinalIgnoreCase)
    {
        ["URL handle"] = "Handle",
        ["Description"] = "Body (HTML)",
        ["Published on online store"] = "Published",
        ["SKU"] = "Variant SKU",
        ["Barcode"] = "Variant Barcode",
        ["Price"] = "Variant Price",
        ["Compare-at price"] = "Variant Compare At Price",
        ["Charge tax"] = "Variant Taxable",
        ["Tax code"] = "Variant Tax Code",
        ["Inventory tracker"] = "Variant Inventory Tracker",
        ["Inventory quantity"] = "Variant Inventory Qty",
        ["Continue selling when out of stock"] = "Variant Inventory Policy",
        ["Weight value (grams)"] = "Variant Grams",
        ["Weight unit for display"] = "Variant Weight Unit",
        ["Requires shipping"] = "Variant Requires Shipping",
        ["Fulfillment service"] = "Variant Fulfillment Service",
        ["Product image URL"] = "Image Src",
        ["Variant image URL"] = "Variant Image",
    };
}
