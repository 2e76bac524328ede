using Aura.Payments;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Aura.Tests.Payments;

public sealed class PaymentLedgerTests
{
    private static readonly Money Price = new(10_000, Currency.Usd);

    [Theory]
    [InlineData("UPDATE payment_entries SET minor = minor + 1 WHERE tenant_id = $1")]
    [InlineData("DELETE FROM payment_entries WHERE tenant_id = $1")]
    public async Task The_database_refuses_to_change_what_happened_to_money(string sql)
    {
        var till = await Till.Open();
        await till.Start(Price, TestCards.Good);

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => till.Store.Server.Rows(sql, [till.Store.Account.Sandbox.Id]));

        Assert.Contains("append-only", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Observers_hear_each_fact_in_its_transaction_and_may_undo_it()
    {
        var till = await Till.Open();
        var observer = new Observer();
        till.Observers.Add(observer);
        var intent = await till.Start(Price, TestCards.Good);
        await till.Do(payments => payments.Capture(intent.Id, 6_000, default));

        observer.Refuses = PaymentFact.Refunded;
        await Assert.ThrowsAsync<InvalidOperationException>(() => till.Do(payments => payments.Refund(intent.Id, 1_000, null, false, null, default)));
        var undone = await till.Read(intent);
        observer.Refuses = null;
        await till.Settle(intent);

        Assert.Equal((0, 1_000), (undone.Refunded, undone.Refunding));
        Assert.Equal(["(status) 0", "Authorized 10000", "(status) 10000", "Captured 6000", "Refunded 6000"], observer.Heard);
    }

    [Fact]
    public async Task An_amount_that_is_not_what_the_order_costs_is_refused()
    {
        var till = await Till.Open();
        till.Balances.Add(new Orders());
        StartPayment Of(long minor, long order) => new(new(minor, Currency.Usd)) { OrderId = order, MustMatchOrder = true };

        await till.Do(payments => payments.Start(Of(9_999, Orders.Known), default));
        var amount = await Assert.ThrowsAsync<Refused>(() => till.Do(payments => payments.Start(Of(9_998, Orders.Known), default)));
        var order = await Assert.ThrowsAsync<Refused>(() => till.Do(payments => payments.Start(Of(10_000, 8), default)));

        Assert.Equal("amount_differs_from_order", amount.Code);
        Assert.Equal("OrderId", Assert.Single(order.Fields).Field);
    }

    [Fact]
    public async Task Orders_try_again_with_another_card_in_the_same_payment()
    {
        var till = await Till.Open();
        StartPayment With(PayWith method) => new(Price) { OrderId = 7, OnceKey = "order:7", Method = method };

        var declined = await till.Do(payments => payments.Pay(With(TestCards.Declined), default));
        var paid = await till.Do(payments => payments.Pay(With(TestCards.Good), default));
        var refreshed = await till.Do(payments => payments.Pay(With(TestCards.Good), default));

        Assert.Equal((IntentStatus.Failed, "card_declined"), (declined.Status, declined.DeclineCode));
        Assert.Equal((declined.Id, IntentStatus.RequiresCapture, 2), (paid.Id, paid.Status, paid.Attempts));
        Assert.Equal((paid.Id, 2), (refreshed.Id, refreshed.Attempts));
    }

    [Fact]
    public async Task A_refund_that_the_bank_sends_back_is_to_be_refunded_again()
    {
        var till = await Till.Open();
        var intent = await till.Start(Price, TestCards.RefundFails);
        await till.Do(payments => payments.Capture(intent.Id, null, default));
        var (_, pending) = await till.Do(payments => payments.Refund(intent.Id, null, null, false, null, default));

        await till.Store.Advance("PT2H");

        var settled = await till.Read(intent);
        Assert.Equal(RefundStatus.Pending, pending.Status);
        Assert.Equal((RefundStatus.Failed, "expired_or_canceled_card"), (settled.Refunds[0].Status, settled.Refunds[0].FailureCode));
        Assert.Equal((0, 0, 10_000), (settled.Refunded, settled.Refunding, settled.Refundable));
    }

    private sealed class Observer : IPaymentObserver
    {
        public List<string> Heard { get; } = [];
        public PaymentFact? Refuses { get; set; }

        public Task Changed(AuraDb db, PaymentIntent intent, IReadOnlyList<PaymentEntry> entries, object? asked, CancellationToken cancellation)
        {
            if (Refuses is { } kind && entries.Any(entry => entry.Kind == kind))
                throw new InvalidOperationException("The order does not allow it.");
            Heard.AddRange(entries.Select(entry => entry.Kind.ToString()).DefaultIfEmpty("(status)").Select(fact => $"{fact} {intent.Authorized + intent.Captured}"));
            return Task.CompletedTask;
        }
    }

    private sealed class Orders : IOrderBalances
    {
        public const long Known = 7;

        public Task<long?> Due(AuraDb db, long orderId, CancellationToken cancellation) => Task.FromResult<long?>(orderId == Known ? 10_000 : null);
    }
}
