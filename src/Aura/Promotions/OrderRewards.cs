using Aura.Accounts;
using Aura.Events;
using Aura.Jobs;
using Aura.Orders;
using Aura.Persistence;
using Aura.Promotions.Engine;
using Aura.Promotions.Referrals;
using Aura.Wallets;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions;

/// <summary>Keeps what customers were promised for an order in step with the order: cashback, and referrals.</summary>
/// <remarks>
/// It looks at the order as it is and brings the rewards to what they should be, so it may be done at any time and any number of times. What
/// happened to the order only says when: a reader of the event log remembers a job for each order of which something is promised.
/// </remarks>
public sealed class OrderRewards(AuraDb db, Referring referring)
{
    public async Task Follow(long orderId, CancellationToken cancellation)
    {
        await db.InTransaction(() => Settle(orderId, cancellation), cancellation);
        db.ChangeTracker.Clear();
        await TakeCode(orderId, cancellation);
    }

    private async Task Settle(long orderId, CancellationToken cancellation)
    {
        await db.LockOrderRow(orderId, cancellation);
        var order = await db.Orders.AsNoTracking().SingleAsync(o => o.Id == orderId, cancellation);
        var window = TimeSpan.FromDays(db.Caller.Settings.RewardWindowDays);
        if (order.CustomerId is { } customer)
            foreach (var use in await Cashback(order, cancellation))
                await Credit(order, use, customer, db.Now + window, cancellation);
        foreach (var referral in await db.Referrals.Where(r => r.OrderId == orderId).OrderBy(r => r.Id).ToListAsync(cancellation))
            await Recheck(referral, order, window, cancellation);
        await db.SaveChangesAsync(cancellation);
    }

    private Task<List<PromotionUse>> Cashback(Order order, CancellationToken cancellation) => db.PromotionUses.AsNoTracking()
        .Where(u => u.OrderId == order.Id && u.State != UseState.Reserved && db.Promotions.Any(p => p.Id == u.PromotionId && p.Type == PromotionType.Cashback))
        .OrderBy(u => u.Id).ToListAsync(cancellation);

    private async Task Credit(Order order, PromotionUse use, long customer, DateTime due, CancellationToken cancellation)
    {
        var reference = FormattableString.Invariant($"cashback:{use.Id}");
        var target = order.Status == OrderStatus.Cancelled || use.State != UseState.Confirmed ? 0 : order.Kept(use.Discount);
        var isGiven = order.PaymentStatus == OrderPaymentStatus.Paid && target > 0 && await db.Grant(
            new(customer, use.Currency.Code, use.Discount, WalletSource.Cashback, reference) { OrderId = order.Id, DueAt = due }, cancellation);
        if (!isGiven || target < use.Discount)
            await db.Correct(customer, use.Currency.Code, reference, target, order.Status == OrderStatus.Cancelled ? "order_cancelled" : "order_refunded", cancellation);
    }

    /// <summary>An order that no longer qualifies takes the reward with it, as long as the time for it lasts.</summary>
    private async Task Recheck(Referral referral, Order order, TimeSpan window, CancellationToken cancellation)
    {
        var least = await db.ReferralPrograms.Where(p => p.Id == referral.ProgramId).Select(p => p.MinRefereePurchase).SingleAsync(cancellation) ?? 0;
        var reason = order.Status == OrderStatus.Cancelled ? "order_cancelled"
            : order.PaymentStatus == OrderPaymentStatus.Refunded || order.KeptGoods() < least ? "order_refunded" : null;
        if (reason is null)
            return;
        if (referral.Status == ReferralStatus.Rewarded && referral.RewardedAt + window >= db.Now)
            await db.TakeBack(referral, reason, cancellation);
        else if (referral.Status == ReferralStatus.Pending)
            referral.Reject(reason, db.Now);
    }

    /// <summary>The code that came with the cart is taken when the order is paid. One that is good for nothing spoils no order: why is kept with the referral.</summary>
    private async Task TakeCode(long orderId, CancellationToken cancellation)
    {
        var bought = await db.Orders.Where(o => o.Id == orderId && o.PaymentStatus == OrderPaymentStatus.Paid && o.Status != OrderStatus.Cancelled && o.CustomerId != null)
            .Join(db.Carts, o => o.CartId, c => c.Id, (o, c) => new { o.CustomerId, c.ReferralCode }).FirstOrDefaultAsync(cancellation);
        if (bought is not { CustomerId: { } customer, ReferralCode: { } code })
            return;
        try
        {
            await referring.Take(code, customer, orderId, cancellation);
        }
        catch (Refused refused) when (refused.Kind is Refusal.Conflict or Refusal.Invalid)
        {
            db.ChangeTracker.Clear();
            await referring.Refuse(code, customer, refused.Code ?? "refused", cancellation);
        }
    }
}

internal static class KeptOrders
{
    /// <summary>The share of an amount that goes with the part of the order that was not given back, rounded half away from zero.</summary>
    public static long Kept(this Order order, long amount)
    {
        var kept = Math.Max(0, order.Total - order.Refunded - order.Disputed);
        return order.Total == 0 || kept >= order.Total ? amount : (long)(((Int128)amount * kept * 2 + order.Total) / (2 * (Int128)order.Total));
    }

    /// <summary>What its goods are worth after discounts, less their share of what was given back, in minor units.</summary>
    public static long KeptGoods(this Order order) => order.Kept(order.Subtotal - order.DiscountTotal);
}

/// <summary>Follows an order of which somebody was promised something.</summary>
internal sealed class FollowOrder(OrderRewards rewards) : IJobHandler
{
    public static string Kind => "promotions.follow_order";

    public async Task<object?> Run(Job job, CancellationToken cancellation)
    {
        await rewards.Follow(job.Read<Payload>().Order, cancellation);
        return null;
    }

    public sealed record Payload(long Order);
}

/// <summary>Hears of orders, and remembers those of which something is promised.</summary>
internal sealed class RewardReader(EventCursor cursor) : IEventReader
{
    private const string Reader = "order_rewards";

    public Task<int> Read(CancellationToken cancellation) => cursor.ReadByStore(Reader, "subject = 'order'", Take, cancellation);

    public Task<bool> IsBehind(AuraDb db, CancellationToken cancellation) => EventCursor.IsBehind(Reader, db, cancellation);

    private static async Task Take(AuraDb db, IReadOnlyList<StoreEvent> events, CancellationToken cancellation)
    {
        var last = events.GroupBy(happened => happened.SubjectId).ToDictionary(order => order.Key, order => order.Max(happened => happened.Id));
        var ids = last.Keys.ToArray();
        foreach (var order in await Promising(db, ids).OrderBy(id => id).ToListAsync(cancellation))
            db.Enqueue<FollowOrder>(new FollowOrder.Payload(order), key: FormattableString.Invariant($"{order}@{last[order]}"));
        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>The orders of which something is promised.</summary>
    /// <remarks>Not one condition with OR, for which PostgreSQL reads whole tables.</remarks>
    private static IQueryable<long> Promising(AuraDb db, long[] ids)
    {
        var orders = db.Orders.Where(order => ids.Contains(order.Id));
        return orders.Where(order => db.Referrals.Any(referral => referral.OrderId == order.Id)).Select(order => order.Id)
            .Union(orders.Where(order => db.Carts.Any(cart => cart.Id == order.CartId && cart.ReferralCode != null)).Select(order => order.Id))
            .Union(orders.Where(order => db.PromotionUses.Any(use => use.OrderId == order.Id
                && db.Promotions.Any(promotion => promotion.Id == use.PromotionId && promotion.Type == PromotionType.Cashback))).Select(order => order.Id));
    }
}
