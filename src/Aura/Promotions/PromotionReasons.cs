using Aura.Promotions.Engine;

namespace Aura.Promotions;

public static class PromotionReasons
{
    /// <summary>Whether a code with this outcome may stay in a cart: another cart, or the next step, may make it good.</summary>
    public static bool IsHarmless(this PromotionReason reason) => reason is
        PromotionReason.ExcludedByStacking or PromotionReason.AlreadyApplied or PromotionReason.NoShipping or PromotionReason.NothingLeftToDiscount;
}
