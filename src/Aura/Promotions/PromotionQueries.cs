using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions;

public static class PromotionQueries
{
    /// <summary>Those that were not deleted.</summary>
    public static IQueryable<Promotion> Shown(this IQueryable<Promotion> promotions) => promotions.Where(p => p.ArchivedAt == null);

    /// <summary>A promotion to be changed.</summary>
    /// <exception cref="Refused">404 without it, 409 when it is not of the version that the caller expects.</exception>
    public static Task<Promotion> LoadPromotion(this AuraDb db, Id<Promotion> id, CancellationToken cancellation) =>
        db.Load(db.Promotions.Shown().Where(p => p.Id == id.Value), cancellation);

    /// <summary>A promotion to be looked at.</summary>
    /// <exception cref="Refused">404 without it.</exception>
    public static async Task<Promotion> FindPromotion(this AuraDb db, Id<Promotion> id, CancellationToken cancellation) =>
        await db.Promotions.AsNoTracking().Shown().FirstOrDefaultAsync(p => p.Id == id.Value, cancellation) ?? throw Refused.NotFound(Promotion.Noun);
}
