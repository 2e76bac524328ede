using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Catalog;

/// <summary>What is bought and stocked: a product in one size and colour.</summary>
public sealed partial class Variant : StoreEntity, IAudited, IPriced
{
    public static string Prefix => "var";
    public static string Noun => "variant";

    public const int MaxAttributes = 20;

    public long ProductId { get; private set; }
    public Product Product { get; internal set; } = null!; // set by its product, and loaded where it is needed

    /// <summary>Unique among the variants of a store that are on sale.</summary>
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

    public int Position { get; internal set; }

    /// <summary>Without it, any quantity can be sold and none is counted.</summary>
    public bool TracksInventory { get; private set; } = true;

    /// <summary>It can be sold beyond the stock.</summary>
    public bool AllowsBackorder { get; private set; }

    /// <summary>Taken off sale for good; orders still refer to it.</summary>
    public DateTime? RemovedAt { get; private set; }

    /// <param name="currency">The product's.</param>
    /// <exception cref="Refused">422 for text that is no SKU.</exception>
    public static Variant Create(string sku, Currency currency) => new() { Sku = Catalog.Sku.Checked(sku), Currency = currency };

    public void ChangeSku(string sku) => Sku = Catalog.Sku.Checked(sku);

    /// <param name="amount">Major units; null: it costs what the product costs.</param>
    public void ChangePrice(decimal? amount) => Price = Minor(amount, nameof(Price));

    /// <param name="amounts">Major units by currency code; replaces what there was.</param>
    public void PriceAbroad(IReadOnlyDictionary<string, decimal> amounts) => Prices = PriceList.Checked(amounts, Currency);

    /// <param name="amount">Major units.</param>
    public void ChangeCost(decimal? amount) => Cost = Minor(amount, nameof(Cost));

    /// <exception cref="Refused">422 for more than 20, an empty name, or a name or value over 100 characters.</exception>
    public void Distinguish(Dictionary<string, string> attributes)
    {
        if (attributes.Count > MaxAttributes || attributes.Any(a => a.Key.Length is 0 or > 100 || a.Value is null or { Length: > 100 }))
            throw Refused.Invalid(nameof(Attributes), $"At most {MaxAttributes}, each with a name and a value of at most 100 characters.");
        Attributes = attributes;
    }

    /// <exception cref="Refused">422 for an address that is not http or https.</exception>
    public void Show(string? url) => Image = url is null ? null : ProductImage.Address(url, nameof(Image));

    public void Label(string? barcode) => Barcode = barcode;

    /// <param name="weight">Grams; null: the product's.</param>
    public void Weigh(int? weight) => Weight = weight;

    public void Stock(bool tracked, bool backorder) => (TracksInventory, AllowsBackorder) = (tracked, backorder);

    internal void Remove(DateTime now) => RemovedAt = now;

    private long? Minor(decimal? amount, string field) =>
        amount is { } given ? PriceList.NotNegative(Money.Of(given, Currency, field), field).Minor : null;

    /// <summary>What one costs in a currency.</summary>
    /// <returns>Null where neither the variant nor the product has a price in it.</returns>
    public Money? PriceIn(Currency currency) => PriceIn(currency, Product);

    /// <param name="product">Its product.</param>
    /// <inheritdoc cref="PriceIn(Currency)"/>
    public Money? PriceIn(Currency currency, Product product) => OwnPriceIn(currency) ?? product.PriceIn(currency);

    /// <summary>What one costs that does not cost what the product costs.</summary>
    public Money? OwnPriceIn(Currency currency) => PriceList.In(currency, Currency, Price, Prices);
}

internal sealed class VariantMapping : IEntityTypeConfiguration<Variant>
{
    public void Configure(EntityTypeBuilder<Variant> variant)
    {
        variant.HasIndex(v => new { v.TenantId, v.Sku }).IsUnique().HasFilter("removed_at IS NULL");
        variant.Property(v => v.Attributes).Json();
    }
}
