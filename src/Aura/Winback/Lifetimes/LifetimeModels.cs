using Aura.Statistics.Lifetimes;

namespace Aura.Winback.Lifetimes;

/// <summary>Customers by what they will bring.</summary>
public enum ValueSegment
{
    /// <summary>The best fifth.</summary>
    Top,
    Middle,

    /// <summary>The last fifth.</summary>
    Low,
}

/// <summary>A customer with what they are expected to bring, in minor units.</summary>
/// <param name="Value">Over the months ahead, discounted; without a model what they brought so far.</param>
public sealed record ValuedCustomer(CustomerPurchases Customer, long Value, ValueSegment Segment);

/// <summary>The models of a store's customers, fitted on a day, or that there was not enough to fit them to.</summary>
/// <param name="Orders">How often; null with too little history.</param>
/// <param name="Spend">How much; null with too little history.</param>
/// <param name="Correlation">Of how often with how much, of repeat customers: the models take it for none.</param>
/// <param name="PercentError">What the first model, fitted to the first two thirds of the time, missed in the orders of the last third, by tenths of the customers, in
/// percent of what came; null where there was too little for that.</param>
public sealed record LifetimeModels(BgNbd? Orders, GammaGamma? Spend, double Correlation, double? PercentError)
{
    /// <summary>Months ahead that a value is of.</summary>
    public const int Months = 12;

    /// <summary>Of money, a month.</summary>
    public const double MonthlyDiscount = 0.01;

    /// <summary>More customers than this are not fitted: an even sample of them says the same to the second digit.</summary>
    private const int Sample = 5_000;

    private const double WeeksOfMonth = 365.25 / 12 / 7;

    public bool Foretells => Orders is not null && Spend is not null;

    /// <param name="customers">By the day of the fit.</param>
    /// <param name="before">The same customers as they were after two thirds of the time; weeks since then in <paramref name="weeksSince"/>.</param>
    public static LifetimeModels Fit(IReadOnlyList<CustomerPurchases> customers, IReadOnlyList<CustomerPurchases> before, double weeksSince)
    {
        CustomerPurchases[] sample = [.. Sampled(customers)];
        Spending[] spending = [.. sample.Select(customer => customer.Spend).OfType<Spending>()];
        return new(BgNbd.Fit(sample.Select(customer => customer.Orders)), GammaGamma.Fit(spending), GammaGamma.Correlation(spending), Missed(customers, before, weeksSince));
    }

    /// <summary>What a customer will bring in minor units; null without the models.</summary>
    public long? ValueOf(CustomerPurchases customer) => Orders is { } orders && Spend is { } spend
        ? Whole(new LifetimeValue(orders, spend, WeeksOfMonth, MonthlyDiscount).Of(customer.Orders, customer.Spend, Months))
        : null;

    /// <summary>Orders of the months ahead; null without the model.</summary>
    public double? OrdersOf(CustomerPurchases customer) => Orders?.ExpectedPurchases(customer.Orders, Months * WeeksOfMonth);

    /// <summary>Whether they still come, 0 to 1; null without the model, and for customers without a repeat order, of whom the model says nothing.</summary>
    public double? AliveOf(CustomerPurchases customer) => customer.Repeats > 0 ? Orders?.ProbabilityAlive(customer.Orders) : null;

    /// <summary>All customers with their values and segments, the best first; by what they brought so far where nothing can be foretold.</summary>
    public List<ValuedCustomer> Valued(IEnumerable<CustomerPurchases> customers)
    {
        var ranked = customers.Select(customer => (Customer: customer, Value: ValueOf(customer) ?? customer.Net)).OrderByDescending(one => one.Value).ThenBy(one => one.Customer.CustomerId).ToList();
        var fifth = (ranked.Count + 4) / 5;
        return [.. ranked.Select((one, rank) => new ValuedCustomer(one.Customer, one.Value,
            rank < fifth ? ValueSegment.Top : rank >= ranked.Count - fifth ? ValueSegment.Low : ValueSegment.Middle))];
    }

    private static long Whole(double minor) => (long)Math.Round(minor, MidpointRounding.AwayFromZero);

    private static IEnumerable<CustomerPurchases> Sampled(IReadOnlyList<CustomerPurchases> customers)
    {
        var every = (customers.Count + Sample - 1) / Sample;
        return customers.Where((_, index) => index % every == 0);
    }

    private static double? Missed(IReadOnlyList<CustomerPurchases> customers, IReadOnlyList<CustomerPurchases> before, double weeksSince)
    {
        if (weeksSince <= 0 || BgNbd.Fit(Sampled(before).Select(customer => customer.Orders)) is not { } model)
            return null;
        var now = customers.ToDictionary(customer => customer.CustomerId, customer => customer.Repeats);
        var told = before.Select(customer => (Said: model.ExpectedPurchases(customer.Orders, weeksSince), Came: now.GetValueOrDefault(customer.CustomerId, customer.Repeats) - customer.Repeats))
            .OrderBy(one => one.Said).ToList();
        var came = told.Sum(one => one.Came);
        return came <= 0 ? null : 100 * told.Chunk(Math.Max(1, (told.Count + 9) / 10)).Sum(tenth => Math.Abs(tenth.Sum(one => one.Said - one.Came))) / came;
    }
}
