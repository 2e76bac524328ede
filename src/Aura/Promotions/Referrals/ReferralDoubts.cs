using System.Text;
using Aura.Customers;
using Aura.Orders;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions.Referrals;

/// <summary>What makes a referral look like one person with two names.</summary>
/// <param name="Signals">For programs, the weightiest first.</param>
public sealed record ReferralDoubts(int Score, IReadOnlyList<string> Signals)
{
    /// <summary>Each of them alone is enough to be looked at; the weights only say what to look at first.</summary>
    private static readonly (string Signal, int Weight)[] Weights =
        [("same_payment_method", 60), ("reciprocal", 50), ("same_phone", 50), ("same_address", 40), ("many_referrals", 30)];

    /// <summary>Referrals of one customer within a day that are not remarkable.</summary>
    private const int UsualADay = 5;

    public bool IsNone => Signals.Count == 0;

    public static ReferralDoubts Of(IReadOnlyCollection<string> signals) => new(
        Math.Min(100, Weights.Where(weight => signals.Contains(weight.Signal)).Sum(weight => weight.Weight)),
        [.. Weights.Where(weight => signals.Contains(weight.Signal)).Select(weight => weight.Signal)]);

    /// <summary>A phone number without what people write between the digits, and without the country.</summary>
    public static string? Phone(string? phone) =>
        string.Concat((phone ?? "").Where(char.IsAsciiDigit)) is { Length: >= 7 } digits ? digits[^Math.Min(9, digits.Length)..] : null;

    /// <summary>An address without what people write in different ways.</summary>
    public static string? Place(Address? address) => address is null ? null
        : string.Concat($"{address.Line1}{address.Zip}{address.Country}".Normal(NormalizationForm.FormKC).Where(char.IsLetterOrDigit)).ToUpperInvariant() is { Length: > 3 } place ? place : null;

    /// <summary>Whether two customers are one by the address of their mailbox: that is no doubt, but certain.</summary>
    public static bool AreOne(Customer referrer, Customer referee, string? orderEmail) =>
        referrer.Id == referee.Id || new[] { referee.Email, orderEmail ?? referee.Email }.Any(email => CustomerKey.Canonical(email) == CustomerKey.Canonical(referrer.Email));

    /// <summary>Looks at what the store knows of both.</summary>
    internal static async Task<ReferralDoubts> Look(AuraDb db, Customer referrer, Customer referee, Order order, CancellationToken cancellation)
    {
        var signals = new List<string>();
        var phones = new[] { referee.Phone, order.ShippingAddress?.Phone, order.BillingAddress?.Phone }.Select(Phone).OfType<string>();
        if (Phone(referrer.Phone) is { } own && phones.Contains(own))
            signals.Add("same_phone");
        var places = referrer.Addresses.Select(address => Place(address.Content)).OfType<string>().ToHashSet();
        if (await db.Orders.Where(o => o.CustomerId == referrer.Id).OrderByDescending(o => o.Id).Select(o => o.ShippingAddress).FirstOrDefaultAsync(cancellation) is { } last)
            places.Add(Place(last) ?? "");
        if (new[] { order.ShippingAddress, order.BillingAddress }.Concat(referee.Addresses.Select(address => address.Content)).Select(Place).OfType<string>().Any(places.Contains))
            signals.Add("same_address");
        if (await SamePayment(db, referrer.Id, referee.Id, order.Id, cancellation))
            signals.Add("same_payment_method");
        if (await db.Referrals.AnyAsync(r => r.ReferrerId == referee.Id && r.RefereeId == referrer.Id && r.Status != ReferralStatus.Rejected, cancellation))
            signals.Add("reciprocal");
        if (await db.Referrals.CountAsync(r => r.ReferrerId == referrer.Id && r.ClaimedAt > db.Now.AddDays(-1), cancellation) > UsualADay)
            signals.Add("many_referrals");
        return Of(signals);
    }

    /// <summary>The vault knows a card again, whoever saved it.</summary>
    private static async Task<bool> SamePayment(AuraDb db, long referrer, long referee, long order, CancellationToken cancellation)
    {
        var own = await db.PaymentMethods.Where(m => m.CustomerId == referrer || db.PaymentIntents.Any(i => i.CustomerId == referrer && i.PaymentMethodId == m.Id))
            .Select(m => m.Fingerprint).Where(print => print != null).ToListAsync(cancellation);
        return own.Count > 0 && await db.PaymentMethods.AnyAsync(m => own.Contains(m.Fingerprint) &&
            (m.CustomerId == referee || db.PaymentIntents.Any(i => i.OrderId == order && i.PaymentMethodId == m.Id)), cancellation);
    }
}
