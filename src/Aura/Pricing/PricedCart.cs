namespace Aura.Pricing;

/// <summary>Everything the price of a cart depends on. Nothing is looked up while pricing: equal carts have equal totals.</summary>
/// <param name="Currency">Of every line and every amount in it.</param>
/// <param name="Lines">May be empty. Ids are unique; the order of the lines does not matter to any amount.</param>
public sealed record PricedCart(Currency Currency, IReadOnlyList<PricedLine> Lines, TaxRules Tax)
{
    /// <summary>Where the goods go, and are taxed. Null: as <see cref="BillTo"/>; with neither, tax is estimated for the store's home.</summary>
    public Destination? ShipTo { get; init; }

    /// <summary>Where the customer is billed; what is not shipped is taxed there. Null: as <see cref="ShipTo"/>.</summary>
    public Destination? BillTo { get; init; }

    public TaxCustomer Customer { get; init; } = new();

    public IReadOnlyList<ShippingMethod> ShippingMethods { get; init; } = [];

    /// <summary>The code of the chosen method; null when none is chosen yet, and nothing is charged for shipping.</summary>
    public string? ShippingMethod { get; init; }

    public IReadOnlyList<ShippingDiscount> ShippingDiscounts { get; init; } = [];

    /// <summary>The largest value of a line, of all lines together and of one shipping price, in minor units. It leaves room for
    /// tenfold tax, so that no sum that follows can leave the range of a 64-bit integer.</summary>
    public const long MaxMinor = 1_000_000_000_000_000;

    /// <summary>This cart with a discount on the order shared among its lines, taken from what their discounts left.</summary>
    /// <exception cref="Refused">422 for an amount below zero, and as for <see cref="CartPricing.Price"/>.</exception>
    public PricedCart Less(OrderDiscount discount)
    {
        if (discount.Amount < 0)
            throw Refused.Invalid("Amount", "A discount is zero or more.");

        var portions = DiscountedLine.Of(this)
            .Where(line => line.Remaining > 0 && (discount.LineIds?.Contains(line.Line.Id) ?? true))
            .Select(line => new Portion(line, line.Remaining, line.Line.Quantity)).ToArray();
        Apportionment.ByNet(discount.Amount, portions);
        var shares = portions.Where(portion => portion.Taken > 0).ToDictionary(portion => portion.Line.Line.Id,
            portion => new LineDiscount(discount.SourceId, discount.Label, portion.Taken) { Scope = DiscountScope.Order, Rounding = portion.Rounding });
        return this with
        {
            Lines = [.. Lines.Select(line => shares.TryGetValue(line.Id, out var share) ? line with { Discounts = [.. line.Discounts, share] } : line)],
        };
    }
}

/// <param name="Id">Unique in the cart; decides who gets the odd cent when two lines are otherwise alike.</param>
/// <param name="UnitPrice">Zero or more, with or without tax as the rules say.</param>
/// <param name="Quantity">At least 1.</param>
public sealed record PricedLine(long Id, long VariantId, long ProductId, Money UnitPrice, int Quantity)
{
    /// <summary>Weight of one unit in grams, zero or more.</summary>
    public int Grams { get; init; }

    public string TaxCategory { get; init; } = TaxRate.Standard;
    public bool Taxable { get; init; } = true;
    public bool RequiresShipping { get; init; } = true;

    /// <summary>Already decided, for the whole line; together at most the line's value.</summary>
    public IReadOnlyList<LineDiscount> Discounts { get; init; } = [];
}

/// <param name="SourceId">What gave the discount, for example a promotion or a coupon.</param>
/// <param name="Label">For people.</param>
/// <param name="Amount">Minor units off the line, zero or more, in the terms of the price: with tax where prices include tax.</param>
public sealed record LineDiscount(string SourceId, string Label, long Amount)
{
    /// <summary>Whether it was given on the line, or is the line's share of a discount on the order.</summary>
    public DiscountScope Scope { get; init; }

    /// <summary>Minor units that rounding gave (above 0) or took (below 0) when it was shared among lines.</summary>
    public decimal Rounding { get; init; }
}

/// <param name="Amount">Minor units off the order, zero or more, in the terms of the prices. More than the lines are worth is cut.</param>
public sealed record OrderDiscount(string SourceId, string Label, long Amount)
{
    /// <summary>The lines it may be taken from; null means all of them.</summary>
    public IReadOnlyList<long>? LineIds { get; init; }
}

/// <param name="Amount">Minor units off the shipping price, zero or more, cut at the price. Null: all of it (free shipping).</param>
public sealed record ShippingDiscount(string SourceId, string Label, long? Amount);

/// <param name="Country">ISO 3166-1 alpha-2, in either case.</param>
/// <param name="State">State or province as the tax regions spell it, in either case.</param>
/// <param name="PostalCode">Compared without blanks and hyphens, in either case.</param>
public sealed record Destination(string Country, string? State = null, string? PostalCode = null);

/// <param name="Exempt">Holds a certificate of exemption: pays no tax anywhere.</param>
/// <param name="VatId">A verified VAT id of a business; null for consumers.</param>
public sealed record TaxCustomer(bool Exempt = false, string? VatId = null);
