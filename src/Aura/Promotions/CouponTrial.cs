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
/// counts and the customer are one row, and the promotion is at hand on the shelf. Those who try one at the same time share a round trip. A test compares it with what EF Core reads.</remarks>
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

    /// <remarks>Who holds a transaction asks by itself, on the connection that it has, and so does who has to ask something else with it.</remarks>
    private static async Task<(CouponGuesses, FoundCoupon?)> LookUp(this AuraDb db, PromotionShelf shelf, CouponTrial trial, CancellationToken cancellation)
    {
        var guesses = new CouponGuesses(db, trial.Session);
        var question = new Asked(db.Tenant, trial, guesses.Shopper, guesses.Key);
        var row = db is { CurrentTransaction: null, Shares: false }
            ? await shelf.Trials.Ask(question, cancellation)
            : (await db.Ask(Batch([question]), rows => Read(rows, [question]), cancellation))[0];
        guesses.Admit(row.Until, row.Failed);
        var found = row.Found;
        return (guesses, found is null ? null : found with { Promotion = await db.PromotionOf(found.Coupon, await shelf.Of(db, row.Versions, cancellation), cancellation) });
    }

    /// <summary>Looks up the codes of many who try one.</summary>
    internal static async Task<IReadOnlyList<Row>> LookUp(NpgsqlDataSource source, IReadOnlyList<Asked> asked)
    {
        await using var batch = Batch(asked);
        return await source.Ask(batch, rows => Read(rows, asked), CancellationToken.None);
    }

    private static NpgsqlBatch Batch(IReadOnlyList<Asked> asked)
    {
        var batch = new NpgsqlBatch();
        batch.Add(Sql, ByHand.Several(asked.Select(one => one.Tenant)), asked.Select(one => Coupon.KeyOf(one.Trial.Code)).ToArray(), asked.Select(one => one.Shopper).ToArray(),
            asked.Select(one => one.Key).ToArray(), asked.Select(one => one.Trial.Customer).ToArray(), asked.Select(one => one.Trial.Order).ToArray());
        return batch;
    }

    private static async Task<IReadOnlyList<Row>> Read(NpgsqlDataReader rows, IReadOnlyList<Asked> asked)
    {
        var read = new Row[asked.Count];
        while (await rows.ReadAsync()) // each has one
        {
            var place = (int)rows.GetInt64(0) - 1;
            read[place] = new(StoreVersions.Read(rows, 1), rows.IsDBNull(4) ? null : rows.GetDateTime(4), rows.GetBoolean(5), rows.IsDBNull(At) ? null : Found(rows, asked[place]));
        }

        return read;
    }

    private static FoundCoupon Found(NpgsqlDataReader row, Asked asked)
    {
        const int behind = At + Coupon.ColumnCount;
        var (email, customer) = (row.TextOrNull(behind + 2), asked.Trial.Customer);
        return new(Coupon.Read(row, At), null!, row.GetInt64(behind), row.GetInt64(behind + 1), customer, // its promotion is put in next
            customer is { } number ? CustomerKey.Of(asked.Tenant, email ?? CustomerKey.ByNumber(number)) : null)
        {
            IsCustomer = email is not null,
            IsOrder = row.GetBoolean(behind + 3),
        };
    }

    /// <summary>A code that somebody tries, and as whom their failures are counted.</summary>
    internal sealed record Asked(long Tenant, CouponTrial Trial, string Shopper, string Key);

    /// <param name="Until">How long they have to wait, if they have.</param>
    /// <param name="Failed">Whether failures of theirs are counted.</param>
    internal sealed record Row(StoreVersions Versions, DateTime? Until, bool Failed, FoundCoupon? Found);

    /// <summary>On the shelf are those that are active.</summary>
    private static async ValueTask<Promotion> PromotionOf(this AuraDb db, Coupon coupon, PromotionShelf.Compiled shelf, CancellationToken cancellation) =>
        shelf.Promotions.GetValueOrDefault(coupon.PromotionId) ?? await db.Promotions.AsNoTracking().SingleAsync(p => p.Id == coupon.PromotionId, cancellation);

    /// <summary>Where the coupon's columns begin.</summary>
    private const int At = 6;

    private const string Sql = $"""
        SELECT w.place, {StoreVersions.Columns}, g.until, coalesce(g.failed, false), {Coupon.Columns}, coalesce(k.uses, 0)::bigint, coalesce(k.spent, 0)::bigint, m.email,
          EXISTS (SELECT 1 FROM orders o WHERE o.tenant_id = w.tenant_id AND o.id = w.order_id AND o.placed_at IS NOT NULL)
        FROM unnest($1, $2, $3, $4, $5, $6) WITH ORDINALITY AS w (tenant_id, code_key, shopper, key, customer_id, order_id, place)
        LEFT JOIN LATERAL (
          SELECT max(blocked_until) AS until, bool_or(subject = w.shopper) AS failed FROM coupon_guesses WHERE tenant_id = w.tenant_id AND subject IN (w.shopper, w.key)) g ON true
        LEFT JOIN store_versions s ON s.tenant_id = w.tenant_id
        LEFT JOIN coupons c ON c.tenant_id = w.tenant_id AND c.code_key = w.code_key AND c.deleted_at IS NULL
        LEFT JOIN LATERAL (
          SELECT sum(reserved + used) AS uses, sum(held + spent) AS spent FROM promotion_counters WHERE tenant_id = w.tenant_id AND promotion_id = c.promotion_id) k ON true
        LEFT JOIN customers m ON m.tenant_id = w.tenant_id AND m.id = w.customer_id
        WHERE w.tenant_id <> 0 -- not of those that fill the list up
        """;
}
