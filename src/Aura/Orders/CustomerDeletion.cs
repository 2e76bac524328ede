using Aura.Customers;
using Aura.Events;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Orders;

/// <summary>Removes customers of whom the books say nothing.</summary>
public static class CustomerDeletion
{
    /// <summary>Removes a customer with addresses and saved means of payment; open carts go on as a guest's. To be saved by the caller.</summary>
    /// <exception cref="Refused">404; 409 <c>customer_has_history</c> where there are orders, payments, credit notes or reviews, which keep their customer.</exception>
    public static async Task Delete(this AuraDb db, Id<Customer> id, CancellationToken cancellation)
    {
        var customer = await db.Load(db.Customers.Include(c => c.Addresses).Where(c => c.Id == id.Value), cancellation);
        if (await db.AllOrders.AnyAsync(o => o.CustomerId == id.Value, cancellation) || await db.PaymentIntents.AnyAsync(i => i.CustomerId == id.Value, cancellation) ||
            await db.CreditNotes.AnyAsync(n => n.CustomerId == id.Value, cancellation) || await db.Reviews.AnyAsync(r => r.CustomerId == id.Value, cancellation) ||
            await db.Wallets.AnyAsync(w => w.CustomerId == id.Value, cancellation))
            throw Refused.Conflict("customer_has_history", "Orders, payments, credit, credit notes or reviews of this customer are on record, and keep their customer.");
        foreach (var cart in await db.Carts.Where(c => c.CustomerId == id.Value).ToListAsync(cancellation))
            cart.Belong(null, cart.Email);
        db.PaymentMethods.RemoveRange(await db.PaymentMethods.Where(m => m.CustomerId == id.Value).ToListAsync(cancellation));
        db.Customers.Remove(customer);
        db.Publish("customer.deleted", customer, new { CustomerId = $"{id}" });
    }
}
