using Aura.Persistence;
using Aura.Pricing;

namespace Aura.Carts;

/// <summary>Decides what is taken off a basket: the place where promotions and coupons come in.</summary>
/// <remarks>It is one for the whole server and works on the context that it is given, in the transaction of that.</remarks>
public interface ICartDiscounts
{
    /// <summary>The discounts for a basket. Consumes nothing; asked at each read. While its owner edits the basket, tests of promotions may take the buyer in.</summary>
    /// <param name="cart">Priced by the catalogue, without discounts; with the chosen shipping method, offered or not.</param>
    /// <param name="versions">Of the store, as they were when the rest was looked up.</param>
    Task<CartDiscounts> Find(AuraDb db, PricedCart cart, Basket basket, StoreVersions versions, CancellationToken cancellation);

    /// <summary>Sets aside what the basket was given, for an order that holds nothing, in the transaction that prepares it; a part of it is
    /// done by the transaction's next save.</summary>
    /// <param name="forGood">The order is placed at once: it is used up.</param>
    /// <exception cref="Refused">409 when a promotion or coupon has run out meanwhile; from the save, too.</exception>
    Task Claim(AuraDb db, long orderId, PricedBasket basket, bool forGood, CancellationToken cancellation);

    /// <summary>Uses it up for good, in the transaction that places the order.</summary>
    Task Confirm(AuraDb db, long orderId, CancellationToken cancellation);

    /// <summary>Adds to the reading that locks an order what it holds.</summary>
    IHeldDiscounts Ask(AuraDb db, Reading reading, long orderId);

    /// <summary>What an order holds that has just claimed what the basket was given, as long as nobody gives it back.</summary>
    /// <returns>Null where it has to be asked.</returns>
    IHeldDiscounts? Known(AuraDb db, long orderId, PricedBasket basket);

    /// <summary>Sets aside again what was released, for an order that is bought after all; changes nothing where it was not.</summary>
    /// <inheritdoc cref="Claim"/>
    Task Reclaim(AuraDb db, long orderId, CancellationToken cancellation);

    /// <summary>Gives back what an order used that is not bought after all, in the transaction that ends it.</summary>
    Task Release(AuraDb db, long orderId, CancellationToken cancellation);
}

/// <summary>What an order holds, as it was read with its row locked; to be asked in the same transaction.</summary>
public interface IHeldDiscounts
{
    /// <summary>Nothing was given back.</summary>
    bool IsHeld { get; }

    /// <summary>Uses it up for good, with the transaction's next save.</summary>
    Task Confirm(CancellationToken cancellation);
}

/// <param name="Lines">By the id of the line; its shares of discounts on the order are among them.</param>
/// <param name="Refused">The codes that are good for nothing here.</param>
public sealed record CartDiscounts(
    IReadOnlyDictionary<long, IReadOnlyList<LineDiscount>> Lines, IReadOnlyList<ShippingDiscount> Shipping, IReadOnlyList<RefusedCoupon> Refused)
{
    public static readonly CartDiscounts None = new(new Dictionary<long, IReadOnlyList<LineDiscount>>(), [], []);

    /// <summary>What became of each promotion, where the basket asks for it.</summary>
    public IReadOnlyList<ExplainedDiscount> Explained { get; init; } = [];

    /// <summary>What is used up when this is bought.</summary>
    public IReadOnlyList<GivenDiscount> Given { get; init; } = [];

    /// <inheritdoc cref="PricedBasket.Tested"/>
    public IReadOnlyList<TestedArm> Tested { get; init; } = [];
}

/// <summary>Where a buyer is in a test of promotions.</summary>
/// <param name="UnitId">Who the test counts.</param>
/// <param name="Arm">0 is the control.</param>
/// <param name="Phase">In which the buyer came.</param>
/// <param name="PromotionId">What the arm is given.</param>
public sealed record TestedArm(long TestId, long UnitId, int Arm, int Phase, long PromotionId);

/// <summary>What became of a promotion, and how.</summary>
/// <param name="Amount">Minor units; zero where it gives nothing.</param>
/// <param name="Reason">Why it gives nothing, for programs; null where it gives something.</param>
/// <param name="Text">A sentence for people.</param>
public sealed record ExplainedDiscount(long PromotionId, string Name, long Amount, string? Reason, string Text, IReadOnlyList<DiscountStep> Steps);

/// <param name="Kind">computed, capped, allocated, competed.</param>
/// <param name="Base">What it was worked out from, in minor units.</param>
/// <param name="Amount">What came out, in minor units.</param>
public sealed record DiscountStep(string Kind, string Text, long? Base, long? Amount);

/// <summary>What a promotion gives a basket, as it is claimed.</summary>
/// <param name="Amount">Minor units, above zero.</param>
/// <param name="IsCashback">It lowers no price: it is credited after the purchase.</param>
public sealed record GivenDiscount(long PromotionId, long? CouponId, long Amount, bool IsCashback = false)
{
    /// <summary>It may be used so often, or give so much, and no more; or it has a coupon.</summary>
    public bool IsLimited { get; init; }
}

/// <param name="Reason">For programs: <c>coupon_not_found</c>, <c>coupon_expired</c>.</param>
/// <param name="IsHarmless">The code may stay: it only does nothing here, or not yet.</param>
public sealed record RefusedCoupon(string Code, string Reason, string Message, bool IsHarmless = false);
