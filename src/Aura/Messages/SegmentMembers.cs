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
        var inside = new List<long>();
        await foreach (var (customer, tags, bought) in db.Customers(cancellation))
            if (tags.Contains(segment.Name) || segment.Rule.Takes(bought, db.Now))
                inside.Add(customer);
        foreach (var customers in inside.Chunk(Part))
        {
            var known = await db.Shoppers.Where(s => s.CustomerId != null && customers.Contains(s.CustomerId.Value)).Select(s => new { s.Id, s.CustomerId }).ToListAsync(cancellation);
            members.AddRange(known.Select(shopper => shopper.Id));
            foreach (var customer in customers.Except(known.Select(shopper => shopper.CustomerId!.Value))) // just asked for
                members.Add((await db.ShopperOf(new Id<Customer>(customer), cancellation)).Id);
            db.ChangeTracker.Clear();
        }

        return [.. members.Distinct().Order()];
    }

    /// <summary>How many there are in each, by the segments' numbers; the customers are read once for all of them.</summary>
    public static async Task<Dictionary<long, int>> Sizes(this AuraDb db, IReadOnlyList<CustomerSegment> segments, CancellationToken cancellation)
    {
        var names = segments.Select(segment => segment.Name).ToList();
        var others = await db.Shoppers.Where(s => s.CustomerId == null && s.Segments.Any(name => names.Contains(name))).Select(s => s.Segments).ToListAsync(cancellation);
        var sizes = segments.ToDictionary(segment => segment.Id, segment => others.Count(own => own.Contains(segment.Name)));
        await foreach (var (customer, tags, bought) in db.Customers(cancellation))
            foreach (var segment in segments)
                if (tags.Contains(segment.Name) || segment.Rule.Takes(bought, db.Now))
                    sizes[segment.Id]++;
        return sizes;
    }

    /// <summary>All customers with their tags and what they bought, read a thousand at a time.</summary>
    private static async IAsyncEnumerable<(long Customer, string[] Tags, PurchaseHistory Bought)> Customers(
        this AuraDb db, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        for (long last = 0; ;)
        {
            var some = await db.Customers.Where(c => c.Id > last).OrderBy(c => c.Id).Take(Part).Select(c => new { c.Id, c.Tags }).ToListAsync(cancellation);
            if (some.Count == 0)
                yield break;
            last = some[^1].Id;
            var bought = await db.Bought([.. some.Select(customer => customer.Id)], cancellation);
            foreach (var customer in some)
                yield return (customer.Id, customer.Tags, bought[customer.Id]);
        }
    }
}
