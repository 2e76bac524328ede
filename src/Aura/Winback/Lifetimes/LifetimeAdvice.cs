namespace Aura.Winback.Lifetimes;

/// <summary>What a merchant may try on some of the customers of a segment.</summary>
public enum LifetimeAction
{
    /// <summary>Those who bought once: a second order.</summary>
    SecondOrder,

    /// <summary>Those who have probably gone: an order that shows they have not.</summary>
    WinBack,

    /// <summary>Those who still come: their next order now.</summary>
    NextOrder,
}

/// <param name="Customers">Whom it is for.</param>
/// <param name="PercentLift">By how much the value of the whole segment rises if <see cref="LifetimeAdvice.Success"/> percent of them order today; null of a segment that is worth nothing.</param>
/// <param name="PerOrder">What one such order adds to the value of a customer on average, itself not counted; minor units.</param>
public sealed record Advice(ValueSegment Segment, LifetimeAction Action, int Customers, double? PercentLift, long PerOrder);

/// <summary>What an order today would change, by the models: that somebody still comes is worth more than the order.</summary>
public static class LifetimeAdvice
{
    /// <summary>Percent of those who are asked, taken for those who follow. What an action really brings, only a test with a group held out can say.</summary>
    public const int Success = 10;

    /// <returns>The best first; nothing without the models.</returns>
    public static List<Advice> Of(LifetimeModels models, IEnumerable<CustomerPurchases> customers, ValueSegment? only) =>
    [
        .. models.Foretells
            ? models.Valued(customers).Where(one => only is null || one.Segment == only).GroupBy(one => one.Segment).SelectMany(segment => OfSegment(models, [.. segment]))
                .OrderByDescending(advice => (double)advice.PerOrder * advice.Customers)
            : Enumerable.Empty<Advice>(),
    ];

    private static IEnumerable<Advice> OfSegment(LifetimeModels models, List<ValuedCustomer> segment)
    {
        var whole = segment.Sum(one => (double)one.Value);
        foreach (var group in segment.GroupBy(one => ActionFor(models, one.Customer)))
        {
            var gained = group.Sum(one => (double)(models.ValueOf(one.Customer.OrderingNow) - one.Value ?? 0)); // the models are there
            if (gained > 0)
                yield return new(group.First().Segment, group.Key, group.Count(), whole > 0 ? Success * gained / whole : null, (long)Math.Round(gained / group.Count()));
        }
    }

    private static LifetimeAction ActionFor(LifetimeModels models, CustomerPurchases customer) =>
        customer.Repeats == 0 ? LifetimeAction.SecondOrder : models.AliveOf(customer) < 0.5 ? LifetimeAction.WinBack : LifetimeAction.NextOrder;
}
