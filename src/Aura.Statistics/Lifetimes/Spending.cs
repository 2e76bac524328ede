namespace Aura.Statistics.Lifetimes;

/// <summary>What a customer's repeat orders were worth.</summary>
/// <param name="Repeats">x, one or more, as in <see cref="Purchases"/>.</param>
/// <param name="MeanValue">Of those repeat purchases, above zero, in one currency.</param>
public readonly record struct Spending(int Repeats, double MeanValue)
{
    /// <exception cref="ArgumentOutOfRangeException">There is no repeat purchase, or it was worth nothing.</exception>
    internal Spending Check() => Repeats > 0 && MeanValue > 0 && double.IsFinite(MeanValue)
        ? this
        : throw new ArgumentOutOfRangeException(nameof(Repeats), this, "Of repeat purchases above zero there is one at least.");
}
