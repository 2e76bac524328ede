using Aura.Catalog;
using Aura.Payments;
using Aura.Pricing;

namespace Aura.Orders.History;

/// <summary>An order that was placed elsewhere or earlier, as it is to stand in the books.</summary>
/// <param name="Number">What its source calls it; unique there.</param>
/// <param name="PlacedAt">UTC, as are all times here.</param>
/// <param name="Currency">Of every amount; it need not be the store's.</param>
/// <param name="Lines">At least one.</param>
public sealed record PastOrder(string Number, DateTime PlacedAt, Currency Currency, IReadOnlyList<PastLine> Lines)
{
    public long? CustomerId { get; init; }
    public string? Email { get; init; }
    public Address? ShippingAddress { get; init; }
    public Address? BillingAddress { get; init; }

    /// <summary>The code of the shipping method.</summary>
    public string? ShippingMethod { get; init; }

    public OrderShipping? Shipping { get; init; }
    public string[] Tags { get; init; } = [];
    public Dictionary<string, string> Metadata { get; init; } = [];

    /// <summary>When all of it was paid; null: it was not.</summary>
    public DateTime? PaidAt { get; init; }

    /// <summary>How it was or is to be paid.</summary>
    public ChargedMethod? Method { get; init; }

    /// <summary>When everything was handed over; null: nothing was yet.</summary>
    public DateTime? ShippedAt { get; init; }

    public DateTime? DeliveredAt { get; init; }

    /// <summary>When it was cancelled, before anything was handed over.</summary>
    public DateTime? CancelledAt { get; init; }

    public string? CancelReason { get; init; }

    /// <summary>What was given back of what was paid.</summary>
    public IReadOnlyList<PastRefund> Refunds { get; init; } = [];

    /// <summary>What was in a cart that cost this much.</summary>
    /// <param name="variants">By id, with their products.</param>
    public static PastOrder Of(string number, DateTime placedAt, CartTotals totals, IReadOnlyDictionary<long, Variant> variants) =>
        new(number, placedAt, totals.Currency, [.. totals.Lines.Select(line => PastLine.Of(line, variants[line.VariantId]))])
        {
            ShippingMethod = totals.Shipping?.Code,
            Shipping = OrderShipping.Of(totals.Shipping),
        };

    public OrderStatus Status =>
        CancelledAt is not null ? OrderStatus.Cancelled
        : DeliveredAt is not null ? OrderStatus.Delivered
        : ShippedAt is not null ? OrderStatus.Shipped
        : PaidAt is not null ? OrderStatus.Processing
        : OrderStatus.Pending;

    public long Total => Lines.Sum(line => line.Gross) + (Shipping?.Gross ?? 0);

    public long Paid => PaidAt is null ? 0 : Total;

    public DateTime LastChange => new[] { PlacedAt, PaidAt, ShippedAt, DeliveredAt, CancelledAt, Refunds.Max(refund => (DateTime?)refund.At) }.Max()!.Value; // the first is there
}

/// <summary>Some units of a variant as they were sold; amounts in minor units of the order's currency, for all units together.</summary>
/// <param name="UnitPrice">Of one unit.</param>
/// <param name="Value">Unit price times quantity.</param>
/// <param name="Net">After discounts, without tax.</param>
public sealed record PastLine(long ProductId, long VariantId, string Sku, string Name, int Quantity, long UnitPrice, long Value, long Discount, long Net, long Tax)
{
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = System.Collections.Frozen.FrozenDictionary<string, string>.Empty;
    public IReadOnlyList<DiscountShare> Discounts { get; init; } = [];
    public IReadOnlyList<TaxLine> Taxes { get; init; } = [];

    /// <summary>Grams of one unit.</summary>
    public int Weight { get; init; }

    public bool RequiresShipping { get; init; } = true;
    public long Gross => Net + Tax;

    internal static PastLine Of(LineTotals line, Variant variant) => new(
        line.ProductId, line.VariantId, variant.Sku, variant.Product.Name, line.Quantity, line.UnitPrice.Minor, line.Value.Minor, line.Discount.Minor, line.Net.Minor, line.Tax.Minor)
    {
        Attributes = variant.Attributes,
        Discounts = line.Discounts,
        Taxes = line.Taxes,
        Weight = variant.Weight ?? variant.Product.Weight,
        RequiresShipping = variant.Product.RequiresShipping,
    };
}

/// <param name="Amount">Minor units; of all refunds together at most what was paid.</param>
/// <param name="Returned">Units that came back, by the line's place in the order, from 0; none where money alone was given back.</param>
public sealed record PastRefund(DateTime At, string Reason, long Amount, IReadOnlyList<(int Line, int Units)> Returned);
