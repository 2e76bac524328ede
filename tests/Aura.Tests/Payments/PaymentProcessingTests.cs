using Aura.Connectors.Payments;
using Aura.Payments;
using Microsoft.Extensions.DependencyInjection;

namespace Aura.Tests.Payments;

public sealed class PaymentProcessingTests
{
    private static readonly Money Price = new(19999, Currency.Usd);

    [Fact]
    public async Task A_payment_is_authorized_then_captured_then_given_back_in_parts()
    {
        var store = await Store.Open();

        var (authorized, captured, refunded) = await store.Database(async (_, services) =>
        {
            var payments = services.GetRequiredService<PaymentProcessing>();
            var intent = await payments.Start(new(Price) { Method = TestCards.Good }, default);
            var taken = await payments.Capture(intent.Id, null, default);
            await payments.Refund(intent.Id, 5000, "customer_request", false, null, default);
            return (intent, taken, (await payments.Refund(intent.Id, 1, null, false, null, default)).Intent);
        });

        Assert.Equal((IntentStatus.RequiresCapture, 19999), (authorized.Status, authorized.Authorized));
        Assert.Equal((IntentStatus.Succeeded, 0, 19999), (captured.Status, captured.Authorized, captured.Captured));
        Assert.Equal((PaymentStatus.PartiallyRefunded, 5001, 14998), (refunded.PaymentStatus, refunded.Refunded, refunded.Refundable));
    }

    [Fact]
    public async Task Paying_twice_for_the_same_thing_is_one_payment()
    {
        var store = await Store.Open();

        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => store.Database(async (_, services) =>
            (await services.GetRequiredService<PaymentProcessing>().Pay(new(Price) { Method = TestCards.Good, OnceKey = "order:1" }, default)).Id)));

        Assert.Single(ids.Distinct());
    }
}

internal static class TestCards
{
    public static PayWith Good => Card("4242424242424242");
    public static PayWith Declined => Card("4000000000000002");
    public static PayWith Challenged => Card("4000002760003184");
    public static PayWith RefundFails => Card("4000000000005126");

    private static PayWith Card(string number) =>
        PayWith.With(new(PaymentKind.Card) { Number = number, ExpMonth = 12, ExpYear = 2060, Cvc = "123" });
}
