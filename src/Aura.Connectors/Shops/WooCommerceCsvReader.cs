using System.Globalization;
using System.Runtime.CompilerServices;

namespace Aura.Connectors.Shops;

/// <summary>
/// Reads WooCommerce's product CSV. Every row is a step of its own, so one row is in memory: a variable product is given at once
/// with no variants, and each of its variations, which may stand anywhere before or after it, as a <see cref="ShopVariation"/>
/// that names its parent. Columns without a place of their own are metadata under their own names, among them Type, External
/// URL, Button text and Grouped products.
/// </summary>
public static class WooCommerceCsvReader
{
    /// <param name="stream">Read once, forwards, and left open.</param>
    /// <param name="afterRow">Rows up to this one are read and not given: pass the last row that was finished.</param>
    /// <exception cref="UnreadableShopFile">The file is empty or its header is not WooCommerce's.</exception>
    public static async IAsyncEnumerable<ShopItem> Read(
        Stream stream, long afterRow = 0, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using var table = await CsvTable.Open(stream, null, WooCommerceText.Unguard, cancellation);
        table.Require("Name");
        var weight = WeightColumn.In(table.Columns);
        var slots = Slots(table);
        await foreach (var row in table.Rows(cancellation))
            if (row.Number > afterRow)
                yield return Item(row, weight, slots);
    }

    private static ShopItem Item(CsvRow row, WeightColumn? weight, int slots)
    {
        if (row.Fault is not null)
            row.Reject(null, row.Fault);
        else if (row.IsEmpty)
            return new() { Rows = [new(row.Number, ShopRowUse.Empty)] };

        var types = WooCommerceText.List(row.Peek("Type").ToLowerInvariant());
        var isVariation = types.Exists(type => type.EndsWith("variation", StringComparison.Ordinal));
        ShopVariation? variation = null;
        ShopProduct? product = null;
        if (row.Fault is null && isVariation)
            variation = Variation(row, types, weight, slots);
        else if (row.Fault is null)
            product = Product(row, types, weight, slots);

        var use = row.IsRejected ? ShopRowUse.Rejected : isVariation ? ShopRowUse.Variant : ShopRowUse.Product;
        return new()
        {
            Product = row.IsRejected ? null : product,
            Variation = row.IsRejected ? null : variation,
            Rows = [new(row.Number, use)],
            Problems = row.Problems,
        };
    }

    private static ShopProduct Product(CsvRow row, List<string> types, WeightColumn? weight, int slots)
    {
        if (row.Peek("Name").Length == 0)
            row.Reject("Name", "The product has no name.");
        var variable = types.Exists(type => type.StartsWith("variable", StringComparison.Ordinal));
        var sku = row.Text("SKU");
        var attributes = Attributes(row, slots);
        var (status, published) = Status(row);
        var product = new ShopProduct
        {
            ExternalId = row.Text("ID"),
            Sku = sku,
            Title = row.Raw("Name").Trim(),
            BodyHtml = WooCommerceText.Lines(row.Raw("Description")),
            Vendor = row.Text("Brands"),
            Categories = [.. WooCommerceText.List(row.Raw("Categories")).Select(Path)],
            Tags = WooCommerceText.List(row.Raw("Tags")),
            Status = status,
            Published = published,
            Attributes = attributes,
            OptionNames = variable ? [.. attributes.Select(attribute => attribute.Name)] : [],
            Images = [.. WooCommerceText.List(row.Raw("Images")).Select((url, i) => new ShopImage(url, null, i + 1))],
            SeoTitle = row.Text("Meta: _yoast_wpseo_title"),
            SeoDescription = row.Text("Meta: _yoast_wpseo_metadesc"),
            Told = Told(row),
            FirstRow = row.Number,
            LastRow = row.Number,
        };
        var sold = !variable && !types.Contains("grouped");
        return product with { Variants = sold ? [Variant(row, types, weight) with { Sku = sku }] : [], Metadata = Rest(row) };
    }

    private static ShopVariation? Variation(CsvRow row, List<string> types, WeightColumn? weight, int slots)
    {
        if (row.Text("Parent") is not { } parent)
        {
            row.Reject("Parent", "The variation does not name its parent.");
            return null;
        }

        var images = WooCommerceText.List(row.Peek("Images"));
        if (images.Count <= 1)
            row.Raw("Images"); // more than one have no place on a variant: the whole list becomes metadata
        if (types is ["variation"])
            row.Raw("Type");
        var variant = Variant(row, types, weight) with
        {
            ExternalId = row.Text("ID"),
            Sku = row.Text("SKU"),
            ImageUrl = images.FirstOrDefault(),
            Options = Options(row, slots),
        };
        return new(parent, variant with { Metadata = Rest(row) });
    }

    private static ShopVariant Variant(CsvRow row, List<string> types, WeightColumn? weight)
    {
        var (price, compareAt, sale) = Prices(row);
        var (quantity, tracks, backorder) = Stock(row);
        return new()
        {
            Price = price,
            CompareAtPrice = compareAt,
            Sale = sale,
            Cost = row.Amount("Cost of goods"),
            Grams = weight is null ? null : row.Amount(weight.Name) * weight.GramsPerUnit,
            WeightUnit = weight is not null && row.Peek(weight.Name).Length > 0 ? weight.Unit : null,
            Barcode = row.Text("GTIN, UPC, EAN, or ISBN"),
            InventoryQuantity = quantity,
            TracksInventory = tracks,
            AllowsBackorder = backorder,
            RequiresShipping = !types.Contains("virtual"),
            Taxable = Taxable(row),
            Told = Told(row),
        };
    }

    /// <summary>A blank text says nothing here; a sale is over when there is a price and no sale price beside it.</summary>
    private static ShopFacts Told(CsvRow row)
    {
        var told = ShopFacts.Shipping; // by the type, which every product has
        foreach (var (fact, column) in Texts)
            if (row.Peek(column).Length > 0)
                told |= fact;
        foreach (var (fact, column) in Choices)
            if (row.Has(column))
                told |= fact;
        return row.Has("Sale price") && row.Peek("Regular price").Length > 0 ? told | ShopFacts.CompareAtPrice : told;
    }

    private static readonly (ShopFacts Fact, string Column)[] Texts =
    [
        (ShopFacts.Body, "Description"), (ShopFacts.Vendor, "Brands"), (ShopFacts.Categories, "Categories"), (ShopFacts.Tags, "Tags"),
        (ShopFacts.SeoTitle, "Meta: _yoast_wpseo_title"), (ShopFacts.SeoDescription, "Meta: _yoast_wpseo_metadesc"), (ShopFacts.Cost, "Cost of goods"),
        (ShopFacts.Barcode, "GTIN, UPC, EAN, or ISBN"), (ShopFacts.Image, "Images"),
    ];

    private static readonly (ShopFacts Fact, string Column)[] Choices =
    [
        (ShopFacts.Status, "Published"), (ShopFacts.Tracking, "Stock"), (ShopFacts.Tracking, "In stock?"), (ShopFacts.Backorder, "Backorders allowed?"),
        (ShopFacts.Backorder, "In stock?"), (ShopFacts.Taxable, "Tax status"),
    ];

    /// <summary>A sale without dates is the price, and the regular price is struck through; one with dates is kept beside the price.</summary>
    private static (decimal? Price, decimal? CompareAt, ShopSale? Sale) Prices(CsvRow row)
    {
        var regular = row.Amount("Regular price");
        if (row.Peek("Sale price").Length == 0)
            return (regular, null, null);
        if (regular is null)
        {
            row.Warn("Regular price", "There is a sale price and no regular price; the sale price was taken for it.");
            return (row.Amount("Sale price"), null, null);
        }

        var (starts, ends) = (Date(row, "Date sale price starts"), Date(row, "Date sale price ends"));
        if (row.Amount("Sale price") is not { } sale)
            return (regular, null, null);
        if (starts is not null || ends is not null)
            return (regular, null, new(sale, starts, ends));
        if (sale < regular)
            return (sale, regular, null);
        row.Warn("Sale price", "The sale price is not below the regular price; there is no sale.");
        return (regular, null, null);
    }

    /// <summary>A word such as "parent" in Stock stays in the metadata; "not in stock" without a number is a counted nought.</summary>
    private static (int? Quantity, bool Tracks, bool Backorder) Stock(CsvRow row)
    {
        var counted = row.Peek("Stock") is { Length: > 0 } stock && !stock.Equals("parent", StringComparison.OrdinalIgnoreCase);
        var quantity = counted ? row.Whole("Stock") : null;
        var state = row.Text("In stock?")?.ToLowerInvariant();
        var backorder = row.Peek("Backorders allowed?").ToLowerInvariant();
        if (backorder is not "notify")
            row.Raw("Backorders allowed?");
        if (backorder is not ("" or "notify") && CsvRow.Yes(backorder) is null)
            row.Warn("Backorders allowed?", $"\"{CsvRow.Short(backorder)}\" is not 0, 1 or notify; taken as 0.");
        var soldOut = !counted && (state == "backorder" || state is not null && CsvRow.Yes(state) == false);
        return (soldOut ? 0 : quantity, soldOut || quantity is not null, state == "backorder" || backorder == "notify" || CsvRow.Yes(backorder) == true);
    }

    private static bool Taxable(CsvRow row)
    {
        var status = row.Peek("Tax status").ToLowerInvariant();
        if (status is "" or "taxable" or "none")
            row.Raw("Tax status");
        return status is "" or "taxable";
    }

    private static (ShopStatus Status, bool Published) Status(CsvRow row)
    {
        switch (row.Text("Published")?.ToLowerInvariant())
        {
            case null or "1" or "true": return (ShopStatus.Active, true);
            case "0": return (ShopStatus.Active, false); // private: staff see it
            case "-1" or "false": return (ShopStatus.Draft, false);
            case var other:
                row.Warn("Published", $"\"{CsvRow.Short(other)}\" is not 1, 0 or -1; taken as draft.");
                return (ShopStatus.Draft, false);
        }
    }

    private static List<ShopAttribute> Attributes(CsvRow row, int slots)
    {
        List<ShopAttribute> attributes = [];
        for (var slot = 1; slot <= slots; slot++)
        {
            if (row.Text($"Attribute {slot} name") is not { } name)
                continue;
            attributes.Add(new(name, WooCommerceText.List(row.Raw($"Attribute {slot} value(s)")), YesOrBlank(row, $"Attribute {slot} visible"),
                YesOrBlank(row, $"Attribute {slot} global"), row.Text($"Attribute {slot} default")));
        }

        return attributes;
    }

    private static Dictionary<string, string> Options(CsvRow row, int slots)
    {
        Dictionary<string, string> options = [];
        for (var slot = 1; slot <= slots; slot++)
        {
            if (row.Text($"Attribute {slot} name") is not { } name)
                continue;
            row.Raw($"Attribute {slot} global"); // says again what the parent says
            if (WooCommerceText.List(row.Raw($"Attribute {slot} value(s)")) is [var value, ..] values)
            {
                options[name] = value;
                if (values.Count > 1)
                    row.Reject($"Attribute {slot} value(s)", $"A variation has one {name}, not {values.Count}.");
            }
        }

        return options;
    }

    private static bool? YesOrBlank(CsvRow row, string column) => row.Peek(column).Length > 0 ? row.Flag(column, false, false) : null;

    private static DateTime? Date(CsvRow row, string column)
    {
        if (row.Text(column) is not { } text)
            return null;
        const DateTimeStyles styles = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (DateTime.TryParseExact(text, DateFormats, CultureInfo.InvariantCulture, styles, out var date))
            return date;
        row.Reject(column, $"\"{CsvRow.Short(text)}\" is not a date; write it like 2026-11-27.");
        return null;
    }

    private static readonly string[] DateFormats =
        ["yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm:ssK"];

    private static string[] Path(string category) =>
        category.Replace("&gt;", ">").Split('>', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static Dictionary<string, string> Rest(CsvRow row) => row.Rest().ToDictionary(cell => cell.Column, cell => cell.Value);

    private static int Slots(CsvTable table)
    {
        var slots = 0;
        foreach (var column in table.Columns)
            if (column.Split(' ') is ["Attribute" or "attribute", var number, ..] && int.TryParse(number, out var slot) && slot is > 0 and < 1000)
                slots = Math.Max(slots, slot);
        return slots;
    }
}
