using Aura.Jobs;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions;

/// <summary>A coupon that has just been made.</summary>
public sealed record MintedCoupon(long Id, string Code, DateTime CreatedAt);

/// <summary>Makes the coupons of a batch, set by set.</summary>
public static class CouponMinting
{
    /// <summary>Coupons made in one transaction.</summary>
    private const int Chunk = 5_000;

    /// <summary>Starts a batch and makes it at once. Needs a transaction.</summary>
    public static async Task<IReadOnlyList<MintedCoupon>> MintNow(this AuraDb db, CouponBatch batch, CancellationToken cancellation)
    {
        await Begin(db, batch, cancellation);
        await db.SaveChangesAsync(cancellation);
        return await Mint(db, batch, batch.Wanted, cancellation);
    }

    /// <summary>Starts a batch that a job makes. Needs a transaction.</summary>
    /// <returns>The job.</returns>
    public static async Task<Job> MintLater(this AuraDb db, CouponBatch batch, CancellationToken cancellation)
    {
        await Begin(db, batch, cancellation);
        db.ChangeTracker.DetectChanges(); // gives the ids
        var job = db.Enqueue<MintCoupons>(new MintCoupons.Payload(batch.Id), key: $"{batch.Id}");
        batch.WaitFor(job.Id);
        await db.SaveChangesAsync(cancellation);
        return job;
    }

    /// <summary>Makes what is still missing; whoever else is at the same batch waits its turn and makes the rest.</summary>
    /// <param name="told">Called after each chunk, with the number that there are.</param>
    internal static async Task<int> Finish(this AuraDb db, long batchId, Func<int, int, Task> told, CancellationToken cancellation)
    {
        while (true)
        {
            var batch = await db.InTransaction(async () =>
            {
                var locked = await db.CouponBatches.FromSql($"SELECT * FROM coupon_batches WHERE tenant_id = {db.Tenant} AND id = {batchId} FOR UPDATE").AsNoTracking()
                    .SingleAsync(cancellation);
                await Mint(db, locked, Math.Min(Chunk, locked.Wanted - locked.Made), cancellation);
                return locked;
            }, cancellation);
            var made = Math.Min(batch.Wanted, batch.Made + Chunk);
            await told(made, batch.Wanted);
            if (made == batch.Wanted)
                return made;
        }
    }

    private static async Task Begin(AuraDb db, CouponBatch batch, CancellationToken cancellation)
    {
        db.CouponBatches.Add(batch);
        await db.DemandCoupons(batch.PromotionId, cancellation);
    }

    /// <remarks>SQL by hand: one statement for thousands of rows, with ids from the same blocks as everywhere. A code that the store has
    /// is left out, and another one is made for it.</remarks>
    private static async Task<IReadOnlyList<MintedCoupon>> Mint(AuraDb db, CouponBatch batch, int count, CancellationToken cancellation)
    {
        var made = new List<MintedCoupon>(count);
        while (made.Count < count)
        {
            string[] codes = [.. Enumerable.Range(0, count - made.Count).Select(_ => batch.Form.Next())];
            var blocks = (codes.Length + Conventions.IdBlock - 1) / Conventions.IdBlock;
            made.AddRange(await db.Database.SqlQuery<MintedCoupon>($"""
                WITH blocks AS (SELECT nextval('ids') AS first FROM generate_series(1, {blocks})),
                numbered AS (SELECT first + step AS id, row_number() OVER (ORDER BY first, step) AS n FROM blocks, generate_series(0, {Conventions.IdBlock - 1}) AS step)
                INSERT INTO coupons (tenant_id, id, promotion_id, code, code_key, enabled, max_uses, max_uses_per_customer, expires_at, reserved, used,
                  batch_id, duration, metadata, created_at, updated_at, version)
                SELECT {db.Tenant}, numbered.id, {batch.PromotionId}, given.code, upper(given.code), true, {batch.MaxUses}, {batch.MaxUsesPerCustomer}, {batch.ExpiresAt}, 0, 0,
                  {batch.Id}, {Words<CouponDuration>.Of(CouponDuration.Once)}, b.metadata, {db.Now}, {db.Now}, 1
                FROM unnest({codes}) WITH ORDINALITY AS given (code, n) JOIN numbered USING (n)
                JOIN coupon_batches b ON b.tenant_id = {db.Tenant} AND b.id = {batch.Id}
                ON CONFLICT (tenant_id, code_key) DO NOTHING
                RETURNING id AS "Id", code AS "Code", created_at AS "CreatedAt"
                """).ToListAsync(cancellation));
        }

        await db.Database.ExecuteSqlAsync($"""
            UPDATE coupon_batches SET made = made + {made.Count}, updated_at = {db.Now}, finished_at = CASE WHEN made + {made.Count} = wanted THEN {db.Now} END
            WHERE tenant_id = {db.Tenant} AND id = {batch.Id}
            """, cancellation);
        return made;
    }
}

/// <summary>Makes the coupons of a large batch.</summary>
internal sealed class MintCoupons(AuraDb db) : IJobHandler
{
    public static string Kind => "coupons.mint";

    public async Task<object?> Run(Job job, CancellationToken cancellation)
    {
        var batch = job.Read<Payload>().Batch;
        var made = await db.Finish(batch, (made, wanted) => db.Progress(job.Id, (int)(100L * made / wanted), cancellation), cancellation);
        return new { BulkId = batch, CouponsCreated = made };
    }

    public sealed record Payload(long Batch);
}
