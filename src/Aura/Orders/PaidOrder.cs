using Aura.Carts;
using Aura.Payments;
using Aura.Persistence;

namespace Aura.Orders;

/// <summary>An order of which a payment changes, with what the change depends on: its cart, what it holds, what was paid otherwise.</summary>
/// <remarks>
/// By hand, for every purchase ends here: cart and order are locked and read in the round trip that locks the payment. What may be
/// given back only by who holds the order's row is read behind its lock, and so stays true.
/// </remarks>
internal sealed class PaidOrder
{
    public PaidOrder(AuraDb db, Reading reading, long intent, long order, ICartDiscounts discounts)
    {
        const string cart = "(SELECT cart_id FROM orders WHERE tenant_id = $1 AND id = $2 AND placed_at IS NULL)";
        var tenant = db.Caller.TenantId;
        reading.Ask($"SELECT 1 FROM carts WHERE tenant_id = $1 AND id = {cart} FOR NO KEY UPDATE", null, tenant, order)
            .Ask("SELECT 1 FROM orders WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE", null, tenant, order)
            .Track<Order>("WHERE tenant_id = $1 AND id = $2", own => Order = own, tenant, order)
            .Track<OrderLine>("WHERE tenant_id = $1 AND order_id = $2 ORDER BY position", null, tenant, order)
            .Track<Cart>($"WHERE tenant_id = $1 AND id = {cart}", own => Cart = own, tenant, order)
            .Ask("""
                SELECT coalesce(sum(authorized), 0)::bigint, coalesce(sum(captured), 0)::bigint, coalesce(sum(refunded), 0)::bigint, coalesce(sum(disputed), 0)::bigint
                FROM payment_intents WHERE tenant_id = $1 AND order_id = $2 AND id <> $3
                """, row => Others = new(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)), tenant, order, intent)
            .Ask("SELECT count(*) = 0 OR bool_or(quantity > shipped + released) FROM stock_allocations WHERE tenant_id = $1 AND order_id = $2",
                row => HoldsStock = row.GetBoolean(0), tenant, order);
        Discounts = discounts.Ask(db, reading, order);
    }

    /// <summary>One that was written just now, with its cart, for which nobody has paid. To be changed without a lock (<see cref="Watch"/>).</summary>
    public PaidOrder(Order order, Cart cart, IHeldDiscounts discounts) => (Order, Cart, HoldsStock, Discounts) = (order, cart, true, discounts);

    /// <summary>Tracked, with its lines; null: the store has none with this number.</summary>
    public Order? Order { get; private set; }

    /// <summary>Tracked, without its lines; null for an order that is placed already, or had none.</summary>
    public Cart? Cart { get; private set; }

    /// <summary>The payments for it besides this one.</summary>
    public PaymentAmounts Others { get; private set; }

    /// <summary>Or has nothing to hold: its goods are not counted.</summary>
    public bool HoldsStock { get; private set; }

    public IHeldDiscounts Discounts { get; }

    /// <summary>Its stock, its uses or its credit may have been given free, for a payment that comes late. Credit can be let go by itself.</summary>
    public bool MayHaveBeenReleased => !HoldsStock || !Discounts.IsHeld || Order is { Credit: > 0 };

    /// <summary>Whoever changed the order or its cart since, or gave back what it holds, has moved a version.</summary>
    public void Watch(AuraDb db)
    {
        db.Watch(Cart!, SharedStep.Carts); // what is known has both
        db.Watch(Order!, SharedStep.Orders);
    }

    public static async Task<PaidOrder> Read(AuraDb db, long intent, long order, ICartDiscounts discounts, CancellationToken cancellation)
    {
        var reading = new Reading(db);
        var paid = new PaidOrder(db, reading, intent, order, discounts);
        await reading.Run(cancellation);
        return paid;
    }
}
