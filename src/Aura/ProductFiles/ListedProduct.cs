using Aura.Catalog;
using Aura.Connectors.Shops;

namespace Aura.ProductFiles;

/// <summary>A product of the store in the words of another shop, with what its listing remembers.</summary>
/// <param name="listing">Null for a product that never was in a file.</param>
/// <param name="stock">What can be sold of the variants that are tracked.</param>
/// <param name="categoryNames">By slug.</param>
internal sealed class ListedProduct(
    Product product, ShopListing? listing, IReadOnlyDictionary<long, long> stock, IReadOnlyDictionary<string, string> categoryNames)
{
    private readonly ListingDetails details = listing?.Details ?? new();
    private readonly List<Variant> offered = [.. product.Offered];

    public ShopProduct As(ProductFileFormat format)
    {
        // Where variations are missing, WooCommerce can say so; to Shopify it is a draft with one variant.
        var bare = details.LacksVariants && format == ProductFileFormat.Woocommerce;
        var options = details.LacksVariants && !bare ? [] : Options();
        var metadata = new Dictionary<string, string>(product.Metadata);
        foreach (var (key, value) in details.Metadata)
            metadata.TryAdd(key, value);
        metadata.Remove(ProductFacts.SeoTitle, out var seoTitle);
        metadata.Remove(ProductFacts.SeoDescription, out var seoDescription);
        metadata.Remove(ProductFacts.GiftCard, out var giftCard);
        var (status, published) = Status();
        return new()
        {
            Handle = listing?.Handle,
            ExternalId = listing?.ExternalId,
            Sku = product.Sku,
            Title = product.Name,
            BodyHtml = product.Description ?? "",
            Vendor = product.Vendor,
            ProductType = product.ProductType,
            Categories = [.. product.Categories.OrderBy(c => c.Position).Select(Path)],
            Tags = product.Tags,
            Status = status,
            Published = published,
            IsGiftCard = giftCard == "true",
            OptionNames = options,
            Attributes = details.Attributes,
            Variants = bare ? [] : [.. offered.Select(variant => Variant(variant, options))],
            Images = [.. product.Images.OrderBy(image => image.Position).Select(image => new ShopImage(image.Url, image.Alt, image.Position))],
            SeoTitle = seoTitle,
            SeoDescription = seoDescription,
            Markets = details.Markets,
            Metadata = metadata,
        };
    }

    /// <summary>In the order of the file that it came from; what has come since, in the order of the variants.</summary>
    private string[] Options() =>
        [.. details.OptionNames, .. offered.SelectMany(variant => variant.Attributes.Keys).Distinct().Where(name => !details.OptionNames.Contains(name))];

    /// <summary>What the file said, unless the product was turned into something else here.</summary>
    private (ShopStatus Status, bool Published) Status() => listing is not null && product.Status == details.TakenAs
        ? (details.Status, details.Published)
        : product.Status switch
        {
            ProductStatus.Active => (ShopStatus.Active, true),
            ProductStatus.Archived => (ShopStatus.Archived, false),
            _ => (ShopStatus.Draft, false),
        };

    private string[] Path(ProductCategory place) =>
        [.. place.Category.Path.Select(slug => categoryNames.GetValueOrDefault(slug, slug))];

    private ShopVariant Variant(Variant variant, string[] options)
    {
        var kept = details.Of(variant) ?? VariantDetails.Nothing;
        var price = Major(variant.Price ?? product.Price);
        var compareAt = kept.OwnCompareAtPrice ? kept.CompareAtPrice : product.CompareAtPrice is { } struck ? Major(struck) : (decimal?)null;
        var weight = variant.Weight ?? product.Weight;
        return new()
        {
            ExternalId = kept.ExternalId,
            Sku = variant.Sku,
            Price = details.LacksPrice && price == 0 || details.LacksVariants ? null : price,
            CompareAtPrice = compareAt,
            Cost = variant.Cost is { } cost ? Major(cost) : null,
            Sale = kept.Sale,
            MarketPrices = MarketPrices(variant, kept),
            Grams = weight == 0 ? null : weight,
            WeightUnit = kept.WeightUnit,
            Barcode = variant.Barcode,
            InventoryQuantity = variant.TracksInventory ? (int)Math.Clamp(stock.GetValueOrDefault(variant.Id), 0, int.MaxValue) : kept.Quantity,
            TracksInventory = variant.TracksInventory,
            AllowsBackorder = variant.AllowsBackorder,
            RequiresShipping = kept.RequiresShipping ?? product.RequiresShipping,
            Taxable = kept.Taxable ?? product.Taxable,
            Options = variant.Attributes.OrderBy(option => Array.IndexOf(options, option.Key)).ToDictionary(),
            ImageUrl = variant.Image,
            Metadata = kept.Metadata ?? new Dictionary<string, string>(),
        };
    }

    /// <summary>A market that no file has named is called as its currency.</summary>
    private List<ShopMarketPrice> MarketPrices(Variant variant, VariantDetails kept)
    {
        var prices = (kept.MarketPrices ?? []).ToDictionary(price => price.Market);
        foreach (var code in product.Prices.Keys.Union(variant.Prices.Keys).Order(StringComparer.Ordinal))
        {
            var minor = variant.Prices.TryGetValue(code, out var own) ? own : product.Prices[code];
            var market = details.MarketOfCurrency.GetValueOrDefault(code, code);
            prices[market] = new(market, new Money(minor, Currency.Of(code)).Amount, prices.GetValueOrDefault(market)?.CompareAtPrice);
        }

        return [.. prices.Values];
    }

    private decimal Major(long minor) => new Money(minor, product.Currency).Amount;
}
