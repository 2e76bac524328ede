using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Orders;

public enum ReturnStatus
{
    Requested,
    Approved,
    Rejected,
    Received,
    Refunded,
}

/// <summary>Goods that a customer sends back: requested, approved, received in one or more parts, paid back.</summary>
public sealed class Return : StoreEntity, IAudited, IPriced
{
    public static string Prefix => "ret";
    public static string Noun => "return";

    private readonly List<ReturnLine> lines = [];

    public long OrderId { get; private init; }
    public long? CustomerId { get; private init; }
    public Currency Currency { get; private init; }
    public ReturnStatus Status { get; private set; }

    /// <summary>For programs and people: damaged, wrong_item, lost_in_transit.</summary>
    public string? Reason { get; private init; }

    public string? Note { get; private set; }

    /// <summary>What is given back in all, in minor units: the price of the received goods, less the fee, and for the delivery. Set when the refund is decided.</summary>
    [MinorUnits] public long RefundAmount { get; private set; }

    /// <summary>The part of it that was paid for the delivery.</summary>
    [MinorUnits] public long ShippingRefund { get; private set; }

    /// <summary>Kept of the price of the goods, in minor units.</summary>
    [MinorUnits] public long RestockingFee { get; private set; }

    /// <summary>Where the money comes from; empty until the refund is decided.</summary>
    public RefundPart[] RefundParts { get; private set; } = [];

    /// <summary>Counts the refunds that were tried, each with keys of its own.</summary>
    public int RefundAttempt { get; private set; }

    public DateTime? ReceivedAt { get; private set; }
    public DateTime? RefundedAt { get; private set; }
    public IReadOnlyList<ReturnLine> Lines => lines;

    /// <summary>When the refund was decided; null before.</summary>
    public DateTime? RefundBegunAt { get; private set; }

    /// <summary>A refund was decided and is not confirmed yet.</summary>
    public bool IsRefunding => RefundBegunAt is not null && Status != ReturnStatus.Refunded;

    /// <summary>Asks to send goods back.</summary>
    /// <param name="parts">Units by line, each line once.</param>
    /// <exception cref="Refused">409 <c>return_window_closed</c>; 422 for units that were not fulfilled or are on their way back already.</exception>
    public static Return Request(Order order, IReadOnlyList<(Id<OrderLine> Line, int Units)> parts, string? reason, string? note, TimeSpan window, DateTime now)
    {
        if (order.PlacedAt is not { } placed || placed + window < now)
            throw Refused.Conflict("return_window_closed", $"Goods can be returned for {window.TotalDays:0} days.");
        var request = new Return { OrderId = order.Id, CustomerId = order.CustomerId, Currency = order.Currency, Reason = reason, Note = note };
        foreach (var (id, units) in parts)
        {
            order.Line(id).Return(units);
            request.lines.Add(new(id.Value, units));
        }

        return request;
    }

    public void Approve(string? note) => Move(ReturnStatus.Approved, note, ReturnStatus.Requested);

    /// <summary>The goods stay where they are: they can be asked to be returned again.</summary>
    public void Reject(Order order, string? note)
    {
        Move(ReturnStatus.Rejected, note, ReturnStatus.Requested, ReturnStatus.Approved);
        foreach (var line in lines)
            order.Line(line.OrderLineId).KeepAfterAll(line.Quantity);
    }

    /// <summary>Goods arrived; more may follow until the refund.</summary>
    /// <param name="goods">Each line once.</param>
    /// <exception cref="Refused">409 unless it is approved; 422 for more than was announced.</exception>
    public void Receive(IReadOnlyList<ReceivedGoods> goods, string? note, DateTime now)
    {
        if (IsRefunding)
            throw Refused.Conflict("refund_in_progress", "The refund has begun.");
        Move(ReturnStatus.Received, note, ReturnStatus.Approved, ReturnStatus.Received);
        foreach (var received in goods)
            Line(received.Line).Receive(received.Units, received.IsResellable);
        ReceivedAt ??= now;
    }

    /// <summary>Decides what is given back: the price paid for the received units, on these terms. Announced goods that did not come are kept.</summary>
    /// <param name="shippingLeft">Minor units that were paid for the delivery and not given back by other returns.</param>
    /// <returns>Minor units.</returns>
    /// <exception cref="Refused">409 unless something was received; 422 <c>shipping_refund_exceeds_paid</c>, or for a fee above the price of the goods.</exception>
    public long BeginRefund(Order order, RefundTerms terms, long shippingLeft, DateTime now)
    {
        if (Status != ReturnStatus.Received)
            throw Unexpected(ReturnStatus.Refunded);
        var goods = lines.Where(line => line.Received > 0).Sum(line => order.Line(line.OrderLineId).Refund(line.Received, order.Currency).Total.Minor);
        ShippingRefund = terms.OfShipping(order.Currency, shippingLeft);
        RestockingFee = terms.OfGoods(order.Currency, goods);
        (RefundAmount, RefundBegunAt) = (goods - RestockingFee + ShippingRefund, now);
        RefundAttempt++;
        return RefundAmount;
    }

    public void Pay(RefundPart[] parts) => RefundParts = parts;

    /// <summary>The money is on its way.</summary>
    public void Finish(Order order, string? note, DateTime now)
    {
        Move(ReturnStatus.Refunded, note, ReturnStatus.Received);
        foreach (var line in lines)
            order.Line(line.OrderLineId).KeepAfterAll(line.Quantity - line.Received);
        RefundedAt = now;
    }

    /// <summary>The refund was refused; it can be tried again.</summary>
    public void AbandonRefund(Order order)
    {
        foreach (var line in lines.Where(line => line.Received > 0))
            order.Line(line.OrderLineId).TakeBackRefund(line.Received);
        (RefundParts, RefundAmount, ShippingRefund, RestockingFee, RefundBegunAt) = ([], 0, 0, 0, null);
    }

    /// <exception cref="Refused">404 where the return has no such line.</exception>
    public ReturnLine Line(long orderLine) => lines.FirstOrDefault(line => line.OrderLineId == orderLine) ?? throw Refused.NotFound(OrderLine.Noun);

    private void Move(ReturnStatus to, string? note, params ReadOnlySpan<ReturnStatus> from)
    {
        if (!from.Contains(Status))
            throw Unexpected(to);
        (Status, Note) = (to, note ?? Note);
    }

    private Refused Unexpected(ReturnStatus to) => Refused.Conflict(
        "invalid_transition", $"A return that is {Words<ReturnStatus>.Of(Status)} cannot become {Words<ReturnStatus>.Of(to)}.",
        new { From = Words<ReturnStatus>.Of(Status), To = Words<ReturnStatus>.Of(to) });
}

/// <param name="IsResellable">Goes back on the shelf.</param>
public sealed record ReceivedGoods(long Line, int Units, bool IsResellable);

/// <summary>What else is given back for returned goods, and what is kept. Amounts are in major units of the order's currency.</summary>
/// <param name="FullShipping">All that was paid for the delivery and not given back yet.</param>
/// <param name="Shipping">So much of it, with its tax.</param>
/// <param name="RestockingFee">Kept of the price of the goods.</param>
public sealed record RefundTerms(bool FullShipping = false, decimal? Shipping = null, decimal? RestockingFee = null)
{
    internal long OfShipping(Currency currency, long left)
    {
        if (FullShipping || Shipping is not { } wanted)
            return FullShipping ? left : 0;
        var minor = Minor(wanted, currency, "Shipping.Amount");
        return minor <= left ? minor : throw Refused.Rule(
            "shipping_refund_exceeds_paid", "That is more than was paid for the delivery and not given back.", new { Refundable = new Money(left, currency).Amount });
    }

    internal long OfGoods(Currency currency, long goods)
    {
        var fee = Minor(RestockingFee ?? 0, currency, nameof(RestockingFee));
        return fee <= goods ? fee : throw Refused.Invalid(nameof(RestockingFee), $"Is at most {new Money(goods, currency).Amount}, the price of the goods.");
    }

    private static long Minor(decimal amount, Currency currency, string field) =>
        amount >= 0 ? Money.Of(amount, currency, field).Minor : throw Refused.Invalid(field, "Must not be negative.");
}

/// <summary>What one payment gives back.</summary>
public sealed record RefundPart(long IntentId, long Minor);

/// <summary>Units of an order line on their way back.</summary>
public sealed class ReturnLine : StoreRow
{
    private ReturnLine()
    {
    }

    internal ReturnLine(long orderLineId, int quantity) => (OrderLineId, Quantity) = (orderLineId, quantity);

    public long ReturnId { get; private set; }
    public long OrderLineId { get; private init; }

    /// <summary>As announced.</summary>
    public int Quantity { get; private init; }

    public int Received { get; private set; }

    /// <summary>Received units that can be sold again.</summary>
    public int Resellable { get; private set; }

    internal void Receive(int units, bool isResellable)
    {
        if (units < 1 || units > Quantity - Received)
            throw Refused.Rule("received_exceeds_return", $"{Quantity - Received} units of {new Id<OrderLine>(OrderLineId)} are expected.");
        Received += units;
        Resellable += isResellable ? units : 0;
    }
}

internal sealed class ReturnMapping : IEntityTypeConfiguration<Return>
{
    public void Configure(EntityTypeBuilder<Return> request)
    {
        request.Property(r => r.RefundParts).Json();
        request.HasMany(r => r.Lines).WithOne().HasForeignKey(line => new { line.TenantId, line.ReturnId });
        request.Navigation(r => r.Lines).HasField("lines");
    }
}
