namespace Aura.Statistics;

/// <summary>Intervals and p values that stay valid however often one looks, and whenever one stops: of all tests without a difference, at
/// most alpha ever show one, at any of their looks. The asymptotic confidence sequence of the normal mixture.</summary>
/// <remarks>I. Waudby-Smith, D. Arbour, R. Sinha, E. Kennedy, A. Ramdas, "Time-uniform central limit theory and asymptotic confidence
/// sequences", arXiv 2103.06476v7: half width by equation 9, p value by 155, ρ by 161. The price of looking is width: where the sequence
/// is narrowest it is some 1.5 times as wide as the interval of a single look. As in every asymptotic method, the first few dozen units
/// are too few.</remarks>
public sealed class ConfidenceSequence
{
    private readonly double _rhoSquared;

    private ConfidenceSequence(double rhoSquared) => _rhoSquared = rhoSquared;

    /// <summary>The parameter of the mixture, ρ² = (−2 ln α + ln(1 − 2 ln α)) / N.</summary>
    /// <param name="n">N, the number of units (of both arms together) at which the intervals are to be narrowest: where a decision is hoped
    /// for. It is chosen before the first look and not changed.</param>
    /// <param name="alpha">The level for which it is narrowest there. The sequence is valid at any other level too.</param>
    /// <exception cref="ArgumentOutOfRangeException">N is not above zero, or alpha not between 0 and 1.</exception>
    public static ConfidenceSequence NarrowestAt(double n = 5000, double alpha = 0.05)
    {
        if (!(n > 0 && double.IsFinite(n)))
            throw new ArgumentOutOfRangeException(nameof(n), n, "A number above zero is expected.");
        var spread = -2 * Math.Log(Probability.Check(alpha));
        return new((spread + Math.Log(spread + 1)) / n);
    }

    /// <summary>se √n √(2(nρ² + 1) ln(√(nρ² + 1)/α) / (nρ)²).</summary>
    /// <param name="standardError">Of the estimate, from the data so far; zero or more.</param>
    /// <param name="n">Units so far, of both arms together; one or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range.</exception>
    public double HalfWidth(double standardError, long n, double alpha)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(n);
        ArgumentOutOfRangeException.ThrowIfNegative(standardError);
        var information = n * _rhoSquared;
        return standardError * Math.Sqrt(2 * (information + 1) * Math.Log(Math.Sqrt(information + 1) / Probability.Check(alpha)) / information);
    }

    /// <summary>The estimate with <see cref="HalfWidth"/> on either side.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range.</exception>
    public Interval Around(double estimate, double standardError, long n, double alpha) =>
        Interval.Around(estimate, HalfWidth(standardError, n, alpha));

    /// <summary>The always-valid p value: one over the evidence exp(z² nρ² / 2(nρ² + 1)) / √(nρ² + 1) with z = estimate/se, at most 1.
    /// It is alpha or less exactly where the interval leaves out zero.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The standard error is not above zero, or n below one.</exception>
    public double PValue(double estimate, double standardError, long n)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(n);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(standardError);
        var information = n * _rhoSquared;
        var evidence = Math.Pow(estimate / standardError, 2) * information / (2 * (information + 1)) - Math.Log(information + 1) / 2;
        return Math.Min(1, Math.Exp(-evidence));
    }
}
