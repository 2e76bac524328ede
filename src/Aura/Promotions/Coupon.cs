using System.Text;
using Aura.Customers;
using Aura.Persistence;
using Aura.Promotions.Engine;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Promotions;

public enum CouponStatus
{
    Active,
    /// <summary>Every use is taken; a use that is given back makes it active again.</summary>
    Exhausted,
    Expired,
    Disabled,
}

/// <summary>For how many bills of a subscription a coupon lowers the price.</summary>
public enum CouponDuration
{
    Once,
    /// <summary>For a number of months.</summary>
    Repeating,
    Forever,
}

/// <summary>A code that gives its bearer a promotion.</summary>
public sealed partial class Coupon : StoreEntity, IAudited
{
    public static string Prefix => "coupon";
    public static string Noun => "coupon";

    public const int MaxCodeLength = 100;

    public long PromotionId { get; private init; }

    /// <summary>Where it was read with it.</summary>
    public Promotion Promotion { get; private init; } = null!; // EF sets it

    /// <summary>As it was given.</summary>
    public string Code { get; private init; } = "";

    /// <summary>The code as it is compared, unique in a store: <see cref="KeyOf"/>.</summary>
    public string CodeKey { get; private init; } = "";

    public bool Enabled { get; private set; } = true;

    /// <summary>The only customer who may use it; null: whoever knows it.</summary>
    public long? CustomerId { get; private init; }

    /// <summary>At least 1; null: as often as the promotion is given.</summary>
    public int? MaxUses { get; private set; }

    /// <summary>At least 1; null: no limit of the coupon's own.</summary>
    public int? MaxUsesPerCustomer { get; private set; }

    public DateTime? ExpiresAt { get; private set; }

    /// <summary>Uses promised to orders that are not confirmed. Counted by the statement that promises them, never set here.</summary>
    public long Reserved { get; private set; }

    /// <summary>Confirmed uses, counted likewise.</summary>
    public long Used { get; private set; }

    /// <summary>The bulk job that made it.</summary>
    public long? BatchId { get; private init; }

    public CouponDuration Duration { get; private init; }

    /// <summary>At least 1 with <see cref="CouponDuration.Repeating"/>, else null.</summary>
    public int? DurationInMonths { get; private init; }

    public Dictionary<string, string> Metadata { get; private set; } = [];

    /// <summary>When it was deleted; its code stays taken and its uses stay on record.</summary>
    public DateTime? DeletedAt { get; private set; }

    /// <exception cref="Refused">422 for a code that is empty or too long, or a limit below 1.</exception>
    public static Coupon Create(Promotion promotion, string code, CouponTerms terms)
    {
        var key = KeyOf(code);
        if (key.Length is 0 or > MaxCodeLength)
            throw Refused.Invalid(nameof(Code), $"A code has 1 to {MaxCodeLength} characters.");
        if (key.Any(symbol => char.IsWhiteSpace(symbol) || char.IsControl(symbol) || symbol is '/' or '\\' or '?' or '#' or '%'))
            throw Refused.Invalid(nameof(Code), "A code has no spaces and none of / \\ ? # %, so that it fits into an address.");
        if (terms.Duration == CouponDuration.Repeating != terms.DurationInMonths is >= 1)
            throw Refused.Invalid(nameof(DurationInMonths), "A repeating coupon says for how many months, at least 1; others do not.");
        var coupon = new Coupon
        {
            PromotionId = promotion.Id,
            Code = code.Trim(),
            CodeKey = key,
            CustomerId = terms.CustomerId,
            BatchId = terms.BatchId,
            Duration = terms.Duration,
            DurationInMonths = terms.DurationInMonths,
            Enabled = !terms.Disabled,
        };
        coupon.Limit(terms.MaxUses, terms.MaxUsesPerCustomer);
        coupon.Expire(terms.ExpiresAt);
        coupon.Describe(terms.Metadata);
        promotion.NeedsCoupon();
        return coupon;
    }

    /// <summary>What two spellings of one code have in common: Unicode compatibility form, trimmed, upper case.</summary>
    public static string KeyOf(string code) => code.Trim().Normal(NormalizationForm.FormKC).ToUpperInvariant();

    public CouponStatus StatusAt(DateTime now) =>
        !Enabled || DeletedAt is not null ? CouponStatus.Disabled
        : ExpiresAt <= now ? CouponStatus.Expired
        : Reserved + Used >= MaxUses ? CouponStatus.Exhausted
        : CouponStatus.Active;

    /// <summary>Why somebody cannot use it now, as far as the coupon itself can say; null where nothing stands against it.</summary>
    /// <param name="used">How often that customer has used it.</param>
    public PromotionReason? RefusalFor(long? customer, int used, DateTime now) => StatusAt(now) switch
    {
        CouponStatus.Disabled => PromotionReason.NotActive,
        CouponStatus.Expired => PromotionReason.Expired,
        CouponStatus.Exhausted => PromotionReason.MaxUsesReached,
        _ when CustomerId is not null && CustomerId != customer => PromotionReason.WrongCustomer,
        _ when used >= MaxUsesPerCustomer => PromotionReason.CustomerLimitReached,
        _ => null,
    };

    /// <exception cref="Refused">422 for a limit below 1: null means no limit, and zero nothing.</exception>
    public void Limit(int? uses, int? perCustomer) =>
        (MaxUses, MaxUsesPerCustomer) = (Promotion.Limit(uses, nameof(MaxUses)), Promotion.Limit(perCustomer, nameof(MaxUsesPerCustomer)));

    public void Expire(DateTime? at) => ExpiresAt = at;
    public void Enable(bool enabled) => Enabled = enabled;
    public void Describe(Dictionary<string, string>? metadata) => Metadata = Aura.Metadata.Checked(metadata);
    public void Delete(DateTime now) => DeletedAt ??= now;
}

/// <summary>What may be said of a coupon besides its code.</summary>
public sealed record CouponTerms
{
    public int? MaxUses { get; init; }
    public int? MaxUsesPerCustomer { get; init; }
    public DateTime? ExpiresAt { get; init; }
    public long? CustomerId { get; init; }
    public long? BatchId { get; init; }
    public CouponDuration Duration { get; init; }
    public int? DurationInMonths { get; init; }
    public Dictionary<string, string>? Metadata { get; init; }

    /// <summary>Cannot be used until it is enabled.</summary>
    public bool Disabled { get; init; }
}

internal sealed class CouponMapping : IEntityTypeConfiguration<Coupon>
{
    public void Configure(EntityTypeBuilder<Coupon> coupon)
    {
        coupon.HasIndex(c => new { c.TenantId, c.CodeKey }).IsUnique();
        coupon.HasOne(c => c.Promotion).WithMany().HasForeignKey(c => new { c.TenantId, c.PromotionId });
        coupon.HasOne<CouponBatch>().WithMany().HasForeignKey(c => new { c.TenantId, c.BatchId });
        coupon.HasOne<Customer>().WithMany().HasForeignKey(c => new { c.TenantId, c.CustomerId });
    }
}
