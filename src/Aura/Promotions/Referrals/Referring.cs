using Aura.Customers;
using Aura.Orders;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions.Referrals;

/// <summary>Takes referral codes, and rewards them by the orders that come of them.</summary>
/// <remarks>Rows are locked in one order everywhere: the order, the referee, the code, wallets by ascending customer.</remarks>
public sealed class Referring(AuraDb db)
{
    /// <summary>A customer presents a code, and perhaps the order that it was used for. Done again, it says what became of it.</summary>
    /// <param name="orderId">Null: the order follows, with the next call or with the cart that carries the code.</param>
    /// <exception cref="Refused">422 for a code, customer or order that is not there; 409 with the rule that stands against it.</exception>
    public Task<Referral> Take(string code, long refereeId, long? orderId, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        var order = orderId is { } id ? await LockedOrder(id, refereeId, cancellation) : null;
        var referee = await Locked(refereeId, cancellation);
        var key = ReferralCode.KeyOf(code);
        var known = await db.ReferralCodes.AsNoTracking().FirstOrDefaultAsync(c => c.Code == key, cancellation)
            ?? throw Refused.Invalid("ReferralCode", "There is no such referral code.", "referral_code_not_found");
        var program = await db.ReferralPrograms.SingleAsync(p => p.Id == known.ProgramId, cancellation);
        var referral = await db.Referrals.FirstOrDefaultAsync(r => r.ProgramId == program.Id && r.RefereeId == refereeId, cancellation);
        if (referral is null)
            db.Referrals.Add(referral = await Claim(program, known, referee, order, cancellation));
        else if (referral.CodeId != known.Id || order is not null && referral.OrderId is not null && referral.OrderId != order.Id)
            throw Refused.Conflict("already_referred", "The customer was referred in this programme before.", new { referral.Code, Status = Words<ReferralStatus>.Of(referral.Status) });
        if (order is not null && referral.Status == ReferralStatus.Claimed)
            await Qualify(referral, program, known, referee, order, cancellation);
        await db.SaveChangesAsync(cancellation);
        return referral;
    }, cancellation);

    /// <summary>Somebody of the store says that a referral is in order.</summary>
    /// <exception cref="Refused">404; 409 unless it waits for that, or when the referrer has got all there is to get.</exception>
    public Task<Referral> Approve(Id<Referral> id, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        var referral = await db.Load(id, cancellation);
        referral.Approve(db.Now);
        await Reward(referral, await db.ReferralPrograms.SingleAsync(p => p.Id == referral.ProgramId, cancellation), cancellation);
        await db.SaveChangesAsync(cancellation);
        return referral;
    }, cancellation);

    /// <summary>Keeps that a code was presented and why it was good for nothing, where the customer was not referred yet.</summary>
    internal Task Refuse(string code, long refereeId, string reason, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        await Locked(refereeId, cancellation);
        var known = await db.ReferralCodes.AsNoTracking().FirstOrDefaultAsync(c => c.Code == code, cancellation);
        if (known is null || known.CustomerId == refereeId)
            return;
        var referral = await db.Referrals.FirstOrDefaultAsync(r => r.ProgramId == known.ProgramId && r.RefereeId == refereeId, cancellation);
        if (referral is null)
            db.Referrals.Add(referral = Referral.Claim(known, refereeId, db.Now));
        if (referral.Status == ReferralStatus.Claimed && referral.CodeId == known.Id)
            referral.Reject(reason, db.Now);
        await db.SaveChangesAsync(cancellation);
    }, cancellation);

    private async Task<Referral> Claim(ReferralProgram program, ReferralCode code, Customer referee, Order? order, CancellationToken cancellation)
    {
        program.DemandActive();
        if (code.ExpiresAt <= db.Now)
            throw Refused.Conflict("referral_code_expired", "The referral code has expired.");
        if (ReferralDoubts.AreOne(await db.Customers.AsNoTracking().SingleAsync(c => c.Id == code.CustomerId, cancellation), referee, order?.Email))
            throw Refused.Conflict("self_referral", "Nobody refers themselves.");
        if (program.RefereeMustBeNew && await HasBought(referee.Id, order, cancellation))
            throw Refused.Conflict("referee_not_new", "The customer has bought here before.");
        return Referral.Claim(code, referee.Id, db.Now);
    }

    private async Task Qualify(Referral referral, ReferralProgram program, ReferralCode code, Customer referee, Order order, CancellationToken cancellation)
    {
        program.DemandActive();
        if (order.Status == OrderStatus.Cancelled || order.PaymentStatus != OrderPaymentStatus.Paid)
            throw Refused.Conflict("order_not_paid", "The order is not paid, or cancelled.");
        if (order.PlacedAt < code.CreatedAt)
            throw Refused.Conflict("order_before_code", "The order was placed before there was the code.");
        if (order.Currency != program.Currency || order.KeptGoods() < (program.MinRefereePurchase ?? 0))
            throw Refused.Conflict("order_below_minimum", "The order is worth less than the programme asks for.", new { MinRefereePurchase = new Money(program.MinRefereePurchase ?? 0, program.Currency).Amount });
        if (program.RefereeMustBeNew && await HasBought(referee.Id, order, cancellation))
            throw Refused.Conflict("referee_not_new", "The customer has bought here before.");
        var referrer = await db.Customers.AsNoTracking().Include(c => c.Addresses).SingleAsync(c => c.Id == referral.ReferrerId, cancellation);
        referral.Qualify(order.Id, await ReferralDoubts.Look(db, referrer, referee, order, cancellation), db.Now);
        if (referral.Status == ReferralStatus.Claimed) // nothing is held against it
            await Reward(referral, program, cancellation);
    }

    /// <summary>Whether the customer has an order that counts besides this one and was not placed after it.</summary>
    private Task<bool> HasBought(long customer, Order? order, CancellationToken cancellation)
    {
        var (number, placed) = (order?.Id ?? 0, order?.PlacedAt ?? DateTime.MaxValue.ToUniversalTime());
        return db.Orders.AnyAsync(o => o.CustomerId == customer && o.Status != OrderStatus.Cancelled && o.Id != number && o.PlacedAt <= placed, cancellation);
    }

    private async Task Reward(Referral referral, ReferralProgram program, CancellationToken cancellation)
    {
        if (!await db.CountReward(referral.CodeId, program.MaxReferralsPerCustomer, cancellation))
            throw Refused.Conflict("referral_limit_reached", "The referrer has got all the rewards that the programme gives one customer.", new { program.MaxReferralsPerCustomer });
        var due = db.Now.AddDays(db.Caller.Settings.RewardWindowDays);
        db.ChangeTracker.DetectChanges(); // a new referral gets its number, which the rewards refer to
        await db.GiveRewards(referral, program, due, cancellation);
        db.Publish("referral.completed", referral, new
        {
            Status = Words<ReferralStatus>.Of(referral.Status), ReferralCode = referral.Code, ProgramId = $"{new Id<ReferralProgram>(program.Id)}",
            RefereeOrderId = referral.OrderId is { } order ? $"{new Id<Order>(order)}" : null,
            ReferrerCustomerId = $"{new Id<Customer>(referral.ReferrerId)}", RefereeCustomerId = $"{new Id<Customer>(referral.RefereeId)}",
        });
    }

    private async Task<Order> LockedOrder(long id, long referee, CancellationToken cancellation)
    {
        await db.LockOrderRow(id, cancellation);
        return await db.Orders.AsNoTracking().FirstOrDefaultAsync(o => o.Id == id && o.CustomerId == referee, cancellation)
            ?? throw Refused.Invalid("RefereeOrderId", "The customer has no such order.");
    }

    /// <summary>One code of a customer is taken after the other.</summary>
    private async Task<Customer> Locked(long id, CancellationToken cancellation)
    {
        await db.Database.ExecuteSqlAsync($"SELECT 1 FROM customers WHERE tenant_id = {db.Caller.TenantId} AND id = {id} FOR NO KEY UPDATE", cancellation);
        return await db.Customers.AsNoTracking().Include(c => c.Addresses).FirstOrDefaultAsync(c => c.Id == id, cancellation)
            ?? throw Refused.Invalid("RefereeCustomerId", "There is no such customer.");
    }
}
