namespace Aura.Statistics;

/// <summary>What is laid down before a test starts, and not changed after.</summary>
public sealed record TestPlan(SuccessMetric Metric)
{
    private readonly double _confidenceLevel = 95;
    private readonly long _minimumSampleSize = 1000;

    /// <summary>Percent, above 0 and below 100: 100 (1 − alpha).</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not between 0 and 100.</exception>
    public double ConfidenceLevel
    {
        get => _confidenceLevel;
        init
        {
            Probability.Check(value / 100);
            _confidenceLevel = value;
        }
    }

    /// <summary>Exposures that every arm needs before anything is decided; one or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below one.</exception>
    public long MinimumSampleSize
    {
        get => _minimumSampleSize;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            _minimumSampleSize = value;
        }
    }

    /// <summary>The test may be looked at and ended at any time (<see cref="ConfidenceSequence"/>). Otherwise it is decided once, at its planned
    /// end, where it finds smaller differences. One of the two: a test that may be won both ways is wrong more often than alpha.</summary>
    public bool Sequential { get; init; } = true;

    /// <summary>Exposures, of a variant and the control together, at which sequential intervals are narrowest.</summary>
    public double NarrowestAt { get; init; } = 5000;

    /// <summary>The chance of a false winner that is taken: 1 − confidence level.</summary>
    public double Alpha => (100 - ConfidenceLevel) / 100;
}

/// <summary>What makes a variant better.</summary>
public enum SuccessMetric
{
    /// <summary>Units that converted, of all exposed.</summary>
    ConversionRate,

    /// <summary>Revenue of all units by all exposed, those who bought nothing included.</summary>
    RevenuePerUser,
}
