using Aura.Persistence;
using Aura.Promotions;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Aura.Server.PromotionsV1;

/// <summary>The store's coupons, those that were made at /v2/coupons too.</summary>
internal static class Coupons
{
    private static readonly Listing<Coupon, CouponResponse> Shape = new Listing<Coupon, CouponResponse>(CouponResponse.From)
        .Field("promotion_id", c => c.PromotionId)
        .Field("customer_id", c => c.CustomerId, Found.ByValue)
        .Field("bulk_id", c => c.BatchId, Found.ByValue)
        .Field("code", c => c.CodeKey)
        .Field("expires_at", c => c.ExpiresAt)
        .Field("current_uses", c => c.Used, Found.ByReading)
        .Field("created_at", c => c.CreatedAt)
        .Field("updated_at", c => c.UpdatedAt, Found.ByReading)
        .Parameter("promotion_id")
        .Parameter("customer_id")
        .Parameter("bulk_id", about: "Made together")
        .Search("code", code => c => c.CodeKey == Coupon.KeyOf(code), "In any spelling");

    public static void MapCoupons(this RouteGroupBuilder api)
    {
        var coupons = api.MapGroup("/coupons").WithTags("Coupons").Scope("promotions").NeverCached();
        var guarded = coupons.MapGroup("").Limited(PromotionsApi.Coupons);
        guarded.MapGet("/", List).Lists(Shape);
        guarded.MapPost("/{id}", Create);
        guarded.MapGet("/{id}", Show);
        guarded.MapPut("/{id}", Update);
        guarded.MapDelete("/{id}", Delete);
        guarded.MapCouponUses();
        coupons.MapBulkCoupons();
    }

    /// <param name="status">active, exhausted, expired or disabled, as of now.</param>
    private static async Task<Listed<CouponResponse>> List(ListRequest list, AuraDb db, CancellationToken cancellation, string? status = null)
    {
        var coupons = db.Coupons.Shown();
        if (!string.IsNullOrEmpty(status))
            coupons = coupons.In(Words<CouponStatus>.TryParse(status, out var wanted) ? wanted
                : throw Refused.Invalid("Status", $"Must be one of {string.Join(", ", Words<CouponStatus>.All)}."), db.Now);
        var page = await Shape.List(coupons, list, cancellation);
        return page with { Items = [.. page.Items.Select(coupon => coupon.At(db.Now))] };
    }

    /// <param name="id">An id or a code.</param>
    private static async Task<CouponResponse> Show(string id, AuraDb db, CancellationToken cancellation) =>
        (await Shape.Show(db.Coupons.Named(id), cancellation)).At(db.Now);

    /// <param name="id">Of the promotion.</param>
    private static async Task<Created<CouponResponse>> Create(Number<Promotion> id, AuraDb db, CancellationToken cancellation, CreateCoupon? request = null)
    {
        request ??= new();
        var coupon = await db.Issue(await db.FindPromotion(id, cancellation), request.Code, request.ToTerms(), cancellation);
        return TypedResults.Created($"/api/v1/coupons/{coupon.Id}", CouponResponse.Of(coupon).At(db.Now));
    }

    private static Task<CouponResponse> Update(string id, UpdateCoupon request, AuraDb db, CancellationToken cancellation) =>
        db.Change(db.Coupons.Named(id), request.Apply, coupon => CouponResponse.Of(coupon).At(db.Now), cancellation);

    private static async Task<NoContent> Delete(string id, AuraDb db, CancellationToken cancellation)
    {
        await db.Withdraw(await db.LoadCoupon(id, cancellation), cancellation);
        await db.SaveChangesAsync(cancellation);
        return TypedResults.NoContent();
    }
}
