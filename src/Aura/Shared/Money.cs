using System.Globalization;

namespace Aura;

/// <summary>An amount in minor units (cents, yen, fils) of one currency. Adding two currencies is a programming error.</summary>
public readonly record struct Money(long Minor, Currency Currency) : IComparable<Money>
{
    public static Money Zero(Currency currency) => new(0, currency);

    /// <summary>From a decimal amount of major units; refuses more digits than the currency has.</summary>
    /// <exception cref="Refused">422 when the amount has a fraction of a minor unit or is out of range.</exception>
    public static Money Of(decimal amount, Currency currency, string field = "amount")
    {
        if (Math.Abs(amount) > MaxMajor)
            throw Refused.Invalid(field, $"An amount is at most {MaxMajor:0}.");
        var minor = amount * currency.Scale;
        return minor == decimal.Truncate(minor)
            ? new((long)minor, currency)
            : throw Refused.Invalid(field, $"{currency.Code} has {currency.Exponent} decimal places.");
    }

    /// <summary>From a decimal amount, rounded half away from zero.</summary>
    public static Money Round(decimal amount, Currency currency) => new(RoundMinor(amount * currency.Scale), currency);

    /// <summary>Major units: 1999 USD is 19.99.</summary>
    public decimal Amount => (decimal)Minor / Currency.Scale;

    /// <summary>The share of a percentage (0 to 100 and beyond), rounded once, half away from zero.</summary>
    public Money Percent(decimal percent) => new(RoundMinor(Minor * percent / 100m), Currency);

    /// <summary>Splits by largest remainder: the parts are proportional to the weights and sum to the whole exactly.</summary>
    /// <param name="weights">Non-negative; if all are zero the amount is split evenly.</param>
    /// <remarks>Ties go to the lower index. Works for negative amounts by mirroring.</remarks>
    public Money[] Split(ReadOnlySpan<long> weights)
    {
        var parts = Allocation.Split(Minor, weights);
        var result = new Money[parts.Length];
        for (var i = 0; i < parts.Length; i++)
            result[i] = new(parts[i], Currency);
        return result;
    }

    public int CompareTo(Money other) => Minor.CompareTo(Same(other).Minor);

    public static Money operator +(Money a, Money b) => new(checked(a.Minor + a.Same(b).Minor), a.Currency);
    public static Money operator -(Money a, Money b) => new(checked(a.Minor - a.Same(b).Minor), a.Currency);
    public static Money operator -(Money a) => new(checked(-a.Minor), a.Currency);
    public static Money operator *(Money a, int times) => new(checked(a.Minor * times), a.Currency);
    public static bool operator <(Money a, Money b) => a.CompareTo(b) < 0;
    public static bool operator >(Money a, Money b) => a.CompareTo(b) > 0;
    public static bool operator <=(Money a, Money b) => a.CompareTo(b) <= 0;
    public static bool operator >=(Money a, Money b) => a.CompareTo(b) >= 0;

    /// <summary>For logs and people: <c>19.99 USD</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Amount} {Currency.Code}");

    internal static long RoundMinor(decimal minor) => (long)Math.Round(minor, 0, MidpointRounding.AwayFromZero);

    /// <summary>What an amount of major units may be at most.</summary>
    public const decimal MaxMajor = 1_000_000_000_000m;

    private Money Same(Money other) => other.Currency == Currency
        ? other
        : throw new InvalidOperationException($"{Currency} and {other.Currency} cannot be combined.");
}
