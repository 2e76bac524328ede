using Aura.Customers;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Orders;

/// <summary>What orders, carts and the customer's own row know of somebody.</summary>
internal sealed class PurchaseData : IPersonalData
{
    public string Name => "purchases";

    public async Task<object?> Export(AuraDb db, Shopper shopper, CancellationToken cancellation)
    {
        if (shopper.CustomerId is not { } customer)
            return null;
        return new
        {
            Addresses = await db.CustomerAddresses.AsNoTracking().Where(a => a.CustomerId == customer).OrderBy(a => a.Id).Select(a => a.Content).ToListAsync(cancellation),
            Orders = await db.Orders.AsNoTracking().Where(o => o.CustomerId == customer).OrderBy(o => o.Id)
                .Select(o => new { o.Number, o.PlacedAt, o.Email, Currency = o.Currency.Code, TotalMinor = o.Total, o.ShippingAddress, o.BillingAddress }).ToListAsync(cancellation),
            Carts = await db.Carts.AsNoTracking().Where(c => c.CustomerId == customer).OrderBy(c => c.Id).Select(c => new { c.Id, c.Email, c.CreatedAt }).ToListAsync(cancellation),
        };
    }

    /// <summary>Takes the customer away; where there are orders, what says who it was. The orders themselves are books, which the law wants kept (GDPR, article 17 (3) b).</summary>
    public async Task<string?> Forget(AuraDb db, Shopper shopper, CancellationToken cancellation)
    {
        if (shopper.CustomerId is not { } id)
            return null;
        try
        {
            await db.Delete(new Id<Customer>(id), cancellation);
            return null;
        }
        catch (Refused history) when (history.Code == "customer_has_history")
        {
            var customer = await db.Customers.Include(c => c.Addresses).SingleAsync(c => c.Id == id, cancellation);
            customer.Anonymize();
            foreach (var cart in await db.Carts.Where(c => c.CustomerId == id).ToListAsync(cancellation))
            {
                cart.Belong(id, null);
                cart.Send(null, null);
            }

            db.PaymentMethods.RemoveRange(await db.PaymentMethods.Where(m => m.CustomerId == id).ToListAsync(cancellation));
            db.Publish("customer.updated", customer);
            return "Orders, payments and what belongs to them are kept as the books of the store, with the addresses of their time.";
        }
    }
}
