using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using System.Text.Json;
using Aura.Persistence;
using Aura.Promotions;
using Aura.Promotions.Engine;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.PromotionsV1;

internal static class Promotions
{
    private static readonly Listing<Promotion, PromotionResponse> Shape = new Listing<Promotion, PromotionResponse>(PromotionResponse.From)
        .Field("name", p => p.Name)
        .Field("status", p => p.Status)
        .Field("promotion_type", p => p.Type)
        .Field("priority", p => p.Priority)
        .Field("start_date", p => p.StartsAt)
        .Field("end_date", p => p.EndsAt)
        .Field("discount_value", p => p.DiscountValue)
        .Field("created_at", p => p.CreatedAt)
        .Field("updated_at", p => p.UpdatedAt)
        .Parameter("status", words: Words<PromotionStatus>.All)
        .Parameter("promotion_type", words: Words<PromotionType>.All)
        .Parameter("start_date_from", "start_date", "gte")
        .Parameter("start_date_to", "start_date", "lte")
        .Search("search", Matching, "Part of the name or the description");

    public static void MapPromotions(this RouteGroupBuilder api)
    {
        var promotions = api.MapGroup("/promotions").WithTags("Promotions").Scope("promotions");
        promotions.MapGet("/", List).Lists(Shape);
        promotions.MapPost("/", Create);
        promotions.MapGet("/{promotion_id}", Show);
        promotions.MapPut("/{promotion_id}", Update);
        promotions.MapDelete("/{promotion_id}", Delete);
        promotions.MapPost("/{promotion_id}/activate", Activate);
        promotions.MapPost("/{promotion_id}/pause", Pause);
        promotions.MapPost("/{promotion_id}/resume", Resume);
        promotions.MapPost("/{promotion_id}/end", End);
        promotions.MapPost("/{promotion_id}/track", Track);
        promotions.MapPost("/{promotion_id}/calculate-discount", Calculate).Limited(PromotionsApi.Calculations);
    }

    private static Task<Listed<PromotionResponse>> List(ListRequest list, AuraDb db, CancellationToken cancellation) =>
        Shape.List(db.Promotions.Shown(), list, cancellation);

    private static Task<PromotionResponse> Show(Number<Promotion> promotion_id, AuraDb db, CancellationToken cancellation) =>
        Shape.Show(db.Promotions.Shown(), promotion_id, cancellation);

    private static async Task<Created<PromotionResponse>> Create(CreatePromotion request, AuraDb db, CancellationToken cancellation)
    {
        var promotion = Promotion.Create(request.ToTerms(db.Caller.Currency));
        db.Start(promotion);
        await db.SaveChangesAsync(cancellation);
        return TypedResults.Created($"/api/v1/promotions/{promotion.Id}", PromotionResponse.Of(promotion));
    }

    private static async Task<PromotionResponse> Update(Number<Promotion> promotion_id, UpdatePromotion request, AuraDb db, CancellationToken cancellation)
    {
        var promotion = await db.LoadPromotion(promotion_id, cancellation);
        await db.DemandUntested(promotion, cancellation);
        db.Revise(promotion, request.ToTerms(promotion.Terms));
        await db.SaveChangesAsync(cancellation);
        return await Show(promotion_id, db, cancellation);
    }

    private static async Task<NoContent> Delete(Number<Promotion> promotion_id, AuraDb db, CancellationToken cancellation)
    {
        await db.Withdraw(await db.LoadPromotion(promotion_id, cancellation), cancellation);
        await db.SaveChangesAsync(cancellation);
        return TypedResults.NoContent();
    }

    private static Task<PromotionStep> Activate(Number<Promotion> promotion_id, AuraDb db, CancellationToken cancellation) =>
        Step(promotion_id, db, db.Activate, "activated", cancellation);

    private static Task<PromotionStep> Pause(Number<Promotion> promotion_id, AuraDb db, CancellationToken cancellation) =>
        Step(promotion_id, db, db.Pause, "paused", cancellation);

    private static Task<PromotionStep> Resume(Number<Promotion> promotion_id, AuraDb db, CancellationToken cancellation) =>
        Step(promotion_id, db, db.Resume, "resumed", cancellation);

    private static Task<PromotionStep> End(Number<Promotion> promotion_id, AuraDb db, CancellationToken cancellation) =>
        Step(promotion_id, db, promotion => db.End(promotion), "ended", cancellation);

    private static async Task<PromotionCounts> Track(Number<Promotion> promotion_id, TrackPromotion request, AuraDb db, CancellationToken cancellation)
    {
        var promotion = await db.FindPromotion(promotion_id, cancellation);
        if (request.Event == TrackedEvent.Conversion)
            await db.Record(await request.ToClaim(promotion, db, cancellation), cancellation);
        else
            await db.Tally(promotion.Id, request.Event == TrackedEvent.Impression ? 1 : 0, request.Event == TrackedEvent.Click ? 1 : 0, cancellation);
        return await PromotionCounts.Of(promotion, db, cancellation);
    }

    /// <summary>Consumes nothing. A draft is calculated as it would be if it were active.</summary>
    private static async Task<CalculatedDiscount> Calculate(Number<Promotion> promotion_id, CalculateDiscount request, AuraDb db, CancellationToken cancellation)
    {
        var promotion = await db.FindPromotion(promotion_id, cancellation);
        var items = request.OrderItems.Index().Select(item => item.Item.ToItem(promotion.Currency, $"OrderItems[{item.Index}]")).ToList();
        var existing = Money.Round(request.ExistingDiscounts, promotion.Currency).Minor;
        return CalculatedDiscount.Of(await db.Calculate(promotion, items, request.CustomerId, existing, cancellation));
    }

    private static async Task<PromotionStep> Step(Id<Promotion> id, AuraDb db, Action<Promotion> step, string verb, CancellationToken cancellation)
    {
        var promotion = await db.LoadPromotion(id, cancellation);
        await db.DemandUntested(promotion, cancellation);
        step(promotion);
        await db.SaveChangesAsync(cancellation);
        return new(true, $"Promotion {verb} successfully", PromotionMoment.Of(promotion));
    }

    private static Expression<Func<Promotion, bool>> Matching(string text)
    {
        var pattern = $"%{Expressions.Literal(text)}%";
        return p => EF.Functions.ILike(p.Name, pattern, Expressions.Escape) || EF.Functions.ILike(p.Description!, pattern, Expressions.Escape); // null matches nothing
    }
}
