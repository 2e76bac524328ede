using Aura.Customers;
using Aura.Orders;
using Aura.Persistence;
using Aura.Promotions;
using Microsoft.EntityFrameworkCore;

namespace Aura.Messages;

/// <summary>Who is in a segment: customers who bear its name as a tag or whom its rule takes, and shoppers of other shops of whom those say so.</summary>
public static class SegmentMembers
{
    private const int Part = 1_000;

    /// <summary>The numbers of the segment's shoppers; customers who had none yet become known as shoppers.</summary>
    public static async Task<IReadOnlyList<long>> ShoppersIn(this AuraDb db, CustomerSegment segment, CancellationToken cancellation)
    {
        var members = await db.Shoppers.Where(s => s.Segments.Contains(segment.Name)).Select(s => s.Id).ToListAsync(cancellation);
        await foreach (var customers in db.CustomersIn(segment, cancellation))
        {
            var known = await db.Shoppers.Where(s => s.CustomerId != null && customers.Contains(s.CustomerId.Value)).Select(s => new { s.Id, s.CustomerId }).ToListAsync(cancellation);
            members.AddRange(known.Select(shopper => shopper.Id));
            foreach (var customer in customers.Except(known.Select(shopper => shopper.CustomerId!.Value))) // just asked for
                members.Add((await db.ShopperOf(new Id<Customer>(customer), cancellation)).Id);
            db.ChangeTracker.Clear();
        }

        return [.. members.Distinct().Order()];
    }

    /// <summary>How many there are.</summary>
    public static async Task<int> Size(this AuraDb db, CustomerSegment segment, CancellationToken cancellation)
    {
        var others = await db.Shoppers.CountAsync(s => s.CustomerId == null && s.Segments.Contains(segment.Name), cancellation);
        await foreach (var customers in db.CustomersIn(segment, cancellation))
            others += customers.Count;
        return others;
    }

    /// <summary>A thousand customers at a time, with what they bought.</summary>
    private static async IAsyncEnumerable<List<long>> CustomersIn(
        this AuraDb db, CustomerSegment segment, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        if (segment.Rule.IsEmpty)
        {
            yield return await db.Customers.Where(c => c.Tags.Contains(segment.Name)).Select(c => c.Id).ToListAsync(cancellation);
            yield break;
        }

        for (long last = 0; ;)
        {
            var some = await db.Customers.Where(c => c.Id > last).OrderBy(c => c.Id).Take(Part).Select(c => new { c.Id, c.Tags }).ToListAsync(cancellation);
            if (some.Count == 0)
                yield break;
            last = some[^1].Id;
            var bought = await db.Bought([.. some.Select(customer => customer.Id)], cancellation);
            yield return [.. some.Where(customer => customer.Tags.Contains(segment.Name) || segment.Rule.Takes(bought[customer.Id], db.Now)).Select(customer => customer.Id)];
        }
    }
}
