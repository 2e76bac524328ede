using Aura.Carts;
using Aura.Persistence;
using Aura.Pricing;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Orders;

/// <summary>Something that was bought, or is about to be: a draft holds stock and waits for its payment.</summary>
/// <remarks>Every change is made with the order's row locked (<see cref="OrderQueries.LockOrder"/>).</remarks>
public sealed partial class Order : StoreEntity, IAudited, IPriced
{
    public static string Prefix => "ord";
    public static string[] OtherPrefixes => ["order"];
    public static string Noun => "order";

    public const int MaxTags = 250;
    private readonly List<OrderLine> lines = [];

    /// <summary>What people call it, unique in a store, from 1001; given by the database. An order that did not come about may leave a gap.</summary>
    public long Number { get; private set; }

    /// <summary>Asks for the number of an order that will be written.</summary>
    /// <param name="cart">None is given where this cart has its order already.</param>
    internal static void AskNumber(AuraDb db, Reading reading, Action<long> take, long? cart = null)
    {
        if (!db.Shares && db.Drawn is { } drawn)
        {
            db.Drawn = null;
            take(drawn);
            return;
        }

        reading.Ask(cart is null ? NextNumber : $"{NextNumber} WHERE NOT EXISTS (SELECT FROM orders WHERE tenant_id = $1 AND cart_id = $2)", row =>
        {
            take(row.GetInt64(0));
            if (db.Shares)
                db.Drawn = row.GetInt64(0);
        }, cart is { } its ? [db.Tenant, its] : [db.Tenant]);
    }

    private const string NextNumber = "SELECT nextval(('order_numbers_' || $1::bigint)::regclass)";

    /// <summary>The cart that it was; a cart becomes one order.</summary>
    public long? CartId { get; private init; }

    public long? CustomerId { get; private set; }
    public string? Email { get; private set; }
    public Currency Currency { get; private init; }

    /// <summary>When it was bought; null for a draft, which is shown to nobody.</summary>
    public DateTime? PlacedAt { get; private set; }

    public OrderStatus Status { get; private set; }
    public OrderPaymentStatus PaymentStatus { get; private set; }
    public FulfillmentStatus FulfillmentStatus { get; private set; }
    public Address? ShippingAddress { get; private set; }
    public Address? BillingAddress { get; private set; }

    /// <summary>How the customer pays, in a word: card, paypal, cash_on_delivery.</summary>
    public string? PaymentMethod { get; private set; }

    /// <summary>The code of the shipping method.</summary>
    public string? ShippingMethod { get; private set; }

    public OrderShipping? Shipping { get; private set; }
    public string[] Coupons { get; private set; } = [];
    public string[] Tags { get; private set; } = [];
    public Dictionary<string, string> Metadata { get; private set; } = [];

    /// <summary>Unit prices times quantities, before any discount.</summary>
    [MinorUnits] public long Subtotal { get; private set; }

    /// <summary>Without the discount on shipping.</summary>
    [MinorUnits] public long DiscountTotal { get; private set; }

    /// <summary>Before its discount.</summary>
    [MinorUnits] public long ShippingTotal { get; private set; }

    [MinorUnits] public long ShippingDiscount { get; private set; }

    /// <summary>All tax, whether added to the prices or contained in them.</summary>
    [MinorUnits] public long TaxTotal { get; private set; }

    /// <summary>The part of the tax that the prices contain.</summary>
    [MinorUnits] public long TaxIncluded { get; private set; }

    [MinorUnits] public long Total { get; private set; }

    public string? HoldReason { get; private set; }
    public DateTime? HeldAt { get; private set; }
    public string? CancelReason { get; private set; }
    public DateTime? CancelledAt { get; private set; }

    /// <summary>Counts the attempts to pay for the draft: each has payment keys of its own.</summary>
    public int CheckoutAttempt { get; private set; }

    public IReadOnlyList<OrderLine> Lines => lines;

    public bool IsDraft => PlacedAt is null;

    /// <param name="cartId">Null: placed without a cart.</param>
    /// <param name="number">0: the database gives one.</param>
    public static Order Draft(Currency currency, long? cartId, long number = 0) => new() { Currency = currency, CartId = cartId, Number = number };

    /// <summary>Copies what is bought, at the prices of now; a draft that is prepared again forgets what it was.</summary>
    /// <exception cref="InvalidOperationException">It is no longer a draft, or the basket has problems.</exception>
    public void Copy(PricedBasket basket, string? email, string? paymentMethod)
    {
        if (!IsDraft || basket.Problems.Count > 0)
            throw new InvalidOperationException("Only a draft is written, and only from a basket that can be bought.");
        lines.Clear();
        var totals = basket.Totals.Lines.ToDictionary(line => line.LineId);
        var priced = basket.Cart.Lines.ToDictionary(line => line.Id);
        foreach (var (index, line) in basket.Basket.Lines.Index())
            lines.Add(OrderLine.Of(index + 1, line, priced[line.Id], totals[line.Id], basket.Variants[line.VariantId]));
        (CustomerId, Email, PaymentMethod) = (basket.Basket.CustomerId, email, paymentMethod);
        (ShippingAddress, BillingAddress) = (basket.Basket.ShipTo, basket.Basket.BillTo ?? basket.Basket.ShipTo);
        (ShippingMethod, Shipping) = (basket.Cart.ShippingMethod, OrderShipping.Of(basket.Totals.Shipping));
        Coupons = [.. basket.Basket.Coupons];
        Sum(basket.Totals);
    }

    /// <summary>Adds it with its lines, which have their ids then (<see cref="AuraDb.Append{T}"/>).</summary>
    internal void Append(AuraDb db)
    {
        db.Append(this);
        foreach (var line in lines)
        {
            line.Belong(Id);
            db.Append(line);
        }
    }

    public void Attempt() => CheckoutAttempt++;

    /// <summary>The draft becomes an order.</summary>
    public void Place(DateTime now)
    {
        PlacedAt ??= now;
        Reckon();
    }

    /// <exception cref="Refused">409 <c>invalid_transition</c> with where it can go.</exception>
    public void Move(OrderStatus to)
    {
        if (!Status.Next().Contains(to))
            throw Refused.Conflict("invalid_transition", $"An order that is {Words<OrderStatus>.Of(Status)} cannot become {Words<OrderStatus>.Of(to)}.", new
            {
                From = Words<OrderStatus>.Of(Status),
                To = Words<OrderStatus>.Of(to),
                Allowed = Status.Next().Select(Words<OrderStatus>.Of),
            });
        Status = to;
    }

    /// <exception cref="Refused">409 <c>order_not_cancellable</c> once something was shipped, or when it is cancelled already.</exception>
    public void Cancel(string? reason, DateTime now)
    {
        if (!Status.Next().Contains(OrderStatus.Cancelled) || FulfillmentStatus != FulfillmentStatus.Unfulfilled)
            throw Refused.Conflict("order_not_cancellable", Status == OrderStatus.Cancelled ? "The order is cancelled already." : "What was shipped cannot be cancelled.",
                new { Status = Words<OrderStatus>.Of(Status) });
        (Status, CancelReason, CancelledAt, HoldReason, HeldAt) = (OrderStatus.Cancelled, reason, now, null, null);
    }

    /// <exception cref="Refused">409 when it is held already, or nothing is left to hold back.</exception>
    public void Hold(string reason, DateTime now)
    {
        if (HeldAt is not null)
            throw Refused.Conflict("order_held", "The order is held already.", new { HoldReason });
        if (Status is OrderStatus.Cancelled or OrderStatus.Delivered or OrderStatus.Shipped)
            throw Refused.Conflict("order_not_holdable", "There is nothing left to hold back.");
        (HoldReason, HeldAt) = (reason, now);
    }

    /// <exception cref="Refused">409 when it is not held.</exception>
    public void Release()
    {
        if (HeldAt is null)
            throw Refused.Conflict("order_not_held", "The order is not held.");
        (HoldReason, HeldAt) = (null, null);
    }

    /// <exception cref="Refused">409 once something was shipped there.</exception>
    public void Send(Address? shipping, Address? billing)
    {
        if (FulfillmentStatus != FulfillmentStatus.Unfulfilled && shipping != ShippingAddress)
            throw Refused.Conflict("order_shipped", "Something was shipped to the address already.");
        (ShippingAddress, BillingAddress) = (shipping, billing);
    }

    public void Describe(Dictionary<string, string> metadata) => Metadata = Aura.Metadata.Checked(metadata);

    /// <exception cref="Refused">422 for more than 250 tags or one over 50 characters.</exception>
    public void Tag(IReadOnlyList<string> tags)
    {
        var distinct = tags.Select(tag => tag.Trim().ToLowerInvariant()).Where(tag => tag != "").Distinct().ToArray();
        if (distinct.Length > MaxTags || distinct.Any(tag => tag.Length > 50))
            throw Refused.Invalid(nameof(Tags), $"At most {MaxTags} tags of at most 50 characters.");
        Tags = distinct;
    }

    /// <summary>Hands units over. The first makes a pending order processing, the last makes it shipped.</summary>
    /// <param name="parts">Units by line, each line once.</param>
    /// <exception cref="Refused">409 while held (<c>order_held</c>) or when it is cancelled; 422 for more than is left.</exception>
    public void Fulfill(IReadOnlyList<(Id<OrderLine> Line, int Units)> parts)
    {
        if (HeldAt is not null)
            throw Refused.Conflict("order_held", "The order is held; release it first.", new { HoldReason });
        if (Status is OrderStatus.Cancelled)
            throw Refused.Conflict("order_cancelled", "The order is cancelled.");
        foreach (var (id, units) in parts)
            Line(id).Fulfill(units);
        FulfillmentStatus = lines.All(line => line.Unfulfilled == 0) ? FulfillmentStatus.Fulfilled : FulfillmentStatus.Partial;
        if (FulfillmentStatus == FulfillmentStatus.Fulfilled)
            Status = OrderStatus.Shipped;
        else if (Status == OrderStatus.Pending)
            Status = OrderStatus.Processing;
    }

    /// <exception cref="Refused">404 where the order has no such line.</exception>
    public OrderLine Line(Id<OrderLine> id) => lines.FirstOrDefault(line => line.Id == id.Value) ?? throw Refused.NotFound(OrderLine.Noun);

    private void Sum(CartTotals totals)
    {
        (Subtotal, DiscountTotal) = (totals.Subtotal.Minor, totals.DiscountTotal.Minor);
        (ShippingTotal, ShippingDiscount) = (totals.ShippingTotal.Minor, totals.ShippingDiscount.Minor);
        (TaxTotal, TaxIncluded, Total) = (totals.TaxTotal.Minor, totals.TaxIncluded.Minor, totals.Total.Minor);
    }
}

/// <summary>What shipping was sold for, in minor units of the order's currency.</summary>
/// <param name="Price">Before the discount.</param>
/// <param name="Net">After the discount, without tax.</param>
/// <param name="Gross">Net and tax.</param>
public sealed record OrderShipping(string Name, long Price, long Discount, long Net, long Tax, long Gross, DiscountShare[] Discounts, TaxLine[] Taxes)
{
    internal static OrderShipping? Of(ShippingTotals? totals) => totals is null ? null : new(
        totals.Name, totals.Price.Minor, totals.Discount.Minor, totals.Net.Minor, totals.Tax.Minor, totals.Gross.Minor, [.. totals.Discounts], [.. totals.Taxes]);
}

internal sealed class OrderMapping : IEntityTypeConfiguration<Order>
{
    public void Configure(EntityTypeBuilder<Order> order)
    {
        order.ToTable("orders");
        order.Property(o => o.Number).ValueGeneratedOnAdd();
        order.Property(o => o.ShippingAddress).Json();
        order.Property(o => o.BillingAddress).Json();
        order.Property(o => o.Shipping).Json();
        order.HasIndex(o => new { o.TenantId, o.Number }).IsUnique();
        order.HasIndex(o => new { o.TenantId, o.CartId }).IsUnique();
        order.HasMany(o => o.Lines).WithOne().HasForeignKey(line => new { line.TenantId, line.OrderId });
        order.Navigation(o => o.Lines).HasField("lines");
    }
}
