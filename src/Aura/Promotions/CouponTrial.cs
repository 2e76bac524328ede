using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Aura.Promotions;

/// <summary>A code that somebody tries.</summary>
/// <param name="Customer">Who wants to use it, a customer of the store or of another system; null: nobody said.</param>
/// <param name="Session">Of the shopper on whose behalf the caller asks; null: unknown.</param>
/// <param name="Order">For which it is to be used, if it is for one.</param>
public sealed record CouponTrial(string Code, long? Customer, string? Session, long? Order = null);

/// <summary>Looks codes up for who tries them.</summary>
/// <remarks>SQL by hand, for shops ask for each code that a buyer types, and many at once for the same: the code, whether the caller may guess, the
/// counts and the customer are one row, and the promotion is at hand on the shelf. A test compares it with what EF Core reads.</remarks>
public static class CouponTrials
{
    /// <summary>The coupon with all that decides about it. A code that does not exist is counted as a guess.</summary>
    /// <returns>Null where there is no such code, or it was deleted.</returns>
    /// <exception cref="Refused">429 <c>too_many_wrong_codes</c> while the caller has to wait.</exception>
    public static async Task<FoundCoupon?> Try(this AuraDb db, PromotionShelf shelf, CouponTrial trial, CancellationToken cancellation)
    {
        var (guesses, found) = await db.LookUp(shelf, trial, cancellation);
        await (found is null ? guesses.Wrong(cancellation) : guesses.Right(cancellation));
        return found;
    }

    /// <inheritdoc cref="Try"/>
    /// <exception cref="Refused">404 where there is no such code, or it was deleted.</exception>
    public static async Task<FoundCoupon> Find(this AuraDb db, PromotionShelf shelf, CouponTrial trial, CancellationToken cancellation)
    {
        var (guesses, found) = await db.LookUp(shelf, trial, cancellation);
        if (found is null)
            throw await guesses.Refusal(cancellation);
        await guesses.Right(cancellation);
        return found;
    }

    private static async Task<(CouponGuesses, FoundCoupon?)> LookUp(this AuraDb db, PromotionShelf shelf, CouponTrial trial, CancellationToken cancellation)
    {
        var guesses = new CouponGuesses(db, trial.Session);
        await using var batch = new NpgsqlBatch();
        batch.Add(Sql, db.Tenant, Coupon.KeyOf(trial.Code), guesses.Shopper, guesses.Key, ByHand.Maybe(trial.Customer), ByHand.Maybe(trial.Order));
        var (versions, found) = await db.Ask(batch, async row =>
        {
            await row.ReadAsync(cancellation); // always one row
            guesses.Admit(row.IsDBNull(3) ? null : row.GetDateTime(3), row.GetBoolean(4));
            return (StoreVersions.Read(row, 0), row.IsDBNull(At) ? null : Read(row, db, trial));
        }, cancellation);
        return (guesses, found is null ? null : found with { Promotion = await db.PromotionOf(found.Coupon, await shelf.Of(db, versions, cancellation), cancellation) });
    }

    private static FoundCoupon Read(NpgsqlDataReader row, AuraDb db, CouponTrial trial)
    {
        const int behind = At + Coupon.ColumnCount;
        var email = row.TextOrNull(behind + 2);
        return new(Coupon.Read(row, At), null!, row.GetInt64(behind), row.GetInt64(behind + 1), trial.Customer, // its promotion is put in next
            trial.Customer is { } number ? CustomerKey.Of(db.Tenant, email ?? CustomerKey.ByNumber(number)) : null)
        {
            IsCustomer = email is not null,
            IsOrder = row.GetBoolean(behind + 3),
        };
    }

    /// <summary>On the shelf are those that are active.</summary>
    private static async ValueTask<Promotion> PromotionOf(this AuraDb db, Coupon coupon, PromotionShelf.Compiled shelf, CancellationToken cancellation) =>
        shelf.Promotions.GetValueOrDefault(coupon.PromotionId) ?? await db.Promotions.AsNoTracking().SingleAsync(p => p.Id == coupon.PromotionId, cancellation);

    /// <summary>Where the coupon's columns begin.</summary>
    private const int At = 5;

    private const string Sql = $"""
        SELECT {StoreVersions.Columns}, g.until, coalesce(g.failed, false), {Coupon.Columns}, coalesce(k.uses, 0)::bigint, coalesce(k.spent, 0)::bigint, m.email,
          EXISTS (SELECT 1 FROM orders o WHERE o.tenant_id = $1 AND o.id = $6 AND o.placed_at IS NOT NULL)
        FROM (SELECT max(blocked_until) AS until, bool_or(subject = $3) AS failed FROM coupon_guesses WHERE tenant_id = $1 AND subject IN ($3, $4)) g
        LEFT JOIN store_versions s ON s.tenant_id = $1
        LEFT JOIN coupons c ON c.tenant_id = $1 AND c.code_key = $2 AND c.deleted_at IS NULL
        LEFT JOIN LATERAL (SELECT sum(reserved + used) AS uses, sum(held + spent) AS spent FROM promotion_counters WHERE tenant_id = $1 AND promotion_id = c.promotion_id) k ON true
        LEFT JOIN customers m ON m.tenant_id = $1 AND m.id = $5
        """;
}
