using Aura.Connectors.Payments;
using Aura.Payments;

namespace Aura.Tests.Payments;

/// <summary>Random histories of one payment, with calls that are cut off and notices that are late, doubled and out of order.</summary>
public sealed class PaymentHistoryTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task The_ledger_adds_up_to_what_is_shown_and_to_what_the_gateway_knows(int seed)
    {
        var random = new Random(seed);
        var till = await Till.Open();
        for (var history = 0; history < 6; history++)
        {
            var intent = await till.Start(new(random.Next(1, 100_000), Currency.Usd), random.Next(4) == 0 ? TestCards.RefundFails : TestCards.Good);
            for (var step = 0; step < 10; step++)
            {
                till.Line.Next = random.Next(4) == 0 ? (Fault)random.Next(1, 5) : Fault.None;
                await Try(Step(till, await till.Read(intent), random));
                await Check(till, intent);
            }

            till.Line.Next = Fault.None;
            till.Ahead += TimeSpan.FromDays(20);
            await till.Settle(intent);
            await till.Settle(intent);
            await Check(till, intent);
            await Agree(till, await till.Read(intent));
        }

        await till.Store.Verify(PaymentAudit.Checks);
    }

    private static Task Step(Till till, PaymentIntent intent, Random random) => random.Next(9) switch
    {
        0 => till.Do(payments => payments.Capture(intent.Id, random.NextInt64(1, intent.Amount + 1), default)),
        1 when random.Next(3) == 0 => till.Do(payments => payments.Cancel(intent.Id, null, default)),
        1 or 2 => till.Do(payments => payments.Capture(intent.Id, null, default)),
        3 or 4 => till.Do(payments => payments.Refund(intent.Id, random.NextInt64(1, Math.Max(2, intent.Captured)), null, false, null, default)),
        5 => till.Do(payments => payments.RegisterDispute(intent.Id, null, null, false, default)),
        6 => Answer(till, intent, random),
        7 => Later(till, intent, TimeSpan.FromHours(random.Next(1, 80))),
        _ => Notices(till, intent, random),
    };

    private static async Task Answer(Till till, PaymentIntent intent, Random random)
    {
        var dispute = await till.Store.Database(async (db, _) => db.PaymentDisputes.FirstOrDefault(d => d.IntentId == intent.Id));
        var evidence = new DisputeEvidence(random.Next(2) == 0 ? "losing_evidence" : "receipt", "proof", "mails");
        if (dispute is not null)
            await till.Do(payments => payments.RespondToDispute(dispute.Id, random.Next(4) == 0 ? null : evidence, default));
    }

    private static Task Later(Till till, PaymentIntent intent, TimeSpan by)
    {
        till.Ahead += by;
        return till.Settle(intent);
    }

    /// <summary>All that the gateway has to tell, doubled and shuffled.</summary>
    private static async Task Notices(Till till, PaymentIntent intent, Random random)
    {
        if (intent.GatewayReference is not { } reference)
            return;
        var sent = (await till.Gateway.Notices(reference, default)).Sent;
        GatewayNotice[] told = [.. sent, .. sent];
        random.Shuffle(told);
        foreach (var notice in told)
            await till.Do(payments => payments.Settle("sandbox", notice, default));
    }

    /// <summary>Refusals and faults are part of a history; anything else is a defect.</summary>
    private static async Task Try(Task work)
    {
        try
        {
            await work;
        }
        catch (Exception expected) when (expected is Refused or ProcessDied or GatewayException)
        {
        }
    }

    private static async Task Check(Till till, PaymentIntent intent)
    {
        var now = await till.Read(intent);
        var sums = PaymentAmounts.Of([.. now.Entries]);
        Assert.Equal(sums, new PaymentAmounts(now.Authorized, now.Captured, now.Refunded, now.Disputed));
        Assert.All((long[])[sums.Authorized, sums.Captured, sums.Refunded, sums.Disputed, sums.Net], amount => Assert.InRange(amount, 0, now.Amount));
        Assert.Equal(now.Captured - now.Refunded - now.Disputed, sums.Net);
        Assert.Equal(now.Refunding, now.Refunds.Where(refund => refund.Status != RefundStatus.Failed).Sum(refund => refund.Amount));
    }

    private static async Task Agree(Till till, PaymentIntent intent)
    {
        Assert.Null(intent.Step);
        if (intent.GatewayReference is not { } reference)
            return;
        var truth = (await till.Gateway.Lookup(reference, default))!; // it was referred to
        Assert.Equal(truth.Refunded, intent.Refunded);
        Assert.Equal(truth.Status == GatewayStatus.Succeeded ? truth.Minor : 0, intent.Captured);
        Assert.Equal(truth.Status switch
        {
            GatewayStatus.Succeeded => IntentStatus.Succeeded,
            GatewayStatus.Authorized => IntentStatus.RequiresCapture,
            GatewayStatus.Voided => IntentStatus.Canceled,
            _ => IntentStatus.Failed,
        }, intent.Status);
    }
}
