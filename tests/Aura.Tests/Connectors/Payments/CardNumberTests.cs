using Aura.Connectors.Payments;

namespace Aura.Tests.Connectors.Payments;

public sealed class CardNumberTests
{
    [Theory]
    [InlineData("4242424242424242", "visa")]
    [InlineData("4222222222222", "visa")]
    [InlineData("5555555555554444", "mastercard")]
    [InlineData("2223003122003222", "mastercard")]
    [InlineData("2720990000000007", "mastercard")]
    [InlineData("378282246310005", "amex")]
    [InlineData("341111111111111", "amex")]
    [InlineData("6011111111111117", "discover")]
    [InlineData("6445644564456445", "discover")]
    [InlineData("3530111333300000", null)]
    [InlineData("2220990000000000", null)]
    [InlineData("2721000000000000", null)]
    [InlineData("424242424242424", null)]
    public void The_brand_follows_from_leading_digits_and_length(string digits, string? brand) =>
        Assert.Equal(brand, CardNumber.Brand(digits));

    [Theory]
    [InlineData("4242424242424242", true)]
    [InlineData("378282246310005", true)]
    [InlineData("4242424242424241", false)]
    [InlineData("4224242424242424", false)]
    [InlineData("", false)]
    public void Luhn_catches_a_wrong_digit_and_two_swapped_ones(string digits, bool passes) =>
        Assert.Equal(passes, CardNumber.PassesLuhn(digits));

    [Theory]
    [InlineData("4242 4242-4242 4242", "4242424242424242")]
    [InlineData("4242.4242.4242.4242", null)]
    [InlineData("42424242424", null)]
    [InlineData("٤٢٤٢٤٢٤٢٤٢٤٢", null)]
    [InlineData(null, null)]
    public void A_number_may_be_written_in_groups(string? text, string? digits) => Assert.Equal(digits, CardNumber.Digits(text));

    [Theory]
    [InlineData("4111111111111111", true)]
    [InlineData("card: 4111 1111 1111 1111, exp 12/30", true)]
    [InlineData("{\"pan\":\"5555-5555-5555-4444\"}", true)]
    [InlineData("amex 378282246310005.", true)]
    [InlineData("4111111111111112", false)]
    [InlineData("customer credit card info", false)]
    [InlineData("411111111111", false)]
    [InlineData("order 41111111111111111111111", false)]
    [InlineData("at 1763760000004", false)]
    [InlineData("4111  1111  1111  1111", false)]
    public void A_card_number_is_found_wherever_it_stands(string text, bool appears) => Assert.Equal(appears, CardNumber.Appears(text));
}
