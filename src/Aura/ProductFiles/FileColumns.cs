namespace Aura.ProductFiles;

/// <summary>What a format calls the things that may be wrong, so that a merchant finds the cell.</summary>
internal sealed record FileColumns(
    string Title, string Handle, string Sku, string Price, string CompareAtPrice, string Cost, string Options, string Quantity, string Weight, string Barcode,
    string Images, string VariantImage, string Taxable, string Shipping, string Published, string Tags, string Categories, string Vendor, string Type, string Sale)
{
    private static readonly FileColumns Shopify = new(
        "Title", "Handle", "Variant SKU", "Variant Price", "Variant Compare At Price", "Cost per item", "Option1 Value", "Variant Inventory Qty", "Variant Grams",
        "Variant Barcode", "Image Src", "Variant Image", "Variant Taxable", "Variant Requires Shipping", "Published", "Tags", "Product Category", "Vendor", "Type", "");

    private static readonly FileColumns WooCommerce = new(
        "Name", "Name", "SKU", "Regular price", "Sale price", "Cost of goods", "Attribute 1 value(s)", "Stock", "Weight (kg)",
        "GTIN, UPC, EAN, or ISBN", "Images", "Images", "Tax status", "Type", "Published", "Tags", "Categories", "Brands", "Type", "Sale price");

    public static FileColumns Of(ProductFileFormat format) => format == ProductFileFormat.Shopify ? Shopify : WooCommerce;

    /// <summary>The column that a refusal of the catalogue is about; null for the row as a whole.</summary>
    public string? Blamed(Refused refused) => refused.Fields is not [var field, ..] ? null : field.Field.Split('.')[0] switch
    {
        "Name" => Title,
        "Sku" => Sku,
        "Price" => Price,
        "CompareAtPrice" => CompareAtPrice,
        "Cost" => Cost,
        "Attributes" => Options,
        "Weight" => Weight,
        "Barcode" => Barcode,
        "Prices" => "Price / ",
        _ => null,
    };

    /// <summary>What a refusal says, without the catalogue's name for the field.</summary>
    public static string Reason(Refused refused) => refused.Fields is [var field, ..] ? field.Message : refused.Message;
}
