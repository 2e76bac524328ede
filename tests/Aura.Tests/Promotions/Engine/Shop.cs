using Aura.Pricing;
using Aura.Promotions.Engine;

namespace Aura.Tests.Promotions.Engine;

/// <summary>Carts and promotions of the tests of this folder, in as few words as they need.</summary>
internal static class Shop
{
    public static readonly DateTime Now = new(2024, 7, 1, 12, 0, 0, DateTimeKind.Utc);

    public static PromotionCart Cart(params Item[] items) => Cart(Currency.Eur, TaxRules.None, items);

    public static PromotionCart Cart(Currency currency, TaxRules tax, params Item[] items) => new(
        new(currency, [.. items.Select((item, i) => item.Line(i + 1, currency))], tax) { ShipTo = new("DE") },
        items.Select((item, i) => (Id: item.Id ?? i + 1, item)).ToDictionary(pair => pair.Id, pair => new PromotionLine(pair.item.Categories, pair.item.Brand)),
        Now);

    public static PromotionCart WithShipping(this PromotionCart cart, long price) => cart with
    {
        Priced = cart.Priced with
        {
            ShippingMethods = [new("post", "Post", [new([ShippingZone.AnywhereElse], [ShippingPrice.Flat(cart.Priced.Currency, price)])])],
            ShippingMethod = "post",
        },
    };

    public static PromotionCart WithCoupon(this PromotionCart cart, long promotion, string code = "CODE") =>
        cart with { Coupons = [.. cart.Coupons, new(code, promotion, promotion * 10)] };

    public static PromotionRule Percent(long id, decimal percent) => new(id, $"{percent} % off", PromotionType.PercentageDiscount) { Percent = percent, Currency = Currency.Eur };

    public static PromotionRule Off(long id, long amount) => new(id, $"{amount} off", PromotionType.FixedAmountDiscount) { Amount = amount, Currency = Currency.Eur };

    public static PromotionRule Buy(long id, int buy, int get, decimal percent = 100) =>
        new(id, $"Buy {buy} get {get}", PromotionType.BuyOneGetOne) { BuyGet = new(buy, get) { Percent = percent }, Currency = Currency.Eur };

    public static PromotionRule FreeShipping(long id) => new(id, "Free shipping", PromotionType.FreeShipping) { Currency = Currency.Eur };

    public static PromotionRule Cashback(long id, decimal percent) => new(id, "Cashback", PromotionType.Cashback) { Percent = percent, Currency = Currency.Eur };

    public static PromotionRule Tiers(long id, params Tier[] tiers) => new(id, "Tiers", PromotionType.TieredDiscount) { Tiers = tiers, Currency = Currency.Eur };

    public static PromotionOutcome Evaluate(this PromotionCart cart, params PromotionRule[] rules) => PromotionSet.Compile(rules).Evaluate(cart);

    /// <summary>What each line is less, by its id.</summary>
    public static Dictionary<long, long> OffLines(this PromotionOutcome outcome) =>
        outcome.LineDiscounts().ToDictionary(line => line.Key, line => line.Value.Sum(share => share.Amount));

    /// <summary>Priced with what the promotions gave.</summary>
    public static CartTotals Totals(this PromotionCart cart, PromotionOutcome outcome)
    {
        var lines = outcome.LineDiscounts();
        return CartPricing.Price(cart.Priced with
        {
            Lines = [.. cart.Priced.Lines.Select(line => lines.TryGetValue(line.Id, out var own) ? line with { Discounts = [.. line.Discounts, .. own] } : line)],
            ShippingDiscounts = [.. cart.Priced.ShippingDiscounts, .. outcome.ShippingDiscounts()],
        });
    }
}

/// <param name="Price">Minor units of one unit.</param>
internal sealed record Item(long Price, int Quantity = 1)
{
    public long? Id { get; init; }
    public long Product { get; init; }
    public long[] Categories { get; init; } = [];
    public long? Brand { get; init; }
    public string Tax { get; init; } = TaxRate.Standard;
    public bool Shipped { get; init; } = true;

    public PricedLine Line(long id, Currency currency) => new(Id ?? id, Id ?? id, Product, new(Price, currency), Quantity) { TaxCategory = Tax, RequiresShipping = Shipped };
}
