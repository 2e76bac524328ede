using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Promotions;

/// <summary>A part of what was given of a promotion; the parts are summed. Written by the statements of uses alone.</summary>
public sealed class PromotionCounter
{
    /// <summary>How many rows the uses of a promotion without a limit spread over.</summary>
    public const int Stripes = 16;

    public long TenantId { get; private init; }
    public long PromotionId { get; private init; }

    /// <summary>0 to 15; always 0 for a promotion with a limit.</summary>
    public short Stripe { get; private init; }

    /// <summary>Uses promised to orders that are not confirmed.</summary>
    public long Reserved { get; private init; }

    public long Used { get; private init; }

    /// <summary>Minor units promised.</summary>
    public long Held { get; private init; }

    /// <summary>Minor units given.</summary>
    public long Spent { get; private init; }

    /// <summary>Minor units that confirmed orders brought after their discounts, without shipping and tax.</summary>
    public long Revenue { get; private init; }
}

/// <summary>How often a promotion was shown and followed on a day, in parts that are summed.</summary>
public sealed class PromotionTally
{
    public long TenantId { get; private init; }
    public long PromotionId { get; private init; }

    /// <summary>UTC, by the store's clock.</summary>
    public DateOnly Day { get; private init; }

    public short Stripe { get; private init; }
    public long Impressions { get; private init; }
    public long Clicks { get; private init; }
}

/// <summary>How often a customer used a promotion, or a coupon of it.</summary>
public sealed class PromotionCustomerCount
{
    public long TenantId { get; private init; }
    public long PromotionId { get; private init; }

    /// <summary>0: with any coupon of the promotion or none.</summary>
    public long CouponId { get; private init; }

    public string CustomerKey { get; private init; } = "";
    public int Uses { get; private init; }
}

public static class PromotionTallies
{
    /// <summary>Counts at once, in one statement, on a row that few others want.</summary>
    public static Task Tally(this AuraDb db, long promotion, int impressions, int clicks, CancellationToken cancellation)
    {
        var stripe = (short)Random.Shared.Next(PromotionCounter.Stripes);
        return db.Database.ExecuteSqlAsync($"""
            INSERT INTO promotion_tallies AS t (tenant_id, promotion_id, day, stripe, impressions, clicks)
            VALUES ({db.Tenant}, {promotion}, {DateOnly.FromDateTime(db.Now)}, {stripe}, {impressions}, {clicks})
            ON CONFLICT (tenant_id, promotion_id, day, stripe) DO UPDATE SET impressions = t.impressions + {impressions}, clicks = t.clicks + {clicks}
            """, cancellation);
    }
}

internal sealed class PromotionCounterMapping : IEntityTypeConfiguration<PromotionCounter>
{
    public void Configure(EntityTypeBuilder<PromotionCounter> counter) =>
        counter.ToTable("promotion_counters").HasKey(c => new { c.TenantId, c.PromotionId, c.Stripe });
}

internal sealed class PromotionCustomerMapping : IEntityTypeConfiguration<PromotionCustomerCount>
{
    public void Configure(EntityTypeBuilder<PromotionCustomerCount> count) =>
        count.ToTable("promotion_customers").HasKey(c => new { c.TenantId, c.PromotionId, c.CouponId, c.CustomerKey });
}

internal sealed class PromotionTallyMapping : IEntityTypeConfiguration<PromotionTally>
{
    public void Configure(EntityTypeBuilder<PromotionTally> tally) =>
        tally.ToTable("promotion_tallies").HasKey(t => new { t.TenantId, t.PromotionId, t.Day, t.Stripe });
}
