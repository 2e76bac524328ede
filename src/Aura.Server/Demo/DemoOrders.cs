using System.Globalization;
using Aura.Catalog;
using Aura.Connectors.Payments;
using Aura.Orders.History;
using Aura.Payments;
using Aura.Pricing;

namespace Aura.Server.Demo;

/// <summary>A year of orders in the demo shop: those of long ago were delivered, those of today wait to be packed.</summary>
internal sealed class DemoOrders(IReadOnlyList<Product> products, IReadOnlyList<DemoBuyer> buyers, DateTime opened, DateTime now, Dice dice)
{
    /// <summary>Of orders of the past, known under this source.</summary>
    public const string Source = "demo";

    private static readonly TaxRules Taxes = new([.. DemoMarkets.Taxes().Select(area => area.ToRegion())]) { Home = new("US") };
    private static readonly ShippingMethod[] Methods = [.. DemoMarkets.Methods().Select(method => method.ToMethod())];

    private readonly (DemoProduct Content, Product Product)[] goods = [.. DemoContent.Goods.Value.Products.Zip(products)];
    private readonly Dictionary<long, Variant> variants = products.SelectMany(product => product.Offered).ToDictionary(variant => variant.Id);

    /// <returns>In the order of their time.</returns>
    public List<PastOrder> Invent(int count)
    {
        var days = Enumerable.Range(0, (int)(now - opened).TotalDays + 1).Select(age => (Day: opened.Date.AddDays(age), Age: age)).ToArray();
        return [.. Enumerable.Range(0, count).Select(_ => DemoCalendar.Moment(dice.Pick(days, day => DemoCalendar.Busyness(day.Day, day.Age)).Day, dice))
            .Where(moment => moment < now).Order().Select((moment, place) => Invent(place + 1, moment)).OfType<PastOrder>()];
    }

    private PastOrder? Invent(int number, DateTime at)
    {
        var known = buyers.Where(buyer => buyer.Since <= at).ToList();
        if (known.Count == 0)
            return null;
        var buyer = dice.Pick(known, b => b.Loyalty);
        var totals = Price(buyer, at);
        var order = PastOrder.Of(string.Create(CultureInfo.InvariantCulture, $"demo-{number}"), at, totals, variants) with
        {
            CustomerId = buyer.Customer.Id,
            Email = buyer.Customer.Email,
            ShippingAddress = buyer.Address,
            Method = Method(),
            Tags = dice.Chance(8) ? ["gift"] : [],
        };
        return Go(order, totals);
    }

    private CartTotals Price(DemoBuyer buyer, DateTime at)
    {
        var lines = new Dictionary<long, PricedLine>();
        for (var count = 1 + Math.Min(dice.Below(3), dice.Below(6)) + dice.Below(2); count > 0; count--)
        {
            var product = dice.Pick(goods, pair => DemoCalendar.Demand(pair.Content, at.Month)).Product;
            var variant = dice.Pick(product.Offered.ToList());
            lines[variant.Id] = new(variant.Id, variant.Id, product.Id, variant.PriceIn(buyer.Currency)!.Value, product.Price < 3000 && dice.Chance(25) ? dice.Between(2, 4) : 1) // the shop sells in all its currencies
            {
                Grams = variant.Weight ?? product.Weight,
                TaxCategory = product.TaxCategory,
                RequiresShipping = product.RequiresShipping,
            };
        }

        var cart = new PricedCart(buyer.Currency, [.. lines.Values], Taxes)
        {
            ShipTo = new(buyer.Address.Country, buyer.Address.State, buyer.Address.Zip),
            ShippingMethods = Methods,
        };
        if (dice.Chance(9))
            cart = cart.Less(new("welcome", "Welcome, 10 % off", lines.Values.Sum(line => line.UnitPrice.Minor * line.Quantity) / 10));
        var offered = CartPricing.Quote(cart).Where(quote => quote.Offered).Select(quote => quote.Code).ToList();
        return CartPricing.Price(cart with { ShippingMethod = offered.Count == 0 ? null : dice.Chance(16) ? offered[^1] : offered[0] });
    }

    private ChargedMethod Method() => dice.Below(100) switch
    {
        < 66 => new(PaymentKind.Card, "manual", "demo") { Brand = dice.Chance(60) ? "visa" : "mastercard", Last4 = dice.Chance(60) ? "4242" : "4444", ExpMonth = dice.Between(1, 12), ExpYear = now.Year + dice.Between(1, 4) },
        < 84 => new(PaymentKind.Paypal, "manual", "demo"),
        < 92 => new(PaymentKind.Klarna, "manual", "demo"),
        _ => new(PaymentKind.Wire, "manual", "demo"),
    };

    /// <summary>What became of it by now.</summary>
    private PastOrder Go(PastOrder order, CartTotals totals)
    {
        var paid = order.PlacedAt + (order.Method!.Kind == PaymentKind.Wire ? TimeSpan.FromHours(dice.Between(20, 90)) : TimeSpan.FromSeconds(dice.Between(2, 40))); // just given
        if (dice.Chance(4))
            return Cancel(order, paid);
        var shipped = paid.AddHours(dice.Between(14, 76));
        var delivered = shipped.AddHours(24 * dice.Between(totals.Shipping?.MinDays ?? 0, totals.Shipping?.MaxDays ?? 0) + dice.Between(1, 9));
        order = order with { PaidAt = ByNow(paid), ShippedAt = ByNow(shipped), DeliveredAt = ByNow(delivered) };
        return order.DeliveredAt is null ? order
            : dice.Chance(5) ? Return(order, totals, delivered.AddDays(dice.Between(6, 24)))
            : dice.Chance(1) ? GiveBack(order, delivered.AddDays(3), order.Total / 10, "damaged_packaging")
            : order;
    }

    private PastOrder Cancel(PastOrder order, DateTime paid)
    {
        var at = order.PlacedAt.AddMinutes(dice.Between(20, 1400));
        if (ByNow(at) is null)
            return order with { PaidAt = ByNow(paid) };
        order = order with { CancelledAt = at, CancelReason = dice.Pick(["customer_request", "ordered_twice", "address_wrong"]) };
        return paid < at ? GiveBack(order with { PaidAt = paid }, at, order.Total, "order_cancelled") : order with { CancelReason = "not_paid" };
    }

    private PastOrder Return(PastOrder order, CartTotals totals, DateTime at)
    {
        var place = dice.Below(totals.Lines.Count);
        var units = dice.Between(1, totals.Lines[place].Quantity);
        var amount = RefundShare.Of(totals.Lines[place], 0, units).Total.Minor;
        return GiveBack(order, at, amount, dice.Pick(["does_not_fit", "changed_mind", "damaged", "wrong_item"]), (place, units));
    }

    private PastOrder GiveBack(PastOrder order, DateTime at, long amount, string reason, params (int, int)[] returned) =>
        ByNow(at) is null || amount == 0 ? order : order with { Refunds = [new(at, reason, amount, returned)] };

    private DateTime? ByNow(DateTime at) => at < now ? at : null;
}
