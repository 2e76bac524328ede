using Aura.Persistence;
using Aura.Promotions.Engine;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions.Simulation;

/// <summary>How much of their price goods may lose when promotions come together.</summary>
public enum StackingWarning
{
    /// <summary>Less than a quarter.</summary>
    None,
    /// <summary>A quarter or more.</summary>
    Low,
    /// <summary>Half or more.</summary>
    Medium,
    /// <summary>Three quarters or more.</summary>
    High,
    /// <summary>Something is given for nothing.</summary>
    Critical,
}

/// <param name="Promotions">That were looked at together, by id.</param>
/// <param name="Worst">Null where nothing was taken from any cart.</param>
public sealed record StackingCheck(IReadOnlyList<Promotion> Promotions, Currency Currency, WorstCase? Worst)
{
    public StackingWarning Warning => Level(Worst?.Percent ?? 0);

    /// <param name="percent">Of the goods, 0 to 100.</param>
    public static StackingWarning Level(decimal percent) => percent switch
    {
        >= 100 => StackingWarning.Critical,
        >= 75 => StackingWarning.High,
        >= 50 => StackingWarning.Medium,
        >= 25 => StackingWarning.Low,
        _ => StackingWarning.None,
    };
}

public static class StackingChecks
{
    /// <summary>The search looks at every pair of them.</summary>
    public const int MaxPromotions = 200;

    /// <summary>Searches the worst cart for the promotions that are given now, and for some that are not yet. Changes nothing.</summary>
    /// <param name="besides">Taken as if they were active now.</param>
    /// <param name="active">Whether those that are given now are in it.</param>
    /// <exception cref="Refused">404 for a promotion that the store does not have; 422 for one in another currency, or over 200 together.</exception>
    public static async Task<StackingCheck> CheckStacking(
        this AuraDb db, IReadOnlyCollection<long> besides, bool active, Currency currency, PromotionOptions options, CancellationToken cancellation)
    {
        var given = db.Promotions.GivenToAll(db.Now);
        var found = await db.Promotions.AsNoTracking().Shown()
            .Where(p => besides.Contains(p.Id) || active && p.Currency == currency && given.Any(own => own.Id == p.Id))
            .OrderBy(p => p.Id).Take(MaxPromotions + besides.Count + 1).ToListAsync(cancellation);
        var named = besides.ToHashSet();
        if (named.Except(found.Select(promotion => promotion.Id)).Any())
            throw Refused.NotFound(Promotion.Noun);
        if (found.FirstOrDefault(promotion => promotion.Currency != currency) is { } other)
            throw Refused.Invalid("PromotionIds", $"The promotion {other.Id} is in {other.Currency.Code}, not in {currency.Code}.");
        if (found.Count > MaxPromotions)
            throw Refused.Invalid("IncludeActive", $"At most {MaxPromotions} promotions are looked at together. Name those that matter, and leave the active ones out.");
        var rules = found.Select(promotion => named.Contains(promotion.Id) ? promotion.ToRule() with { StartsAt = null, EndsAt = null } : promotion.ToRule());
        return new(found, currency, WorstCase.Of([.. rules], currency, db.Now, options));
    }
}
