using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text;
using Aura.Jobs;
using Aura.Persistence;
using Aura.Promotions;
using Aura.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.PromotionsV1;

/// <summary>Many coupons of one promotion: up to a thousand at once, more by a job.</summary>
internal static class BulkCoupons
{
    private const int MostAtOnce = 1_000;

    public static void MapBulkCoupons(this RouteGroupBuilder coupons)
    {
        coupons.MapPost("/bulk/{id}", Create).Limited(PromotionsApi.Bulk);
        coupons.MapGet("/bulk/{id}", Show);
        coupons.MapGet("/bulk/{id}/download", Download).Produces<string>(contentType: "text/csv").FromReplica();
    }

    /// <param name="id">Of the promotion.</param>
    private static Task<Results<Created<MadeCoupons>, Accepted<BulkResponse>>> Create(
        Number<Promotion> id, CreateBulk request, AuraDb db, TimeProvider time, CancellationToken cancellation) =>
        db.InTransaction<Results<Created<MadeCoupons>, Accepted<BulkResponse>>>(async () =>
        {
            var promotion = await db.FindPromotion(id, cancellation);
            promotion.DemandOpen(db.Now);
            var batch = await request.ToBatch(promotion, db, cancellation);
            if (request.Count <= MostAtOnce)
                return await AtOnce(batch, db, time, cancellation);
            await db.MintLater(batch, cancellation);
            return TypedResults.Accepted($"/api/v1/coupons/bulk/{batch.Id}", BulkResponse.Of(batch));
        }, cancellation);

    private static async Task<BulkResponse> Show(Number<CouponBatch> id, AuraDb db, CancellationToken cancellation) =>
        BulkResponse.Of(await db.CouponBatches.Read<CouponBatch>(id, cancellation));

    /// <summary>All coupons of it as CSV, as they are now. The rows come as they are read, a page at a time.</summary>
    private static async Task<IResult> Download(Number<CouponBatch> id, AuraDb db, HttpContext http, CancellationToken cancellation)
    {
        await db.CouponBatches.Demand<CouponBatch>(id, cancellation);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Stream(body => Write(id.Value, body, db, http.RequestAborted), "text/csv; charset=utf-8", $"coupons-{id}.csv");
    }

    private static async Task<Created<MadeCoupons>> AtOnce(CouponBatch batch, AuraDb db, TimeProvider time, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        var made = await db.MintNow(batch, cancellation);
        var seconds = time.GetElapsedTime(started).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        var status = batch.ExpiresAt <= db.Now ? CouponStatus.Expired : CouponStatus.Active;
        return TypedResults.Created($"/api/v1/coupons/bulk/{batch.Id}", new MadeCoupons(true, batch.Id, made.Count, $"{seconds}s",
            [.. made.Select(coupon => new MadeCoupon(coupon.Id, coupon.Code, status, batch.MaxUses, coupon.CreatedAt))]));
    }

    private static async Task Write(long batch, Stream body, AuraDb db, CancellationToken cancellation)
    {
        await using var text = new StreamWriter(body, new UTF8Encoding(false), 16 * 1024, leaveOpen: true) { NewLine = "\r\n" };
        await text.WriteLineAsync("id,code,status,max_uses,current_uses,expires_at,created_at");
        await foreach (var coupon in db.Coupons.Shown().Where(c => c.BatchId == batch).InPages(cancellation: cancellation))
            await text.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{coupon.Id},{coupon.Code},{Words<CouponStatus>.Of(coupon.StatusAt(db.Now))},{coupon.MaxUses},{coupon.Used},{coupon.ExpiresAt:yyyy-MM-ddTHH:mm:ssZ},{coupon.CreatedAt:yyyy-MM-ddTHH:mm:ssZ}"));
    }
}

/// <param name="Count">Up to a thousand are answered at once; more are made by a job.</param>
public sealed record CreateBulk([Range(1, CouponBatch.MaxCount)] int Count, CouponConfig? CouponConfig = null)
{
    internal async Task<CouponBatch> ToBatch(Promotion promotion, AuraDb db, CancellationToken cancellation)
    {
        var config = CouponConfig ?? new();
        var form = new CodeForm(config.CodeLength ?? 0, config.CodePrefix ?? "", config.ExcludeAmbiguous);
        var others = await db.CouponBatches.Where(b => b.CodePrefix == form.Prefix && (config.CodeLength == null || b.CodeLength == config.CodeLength)).SumAsync(b => (long)b.Wanted, cancellation);
        if (config.CodeLength is null)
            form = form with { Length = Math.Max(CouponConfig.UsualLength, CodeForm.LengthFor(Count + others, form.ExcludeAmbiguous)) };
        return CouponBatch.Create(promotion.Id, Count, form,
            new() { MaxUses = config.MaxUses, MaxUsesPerCustomer = config.MaxUsesPerCustomer, ExpiresAt = config.ExpiresAt, Metadata = config.Metadata }, others);
    }
}

/// <param name="CodeLength">Random characters after the prefix; left out: 8, or as many as it takes that nobody guesses one.</param>
/// <param name="ExcludeAmbiguous">Without 0 O 1 I L.</param>
public sealed record CouponConfig(
    int? MaxUses = null, int? MaxUsesPerCustomer = null, DateTime? ExpiresAt = null, [Range(CodeForm.MinLength, CodeForm.MaxLength)] int? CodeLength = null,
    [StringLength(CodeForm.MaxPrefixLength)] string? CodePrefix = null, bool ExcludeAmbiguous = true, Dictionary<string, string>? Metadata = null)
{
    internal const int UsualLength = 8;
}

public sealed record MadeCoupons(bool Success, Number<CouponBatch> BulkId, int CouponsCreated, string GenerationTime, IReadOnlyList<MadeCoupon> Coupons);

public sealed record MadeCoupon(Number<Coupon> Id, string Code, CouponStatus Status, int? MaxUses, DateTime CreatedAt);

/// <param name="JobId">Of the platform's jobs; null where no job was needed.</param>
/// <param name="Progress">Percent.</param>
/// <param name="DownloadUrl">Works meanwhile too, with those that there are.</param>
public sealed record BulkResponse(
    Number<CouponBatch> Id, Number<Job>? JobId, Number<Promotion> PromotionId, JobState Status, int Count, int CouponsCreated, int Progress,
    string DownloadUrl, DateTime CreatedAt, DateTime? FinishedAt)
{
    public static BulkResponse Of(CouponBatch b) => new(
        b.Id, b.JobId is { } job ? new Number<Job>(job) : null, b.PromotionId,
        b.Made == b.Wanted ? JobState.Completed : b.Made == 0 ? JobState.Queued : JobState.Processing, b.Wanted, b.Made, b.Progress,
        $"/api/v1/coupons/bulk/{b.Id}/download", b.CreatedAt, b.FinishedAt);
}
