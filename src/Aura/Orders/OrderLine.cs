using Aura.Carts;
using Aura.Catalog;
using Aura.Persistence;
using Aura.Pricing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Orders;

/// <summary>Some units of a variant as they were sold: name, price and tax stay what they were, whatever the catalogue says later.</summary>
/// <remarks>Amounts are minor units of the order's currency, for all units of the line together where nothing else is said.</remarks>
public sealed class OrderLine : StoreRow, IIdentified
{
    public static string Prefix => "item";
    public static string Noun => "order item";

    public long OrderId { get; private set; }

    /// <summary>From 1.</summary>
    public int Position { get; private init; }

    public long ProductId { get; private init; }
    public long VariantId { get; private init; }
    public string Sku { get; private init; } = "";
    public string Name { get; private init; } = "";
    public Dictionary<string, string> Attributes { get; private init; } = [];
    public int Quantity { get; private init; }

    /// <summary>Of one unit, before discounts.</summary>
    public long UnitPrice { get; private init; }

    /// <summary>Unit price times quantity.</summary>
    public long Value { get; private init; }

    public long Discount { get; private init; }

    /// <summary>After discounts, without tax.</summary>
    public long Net { get; private init; }

    public long Tax { get; private init; }

    /// <summary>Net and tax.</summary>
    public long Gross { get; private init; }

    public DiscountShare[] Discounts { get; private init; } = [];
    public TaxLine[] Taxes { get; private init; } = [];

    /// <summary>Grams of one unit.</summary>
    public int Weight { get; private init; }

    public bool RequiresShipping { get; private init; }
    public Dictionary<string, string> Metadata { get; private init; } = [];

    /// <summary>Units that were handed over, 0 to <see cref="Quantity"/>.</summary>
    public int Fulfilled { get; private set; }

    /// <summary>Fulfilled units that came back or are announced to, 0 to <see cref="Fulfilled"/>.</summary>
    public int Returned { get; private set; }

    /// <summary>Units whose price was given back, 0 to <see cref="Quantity"/>.</summary>
    public int Refunded { get; private set; }

    public int Unfulfilled => Quantity - Fulfilled;

    internal void Belong(long order) => OrderId = order;

    internal static OrderLine Of(int position, BasketLine line, PricedLine priced, LineTotals totals, Variant variant) => new()
    {
        Position = position,
        ProductId = variant.ProductId,
        VariantId = variant.Id,
        Sku = variant.Sku,
        Name = variant.Product.Name,
        Attributes = variant.Attributes,
        Quantity = totals.Quantity,
        UnitPrice = totals.UnitPrice.Minor,
        Value = totals.Value.Minor,
        Discount = totals.Discount.Minor,
        Net = totals.Net.Minor,
        Tax = totals.Tax.Minor,
        Gross = totals.Gross.Minor,
        Discounts = [.. totals.Discounts],
        Taxes = [.. totals.Taxes],
        Weight = priced.Grams,
        RequiresShipping = priced.RequiresShipping,
        Metadata = line.Metadata,
    };

    /// <exception cref="Refused">422 for more units than are left (<c>fulfillment_exceeds_quantity</c>).</exception>
    internal void Fulfill(int units) => Fulfilled = units >= 1 && units <= Unfulfilled
        ? Fulfilled + units
        : throw Refused.Rule("fulfillment_exceeds_quantity", $"{Unfulfilled} units of {new Id<OrderLine>(Id)} are left to fulfil.");

    /// <summary>Announces that units come back.</summary>
    /// <exception cref="Refused">422 for more units than were fulfilled and are not yet on their way back (<c>return_exceeds_fulfilled</c>).</exception>
    internal void Return(int units) => Returned = units >= 1 && units <= Fulfilled - Returned
        ? Returned + units
        : throw Refused.Rule("return_exceeds_fulfilled", $"{Fulfilled - Returned} units of {new Id<OrderLine>(Id)} can be returned.");

    /// <summary>Units that were announced do not come back after all.</summary>
    internal void KeepAfterAll(int units) => Returned -= units;

    /// <summary>What the next units are worth when they are paid back; counts them as refunded.</summary>
    internal RefundShare Refund(int units, Currency currency)
    {
        var share = RefundShare.Of(Quantity, new(Net, currency), new(Discount, currency), Taxes, Refunded, units);
        Refunded += units;
        return share;
    }

    /// <summary>The refund of units did not happen.</summary>
    internal void TakeBackRefund(int units) => Refunded -= units;
}

internal sealed class OrderLineMapping : IEntityTypeConfiguration<OrderLine>
{
    public void Configure(EntityTypeBuilder<OrderLine> line)
    {
        line.Property(l => l.Discounts).Json();
        line.Property(l => l.Taxes).Json();
    }
}
