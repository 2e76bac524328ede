using System.Text.Json;
using Aura.Carts;
using Aura.Catalog;
using Aura.Customers;
using Aura.Inventory;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Orders;

/// <param name="Price">Of one unit, in major units; null: the catalogue decides.</param>
public sealed record NewOrderItem(ItemChoice Choice, int Quantity, decimal? Price = null, Dictionary<string, string>? Metadata = null);

/// <summary>An order that somebody places without a cart.</summary>
public sealed record NewOrder(long CustomerId, IReadOnlyList<NewOrderItem> Items, Currency Currency)
{
    public string? Email { get; init; }

    /// <summary>Null: the customer's default one.</summary>
    public Address? ShippingAddress { get; init; }

    /// <summary>Null: the customer's default one, or as the goods go.</summary>
    public Address? BillingAddress { get; init; }

    public string? PaymentMethod { get; init; }
    public string? ShippingMethod { get; init; }
    public IReadOnlyList<string> Coupons { get; init; } = [];
    public IReadOnlyList<string> Tags { get; init; } = [];
    public Dictionary<string, string> Metadata { get; init; } = [];
}

/// <summary>Turns baskets into orders.</summary>
public sealed class OrderPlacement(AuraDb db, BasketPricing pricing, Stock stock, ICartDiscounts discounts)
{
    /// <summary>Who may sell at other prices than the catalogue's.</summary>
    public const string OverridePrice = "orders:override_price";

    /// <summary>Places an order and sets its stock aside, in one transaction.</summary>
    /// <exception cref="Refused">422 for what cannot be bought; 403 for a price of one's own without the scope; 409 <c>insufficient_stock</c>.</exception>
    public Task<Order> Place(NewOrder wanted, CancellationToken cancellation) => db.InOneWrite(async () =>
    {
        if (wanted.Coupons.Count > 0)
            db.DemandAlone(); // each is counted, and may have been used up
        ItemChoice[] choices = [.. wanted.Items.Select(item => item.Choice)];
        var (reading, addresses, number) = (new Reading(db), new List<CustomerAddress>(), 0L);
        Order.AskNumber(db, reading, given => number = given);
        reading.Look<CustomerAddress>("WHERE tenant_id = $1 AND customer_id = $2 AND is_default", addresses.Add, db.Caller.TenantId, wanted.CustomerId);
        var named = wanted.Items.Select(item => item.Choice.VariantId is { } id ? new StockDemand(id, item.Quantity) : null).OfType<StockDemand>().ToList();
        var book = named.Count == choices.Length ? Open(reading, named, null) : null;
        var facts = await db.LookUp(new() { Choices = choices, CustomerId = wanted.CustomerId }, cancellation, reading);
        if (facts.Customer is null)
            throw Refused.Invalid(nameof(wanted.CustomerId), "There is no such customer.");
        var variants = choices.Pick([.. facts.Variants.Values]);
        if (book is null) // only now it is known which variants are meant
        {
            book = Open(reading, [.. variants.Zip(wanted.Items, (variant, item) => new StockDemand(variant.Id, item.Quantity))], null);
            await reading.Run(cancellation);
        }

        var basket = ToBasket(wanted, facts.Customer, addresses, variants);
        var priced = await pricing.Price(basket, facts, cancellation);
        Demand(Problems(priced));
        var order = Order.Draft(wanted.Currency, null, number);
        order.Copy(priced, basket.Email, wanted.PaymentMethod);
        order.Describe(wanted.Metadata);
        order.Tag(wanted.Tags);
        order.Append(db);
        await SetAside(order, priced, book, forGood: true, cancellation);
        Finish(db, order);
        return order;
    }, cancellation, mayWait: true);

    /// <summary>What keeps a priced basket from being bought.</summary>
    public static IReadOnlyList<BasketProblem> Problems(PricedBasket priced) =>
        priced is { NeedsShipping: true, Basket: { ShippingMethod: not null, ShipTo: null } }
            ? [.. priced.Problems, new("shipping", nameof(NewOrder.ShippingAddress), "shipping_address_required", "Say where the goods go.")]
            : priced.Problems;

    /// <exception cref="Refused">422 with all problems, if there are any.</exception>
    public static void Demand(IReadOnlyList<BasketProblem> problems)
    {
        if (problems.Count == 0)
            return;
        var one = problems is [var only] ? only : null;
        throw new Refused(Refusal.Invalid, one?.Code, one?.Message ?? "This cannot be bought as it is.")
        {
            Fields = [.. problems.Select(problem => new FieldError(problem.Field, problem.Message))],
            Facts = new { Errors = problems.Select(problem => new { problem.Step, Field = Snake(problem.Field), problem.Code, problem.Message }) },
        };
    }

    /// <summary>Sets stock aside for an order that holds none, and uses up its coupons, with the save that comes next. Needs a transaction.</summary>
    /// <param name="book">The stock of what is in it, read in the same transaction.</param>
    /// <param name="forGood">The order is placed at once.</param>
    internal async Task SetAside(Order order, PricedBasket priced, StockBook book, bool forGood, CancellationToken cancellation)
    {
        if (order.Lines.Any(line => line.Id == 0))
            db.ChangeTracker.DetectChanges(); // new lines get their ids, which the allocations refer to
        await stock.Allocate(book, [.. order.Lines.Select(line => new StockDemand(line.VariantId, line.Quantity, line.Id))], order.Id, cancellation);
        await discounts.Claim(db, order.Id, priced, forGood, cancellation);
    }

    /// <summary>Adds to a reading what is to be known to set a basket's goods aside.</summary>
    internal StockBook Open(Reading reading, Basket basket, long? cartId) => Open(reading, [.. basket.Lines.Select(line => new StockDemand(line.VariantId, line.Quantity))], cartId);

    private StockBook Open(Reading reading, IReadOnlyList<StockDemand> demands, long? cartId) => stock.Open(reading, demands, cartId);

    /// <summary>What a payment for an order depends on that was written just now, with its cart.</summary>
    /// <returns>Null where it has to be asked.</returns>
    internal PaidOrder? Known(Order order, Cart cart, PricedBasket priced) => discounts.Known(db, order.Id, priced) is { } held ? new(order, cart, held) : null;

    /// <summary>Gives back what was set aside for an order. Needs a transaction.</summary>
    internal async Task GiveBack(Order order, string reason, CancellationToken cancellation)
    {
        await stock.Release(order.Id, null, reason, cancellation);
        await discounts.Release(db, order.Id, cancellation);
        await db.ReleaseCredit(order, cancellation);
    }

    /// <summary>What was set aside for an order is used up, credit too: it is placed next. Needs a transaction.</summary>
    internal async Task UseUp(Order order, CancellationToken cancellation)
    {
        await discounts.Confirm(db, order.Id, cancellation);
        await db.SpendCredit(order, cancellation);
    }

    /// <summary>The draft becomes an order: from now on it is seen and heard of. What it holds is used up by then.</summary>
    internal static void Finish(AuraDb db, Order order)
    {
        order.Place(db.Now);
        db.Record(order, OrderFact.Created);
        db.Publish("order.created", order, new
        {
            Total = new Money(order.Total, order.Currency).Amount,
            Currency = order.Currency.Code,
            CustomerId = order.CustomerId is { } customer ? $"{new Id<Customer>(customer)}" : null,
        });
    }

    private Basket ToBasket(NewOrder wanted, BasketCustomer customer, List<CustomerAddress> defaults, Variant[] variants)
    {
        var lines = wanted.Items.Zip(variants).Select((pair, index) => new BasketLine(index + 1, pair.Second.Id, pair.First.Quantity)
        {
            UnitPrice = OwnPrice(pair.First, pair.Second, wanted.Currency, $"Items[{index}].Price"),
            Metadata = Aura.Metadata.Checked(pair.First.Metadata),
        });
        var shipTo = wanted.ShippingAddress ?? Default(defaults, AddressType.Shipping);
        return new(wanted.Currency, [.. lines])
        {
            CustomerId = customer.Id,
            Email = wanted.Email ?? customer.Email,
            ShipTo = shipTo,
            BillTo = wanted.BillingAddress ?? Default(defaults, AddressType.Billing) ?? shipTo,
            ShippingMethod = wanted.ShippingMethod,
            Coupons = [.. wanted.Coupons.Select(code => code.Trim().ToUpperInvariant())],
        };
    }

    /// <summary>A price that the catalogue says too is nobody's own.</summary>
    private long? OwnPrice(NewOrderItem item, Variant variant, Currency currency, string field)
    {
        if (item.Price is not { } amount)
            return null;
        var price = Money.Of(amount, currency, field);
        if (price.Minor < 0)
            throw Refused.Invalid(field, "A price is zero or more.");
        if (variant.PriceIn(currency) != price)
            db.Caller.Demand(OverridePrice);
        return price.Minor;
    }

    private static Address? Default(List<CustomerAddress> defaults, AddressType type) => defaults.Find(address => address.Type == type)?.Content;

    private static string Snake(string path) => string.Join('.', path.Split('.').Select(JsonNamingPolicy.SnakeCaseLower.ConvertName));
}
