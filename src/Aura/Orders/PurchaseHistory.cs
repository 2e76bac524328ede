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
        return Of([.. byCurrency.Select(part => new InCurrency(customer.Value, part.Currency, part.Count, part.Net, part.Last))], db.Caller.Currency);
    }

    /// <summary>The same for many customers, in one query; those who bought nothing are among them.</summary>
    public static async Task<Dictionary<long, PurchaseHistory>> Bought(this AuraDb db, IReadOnlyCollection<long> customers, CancellationToken cancellation)
    {
        var parts = await db.Orders.Where(o => o.CustomerId != null && customers.Contains(o.CustomerId.Value))
            .GroupBy(o => new { CustomerId = o.CustomerId!.Value, o.Currency }).Select(orders => new InCurrency( // just asked for
                orders.Key.CustomerId, orders.Key.Currency, orders.Count(o => o.Status != OrderStatus.Cancelled),
                orders.Sum(o => (o.Status == OrderStatus.Cancelled ? o.Paid : o.Total) - o.Refunded - o.Disputed), orders.Max(o => o.PlacedAt)))
            .ToListAsync(cancellation);
        var byCustomer = parts.ToLookup(part => part.Customer);
        return customers.Distinct().ToDictionary(customer => customer, customer => Of([.. byCustomer[customer]], db.Caller.Currency));
    }

    private static PurchaseHistory Of(List<InCurrency> parts, Currency own)
    {
        var spent = parts.Where(part => part.Net != 0).Select(part => new Money(part.Net, part.Currency)).ToList();
        return new(parts.Sum(part => part.Count), spent.FirstOrDefault(part => part.Currency == own, Money.Zero(own)), parts.Max(part => part.Last), spent);
    }

    private sealed record InCurrency(long Customer, Currency Currency, int Count, long Net, DateTime? Last);
}
