using Aura.Persistence;
using Aura.Promotions.Engine;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Promotions.Referrals;

public enum ReferralProgramStatus
{
    Draft,
    /// <summary>Codes are given out and taken.</summary>
    Active,
    Paused,
    /// <summary>Over for good.</summary>
    Ended,
}

/// <summary>Everything that a merchant says of a referral programme.</summary>
public sealed record ReferralTerms(string Name, Reward Referrer, Reward Referee, Currency Currency)
{
    public string? Description { get; init; }
    public ReferralProgramStatus Status { get; init; }

    /// <summary>Referrals of one customer that are rewarded, at least 1; null: no limit.</summary>
    public int? MaxReferralsPerCustomer { get; init; }

    /// <summary>What the goods of the order must be worth after discounts, in major units.</summary>
    public decimal? MinRefereePurchase { get; init; }

    public bool RefereeMustBeNew { get; init; } = true;

    /// <summary>At least 1; null: codes stay good for ever.</summary>
    public int? CodeValidDays { get; init; } = 365;

    /// <summary>Of coupons that are rewards, at least 1; null: for ever.</summary>
    public int? CouponValidDays { get; init; } = 90;
}

/// <summary>A promise to customers: bring somebody who buys, and both of you get something.</summary>
public sealed class ReferralProgram : StoreEntity, IAudited, IPriced
{
    public static string Prefix => "refprog";
    public static string Noun => "referral programme";

    public const int MaxNameLength = 200;

    public string Name { get; private set; } = "";
    public string? Description { get; private set; }
    public ReferralProgramStatus Status { get; private set; }

    /// <summary>Of every amount here; orders in another currency do not qualify.</summary>
    public Currency Currency { get; private init; }

    public Reward ReferrerReward { get; private set; } = new(RewardType.Points, 0);
    public Reward RefereeReward { get; private set; } = new(RewardType.Points, 0);

    /// <summary>The promotion behind the coupons that the referrer gets, where the reward is one.</summary>
    public long? ReferrerPromotionId { get; private set; }

    public long? RefereePromotionId { get; private set; }
    public int? MaxReferralsPerCustomer { get; private set; }
    [MinorUnits] public long? MinRefereePurchase { get; private set; }
    public bool RefereeMustBeNew { get; private set; }
    public int? CodeValidDays { get; private set; }
    public int? CouponValidDays { get; private set; }

    /// <summary>What it says now, to be changed in part.</summary>
    public ReferralTerms Terms => new(Name, ReferrerReward, RefereeReward, Currency)
    {
        Description = Description,
        Status = Status,
        MaxReferralsPerCustomer = MaxReferralsPerCustomer,
        MinRefereePurchase = MinRefereePurchase is { } minor ? new Money(minor, Currency).Amount : null,
        RefereeMustBeNew = RefereeMustBeNew,
        CodeValidDays = CodeValidDays,
        CouponValidDays = CouponValidDays,
    };

    /// <exception cref="Refused">422 for terms that are out of range.</exception>
    internal static ReferralProgram Create(ReferralTerms terms)
    {
        var program = new ReferralProgram { Currency = terms.Currency };
        program.Write(terms);
        return program;
    }

    /// <exception cref="Refused">409 once it has ended; 422 as for <see cref="Create"/>.</exception>
    internal void Revise(ReferralTerms terms)
    {
        if (Status == ReferralProgramStatus.Ended)
            throw Refused.Conflict("program_ended", "The programme has ended. Make a new one.");
        Write(terms);
    }

    internal void RewardBy(long? referrerPromotion, long? refereePromotion) => (ReferrerPromotionId, RefereePromotionId) = (referrerPromotion, refereePromotion);

    /// <exception cref="Refused">409 unless it is active.</exception>
    internal void DemandActive()
    {
        if (Status != ReferralProgramStatus.Active)
            throw Refused.Conflict("program_not_active", $"The programme is {Words<ReferralProgramStatus>.Of(Status)}.");
    }

    private void Write(ReferralTerms terms)
    {
        if (terms.Name.Trim() is not { Length: >= 1 and <= MaxNameLength } name)
            throw Refused.Invalid(nameof(Name), $"A name has 1 to {MaxNameLength} characters.");
        (Name, Description, Status) = (name, terms.Description, terms.Status);
        ReferrerReward = terms.Referrer.Checked(Currency, "ReferrerRewardValue");
        RefereeReward = terms.Referee.Checked(Currency, "RefereeRewardValue");
        MaxReferralsPerCustomer = Promotion.Limit(terms.MaxReferralsPerCustomer, nameof(MaxReferralsPerCustomer));
        var least = terms.MinRefereePurchase is { } amount ? Money.Of(amount, Currency, "ReferralConditions.MinRefereePurchase").Minor : (long?)null;
        MinRefereePurchase = least is null or >= 0 ? least : throw Refused.Invalid("ReferralConditions.MinRefereePurchase", "Zero or more.");
        RefereeMustBeNew = terms.RefereeMustBeNew;
        (CodeValidDays, CouponValidDays) = (Promotion.Limit(terms.CodeValidDays, nameof(CodeValidDays)), Promotion.Limit(terms.CouponValidDays, nameof(CouponValidDays)));
    }
}

/// <summary>The steps of a programme's life. A reward that is a coupon has a promotion behind it, which is made with the programme.</summary>
public static class ReferralPrograms
{
    /// <summary>Adds a programme to the next save.</summary>
    public static ReferralProgram Start(this AuraDb db, ReferralTerms terms)
    {
        var program = ReferralProgram.Create(terms);
        db.ReferralPrograms.Add(program);
        program.RewardBy(db.Behind(program, program.ReferrerReward, "referrer"), db.Behind(program, program.RefereeReward, "referee"));
        return program;
    }

    /// <summary>Changes a programme. Coupons that were given keep what they promised: a changed reward gets a promotion of its own.</summary>
    public static void Revise(this AuraDb db, ReferralProgram program, ReferralTerms terms)
    {
        var (referrer, referee) = (program.ReferrerReward, program.RefereeReward);
        program.Revise(terms);
        program.RewardBy(
            program.ReferrerReward == referrer ? program.ReferrerPromotionId : db.Behind(program, program.ReferrerReward, "referrer"),
            program.RefereeReward == referee ? program.RefereePromotionId : db.Behind(program, program.RefereeReward, "referee"));
    }

    private static long? Behind(this AuraDb db, ReferralProgram program, Reward reward, string side)
    {
        if (!reward.IsCoupon || reward.IsNothing)
            return null;
        var (type, discount) = reward.Type switch
        {
            RewardType.Discount => (PromotionType.PercentageDiscount, DiscountType.Percentage),
            RewardType.FixedAmount => (PromotionType.FixedAmountDiscount, DiscountType.FixedAmount),
            _ => (PromotionType.FreeShipping, DiscountType.FreeShipping),
        };
        var value = reward.Type == RewardType.FreeShipping ? 0 : reward.Value;
        var name = $"{program.Name.Beginning(Promotion.MaxNameLength - 30)}: for the {side}";
        var promotion = Promotion.Create(new(name, type, discount, value, program.Currency, db.Now, db.Now.AddYears(20))
        {
            RequiresCoupon = true,
            CanStack = true, // the reward adds to what everybody gets
        }, PromotionSource.Referral);
        db.Start(promotion);
        db.Activate(promotion);
        return promotion.Id;
    }
}

internal sealed class ReferralProgramMapping : IEntityTypeConfiguration<ReferralProgram>
{
    public void Configure(EntityTypeBuilder<ReferralProgram> program)
    {
        program.Ignore(p => p.Terms);
        program.Property(p => p.ReferrerReward).Json();
        program.Property(p => p.RefereeReward).Json();
        program.HasOne<Promotion>().WithMany().HasForeignKey(p => new { p.TenantId, p.ReferrerPromotionId });
        program.HasOne<Promotion>().WithMany().HasForeignKey(p => new { p.TenantId, p.RefereePromotionId });
    }
}
