using Aura.Payments;
using Aura.Tests.Payments;

namespace Aura.Tests.Fire;

public sealed class PaymentRaceTests
{
    private static readonly Money Price = new(10_000, Currency.Usd);

    [Fact]
    public async Task Of_50_captures_at_once_one_takes_the_money()
    {
        var till = await Till.Open();
        var intent = await till.Start(Price, TestCards.Good);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Outcome(() => till.Do(payments => payments.Capture(intent.Id, 100 + i, default)))));

        var settled = await till.Read(intent);
        Assert.Single(outcomes, outcome => outcome is null);
        Assert.All(outcomes.OfType<Refused>(), refused => Assert.Equal(Refusal.Conflict, refused.Kind));
        Assert.Equal(settled.Captured, Assert.Single(settled.Entries, entry => entry.Kind == PaymentFact.Captured).Minor);
        Assert.Equal(["payment.succeeded"], await PaymentsApiTests.Events(till.Store, "payment"));
    }

    [Fact]
    public async Task Refunds_that_race_never_exceed_what_was_paid()
    {
        var till = await Till.Open();
        var intent = await till.Start(Price, TestCards.Good);
        await till.Do(payments => payments.Capture(intent.Id, null, default));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Outcome(() => till.Do(payments => payments.Refund(intent.Id, 3_000, null, false, null, default)))));

        var settled = await till.Read(intent);
        Assert.Equal(3, outcomes.Count(outcome => outcome is null));
        Assert.All(outcomes.OfType<Refused>(), refused => Assert.Equal("refund_exceeds_paid", refused.Code));
        Assert.Equal((9_000, 9_000, 1_000), (settled.Refunded, settled.Refunding, settled.Refundable));
    }

    [Fact]
    public async Task A_capture_and_a_cancellation_at_once_end_in_one_of_the_two()
    {
        var till = await Till.Open();
        for (var i = 0; i < 5; i++)
        {
            var intent = await till.Start(Price, TestCards.Good);

            var outcomes = await Task.WhenAll(
                Outcome(() => till.Do(payments => payments.Capture(intent.Id, null, default))),
                Outcome(() => till.Do(payments => payments.Cancel(intent.Id, null, default))));

            var settled = await till.Read(intent);
            Assert.Single(outcomes, outcome => outcome is null);
            Assert.Equal(outcomes[0] is null ? IntentStatus.Succeeded : IntentStatus.Canceled, settled.Status);
        }
    }

    [Fact]
    public async Task An_answer_and_its_notices_at_once_are_one_fact()
    {
        var till = await Till.Open();
        var intent = await till.Start(Price, TestCards.Good);
        await till.Gateway.Capture(intent.GatewayReference!, 10_000, "USD", "by-dashboard", default);
        var notices = (await till.Gateway.Notices(intent.GatewayReference!, default)).Sent;

        await Task.WhenAll(Enumerable.Range(0, 10).SelectMany(_ => notices)
            .Select(notice => till.Do(payments => payments.Settle("sandbox", notice, default))));

        var settled = await till.Read(intent);
        Assert.Equal((IntentStatus.Succeeded, 10_000, 2), (settled.Status, settled.Captured, settled.Entries.Count));
    }

    private static async Task<Refused?> Outcome<T>(Func<Task<T>> work)
    {
        try
        {
            await work();
            return null;
        }
        catch (Refused refused)
        {
            return refused;
        }
    }
}
