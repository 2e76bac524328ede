using Aura.Persistence;
using Aura.Pricing;

namespace Aura.Carts;

/// <summary>Decides what is taken off a basket: the place where promotions and coupons come in.</summary>
/// <remarks>It is one for the whole server and works on the context that it is given, in the transaction of that.</remarks>
public interface ICartDiscounts
{
    /// <summary>The discounts for a basket. Consumes nothing; asked at each read.</summary>
    /// <param name="cart">Priced by the catalogue, without discounts; with the chosen shipping method, offered or not.</param>
    Task<CartDiscounts> Find(AuraDb db, PricedCart cart, Basket basket, CancellationToken cancellation);

    /// <summary>Uses up what the basket was given, for an order, in the transaction that prepares it. Done twice, it counts once.</summary>
    /// <exception cref="Refused">409 when a coupon has run out meanwhile.</exception>
    Task Claim(AuraDb db, long orderId, PricedBasket basket, CancellationToken cancellation);

    /// <summary>Gives back what an order used that is not bought after all, in the transaction that ends it.</summary>
    Task Release(AuraDb db, long orderId, CancellationToken cancellation);
}

/// <param name="Lines">By the id of the line; its shares of discounts on the order are among them.</param>
/// <param name="Refused">The codes that are good for nothing here.</param>
public sealed record CartDiscounts(
    IReadOnlyDictionary<long, IReadOnlyList<LineDiscount>> Lines, IReadOnlyList<ShippingDiscount> Shipping, IReadOnlyList<RefusedCoupon> Refused);

/// <param name="Reason">For programs: <c>coupon_unknown</c>, <c>coupon_expired</c>.</param>
public sealed record RefusedCoupon(string Code, string Reason, string Message);

/// <summary>A store without promotions: no code means anything.</summary>
public sealed class NoDiscounts : ICartDiscounts
{
    public Task<CartDiscounts> Find(AuraDb db, PricedCart cart, Basket basket, CancellationToken cancellation) => Task.FromResult(new CartDiscounts(
        new Dictionary<long, IReadOnlyList<LineDiscount>>(), [],
        [.. basket.Coupons.Select(code => new RefusedCoupon(code, "coupon_unknown", $"There is no coupon {code}."))]));

    public Task Claim(AuraDb db, long orderId, PricedBasket basket, CancellationToken cancellation) => Task.CompletedTask;

    public Task Release(AuraDb db, long orderId, CancellationToken cancellation) => Task.CompletedTask;
}
