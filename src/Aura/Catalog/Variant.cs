using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Catalog;

/// <summary>What is bought and stocked: a product in one size and colour.</summary>
public sealed class Variant : StoreEntity, IAudited, IPriced
{
    public static string Prefix => "var";
    public static string Noun => "variant";

    public long ProductId { get; private set; }
    public Product Product { get; private set; } = null!; // loaded where it is needed

    /// <summary>Unique among the variants of a store.</summary>
    public string Sku { get; private set; } = "";

    /// <summary>Own price in minor units of the product's currency; null: the product's.</summary>
    [MinorUnits] public long? Price { get; private set; }

    public Currency Currency { get; private init; }

    /// <summary>Own prices in other currencies, in their minor units, by currency code.</summary>
    public Dictionary<string, long> Prices { get; private set; } = [];

    /// <summary>Size: Large, Color: Blue.</summary>
    public Dictionary<string, string> Attributes { get; private set; } = [];

    public string? Image { get; private set; }
    public string? Barcode { get; private set; }

    /// <summary>Grams; null: the product's.</summary>
    public int? Weight { get; private set; }

    /// <summary>What the merchant pays for one.</summary>
    [MinorUnits] public long? Cost { get; private set; }

    public int Position { get; private set; }

    /// <summary>Without it, any quantity can be sold and none is counted.</summary>
    public bool TracksInventory { get; private set; } = true;

    /// <summary>It can be sold beyond the stock.</summary>
    public bool AllowsBackorder { get; private set; }

    /// <summary>Taken off sale for good; orders still refer to it.</summary>
    public DateTime? RemovedAt { get; private set; }

    /// <summary>What one costs in a currency.</summary>
    /// <returns>Null where neither the variant nor the product has a price in it.</returns>
    public Money? PriceIn(Currency currency) =>
        currency == Product.Currency ? new(Price ?? Product.Price, currency)
        : Prices.TryGetValue(currency.Code, out var own) ? new(own, currency)
        : Product.Prices.TryGetValue(currency.Code, out var minor) ? new(minor, currency)
        : null;
}

internal sealed class VariantMapping : IEntityTypeConfiguration<Variant>
{
    public void Configure(EntityTypeBuilder<Variant> variant)
    {
        variant.HasIndex(v => new { v.TenantId, v.Sku }).IsUnique();
        variant.Property(v => v.Attributes).Json();
    }
}
