using Aura.Promotions.Engine;

namespace Aura.Tests.Promotions.Engine;

public sealed class SinglePromotionTests
{
    private static readonly PromotionRule SummerSale = new(123, "Summer Sale 2024", PromotionType.PercentageDiscount)
    {
        Percent = 25, MinimumOrder = 5_000, MaximumDiscount = 10_000, Currency = Currency.Usd,
        StartsAt = new(2024, 6, 1, 0, 0, 0, DateTimeKind.Utc), EndsAt = new(2024, 8, 31, 23, 59, 59, DateTimeKind.Utc),
    };

    [Fact]
    public void The_documents_example_gives_15_of_59_98_with_10_given_elsewhere()
    {
        var answer = Calculate(SummerSale, existing: 1_000);
        Assert.Equal((true, 1_500, 5_998, 25m, 10_000), (answer.Applicable, answer.Discount.Minor, answer.Base.Minor, answer.Percent, answer.Maximum?.Minor));
        Assert.Equal("25% discount applied to eligible items", answer.Reason);
    }

    [Fact]
    public void With_the_categories_of_the_documents_promotion_its_own_example_is_not_eligible()
    {
        var answer = Calculate(SummerSale with { Scope = new([1, 2, 3]) });
        Assert.Equal((false, 0, 0, PromotionReason.NoEligibleItems), (answer.Applicable, answer.Discount.Minor, answer.Base.Minor, answer.Code));
    }

    [Fact]
    public void A_smaller_order_is_told_what_is_missing()
    {
        var answer = Calculate(SummerSale, price: 2_000);
        Assert.Equal((false, 4_000, PromotionReason.BelowMinimum), (answer.Applicable, answer.Base.Minor, answer.Code));
        Assert.Equal("Eligible items for 10.00 USD more are needed", answer.Reason);
    }

    [Fact]
    public void The_maximum_holds_and_is_told()
    {
        var answer = Calculate(SummerSale, price: 50_000);
        Assert.Equal((10_000, PromotionCap.MaximumDiscount), (answer.Discount.Minor, answer.CappedBy));
        Assert.Equal("25% discount applied to eligible items, up to its maximum", answer.Reason);
    }

    [Fact]
    public void The_end_is_the_first_instant_without()
    {
        Assert.True(Calculate(SummerSale, at: SummerSale.EndsAt!.Value.AddTicks(-1)).Applicable); // given above
        Assert.Equal(PromotionReason.Expired, Calculate(SummerSale, at: SummerSale.EndsAt).Code);
        Assert.Equal(PromotionReason.NotStarted, Calculate(SummerSale, at: SummerSale.StartsAt!.Value.AddTicks(-1)).Code); // given above
        Assert.True(Calculate(SummerSale, at: SummerSale.StartsAt).Applicable);
    }

    [Fact]
    public void Another_currency_is_never_converted() =>
        Assert.Equal(PromotionReason.WrongCurrency, Calculate(SummerSale with { Currency = Currency.Eur }).Code);

    [Fact]
    public void Segments_are_any_of_and_a_guest_has_none()
    {
        var rule = SummerSale with { Segments = ["premium", "loyal"] };
        Assert.Equal(PromotionReason.SegmentMismatch, Calculate(rule).Code);
        Assert.True(Calculate(rule, customer: new(456, ["Loyal", "new"])).Applicable);
    }

    [Fact]
    public void Free_shipping_is_applicable_before_its_price_is_known()
    {
        var rule = new PromotionRule(1, "Free", PromotionType.FreeShipping) { Currency = Currency.Usd };
        Assert.Equal((true, 0, "Shipping will be free"), Seen(Calculate(rule)));
        Assert.Equal((true, 795, "Free shipping applied"), Seen(Calculate(rule, shipping: 795)));

        static (bool, long, string) Seen(SingleDiscount answer) => (answer.Applicable, answer.Discount.Minor, answer.Reason);
    }

    private static SingleDiscount Calculate(
        PromotionRule rule, long price = 2_999, long existing = 0, PromotionCustomer? customer = null, DateTime? at = null, long? shipping = null) =>
        SinglePromotion.Calculate(rule, [new(1, new(price, Currency.Usd), 2, [5])], customer ?? new(456), existing, at ?? Shop.Now, shipping);
}
