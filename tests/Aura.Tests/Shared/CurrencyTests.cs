using System.Text.Json;
using FsCheck.Fluent;

namespace Aura.Tests.Shared;

public sealed class CurrencyTests
{
    [Fact]
    public void The_scale_is_ten_to_the_exponent() =>
        Property.Holds(Property.Currencies, currency => Assert.Equal((int)Math.Pow(10, currency.Exponent), currency.Scale));

    [Fact]
    public void Case_and_blanks_do_not_matter() => Property.Holds(Property.Currencies, currency =>
        Assert.Equal(currency, Currency.Of($" {currency.Code.ToLowerInvariant()} ")));

    [Fact]
    public void Three_letters_are_a_currency_or_refused_and_never_another_one() => Property.Holds(
        Gen.ArrayOf(Gen.Choose('A', 'Z').Select(letter => (char)letter), 3).Select(letters => new string(letters)),
        code =>
        {
            if (Currency.TryParse(code, out var currency))
                Assert.Equal(code, currency.Code);
            else
                Assert.Equal(Refusal.Invalid, Assert.Throws<Refused>(() => Currency.Of(code)).Kind);
        }, runs: 2000);

    [Theory]
    [InlineData("JPY", 0)]
    [InlineData("EUR", 2)]
    [InlineData("KWD", 3)]
    [InlineData("CLF", 4)]
    public void Exponents_are_those_of_iso_4217(string code, int exponent) => Assert.Equal(exponent, Currency.Of(code).Exponent);

    [Fact]
    public void In_json_it_is_its_code()
    {
        Assert.Equal("\"KWD\"", JsonSerializer.Serialize(Currency.Of("KWD")));
        Assert.Equal(Currency.Of("KWD"), JsonSerializer.Deserialize<Currency>("\"KWD\""));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Currency>("\"QQQ\""));
    }
}
