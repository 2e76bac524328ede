namespace Aura.Statistics.Lifetimes;

/// <summary>What the models of lifetimes need to know of a customer's orders. The three are in one unit of time, of the reader's choice.</summary>
/// <param name="Repeats">x: periods with a purchase after the one of the first purchase, zero or more. Orders of one period count once.</param>
/// <param name="Recency">tₓ: from the first purchase to the last; zero where there was one only.</param>
/// <param name="Age">T: from the first purchase to now, not less than the recency.</param>
public readonly record struct Purchases(int Repeats, double Recency, double Age)
{
    /// <exception cref="ArgumentOutOfRangeException">The numbers are no customer's.</exception>
    internal Purchases Check() => Repeats >= 0 && Recency >= 0 && Age >= Recency && double.IsFinite(Age) && (Repeats == 0) == (Recency == 0)
        ? this
        : throw new ArgumentOutOfRangeException(nameof(Repeats), this, "Repeats and recency are zero or more, zero together, and the age is not below the recency.");
}
