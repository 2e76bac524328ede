using Aura.Connectors.Payments;

namespace Aura.Tests.Connectors.Payments;

public sealed class PaymentKindTests
{
    [Fact]
    public void Every_kind_is_spelled_as_the_API_spells_it() => Assert.Equal(
        ["card", "apple_pay", "google_pay", "paypal", "ach", "wire", "affirm", "klarna", "bitcoin", "ethereum",
            "cash_on_delivery", "net_terms", "store_credit"],
        Enum.GetValues<PaymentKind>().Select(PaymentKinds.Name));

    [Theory]
    [InlineData("apple_pay", true)]
    [InlineData("ApplePay", false)]
    [InlineData("1", false)]
    [InlineData(null, false)]
    public void Only_that_spelling_is_read(string? name, bool read) => Assert.Equal(read, PaymentKinds.TryParse(name, out _));
}
