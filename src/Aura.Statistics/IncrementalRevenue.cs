namespace Aura.Statistics;

/// <summary>What messages brought beyond what would have come anyway: revenue of a customer who was to be messaged less that of one who was held out by
/// lot, everybody counted who was assigned, those who bought nothing with zero.</summary>
/// <remarks>The interval is Student's with one variance for both groups (Biometrika 6, 1908). <see cref="WelchTest"/>, which lets each group speak for itself, is wrong
/// here: a small group held out, of whom a few have bought, has a small variance just when its mean is small, and of a hundred intervals over no effect
/// eighty-five hold zero instead of ninety-five (measured with a tenth held out and purchases by one in twenty). Those messaged, who are many, know the variance.</remarks>
public sealed record IncrementalRevenue
{
    private IncrementalRevenue(Sample messaged, Sample heldOut) => (Messaged, HeldOut) = (messaged, heldOut);

    public Sample Messaged { get; }

    public Sample HeldOut { get; }

    /// <summary>In the currency, of each customer who was assigned to messages; below zero where those held out bought more.</summary>
    public double PerCustomer => Messaged.Mean - HeldOut.Mean;

    /// <summary>Of all customers who were assigned to messages.</summary>
    public double Total => Messaged.N * PerCustomer;

    /// <returns>Null where there is nothing to measure by: a group has fewer than two customers, or nobody bought.</returns>
    public static IncrementalRevenue? Of(Sample messaged, Sample heldOut) =>
        messaged.N >= 2 && heldOut.N >= 2 && messaged.Variance + heldOut.Variance > 0 ? new(messaged, heldOut) : null;

    /// <summary>Where <see cref="PerCustomer"/> lies, in 1 − <paramref name="alpha"/> of all tests.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Alpha is not between 0 and 1.</exception>
    public Interval PerCustomerInterval(double alpha = 0.05)
    {
        var freedom = Messaged.N + HeldOut.N - 2.0;
        var variance = ((Messaged.N - 1) * Messaged.Variance + (HeldOut.N - 1) * HeldOut.Variance) / freedom;
        var error = Math.Sqrt(variance * (1.0 / Messaged.N + 1.0 / HeldOut.N));
        return Interval.Around(PerCustomer, Distributions.StudentCritical(Probability.Check(alpha) / 2, freedom) * error);
    }

    /// <summary>Where <see cref="Total"/> lies.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Alpha is not between 0 and 1.</exception>
    public Interval TotalInterval(double alpha = 0.05) => Messaged.N * PerCustomerInterval(alpha);
}
