using FsCheck;
using FsCheck.Fluent;

namespace Aura.Tests;

/// <summary>Properties on generated values, from a fixed seed: a failure today is a failure tomorrow.</summary>
internal static class Property
{
    public static void Holds<T>(Gen<T> values, Action<T> property, int runs = 300) => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(runs).WithReplay(20260707, 7919),
        Prop.ForAll(values.ToArbitrary(), property));

    /// <summary>Whole numbers of any size up to a limit, small ones as often as large ones.</summary>
    public static Gen<long> Amounts(long max) =>
        from digits in Gen.Choose(0, 19)
        from high in Gen.Choose(0, int.MaxValue)
        from low in Gen.Choose(0, int.MaxValue)
        select (long)(((Int128)high << 31 | low) % Int128.Min((Int128)max + 1, (Int128)Math.Pow(10, digits)));

    public static readonly Gen<Currency> Currencies = Gen.Elements(Currency.Eur, Currency.Jpy, Currency.Of("KWD"), Currency.Of("CLF"));
}
