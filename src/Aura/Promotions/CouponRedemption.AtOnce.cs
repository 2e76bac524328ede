using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Aura.Promotions;

public static partial class CouponRedemption
{
    /// <summary>Which row of the counters of promotions without limits this server uses, so that those who come at once are counted in one.</summary>
    private static readonly short Stripe = PromotionClaims.StripeOf(limited: false);

    /// <summary>Uses a coupon up for good in one transaction with others, or changes nothing.</summary>
    /// <returns>Null where nothing was changed, and nothing is known about why.</returns>
    /// <exception cref="NotShared">The same, where more than this was to be shared.</exception>
    private static async Task<UsedCoupon?> RedeemTogether(this AuraDb db, FoundCoupon found, Claim claim)
    {
        var half = db.Shares ? new SecondHalf() : null;
        var redemption = new SharedRedemption(new(db, found, claim, found.Promotion.IsLimited ? PromotionClaims.StripeOf(limited: true) : Stripe), half);
        var made = db.Service<SharedRedemptions>().Make(db.Tenant, found.Promotion.Id, redemption);
        if (half is null)
            return await HasRoom(made) ? redemption.Redemption.Made : null;
        db.Follow(half, made);
        await await Task.WhenAny(redemption.Counted.Task, made);
        return redemption.Redemption.Made;
    }

    /// <summary>The same in the transaction that is open.</summary>
    private static async Task<UsedCoupon?> RedeemAtOnce(this AuraDb db, FoundCoupon found, Claim claim, CancellationToken cancellation)
    {
        var redemption = new Redemption(db, found, claim, PromotionClaims.StripeOf(found.Promotion.IsLimited));
        await db.TakeTurn(found.Coupon.Id, cancellation);
        await using var batch = new NpgsqlBatch();
        batch.Add("SAVEPOINT at_once");
        Redemption.Write(batch, [redemption]);
        if (await HasRoom(db.Ask(batch, reader => Redemption.Count(reader, [redemption]), cancellation)))
            return redemption.Made;
        await db.Database.ExecuteSqlRawAsync("ROLLBACK TO SAVEPOINT at_once", cancellation);
        return null;
    }

    /// <returns>False where a statement found no room, the use was made before, or others who shared the transaction had it undone.</returns>
    private static async Task<bool> HasRoom(Task counted)
    {
        try
        {
            await counted;
            return true;
        }
        catch (Exception failure) when (failure is NotShared || failure.Objection()?.SqlState is PostgresErrorCodes.DivisionByZero or PostgresErrorCodes.UniqueViolation)
        {
            return false;
        }
    }
}
