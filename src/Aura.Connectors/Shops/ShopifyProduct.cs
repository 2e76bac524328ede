using System.Globalization;

namespace Aura.Connectors.Shops;

/// <summary>Makes one product of the rows that share a handle, and says of every row what became of it.</summary>
internal sealed class ShopifyProduct
{
    private readonly List<ShopRow> rows = [];
    private readonly List<ShopVariant> variants = [];
    private readonly List<ShopImage> images = [];
    private readonly Dictionary<string, string> metadata = [];
    private readonly Dictionary<string, long> combinations = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<(int Slot, string Name)> options;
    private readonly CsvRow lead;
    private readonly string? handle;

    public static ShopItem From(List<CsvRow> run, string? handle)
    {
        var lead = run.Find(row => row.Fault is null && row.Peek("Title").Length > 0);
        return lead is null ? Orphans(run) : new ShopifyProduct(lead, handle).Read(run);
    }

    private ShopifyProduct(CsvRow lead, string? handle)
    {
        this.lead = lead;
        this.handle = handle;
        options = Options(lead);
    }

    private ShopItem Read(List<CsvRow> run)
    {
        var facts = Facts();
        foreach (var row in run)
            rows.Add(new(row.Number, Use(row)));

        var product = facts with
        {
            Variants = variants, Images = images, Metadata = metadata, FirstRow = run[0].Number, LastRow = run[^1].Number,
        };
        if (variants.Count == 0)
            RejectAll(run, "The product has no variant that can be read.");
        return new() { Product = variants.Count > 0 ? product : null, Rows = rows, Problems = [.. run.SelectMany(row => row.Problems)] };
    }

    private ShopProduct Facts()
    {
        var (status, published) = Status();
        return new()
        {
            Handle = handle,
            Title = lead.Text("Title")!, // a row leads because it has a title
            BodyHtml = lead.Raw("Body (HTML)"),
            Vendor = lead.Text("Vendor"),
            ProductType = lead.Text("Type"),
            Categories = lead.Text("Product Category") is { } path ? [Split(path, '>')] : [],
            Tags = Split(lead.Raw("Tags"), ','),
            Status = status,
            Published = published,
            IsGiftCard = lead.Flag("Gift Card", absent: false, blank: false),
            OptionNames = [.. options.Select(option => option.Name)],
            SeoTitle = lead.Text("SEO Title"),
            SeoDescription = lead.Text("SEO Description"),
            Told = ShopifyColumns.Told(lead),
            Markets = MarketsOf(lead, ShopifyColumns.IncludedIn)
                .ToDictionary(market => market, market => lead.Flag(ShopifyColumns.IncludedIn + market, false, false)),
        };
    }

    /// <summary>A blank Published publishes, as on the platform; a Status that nobody knows sells nothing by accident.</summary>
    private (ShopStatus Status, bool Published) Status()
    {
        var published = lead.Flag("Published", absent: true, blank: true);
        switch (lead.Text("Status")?.ToLowerInvariant())
        {
            case null: return (published ? ShopStatus.Active : ShopStatus.Draft, published);
            case "active": return (ShopStatus.Active, published);
            case "archived": return (ShopStatus.Archived, published);
            case "draft": return (ShopStatus.Draft, published);
            case var other:
                lead.Warn("Status", $"\"{CsvRow.Short(other)}\" is not a status; taken as draft.");
                return (ShopStatus.Draft, published);
        }
    }

    private ShopRowUse Use(CsvRow row)
    {
        if (row.Fault is not null)
            return Reject(row, null, row.Fault);

        row.Raw("Handle");
        var hasImage = TakeImage(row);
        var hasVariant = row == lead || VariantMarks.Any(column => row.Peek(column).Length > 0);
        if (hasVariant)
            return TakeVariant(row);
        var left = row.Rest().Where(cell => cell.Value != lead.Peek(cell.Column)).ToList();
        if (!hasImage)
            return left.Count == 0 ? ShopRowUse.Empty : Reject(row, left[0].Column, "The row has neither a variant nor an image.");
        foreach (var (column, value) in left)
            row.Warn(column, $"\"{CsvRow.Short(value)}\" on a row with only an image was not taken.");
        return ShopRowUse.Image;
    }

    private static readonly string[] VariantMarks = ["Option1 Value", "Option2 Value", "Option3 Value", "Variant SKU", "Variant Price"];

    private bool TakeImage(CsvRow row)
    {
        var (url, position, alt) = (row.Text("Image Src"), row.Whole("Image Position", rejects: false), row.Text("Image Alt Text"));
        if (url is not null)
            images.Add(new(url, alt, position));
        else if (alt is not null)
            row.Warn("Image Alt Text", "There is no image for this text.");
        return url is not null;
    }

    private ShopRowUse TakeVariant(CsvRow row)
    {
        var variant = Variant(row);
        var combination = string.Join('\n', variant.Options.Values);
        if (!row.IsRejected && !combinations.TryAdd(combination, row.Number))
            row.Reject("Option1 Value", options.Count == 0
                ? "The product has no options, so it has one variant only."
                : $"{combination.Replace("\n", " / ")} was in row {combinations[combination]} already.");
        variant = variant with { Metadata = KeepRest(row) };
        if (row.IsRejected)
            return ShopRowUse.Rejected;
        if (variant.Price is null)
            row.Warn("Variant Price", "The variant has no price.");
        variants.Add(variant);
        return row == lead ? ShopRowUse.Product : ShopRowUse.Variant;
    }

    private ShopVariant Variant(CsvRow row) => new()
    {
        Options = Values(row),
        Sku = row.Text("Variant SKU"),
        Price = row.Amount("Variant Price"),
        CompareAtPrice = row.Amount("Variant Compare At Price"),
        Cost = row.Amount("Cost per item"),
        MarketPrices = MarketPrices(row),
        Grams = row.Amount("Variant Grams"),
        WeightUnit = row.Text("Variant Weight Unit"),
        Barcode = Barcode(row),
        InventoryQuantity = row.Whole("Variant Inventory Qty"),
        // The name of a tracker other than the platform's own stays in the metadata.
        TracksInventory = row.Peek("Variant Inventory Tracker") is { Length: > 0 } tracker
            && (!tracker.Equals("shopify", StringComparison.OrdinalIgnoreCase) || row.Text("Variant Inventory Tracker") is not null),
        AllowsBackorder = Policy(row),
        RequiresShipping = row.Flag("Variant Requires Shipping", absent: true, blank: false),
        Taxable = row.Flag("Variant Taxable", absent: true, blank: false),
        ImageUrl = row.Text("Variant Image"),
        Told = ShopifyColumns.Told(row),
    };

    private Dictionary<string, string> Values(CsvRow row)
    {
        Dictionary<string, string> values = [];
        for (var slot = 1; slot <= 3; slot++)
        {
            var value = row.Text($"Option{slot} Value");
            var option = options.Find(option => option.Slot == slot);
            if (option.Name is null && value is not null && !IsDefaultTitle(slot, value))
                row.Reject($"Option{slot} Value", $"\"{CsvRow.Short(value)}\" is a value of an option that has no name.");
            else if (option.Name is not null && value is null)
                row.Reject($"Option{slot} Value", $"The variant has no {option.Name}.");
            else if (option.Name is not null && value is not null)
                values[option.Name] = value;
        }

        return values;
    }

    private static string? Barcode(CsvRow row)
    {
        var barcode = row.Text("Variant Barcode");
        if (barcode is not null && barcode.Contains("E+", StringComparison.OrdinalIgnoreCase)
            && decimal.TryParse(barcode, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
            row.Warn("Variant Barcode", $"A spreadsheet has shortened the barcode to {barcode}; digits are lost.");
        return barcode;
    }

    private static bool Policy(CsvRow row)
    {
        var policy = row.Text("Variant Inventory Policy")?.ToLowerInvariant();
        if (policy is not (null or "deny" or "continue"))
            row.Warn("Variant Inventory Policy", $"\"{CsvRow.Short(policy)}\" is neither deny nor continue; taken as deny.");
        return policy == "continue";
    }

    private static List<ShopMarketPrice> MarketPrices(CsvRow row) =>
    [
        .. MarketsOf(row, ShopifyColumns.PriceIn).Union(MarketsOf(row, ShopifyColumns.CompareAtPriceIn))
            .Select(market => new ShopMarketPrice(market,
                row.Amount(ShopifyColumns.PriceIn + market), row.Amount(ShopifyColumns.CompareAtPriceIn + market))),
    ];

    private static List<string> MarketsOf(CsvRow row, string prefix) =>
    [
        .. row.Rest().Select(cell => cell.Column)
            .Where(column => column.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)).Select(column => column[prefix.Length..]),
    ];

    /// <summary>The first row's other columns are the product's; a later row's, where they differ, its variant's.</summary>
    private Dictionary<string, string> KeepRest(CsvRow row)
    {
        Dictionary<string, string> own = [];
        foreach (var (column, value) in row.Rest())
        {
            if (ShopifyColumns.IsOfVariant(column))
                own[column] = value;
            else if (row == lead)
                metadata[column] = value;
            else if (value.Trim() == lead.Peek(column))
                continue;
            else if (ShopifyColumns.IsOfProduct(column))
                row.Warn(column, $"\"{CsvRow.Short(value)}\" was not taken; the product's first row with a title decides.");
            else
                own[column] = value;
        }

        return own;
    }

    private static List<(int Slot, string Name)> Options(CsvRow lead)
    {
        List<(int Slot, string Name)> options = [];
        for (var slot = 1; slot <= 3; slot++)
        {
            if (lead.Text($"Option{slot} Name") is not { } name)
                continue;
            if (slot == 1 && name.Equals("Title", StringComparison.OrdinalIgnoreCase) && IsDefaultTitle(1, lead.Peek("Option1 Value")))
                continue;
            if (options.Exists(option => option.Name == name))
            {
                lead.Warn($"Option{slot} Name", $"A second option has the name {name}.");
                name = $"{name} ({slot})";
            }

            options.Add((slot, name));
        }

        return options;
    }

    /// <summary>The platform's words for a product without options.</summary>
    private static bool IsDefaultTitle(int slot, string value) =>
        slot == 1 && value.Equals("Default Title", StringComparison.OrdinalIgnoreCase);

    private static ShopItem Orphans(List<CsvRow> run)
    {
        List<ShopRow> rows = [];
        foreach (var row in run)
            rows.Add(new(row.Number, row.Fault is not null ? Reject(row, null, row.Fault)
                : row.IsEmpty ? ShopRowUse.Empty
                : Reject(row, "Title", "The row with the product's title is missing, unreadable, or not next to this one.")));
        return new() { Rows = rows, Problems = [.. run.SelectMany(row => row.Problems)] };
    }

    private void RejectAll(List<CsvRow> run, string message)
    {
        for (var i = 0; i < run.Count; i++)
        {
            if (rows[i].Use is ShopRowUse.Rejected or ShopRowUse.Empty)
                continue;
            rows[i] = rows[i] with { Use = Reject(run[i], null, message) };
        }
    }

    private static ShopRowUse Reject(CsvRow row, string? column, string message)
    {
        row.Reject(column, message);
        return ShopRowUse.Rejected;
    }

    private static string[] Split(string text, char separator) =>
        text.Split(separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
