using Aura.Catalog;
using Aura.Pricing;

namespace Aura.Carts;

/// <summary>What is to be priced: a cart, or the items of an order that is placed without one.</summary>
public sealed record Basket(Currency Currency, IReadOnlyList<BasketLine> Lines)
{
    public long? CustomerId { get; init; }

    /// <summary>Of the buyer, customer or guest; limits per customer count by it.</summary>
    public string? Email { get; init; }

    public Address? ShipTo { get; init; }
    public Address? BillTo { get; init; }

    /// <summary>The code of the chosen shipping method.</summary>
    public string? ShippingMethod { get; init; }

    /// <summary>Upper case.</summary>
    public IReadOnlyList<string> Coupons { get; init; } = [];

    /// <summary>Of the visitor, where the cart's metadata tells it: by it a test knows somebody who has not said who they are.</summary>
    public string? SessionId { get; init; }

    /// <summary>Its owner is changing it, in the transaction that is open; otherwise pricing writes nothing.</summary>
    public bool IsEdited { get; init; }

    /// <summary>Asks what became of each promotion, beside the price.</summary>
    public bool Explain { get; init; }

    public static Basket Of(Cart cart) => new(cart.Currency, [.. cart.Lines.Select(line => new BasketLine(line.Id, line.VariantId, line.Quantity) { Metadata = line.Metadata })])
    {
        CustomerId = cart.CustomerId,
        Email = cart.Email,
        ShipTo = cart.ShippingAddress,
        BillTo = cart.BillingAddress,
        ShippingMethod = cart.ShippingMethod,
        Coupons = cart.Coupons,
        SessionId = cart.SessionId,
    };
}

/// <param name="Id">Unique in the basket.</param>
/// <param name="Quantity">At least 1.</param>
public sealed record BasketLine(long Id, long VariantId, int Quantity)
{
    /// <summary>Minor units, instead of the price in the catalogue; null: the catalogue decides.</summary>
    public long? UnitPrice { get; init; }

    public Dictionary<string, string> Metadata { get; init; } = [];
}

/// <summary>A basket with its price. What cannot be sold is in no amount; the problems say what and why.</summary>
/// <param name="Cart">As it was priced: the lines that can be sold.</param>
/// <param name="Variants">By id, with their products; also those that can no longer be sold.</param>
public sealed record PricedBasket(
    Basket Basket, PricedCart Cart, CartTotals Totals, IReadOnlyList<ShippingQuote> Quotes, IReadOnlyDictionary<long, Variant> Variants,
    IReadOnlyList<BasketProblem> Problems)
{
    /// <summary>What promotions give, and use up when this is bought.</summary>
    public IReadOnlyList<GivenDiscount> Given { get; init; } = [];

    /// <summary>Where its buyer is in tests of promotions.</summary>
    public IReadOnlyList<TestedArm> Tested { get; init; } = [];

    /// <summary>Codes that do nothing, the harmless ones among them.</summary>
    public IReadOnlyList<RefusedCoupon> RefusedCoupons { get; init; } = [];

    /// <summary>Empty unless the basket asks for it.</summary>
    public IReadOnlyList<ExplainedDiscount> Explained { get; init; } = [];

    public bool NeedsShipping => Cart.Lines.Any(line => line.RequiresShipping);
}

/// <summary>Why a basket cannot be bought as it is.</summary>
/// <param name="Step">Where the customer can mend it: items, shipping, payment, contact, discounts.</param>
/// <param name="Field">Path in C# spelling.</param>
/// <param name="Code">For programs.</param>
/// <param name="LineId">The line that it is about, if it is about one.</param>
public sealed record BasketProblem(string Step, string Field, string Code, string Message, long? LineId = null);
