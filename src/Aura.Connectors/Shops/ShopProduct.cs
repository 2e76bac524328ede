namespace Aura.Connectors.Shops;

/// <summary>A product as a shop's file tells it, in no platform's words. What has no place of its own is in <see cref="Metadata"/>.</summary>
public sealed record ShopProduct
{
    /// <summary>The address part that names the product in its shop. Null when the file has none (WooCommerce): the store derives one.</summary>
    public string? Handle { get; init; }

    /// <summary>The id in the shop that the file came from.</summary>
    public string? ExternalId { get; init; }

    /// <summary>The product's own SKU where the format has one (WooCommerce, by which variations name their parent).</summary>
    public string? Sku { get; init; }

    public required string Title { get; init; }
    public string BodyHtml { get; init; } = "";
    public string? Vendor { get; init; }
    public string? ProductType { get; init; }

    /// <summary>Each category as the names from the root down.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Categories { get; init; } = [];

    public IReadOnlyList<string> Tags { get; init; } = [];
    public ShopStatus Status { get; init; }

    /// <summary>Shown on the shop front. An active product that is not published can be sold by other ways.</summary>
    public bool Published { get; init; }

    public bool IsGiftCard { get; init; }

    /// <summary>What variants differ by, in order. Empty for a product with one default variant.</summary>
    public IReadOnlyList<string> OptionNames { get; init; } = [];

    /// <summary>Described properties, options among them (WooCommerce).</summary>
    public IReadOnlyList<ShopAttribute> Attributes { get; init; } = [];

    public IReadOnlyList<ShopVariant> Variants { get; init; } = [];

    /// <summary>In the order of the file; the first is the main one.</summary>
    public IReadOnlyList<ShopImage> Images { get; init; } = [];

    public string? SeoTitle { get; init; }
    public string? SeoDescription { get; init; }

    /// <summary>Whether the product is offered in a market, by the market's name.</summary>
    public IReadOnlyDictionary<string, bool> Markets { get; init; } = new Dictionary<string, bool>();

    /// <summary>Column name to text, exactly as in the file.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>What the file speaks of, if only with a blank.</summary>
    public ShopFacts Told { get; init; } = ShopFacts.All;

    /// <summary>The rows it was read from, counted from 1 after the header; 0 when it was not read from a file.</summary>
    public long FirstRow { get; init; }

    public long LastRow { get; init; }
}

public enum ShopStatus { Draft, Active, Archived }

/// <summary>Facts about which a file may be silent: then a store keeps what it has. A fact that is told and blank is to be cleared.</summary>
[Flags]
public enum ShopFacts
{
    None = 0,
    Body = 1 << 0,
    Vendor = 1 << 1,
    ProductType = 1 << 2,
    Categories = 1 << 3,
    Tags = 1 << 4,
    /// <summary>Whether it is for sale: the status, or whether it is published.</summary>
    Status = 1 << 5,
    GiftCard = 1 << 6,
    SeoTitle = 1 << 7,
    SeoDescription = 1 << 8,
    CompareAtPrice = 1 << 9,
    Cost = 1 << 10,
    Barcode = 1 << 11,
    /// <summary>The variant's own.</summary>
    Image = 1 << 12,
    Tracking = 1 << 13,
    Backorder = 1 << 14,
    Shipping = 1 << 15,
    Taxable = 1 << 16,
    All = (1 << 17) - 1,
}

/// <param name="Position">From 1; null when the file does not say.</param>
public sealed record ShopImage(string Url, string? Alt, int? Position);

/// <param name="Shared">Whether the attribute belongs to the whole shop, not to this product alone.</param>
/// <param name="Default">The value chosen before the customer chooses.</param>
public sealed record ShopAttribute(string Name, IReadOnlyList<string> Values, bool? Visible, bool? Shared, string? Default);

/// <summary>What can be put into a cart. Amounts are major units of the shop's own currency, which these files do not name.</summary>
public sealed record ShopVariant
{
    public string? ExternalId { get; init; }

    /// <summary>Null when the file has none: the store derives one.</summary>
    public string? Sku { get; init; }

    /// <summary>Null when the file gives none: such a variant must not be sold for nothing.</summary>
    public decimal? Price { get; init; }

    /// <summary>The struck-through price; null when nothing is struck through.</summary>
    public decimal? CompareAtPrice { get; init; }

    /// <summary>What one piece costs the merchant.</summary>
    public decimal? Cost { get; init; }

    /// <summary>A lower price with a beginning or an end. A sale without dates is in <see cref="Price"/> already.</summary>
    public ShopSale? Sale { get; init; }

    /// <summary>Fixed prices that differ from the shop's own, one per market.</summary>
    public IReadOnlyList<ShopMarketPrice> MarketPrices { get; init; } = [];

    public decimal? Grams { get; init; }

    /// <summary>The unit in which the shop shows the weight; <see cref="Grams"/> is in grams whatever it says.</summary>
    public string? WeightUnit { get; init; }

    public string? Barcode { get; init; }
    public int? InventoryQuantity { get; init; }

    /// <summary>False: sold however many there are.</summary>
    public bool TracksInventory { get; init; }

    public bool AllowsBackorder { get; init; }
    public bool RequiresShipping { get; init; } = true;
    public bool Taxable { get; init; } = true;

    /// <summary>Option name to value. An option that is absent fits any value.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    public string? ImageUrl { get; init; }

    /// <summary>What the file speaks of, if only with a blank.</summary>
    public ShopFacts Told { get; init; } = ShopFacts.All;

    /// <summary>Column name to text, exactly as in the file.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}

/// <param name="Starts">UTC; null is since always.</param>
/// <param name="Ends">UTC; null is without end.</param>
public sealed record ShopSale(decimal Price, DateTime? Starts, DateTime? Ends);

/// <param name="Market">The name that the shop gave the market, such as United States.</param>
public sealed record ShopMarketPrice(string Market, decimal? Price, decimal? CompareAtPrice);
