using Aura.Promotions;
using Aura.Promotions.Engine;

namespace Aura.Tests.Promotions;

public sealed class PromotionTests
{
    private static readonly DateTime Now = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    private static readonly PromotionTerms Terms = new("Spring", PromotionType.PercentageDiscount, DiscountType.Percentage, 10, Currency.Usd, Now.AddDays(-1), Now.AddDays(30));

    [Fact]
    public void A_new_promotion_is_a_draft_and_its_steps_follow_one_another()
    {
        var promotion = Promotion.Create(Terms);
        Assert.Equal(PromotionStatus.Draft, promotion.StatusAt(Now));

        promotion.Activate(Now);
        Assert.Equal((PromotionStatus.Active, Now), (promotion.Status, promotion.ActivatedAt));
        promotion.Pause(Now);
        Assert.Equal(PromotionStatus.Paused, promotion.Status);
        promotion.Resume(Now);
        Assert.Equal((PromotionStatus.Active, (DateTime?)null), (promotion.Status, promotion.PausedAt));
        promotion.End(Now);
        Assert.Equal((PromotionStatus.Ended, Now), (promotion.Status, promotion.EndedAt));
    }

    [Theory]
    [InlineData("pause")]
    [InlineData("resume")]
    [InlineData("end")]
    public void A_draft_takes_no_step_but_the_first(string step)
    {
        var promotion = Promotion.Create(Terms);

        Refuses("invalid_state", () => Take(promotion, step));

        Assert.Equal(PromotionStatus.Draft, promotion.Status);
    }

    [Theory]
    [InlineData("activate")]
    [InlineData("pause")]
    [InlineData("resume")]
    [InlineData("end")]
    public void After_its_end_it_takes_no_step(string step)
    {
        var promotion = Promotion.Create(Terms);
        promotion.Activate(Now);
        promotion.End(Now);

        Refuses("invalid_state", () => Take(promotion, step));
    }

    [Fact]
    public void Its_end_date_is_its_end_and_moving_it_brings_it_back()
    {
        var promotion = Promotion.Create(Terms);
        promotion.Activate(Now);
        Assert.Equal(PromotionStatus.Active, promotion.StatusAt(promotion.EndsAt.AddTicks(-1)));
        Assert.Equal(PromotionStatus.Expired, promotion.StatusAt(promotion.EndsAt));

        promotion.Expire();
        var later = promotion.EndsAt.AddDays(1);
        promotion.Revise(promotion.Terms with { EndsAt = later.AddDays(1) }, later);

        Assert.Equal(PromotionStatus.Active, promotion.StatusAt(later));
    }

    [Fact]
    public void What_is_over_before_it_begins_is_not_activated()
    {
        var promotion = Promotion.Create(Terms);

        Refuses("promotion_expired", () => promotion.Activate(promotion.EndsAt));
    }

    [Fact]
    public void One_that_ran_out_of_uses_goes_on_when_a_use_comes_back_and_one_that_was_ended_does_not()
    {
        var usedUp = Promotion.Create(Terms);
        usedUp.Activate(Now);
        usedUp.End(Now, Promotion.UsedUp);
        usedUp.Reopen(Now);
        Assert.Equal((PromotionStatus.Active, (DateTime?)null), (usedUp.Status, usedUp.EndedAt));

        var ended = Promotion.Create(Terms);
        ended.Activate(Now);
        ended.End(Now);
        ended.Reopen(Now);
        Assert.Equal(PromotionStatus.Ended, ended.Status);
    }

    public static readonly TheoryData<string, PromotionTerms> Senseless = new()
    {
        { "Name", Terms with { Name = " " } },
        { "Name", Terms with { Name = new('x', 201) } },
        { "EndDate", Terms with { EndsAt = Terms.StartsAt } },
        { "DiscountValue", Terms with { DiscountValue = -1 } },
        { "DiscountValue", Terms with { DiscountValue = 100.5m } },
        { "DiscountValue", Terms with { DiscountValue = 0 } },
        { "DiscountType", Terms with { DiscountType = DiscountType.FixedAmount } },
        { "DiscountValue", Terms with { Type = PromotionType.FixedAmountDiscount, DiscountType = DiscountType.FixedAmount, DiscountValue = 1.005m } },
        { "MaxUses", Terms with { MaxUses = 0 } },
        { "MaxUsesPerCustomer", Terms with { MaxUsesPerCustomer = 0 } },
        { "Budget", Terms with { Budget = 0 } },
        { "MinimumOrderAmount", Terms with { MinimumOrderAmount = -1 } },
        { "MaximumDiscountAmount", Terms with { MaximumDiscountAmount = 0 } },
        { "Tiers[1].Min", Terms with { Type = PromotionType.TieredDiscount, Details = new() { Tiers = [new(100) { Percent = 5 }, new(100) { Percent = 10 }] } } },
        { "BuyGet.Buy", Terms with { Type = PromotionType.BuyOneGetOne, Details = new() { BuyGet = new(0, 1) } } },
    };

    [Theory]
    [MemberData(nameof(Senseless))]
    public void Terms_that_make_no_sense_are_refused_by_the_name_of_the_field(string field, PromotionTerms terms)
    {
        var refused = Assert.Throws<Refused>(() => Promotion.Create(terms));

        Assert.Equal((Refusal.Invalid, field), (refused.Kind, refused.Fields.Single().Field));
    }

    [Fact]
    public void It_needs_a_coupon_from_its_first_one_on_unless_it_says_otherwise()
    {
        var silent = Promotion.Create(Terms);
        Assert.False(silent.IsForCoupons);
        Coupon.Create(silent, "SPRING", new());
        Assert.True(silent.IsForCoupons);

        var both = Promotion.Create(Terms with { RequiresCoupon = false });
        Coupon.Create(both, "SPRING", new());
        Assert.False(both.IsForCoupons);
    }

    [Theory]
    [InlineData(PromotionType.FreeShipping, DiscountType.FreeShipping, 0, 100, null)]
    [InlineData(PromotionType.FreeShipping, DiscountType.Percentage, 50, 50, null)]
    [InlineData(PromotionType.FreeShipping, DiscountType.FixedAmount, 5, null, 500L)]
    [InlineData(PromotionType.Cashback, DiscountType.Cashback, 5, 5, null)]
    [InlineData(PromotionType.FixedAmountDiscount, DiscountType.FixedAmount, 20, null, 2000L)]
    public void Its_value_is_a_percentage_or_an_amount(PromotionType type, DiscountType kind, int value, int? percent, long? amount)
    {
        var rule = Promotion.Create(Terms with { Type = type, DiscountType = kind, DiscountValue = value }).ToRule();

        Assert.Equal((percent, amount), ((int?)rule.Percent, rule.Amount));
    }

    [Theory]
    [InlineData(0, 100)]
    [InlineData(50, 50)]
    public void Without_more_words_buy_one_get_one_gives_one_for_one(int value, int percent)
    {
        var rule = Promotion.Create(Terms with { Type = PromotionType.BuyOneGetOne, DiscountType = DiscountType.Bogo, DiscountValue = value }).ToRule();

        Assert.Equal(new BuyGet(1, 1) { Percent = percent }, rule.BuyGet);
    }

    [Fact]
    public void Without_tiers_a_tiered_discount_has_one_from_its_minimum_on()
    {
        var rule = Promotion.Create(Terms with { Type = PromotionType.TieredDiscount, DiscountType = DiscountType.Tiered, MinimumOrderAmount = 50 }).ToRule();

        Assert.Equal([new Tier(5000) { Percent = 10 }], rule.Tiers);
    }

    private static void Take(Promotion promotion, string step)
    {
        switch (step)
        {
            case "activate": promotion.Activate(Now); break;
            case "pause": promotion.Pause(Now); break;
            case "resume": promotion.Resume(Now); break;
            default: promotion.End(Now); break;
        }
    }

    private static void Refuses(string code, Action step)
    {
        var refused = Assert.Throws<Refused>(step);
        Assert.Equal((Refusal.Conflict, code), (refused.Kind, refused.Code));
    }
}
