using Aura.Carts;
using Aura.Promotions.Engine;

namespace Aura.Promotions;

internal static class PromotionExplanation
{
    /// <summary>What became of each promotion that was looked at: first what applied, in its order, then what did not.</summary>
    public static IReadOnlyList<ExplainedDiscount> Explained(this PromotionOutcome outcome, PromotionShelf.Compiled store)
    {
        var steps = outcome.Trace.Where(step => step.Kind != TraceKind.Rejected).ToLookup(step => step.PromotionId, step =>
            new DiscountStep(Words<TraceKind>.Of(step.Kind), step.Text, step.Base, step.Amount));
        return
        [
            .. outcome.Effects.Select(effect => new ExplainedDiscount(effect.PromotionId, effect.Label, effect.Amount, null,
                PromotionWords.Applied(store.Promotions[effect.PromotionId].ToRule(), effect, outcome.Currency), [.. steps[effect.PromotionId]])),
            .. outcome.NotApplied.Select(miss => new ExplainedDiscount(miss.PromotionId, miss.Name, 0, Words<PromotionReason>.Of(miss.Reason),
                PromotionWords.Missed(miss.Reason, miss.Missing, outcome.Currency), [.. steps[miss.PromotionId]])),
        ];
    }
}
