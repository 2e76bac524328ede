using Aura.Payments;
using Aura.Persistence;

namespace Aura.Orders;

/// <summary>What was paid for the order and given back, as its payments told it.</summary>
public sealed partial class Order
{
    /// <summary>Reserved or promised, and not taken yet.</summary>
    [MinorUnits] public long Authorized { get; private set; }

    /// <summary>Taken, whatever was given back.</summary>
    [MinorUnits] public long Paid { get; private set; }

    [MinorUnits] public long Refunded { get; private set; }

    /// <summary>Taken back by payers' banks, for now or for good.</summary>
    [MinorUnits] public long Disputed { get; private set; }

    /// <summary>What the customer's credit pays of a draft; zero once it is placed, for then it is a payment among the others.</summary>
    [MinorUnits] public long Credit { get; private set; }

    /// <summary>What is still to be paid, zero or more.</summary>
    public long Due => Math.Max(0, Total - Credit - Paid - Authorized);

    /// <summary>So much of it is paid with credit that is held.</summary>
    internal void PayWithCredit(long minor) => Credit = minor;

    /// <summary>The payments of the order add up to this now.</summary>
    /// <param name="attemptFailed">The last attempt to pay was declined.</param>
    public void Settle(PaymentAmounts sums, bool attemptFailed)
    {
        (Authorized, Paid, Refunded, Disputed) = (sums.Authorized, sums.Captured, sums.Refunded, sums.Disputed);
        Reckon(attemptFailed);
    }

    private void Reckon(bool attemptFailed = false) => PaymentStatus =
        Paid > 0 && Paid - Refunded - Disputed <= 0 ? OrderPaymentStatus.Refunded
        : Paid >= Total ? OrderPaymentStatus.Paid
        : attemptFailed && Paid == 0 && Authorized == 0 ? OrderPaymentStatus.Failed
        : OrderPaymentStatus.Pending;
}
