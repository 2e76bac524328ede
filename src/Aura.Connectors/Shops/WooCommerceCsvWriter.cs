using System.Globalization;

namespace Aura.Connectors.Shops;

/// <summary>Writes WooCommerce's product CSV: a variable product is followed by its variations. Formulas are guarded, see <see cref="WooCommerceText.Guard"/>.</summary>
public static class WooCommerceCsvWriter
{
    /// <param name="columns">From the same products, see <see cref="ShopColumns.Of"/>; what has no column is left out and counted.</param>
    /// <param name="stream">Left open.</param>
    public static async Task<ShopWritten> Write(
        IAsyncEnumerable<ShopProduct> products, Stream stream, ShopColumns columns, CancellationToken cancellation = default)
    {
        await using var sheet = new CsvSheet(stream, Header(columns), WooCommerceText.Guard);
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
        .. Head,
        .. Enumerable.Range(1, columns.Attributes).SelectMany(slot => new[]
        {
            $"Attribute {slot} name", $"Attribute {slot} value(s)", $"Attribute {slot} visible", $"Attribute {slot} global",
            $"Attribute {slot} default",
        }),
        .. columns.Metadata,
    ];

    private static readonly string[] Head =
    [
        "ID", "Type", "SKU", "GTIN, UPC, EAN, or ISBN", "Name", "Published", "Is featured?", "Visibility in catalog", "Short description",
        "Description", "Date sale price starts", "Date sale price ends", "Tax status", "Tax class", "In stock?", "Stock",
        "Low stock amount", "Backorders allowed?", "Sold individually?", "Weight (kg)", "Length (cm)", "Width (cm)", "Height (cm)",
        "Allow customer reviews?", "Purchase note", "Sale price", "Regular price", "Cost of goods", "Categories", "Tags",
        "Shipping class", "Images", "Download limit", "Download expiry days", "Parent", "Grouped products", "Upsells", "Cross-sells",
        "External URL", "Button text", "Position", "Brands", "Meta: _yoast_wpseo_title", "Meta: _yoast_wpseo_metadesc",
    ];

    private static async Task Write(ShopProduct product, CsvSheet sheet, CancellationToken cancellation)
    {
        var attributes = Attributes(product);
        var types = Types(product);
        var variable = types.Exists(type => type.StartsWith("variable", StringComparison.Ordinal));
        PutProduct(product, types, attributes, sheet);
        if (!variable && product.Variants.Count > 0)
            PutVariant(product.Variants[0], sheet);
        sheet.Put("SKU", variable ? ParentSku(product) : product.Variants.FirstOrDefault()?.Sku ?? product.Sku);
        await sheet.EndRow(cancellation);

        if (!variable)
            return;
        foreach (var variant in product.Variants)
        {
            PutVariation(variant, product, attributes, sheet);
            await sheet.EndRow(cancellation);
        }
    }

    private static void PutProduct(ShopProduct product, List<string> types, List<ShopAttribute> attributes, CsvSheet sheet)
    {
        sheet.Put(product.Metadata);
        sheet.Put("ID", product.ExternalId);
        sheet.Put("Type", WooCommerceText.Join(types));
        sheet.Put("Name", product.Title);
        sheet.Put("Published", product.Status != ShopStatus.Active ? "-1" : product.Published ? "1" : "0");
        sheet.Put("Description", WooCommerceText.OneLine(product.BodyHtml));
        sheet.Put("Brands", product.Vendor);
        sheet.Put("Categories", WooCommerceText.Join(product.Categories.Select(path => string.Join(" > ", path))));
        sheet.Put("Tags", WooCommerceText.Join(product.Tags));
        sheet.Put("Images", WooCommerceText.Join(product.Images.Select(image => image.Url)));
        sheet.Put("Meta: _yoast_wpseo_title", product.SeoTitle);
        sheet.Put("Meta: _yoast_wpseo_metadesc", product.SeoDescription);
        for (var i = 0; i < attributes.Count; i++)
            PutAttribute(attributes[i], i + 1, sheet);

        if (product.Status == ShopStatus.Archived)
            sheet.LeaveOut("That a product is archived");
        if (product.ProductType is not null)
            sheet.LeaveOut("A product type");
        if (product.IsGiftCard)
            sheet.LeaveOut("That a product is a gift card");
        if (product.Markets.Count > 0)
            sheet.LeaveOut("The markets of a product");
        if (product.Images.Any(image => image.Alt is not null))
            sheet.LeaveOut("The texts of images");
    }

    private static void PutVariation(ShopVariant variant, ShopProduct product, List<ShopAttribute> attributes, CsvSheet sheet)
    {
        PutVariant(variant, sheet);
        sheet.Put("ID", variant.ExternalId);
        sheet.PutIfEmpty("Type", variant.RequiresShipping ? "variation" : "variation, virtual");
        sheet.Put("SKU", variant.Sku);
        sheet.Put("Parent", ParentSku(product) ?? "id:" + product.ExternalId);
        sheet.PutIfEmpty("Images", WooCommerceText.Join(variant.ImageUrl is null ? [] : [variant.ImageUrl]));
        sheet.PutIfEmpty("Name", $"{product.Title} - {string.Join(", ", variant.Options.Values)}");
        for (var i = 0; i < attributes.Count; i++)
        {
            if (!product.OptionNames.Contains(attributes[i].Name))
                continue;
            string[] values = variant.Options.TryGetValue(attributes[i].Name, out var value) ? [value] : [];
            PutAttribute(attributes[i] with { Values = values, Visible = null, Default = null }, i + 1, sheet);
        }
    }

    private static void PutVariant(ShopVariant variant, CsvSheet sheet)
    {
        sheet.Put(variant.Metadata);
        PutPrices(variant, sheet);
        sheet.Put("Cost of goods", variant.Cost);
        sheet.Put("Weight (kg)", variant.Grams / 1000m);
        sheet.Put("GTIN, UPC, EAN, or ISBN", variant.Barcode);
        if (variant.Taxable)
            sheet.Put("Tax status", "taxable");
        else
            sheet.PutIfEmpty("Tax status", "none"); // "shipping" came with the metadata
        if (variant.TracksInventory)
            sheet.Put("Stock", variant.InventoryQuantity);
        else if (variant.InventoryQuantity is not null)
            sheet.LeaveOut("A quantity that does not count");
        var inStock = !variant.TracksInventory || variant.InventoryQuantity > 0;
        sheet.Put("In stock?", inStock ? "1" : variant.AllowsBackorder ? "backorder" : "0");
        if (variant.AllowsBackorder)
            sheet.PutIfEmpty("Backorders allowed?", "1"); // "notify" came with the metadata
        else
            sheet.Put("Backorders allowed?", "0");
        if (variant.MarketPrices.Count > 0)
            sheet.LeaveOut("A price of a market");
    }

    private static void PutPrices(ShopVariant variant, CsvSheet sheet)
    {
        var reduced = variant.Sale is null && variant.CompareAtPrice > variant.Price;
        sheet.Put("Regular price", reduced ? variant.CompareAtPrice : variant.Price);
        sheet.Put("Sale price", reduced ? variant.Price : variant.Sale?.Price);
        sheet.Put("Date sale price starts", Date(variant.Sale?.Starts));
        sheet.Put("Date sale price ends", Date(variant.Sale?.Ends));
        if (variant.CompareAtPrice is not null && !reduced)
            sheet.LeaveOut("A compare-at price");
    }

    private static void PutAttribute(ShopAttribute attribute, int slot, CsvSheet sheet)
    {
        sheet.Put($"Attribute {slot} name", attribute.Name);
        sheet.Put($"Attribute {slot} value(s)", WooCommerceText.Join(attribute.Values));
        sheet.Put($"Attribute {slot} visible", Digit(attribute.Visible));
        sheet.Put($"Attribute {slot} global", Digit(attribute.Shared));
        sheet.Put($"Attribute {slot} default", attribute.Default);
    }

    /// <summary>Options that came without a description become attributes of this product alone, with the values in use.</summary>
    private static List<ShopAttribute> Attributes(ShopProduct product)
    {
        List<ShopAttribute> attributes = [.. product.Attributes];
        foreach (var name in product.OptionNames)
        {
            if (attributes.Exists(attribute => attribute.Name == name))
                continue;
            var values = product.Variants.Select(variant => variant.Options.GetValueOrDefault(name)).OfType<string>().Distinct();
            attributes.Add(new(name, [.. values], Visible: true, Shared: false, Default: null));
        }

        return attributes;
    }

    /// <summary>The type as it was read, with what the product has become since.</summary>
    private static List<string> Types(ShopProduct product)
    {
        var types = WooCommerceText.List(product.Metadata.GetValueOrDefault("Type", ""));
        if (types.Count == 0)
            types.Add(product.OptionNames.Count > 0 || product.Variants.Count > 1 ? "variable" : "simple");
        if (product.Variants is [var only] && !types.Exists(type => type.StartsWith("variable", StringComparison.Ordinal)))
        {
            if (only.RequiresShipping)
                types.Remove("virtual");
            else if (!types.Contains("virtual"))
                types.Add("virtual");
        }

        return types;
    }

    /// <summary>Variations name their parent by SKU or id; a product with neither is given its handle as SKU.</summary>
    private static string? ParentSku(ShopProduct product) =>
        product.Sku ?? (product.ExternalId is null && product.Variants.Count > 0 ? product.Handle ?? Slug.Of(product.Title) : null);

    private static string? Date(DateTime? date) => date?.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static string? Digit(bool? value) => value is null ? null : value.Value ? "1" : "0";
}
