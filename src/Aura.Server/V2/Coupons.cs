using Aura.Persistence;
using Aura.Promotions;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.V2;

/// <summary>The store's coupons, those of the promotions at /api/v1 too. One that is made here brings its own terms.</summary>
internal static class Coupons
{
    private static readonly Listing<Coupon, CouponResponse> Shape = new Listing<Coupon, CouponResponse>(CouponResponse.From)
        .Field("code", c => c.CodeKey)
        .Field("promotion_id", c => c.PromotionId)
        .Field("expires_at", c => c.ExpiresAt)
        .Field("times_redeemed", c => c.Used, Found.ByReading)
        .Field("created_at", c => c.CreatedAt)
        .Field("updated_at", c => c.UpdatedAt, Found.ByReading)
        .Metadata(c => c.Metadata, Found.ByReading)
        .Parameter("promotion_id")
        .Search("code", code => c => c.CodeKey == Coupon.KeyOf(code), "In any spelling");

    public static void MapCoupons(this RouteGroupBuilder api)
    {
        var coupons = api.MapGroup("/coupons").WithTags("Promotions").Scope("promotions").NeverCached();
        coupons.MapGet("/", List).Lists(Shape);
        coupons.MapGet("/{id}", Show);
        coupons.MapPost("/", Create);
        coupons.MapPut("/{id}", Update);
        coupons.MapDelete("/{id}", Delete);
        coupons.MapPost("/{code}/redeem", Redeem).WithMetadata(new Shared());
    }

    /// <param name="active">Those that can be used now, or those that cannot.</param>
    private static async Task<Listed<CouponResponse>> List(ListRequest list, AuraDb db, CancellationToken cancellation, bool? active = null)
    {
        var page = await Shape.List(active is { } usable ? db.Coupons.Shown().Usable(usable, db.Now) : db.Coupons.Shown(), list, cancellation);
        return page with { Data = [.. page.Data.Select(coupon => coupon.At(db.Now))] };
    }

    /// <param name="id">An id or a code.</param>
    private static async Task<CouponResponse> Show(string id, AuraDb db, CancellationToken cancellation) =>
        (await Shape.Show(db.Coupons.Named(id), cancellation)).At(db.Now);

    private static async Task<Created<CouponResponse>> Create(CreateCoupon request, AuraDb db, CancellationToken cancellation)
    {
        var coupon = await db.IssueAlone(request.ToTerms(db), request.Code, request.ToCouponTerms(), cancellation);
        return TypedResults.Created($"/v2/coupons/{new Id<Coupon>(coupon.Id)}", CouponResponse.Of(coupon).At(db.Now));
    }

    private static async Task<CouponResponse> Update(string id, UpdateCoupon request, AuraDb db, CancellationToken cancellation)
    {
        var coupon = await db.LoadCoupon(id, cancellation);
        request.Apply(coupon, db);
        await db.SaveChangesAsync(cancellation);
        return CouponResponse.Of(coupon).At(db.Now);
    }

    private static async Task<NoContent> Delete(string id, AuraDb db, CancellationToken cancellation)
    {
        await db.Withdraw(await db.LoadCoupon(id, cancellation), cancellation);
        await db.SaveChangesAsync(cancellation);
        return TypedResults.NoContent();
    }

    /// <summary>Uses it up for good, for one order once. It lowers no order of this store: those take coupons in their cart.</summary>
    private static async Task<RedeemedCoupon> Redeem(
        string code, RedeemCoupon request, ShopperSession session, AuraDb db, PromotionShelf shelf, CancellationToken cancellation)
    {
        var found = await db.Find(shelf, new(code, request.CustomerId?.Value, session.Id, request.OrderId?.Value), cancellation);
        await request.Check(db, cancellation);
        var (use, coupon) = await db.Redeem(found, request.ToBasket(found.Promotion), request.OrderId?.Value, cancellation);
        return new(true, use.Id, use.Discount, use.Currency, coupon.Used);
    }

    /// <summary>As events show them.</summary>
    internal static async Task<Dictionary<long, CouponResponse>> Shown(AuraDb db, long[] ids, CancellationToken cancellation) =>
        (await db.Coupons.AsNoTracking().Where(c => ids.Contains(c.Id)).Select(CouponResponse.From).ToListAsync(cancellation)).ToDictionary(c => c.Id.Value, c => c.At(db.Now));
}
