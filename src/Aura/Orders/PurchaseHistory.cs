using Aura.Customers;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Orders;

/// <summary>What a customer bought so far.</summary>
/// <param name="Orders">Orders that were placed and not cancelled.</param>
/// <param name="InStoreCurrency">What they cost in the store's currency, paid yet or not, less what was given back; and what was kept of
/// cancelled ones. Other currencies are not converted.</param>
/// <param name="Spent">The same in every currency that was bought in.</param>
public sealed record PurchaseHistory(int Orders, Money InStoreCurrency, DateTime? LastOrderAt, IReadOnlyList<Money> Spent);

public static class PurchaseHistories
{
    /// <summary>Adds up the orders of a customer, in one indexed query.</summary>
    public static async Task<PurchaseHistory> Bought(this AuraDb db, Id<Customer> customer, CancellationToken cancellation)
    {
        var byCurrency = await db.Orders.Where(o => o.CustomerId == customer.Value).GroupBy(o => o.Currency).Select(orders => new
        {
            Currency = orders.Key,
            Count = orders.Count(o => o.Status != OrderStatus.Cancelled),
            Net = orders.Sum(o => (o.Status == OrderStatus.Cancelled ? o.Paid : o.Total) - o.Refunded - o.Disputed),
            Last = orders.Max(o => o.PlacedAt),
        }).ToListAsync(cancellation);
        var spent = byCurrency.Where(part => part.Net != 0).Select(part => new Money(part.Net, part.Currency)).ToList();
        var own = db.Caller.Currency;
        return new(
            byCurrency.Sum(part => part.Count), spent.FirstOrDefault(part => part.Currency == own, Money.Zero(own)),
            byCurrency.Max(part => part.Last), spent);
    }
}
