using Aura.Customers;
using Aura.Orders;
using Aura.Persistence;
using Aura.Wallets;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions.Referrals;

/// <summary>Gives both sides of a referral what was promised, and takes it back. Needs a transaction.</summary>
internal static class ReferralRewards
{
    /// <summary>Counts one more reward of a code, where there is room for it. By hand: two friends may pay at once.</summary>
    public static async Task<bool> CountReward(this AuraDb db, long code, int? most, CancellationToken cancellation) =>
        await db.Database.ExecuteSqlAsync(
            $"UPDATE referral_codes SET rewarded = rewarded + 1 WHERE tenant_id = {db.Tenant} AND id = {code} AND ({most}::int IS NULL OR rewarded < {most})", cancellation) == 1;

    /// <param name="due">When points and credit can be spent.</param>
    public static async Task GiveRewards(this AuraDb db, Referral referral, ReferralProgram program, DateTime due, CancellationToken cancellation)
    {
        GivenReward? referrer = null, referee = null;
        foreach (var customer in new[] { referral.ReferrerId, referral.RefereeId }.Order())
            if (customer == referral.ReferrerId)
                referrer = await db.Give(referral, program, program.ReferrerReward, program.ReferrerPromotionId, customer, due, cancellation);
            else
                referee = await db.Give(referral, program, program.RefereeReward, program.RefereePromotionId, customer, due, cancellation);
        referral.Complete(referrer, referee, db.Now);
    }

    /// <summary>Takes back what both got; a coupon that was used stays used.</summary>
    public static async Task TakeBack(this AuraDb db, Referral referral, string reason, CancellationToken cancellation)
    {
        await db.Database.ExecuteSqlAsync($"UPDATE referral_codes SET rewarded = rewarded - 1 WHERE tenant_id = {db.Tenant} AND id = {referral.CodeId}", cancellation);
        foreach (var (customer, given) in new[] { (referral.ReferrerId, referral.ReferrerReward), (referral.RefereeId, referral.RefereeReward) }.OrderBy(side => side.Item1))
            if (given?.CouponId is { } coupon)
                (await db.Coupons.FirstOrDefaultAsync(c => c.Id == coupon, cancellation))?.Enable(false);
            else if (given is not null)
                await db.Correct(customer, await db.UnitOf(referral, given, cancellation), ReferenceOf(referral), 0, reason, cancellation);
        referral.Reverse(reason, db.Now);
    }

    private static async Task<GivenReward?> Give(
        this AuraDb db, Referral referral, ReferralProgram program, Reward reward, long? promotion, long customer, DateTime due, CancellationToken cancellation)
    {
        if (reward.IsNothing)
            return null;
        if (reward.IsCoupon)
            return db.Personal(reward, await db.Promotions.SingleAsync(p => p.Id == promotion, cancellation), customer, program.CouponValidDays);
        var unit = reward.Type == RewardType.Points ? Wallet.Points : program.Currency.Code;
        await db.Grant(new(customer, unit, Wallet.Parse(reward.Value, unit, "RewardValue"), WalletSource.Referral, ReferenceOf(referral)) { OrderId = referral.OrderId, DueAt = due }, cancellation);
        return new(reward.Type, reward.Value) { AvailableAt = due };
    }

    /// <summary>A coupon of one customer, for one order.</summary>
    private static GivenReward Personal(this AuraDb db, Reward reward, Promotion promotion, long customer, int? days)
    {
        var coupon = Coupon.Create(promotion, new CodeForm(10, "THANKS-").Next(), new()
        {
            CustomerId = customer, MaxUses = 1, ExpiresAt = days is { } valid ? db.Now.AddDays(valid) : null,
        });
        db.Coupons.Add(coupon);
        return new(reward.Type, reward.Value, coupon.Id, coupon.Code);
    }

    private static async Task<string> UnitOf(this AuraDb db, Referral referral, GivenReward given, CancellationToken cancellation) => given.Type == RewardType.Points
        ? Wallet.Points
        : (await db.ReferralPrograms.Where(p => p.Id == referral.ProgramId).Select(p => p.Currency).SingleAsync(cancellation)).Code;

    private static string ReferenceOf(Referral referral) => FormattableString.Invariant($"referral:{referral.Id}");
}
