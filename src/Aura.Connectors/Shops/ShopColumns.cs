namespace Aura.Connectors.Shops;

/// <summary>
/// The columns that depend on the products. A file begins with its header, so whoever writes one goes through the products
/// twice: once for this, which holds no products, and once to write them.
/// </summary>
public sealed record ShopColumns
{
    /// <summary>The keys of all metadata, in the order of their first use.</summary>
    public IReadOnlyList<string> Metadata { get; init; } = [];

    public IReadOnlyList<string> Markets { get; init; } = [];

    /// <summary>The largest number of attributes and options that one product has.</summary>
    public int Attributes { get; init; }

    public static async Task<ShopColumns> Of(IAsyncEnumerable<ShopProduct> products, CancellationToken cancellation = default)
    {
        OrderedDictionary<string, bool> metadata = [], markets = [];
        var attributes = 0;
        await foreach (var product in products.WithCancellation(cancellation))
        {
            foreach (var key in MetadataOf(product))
                metadata.TryAdd(key, true);
            foreach (var market in MarketsOf(product))
                markets.TryAdd(market, true);
            attributes = Math.Max(attributes, AttributesOf(product));
        }

        return new() { Metadata = [.. metadata.Keys], Markets = [.. markets.Keys], Attributes = attributes };
    }

    /// <summary>Whether they have room for all of a product: for one that has changed since, perhaps not.</summary>
    public bool Hold(ShopProduct product) => MetadataOf(product).All(Metadata.Contains) && MarketsOf(product).All(Markets.Contains) && AttributesOf(product) <= Attributes;

    private static IEnumerable<string> MetadataOf(ShopProduct product) => product.Metadata.Keys.Concat(product.Variants.SelectMany(variant => variant.Metadata.Keys));

    private static IEnumerable<string> MarketsOf(ShopProduct product) => product.Markets.Keys.Concat(product.Variants.SelectMany(variant => variant.MarketPrices).Select(price => price.Market));

    private static int AttributesOf(ShopProduct product) => product.Attributes.Select(attribute => attribute.Name).Union(product.OptionNames).Count();
}

/// <param name="LeftOut">What the format has no column for, and how many times it was left out.</param>
public sealed record ShopWritten(long Products, long Rows, IReadOnlyDictionary<string, long> LeftOut);
