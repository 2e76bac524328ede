namespace Aura.Promotions;

/// <summary>Where a promotion stands in its life, as it is kept. See <see cref="Promotion.StatusAt"/> for what time adds.</summary>
public enum PromotionStatus
{
    /// <summary>Made, and given to nobody.</summary>
    Draft,
    /// <summary>Waits for the clock to activate it: the next occurrence of a schedule.</summary>
    Scheduled,
    /// <summary>Given between its start and its end.</summary>
    Active,
    /// <summary>Not given until it is resumed.</summary>
    Paused,
    /// <summary>Over because somebody said so or because its uses ran out.</summary>
    Ended,
    /// <summary>Over because its end date passed.</summary>
    Expired,
}

/// <summary>What made a promotion, so that each part of the system lists its own.</summary>
public enum PromotionSource
{
    Promotion,
    /// <summary>An automatic discount of the platform.</summary>
    AutomaticDiscount,
    /// <summary>Carries the terms of a platform coupon.</summary>
    Coupon,
    /// <summary>The reward of a referral programme.</summary>
    Referral,
    /// <summary>An arm of an A/B test.</summary>
    AbTest,
    /// <summary>Made by an automation.</summary>
    Automation,
    /// <summary>Made by a schedule.</summary>
    Schedule,
}

/// <summary>How <see cref="Promotion.DiscountValue"/> is meant.</summary>
public enum DiscountType
{
    /// <summary>Percent.</summary>
    Percentage,
    /// <summary>An amount in major units.</summary>
    FixedAmount,
    /// <summary>The shipping price; the value means nothing.</summary>
    FreeShipping,
    /// <summary>Percent off the units that are got; 0 counts as 100.</summary>
    Bogo,
    /// <summary>Percent, where the promotion names no tiers.</summary>
    Tiered,
    /// <summary>Percent that comes back as credit.</summary>
    Cashback,
}
