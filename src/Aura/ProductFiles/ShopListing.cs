using System.Text.Json;
using System.Text.Json.Nodes;
using Aura.Catalog;
using Aura.Connectors.Shops;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.ProductFiles;

/// <summary>How a product is known in the shop whose file it came from. It is found again by this, and exported with it.</summary>
public sealed class ShopListing : StoreEntity, IIdentified
{
    public static string Prefix => "listing";
    public static string Noun => "listing";

    public long ProductId { get; private init; }

    /// <summary>The part of the address that names the product: unique in a store, in lower case.</summary>
    public string Handle { get; private init; } = "";

    /// <summary>The id in the other shop.</summary>
    public string? ExternalId { get; private set; }

    public ListingDetails Details { get; private set; } = new();

    internal static ShopListing Of(Product product, string handle) => new() { ProductId = product.Id, Handle = handle };

    /// <returns>Whether that is something new.</returns>
    internal bool Know(string? externalId, ListingDetails details)
    {
        var same = (externalId ?? ExternalId) == ExternalId && JsonNode.DeepEquals(Json(details), Json(Details));
        if (!same)
            (ExternalId, Details) = (externalId ?? ExternalId, details);
        return !same;
    }

    private static JsonNode? Json(ListingDetails details) => JsonSerializer.SerializeToNode(details);
}

/// <summary>What a file said of a product that the catalogue has no place for.</summary>
public sealed record ListingDetails
{
    /// <summary>The options in the shop's order; the catalogue keeps none.</summary>
    public IReadOnlyList<string> OptionNames { get; init; } = [];

    public IReadOnlyList<ShopAttribute> Attributes { get; init; } = [];
    public IReadOnlyDictionary<string, bool> Markets { get; init; } = new Dictionary<string, bool>();

    /// <summary>The name of the market whose prices are in a currency.</summary>
    public IReadOnlyDictionary<string, string> MarketOfCurrency { get; init; } = new Dictionary<string, string>();

    /// <summary>Columns that are too long for the product's metadata, or too many.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    public ShopStatus Status { get; init; }
    public bool Published { get; init; }

    /// <summary>What the catalogue made of the two; a product that has another status by now was changed in this store.</summary>
    public ProductStatus TakenAs { get; init; }

    /// <summary>Nobody has said what it costs, so it is a draft.</summary>
    public bool LacksPrice { get; init; }

    /// <summary>Its only variant stands for variations that have not come, so it is a draft.</summary>
    public bool LacksVariants { get; init; }

    /// <summary>By the number of the variant.</summary>
    public IReadOnlyDictionary<string, VariantDetails> Variants { get; init; } = new Dictionary<string, VariantDetails>();

    internal VariantDetails? Of(Variant variant) => Variants.GetValueOrDefault($"{variant.Id}");

    internal ListingDetails With(Variant variant, VariantDetails details)
    {
        var variants = new Dictionary<string, VariantDetails>(Variants);
        if (details == VariantDetails.Nothing)
            variants.Remove($"{variant.Id}");
        else
            variants[$"{variant.Id}"] = details;
        return this with { Variants = variants };
    }
}

/// <summary>What a file said of a variant that the catalogue has no place for.</summary>
public sealed record VariantDetails
{
    public static readonly VariantDetails Nothing = new();

    public string? ExternalId { get; init; }

    /// <summary>Set where it is not the product's; null with <see cref="OwnCompareAtPrice"/> is none.</summary>
    public decimal? CompareAtPrice { get; init; }

    public bool OwnCompareAtPrice { get; init; }

    /// <summary>Where it is not as the product.</summary>
    public bool? Taxable { get; init; }

    public bool? RequiresShipping { get; init; }
    public ShopSale? Sale { get; init; }

    /// <summary>Of markets whose currency is not known, and struck-through prices of the others. Null: none.</summary>
    public IReadOnlyList<ShopMarketPrice>? MarketPrices { get; init; }

    public string? WeightUnit { get; init; }

    /// <summary>A quantity that does not count, for the variant is not tracked.</summary>
    public int? Quantity { get; init; }

    /// <summary>Null: none.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}

internal sealed class ShopListingMapping : IEntityTypeConfiguration<ShopListing>
{
    public void Configure(EntityTypeBuilder<ShopListing> listing)
    {
        listing.HasIndex(l => new { l.TenantId, l.ProductId }).IsUnique();
        listing.HasIndex(l => new { l.TenantId, l.Handle }).IsUnique();
        listing.Property(l => l.Details).Json();
    }
}
