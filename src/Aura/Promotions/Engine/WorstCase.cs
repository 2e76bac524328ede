using Aura.Pricing;

namespace Aura.Promotions.Engine;

/// <summary>The cart, among those that were tried, from which promotions together take the largest part.</summary>
/// <remarks>The search is deterministic. It tries lines of every kind that the promotions tell apart, worth what they name as thresholds,
/// amounts and caps (also as they must be before the percentages on items lower them), in the quantities that their buy-and-gets need:
/// all such carts of one line, then, from the best ones and from each buy-and-get, carts of up to four, a line at a time as long as that
/// makes it worse. The customer is in every segment, buys for the first time and has every coupon.
/// What it guarantees: the cart exists and the engine takes exactly this from it, so the true worst case is at least as bad; and with
/// <see cref="Complete"/> no cart of one line with these values is worse. What it does not: that no other cart is. Shipping and
/// cashback are not counted. Without items of the store, a product may be in every category that is named.</remarks>
/// <param name="Discount">Off the goods.</param>
/// <param name="Percent">Of their prices, 0 to 100.</param>
/// <param name="Outcome">With its trace.</param>
/// <param name="Complete">All carts of one line were tried; otherwise the limit came first.</param>
public sealed record WorstCase(PromotionCart Cart, Money Subtotal, Money Discount, decimal Percent, PromotionOutcome Outcome, int Tried, bool Complete)
{
    public const int DefaultLimit = 10_000;

    /// <param name="rules">Those that are to be looked at together.</param>
    /// <param name="now">UTC; what does not apply then takes nothing.</param>
    /// <param name="items">Products that a cart may hold; null: whatever the promotions name.</param>
    /// <param name="limit">How many carts are tried at most.</param>
    /// <returns>Null when no cart was found from which anything is taken.</returns>
    /// <exception cref="Refused">422 for a rule that makes no sense.</exception>
    public static WorstCase? Of(
        IReadOnlyList<PromotionRule> rules, Currency currency, DateTime now, PromotionOptions? options = null, IReadOnlyList<WorstCaseItem>? items = null,
        int limit = DefaultLimit) => new WorstCaseSearch(rules, currency, now, options ?? new(), items, limit).Run();
}

/// <param name="Categories">With all their ancestors.</param>
public sealed record WorstCaseItem(long ProductId, IReadOnlyList<long> Categories, long? Brand = null);
