using Aura.Payments;

namespace Aura.Tests.Payments;

/// <summary>Whatever is lost between the store and its gateway, money moves once and both sides agree in the end.</summary>
public sealed class PaymentCrashTests
{
    private static readonly Money Price = new(10_000, Currency.Usd);

    [Theory]
    [InlineData(Fault.DiesBefore)]
    [InlineData(Fault.DiesAfter)]
    [InlineData(Fault.AnswerLost)]
    internal async Task A_capture_that_is_cut_off_happens_once(Fault fault)
    {
        var till = await Till.Open();
        var intent = await till.Start(Price, TestCards.Good);

        till.Line.Next = fault;
        await Survive(till.Do(payments => payments.Capture(intent.Id, 7_000, default)));
        var meanwhile = await till.Read(intent);
        var refusal = await Assert.ThrowsAsync<Refused>(() => till.Do(payments => payments.Capture(intent.Id, 7_000, default)));
        await till.Settle(intent);

        var settled = await till.Read(intent);
        Assert.Equal((IntentStatus.Processing, 0), (meanwhile.Status, meanwhile.Captured));
        Assert.Equal("payment_in_progress", refusal.Code);
        Assert.Equal((IntentStatus.Succeeded, 7_000, null), (settled.Status, settled.Captured, settled.Step));
        Assert.Equal(7_000, (await till.Gateway.Lookup(settled.GatewayReference!, default))!.Minor);
    }

    [Theory]
    [InlineData(Fault.DiesBefore)]
    [InlineData(Fault.DiesAfter)]
    [InlineData(Fault.AnswerLost)]
    internal async Task An_authorization_that_is_cut_off_is_found_again_with_its_key(Fault fault)
    {
        var till = await Till.Open();
        var request = new StartPayment(Price) { Method = TestCards.Good, OnceKey = "order:1" };

        till.Line.Next = fault;
        await Survive(till.Do(payments => payments.Pay(request, default)));
        var again = await till.Do(payments => payments.Pay(request, default));
        Assert.Equal(IntentStatus.Processing, again.Status);
        await till.Settle(again);

        var settled = await till.Read(again);
        Assert.Equal((IntentStatus.RequiresCapture, 10_000, 1), (settled.Status, settled.Authorized, settled.Attempts));
    }

    [Theory]
    [InlineData(Fault.DiesBefore)]
    [InlineData(Fault.DiesAfter)]
    [InlineData(Fault.AnswerLost)]
    [InlineData(Fault.NotSent)]
    internal async Task A_refund_that_is_cut_off_keeps_its_amount_reserved_and_arrives_once(Fault fault)
    {
        var till = await Till.Open();
        var intent = await till.Start(Price, TestCards.Good);
        await till.Do(payments => payments.Capture(intent.Id, null, default));

        till.Line.Next = fault;
        await Survive(till.Do(payments => payments.Refund(intent.Id, 6_000, null, false, null, default)));
        var meanwhile = await till.Read(intent);
        var refusal = await Assert.ThrowsAsync<Refused>(() => till.Do(payments => payments.Refund(intent.Id, 6_000, null, false, null, default)));
        await till.Settle(intent);
        await till.Settle(intent);

        var settled = await till.Read(intent);
        Assert.Equal((0, 4_000), (meanwhile.Refunded, meanwhile.Refundable));
        Assert.Equal("refund_exceeds_paid", refusal.Code);
        Assert.Equal((6_000, RefundStatus.Succeeded), (settled.Refunded, Assert.Single(settled.Refunds).Status));
        Assert.Equal(6_000, (await till.Gateway.Lookup(settled.GatewayReference!, default))!.Refunded);
    }

    [Fact]
    public async Task A_call_that_never_left_leaves_the_payment_where_it_was()
    {
        var till = await Till.Open();
        var intent = await till.Start(Price, TestCards.Good);

        till.Line.Next = Fault.NotSent;
        var refusal = await Assert.ThrowsAsync<Refused>(() => till.Do(payments => payments.Capture(intent.Id, null, default)));

        Assert.Equal((Refusal.Unavailable, "gateway_unavailable"), (refusal.Kind, refusal.Code));
        Assert.Equal(IntentStatus.RequiresCapture, (await till.Read(intent)).Status);
        Assert.Equal(10_000, (await till.Do(payments => payments.Capture(intent.Id, null, default))).Captured);
    }

    [Fact]
    public async Task The_job_that_the_first_transaction_left_behind_finishes_what_was_cut_off()
    {
        var till = await Till.Open();
        var intent = await till.Start(Price, TestCards.Good);
        till.Line.Next = Fault.DiesAfter;
        await Survive(till.Do(payments => payments.Capture(intent.Id, null, default)));

        await till.Store.Advance("PT2M");

        Assert.Equal(IntentStatus.Succeeded, (await till.Read(intent)).Status);
    }

    /// <summary>A fault may surface as the death of the process, or as a payment that is still being processed.</summary>
    private static async Task Survive(Task work)
    {
        try
        {
            await work;
        }
        catch (ProcessDied)
        {
        }
    }
}
