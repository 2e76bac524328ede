using Aura.Persistence;
using Aura.Promotions;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Aura.Server.V2;

/// <summary>Discounts without a code. They are promotions, and at /api/v1/promotions among the others.</summary>
internal static class AutomaticDiscounts
{
    private static readonly Listing<Promotion, DiscountTermsResponse> Shape = new Listing<Promotion, DiscountTermsResponse>(DiscountTermsResponse.From)
        .Field("name", p => p.Name)
        .Field("starts_at", p => p.StartsAt)
        .Field("ends_at", p => p.EndsAt)
        .Field("priority", p => p.Priority)
        .Field("created_at", p => p.CreatedAt)
        .Field("updated_at", p => p.UpdatedAt);

    public static void MapAutomaticDiscounts(this RouteGroupBuilder api)
    {
        var discounts = api.MapGroup("/discounts/automatic").WithTags("Promotions").Scope("promotions");
        discounts.MapGet("/", List).Lists(Shape);
        discounts.MapGet("/{id}", Show);
        discounts.MapPost("/", Create);
        discounts.MapPut("/{id}", Update);
        discounts.MapDelete("/{id}", Delete);
        discounts.MapPost("/evaluate", Evaluate);
    }

    private static IQueryable<Promotion> Automatic(this AuraDb db) => db.Promotions.Shown().Where(p => p.Source == PromotionSource.AutomaticDiscount);

    /// <param name="active">Those that are given now, or those that are not.</param>
    private static async Task<Listed<DiscountTermsResponse>> List(ListRequest list, AuraDb db, CancellationToken cancellation, bool? active = null)
    {
        var now = db.Now;
        var page = await Shape.List(active is not { } given ? db.Automatic()
            : db.Automatic().Where(p => (p.Status == PromotionStatus.Active && p.StartsAt <= now && p.EndsAt > now) == given), list, cancellation);
        return page with { Data = await page.Data.WithSlugs(db, cancellation) };
    }

    private static async Task<DiscountTermsResponse> Show(Id<Promotion> id, AuraDb db, CancellationToken cancellation) =>
        (await DiscountSlugs.WithSlugs([await Shape.Show(db.Automatic(), id, cancellation)], db, cancellation))[0];

    private static async Task<Created<DiscountTermsResponse>> Create(CreateDiscount request, AuraDb db, CancellationToken cancellation)
    {
        var promotion = Promotion.Create(await request.ToTerms(db, cancellation), PromotionSource.AutomaticDiscount);
        db.Start(promotion);
        if (request.Active)
            db.Activate(promotion);
        await db.SaveChangesAsync(cancellation);
        return TypedResults.Created($"/v2/discounts/automatic/{new Id<Promotion>(promotion.Id)}", await Show(promotion.Id, db, cancellation));
    }

    private static async Task<DiscountTermsResponse> Update(Id<Promotion> id, UpdateDiscount request, AuraDb db, CancellationToken cancellation)
    {
        var promotion = await db.Load(db.Automatic().Where(p => p.Id == id.Value), cancellation);
        db.Revise(promotion, await request.Over(promotion, db, cancellation));
        request.Active.Apply(active => Switch(promotion, active, db));
        await db.SaveChangesAsync(cancellation);
        return await Show(id, db, cancellation);
    }

    private static async Task<NoContent> Delete(Id<Promotion> id, AuraDb db, CancellationToken cancellation)
    {
        await db.Withdraw(await db.Load(db.Automatic().Where(p => p.Id == id.Value), cancellation), cancellation);
        await db.SaveChangesAsync(cancellation);
        return TypedResults.NoContent();
    }

    /// <summary>What an order of these items would get without a code: from automatic discounts, and from other promotions that need none.</summary>
    private static async Task<EvaluatedDiscounts> Evaluate(EvaluateDiscounts request, AuraDb db, PromotionShelf shelf, CancellationToken cancellation) =>
        EvaluatedDiscounts.Of(await db.Preview(shelf, request.ToItems(db), request.CustomerId?.Value, cancellation));

    private static void Switch(Promotion promotion, bool active, AuraDb db)
    {
        if (active && promotion.Status is PromotionStatus.Draft or PromotionStatus.Paused)
            db.Activate(promotion);
        else if (!active && promotion.Status == PromotionStatus.Active)
            db.Pause(promotion);
    }
}
