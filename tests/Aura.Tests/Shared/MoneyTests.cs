using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace Aura.Tests.Shared;

public sealed class MoneyTests
{
    private static readonly Gen<Money> Amounts =
        from currency in Property.Currencies
        from minor in Property.Amounts(1_000_000_000_000)
        from sign in Gen.Elements(-1, 1)
        select new Money(sign * minor, currency);

    [Fact]
    public void Major_units_and_back_is_the_same_money() =>
        Property.Holds(Amounts, money => Assert.Equal(money, Money.Of(money.Amount, money.Currency)));

    [Fact]
    public void Json_and_back_is_the_same_money() =>
        Property.Holds(Amounts, money => Assert.Equal(money, JsonSerializer.Deserialize<Money>(JsonSerializer.Serialize(money))));

    [Fact]
    public void Rounding_moves_at_most_half_a_minor_unit() => Property.Holds(
        from currency in Property.Currencies
        from digits in Property.Amounts(1_000_000_000_000)
        select (Amount: digits / 1_000_000m, currency),
        given => Assert.True(Math.Abs(Money.Round(given.Amount, given.currency).Amount - given.Amount) <= 0.5m / given.currency.Scale));

    [Fact]
    public void A_percentage_and_its_rest_are_the_whole_within_a_unit() => Property.Holds(
        from money in Amounts
        from percent in Gen.Choose(0, 10_000)
        select (money, Percent: percent / 100m),
        given => Assert.InRange((given.money.Percent(given.Percent) + given.money.Percent(100 - given.Percent) - given.money).Minor, -1, 1));

    [Fact]
    public void Parts_sum_to_the_whole_in_its_currency() => Property.Holds(
        from money in Amounts
        from weights in Gen.NonEmptyListOf(Property.Amounts(1000))
        select (money, Weights: weights.ToArray()),
        given => Assert.Equal(given.money, given.money.Split(given.Weights).Aggregate((a, b) => a + b)));

    [Fact]
    public void Subtraction_undoes_addition() => Property.Holds(
        from money in Amounts
        from other in Property.Amounts(1_000_000)
        select (money, new Money(other, money.Currency)),
        given => Assert.Equal(given.money, given.money + given.Item2 - given.Item2));

    [Theory]
    [InlineData(0.005, 1)]
    [InlineData(-0.005, -1)]
    [InlineData(0.015, 2)]
    [InlineData(0.0149, 1)]
    public void Halves_round_away_from_zero(decimal amount, long minor) => Assert.Equal(minor, Money.Round(amount, Currency.Eur).Minor);

    [Theory]
    [InlineData("JPY", "0.5")]
    [InlineData("EUR", "0.001")]
    [InlineData("KWD", "0.0001")]
    [InlineData("USD", "1000000000001")]
    public void A_fraction_of_a_minor_unit_or_too_much_is_refused(string currency, string amount)
    {
        var refused = Assert.Throws<Refused>(() =>
            Money.Of(decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture), Currency.Of(currency), "Price"));
        Assert.Equal((Refusal.Invalid, "Price"), (refused.Kind, refused.Fields.Single().Field));
    }

    [Fact]
    public void Two_currencies_do_not_combine()
    {
        Assert.Throws<InvalidOperationException>(() => Money.Zero(Currency.Eur) + Money.Zero(Currency.Usd));
        Assert.Throws<InvalidOperationException>(() => Money.Zero(Currency.Eur) < Money.Zero(Currency.Usd));
    }

    [Fact]
    public void Nothing_wraps_around()
    {
        var most = new Money(long.MaxValue, Currency.Eur);
        Assert.Throws<OverflowException>(() => most + new Money(1, Currency.Eur));
        Assert.Throws<OverflowException>(() => -most - new Money(2, Currency.Eur));
        Assert.Throws<OverflowException>(() => most * 2);
        Assert.Throws<OverflowException>(() => most.Percent(101));
        Assert.Throws<OverflowException>(() => -new Money(long.MinValue, Currency.Eur));
    }
}
