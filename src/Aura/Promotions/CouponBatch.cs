using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Promotions;

/// <summary>Coupons of a promotion that are made together, each with a code of its own.</summary>
public sealed class CouponBatch : StoreEntity, IAudited
{
    public static string Prefix => "bulk";
    public static string Noun => "bulk of coupons";

    /// <summary>The most of one batch.</summary>
    public const int MaxCount = 1_000_000;

    public long PromotionId { get; private init; }
    public int Wanted { get; private init; }

    /// <summary>Counted by the statement that makes them, never set here.</summary>
    public int Made { get; private init; }

    public string CodePrefix { get; private init; } = "";
    public int CodeLength { get; private init; }
    public bool ExcludeAmbiguous { get; private init; }
    public int? MaxUses { get; private init; }
    public int? MaxUsesPerCustomer { get; private init; }
    public DateTime? ExpiresAt { get; private init; }
    public Dictionary<string, string> Metadata { get; private init; } = [];

    /// <summary>The job that makes them; null: they were made at once.</summary>
    public long? JobId { get; private set; }

    public DateTime? FinishedAt { get; private init; }

    public CodeForm Form => new(CodeLength, CodePrefix, ExcludeAmbiguous);

    /// <summary>Percent.</summary>
    public int Progress => (int)(100L * Made / Wanted);

    /// <param name="others">Codes of the same form that the store has already.</param>
    /// <exception cref="Refused">422 for a count or limit out of range, and as for <see cref="CodeForm.Check"/>.</exception>
    public static CouponBatch Create(long promotion, int count, CodeForm form, CouponTerms terms, long others)
    {
        if (count is < 1 or > MaxCount)
            throw Refused.Invalid("Count", $"Between 1 and {MaxCount} coupons at a time.");
        form.Check(count + others);
        return new()
        {
            PromotionId = promotion,
            Wanted = count,
            CodePrefix = form.Prefix,
            CodeLength = form.Length,
            ExcludeAmbiguous = form.ExcludeAmbiguous,
            MaxUses = Promotion.Limit(terms.MaxUses, "CouponConfig.MaxUses"),
            MaxUsesPerCustomer = Promotion.Limit(terms.MaxUsesPerCustomer, "CouponConfig.MaxUsesPerCustomer"),
            ExpiresAt = terms.ExpiresAt,
            Metadata = Aura.Metadata.Checked(terms.Metadata),
        };
    }

    public void WaitFor(long job) => JobId = job;
}

internal sealed class CouponBatchMapping : IEntityTypeConfiguration<CouponBatch>
{
    public void Configure(EntityTypeBuilder<CouponBatch> batch)
    {
        batch.HasOne<Promotion>().WithMany().HasForeignKey(b => new { b.TenantId, b.PromotionId });
        batch.Ignore(b => b.Form);
    }
}
