using Aura.Promotions.Referrals;

namespace Aura.Tests.Promotions;

public sealed class RewardTests
{
    [Theory]
    [InlineData("Alice", "ALICE")]
    [InlineData("José-María", "JOSEMARIA")]
    [InlineData("Ζωή", "FRIEND")]
    [InlineData(null, "FRIEND")]
    [InlineData("Maximiliana-Theodora", "MAXIMILIANAT")]
    public void A_code_has_a_name_in_plain_letters_and_four_symbols_that_nobody_confuses(string? name, string part) =>
        Assert.Matches($"^REF-{part}-[A-HJ-NP-Z2-9]{{4}}$", ReferralCode.For(name));

    [Theory]
    [InlineData(RewardType.Points, 1.5)]
    [InlineData(RewardType.Points, -1)]
    [InlineData(RewardType.Discount, 100.5)]
    [InlineData(RewardType.FixedAmount, 1.001)]
    [InlineData(RewardType.Cashback, -0.01)]
    public void A_reward_that_nobody_can_give_is_refused(RewardType type, decimal value) =>
        Assert.Equal(Refusal.Invalid, Assert.Throws<Refused>(() => new Reward(type, value).Checked(Currency.Usd, "Value")).Kind);

    [Theory]
    [InlineData("+49 170 1234567", "0170/1234567", true)]
    [InlineData("0170 1234567", "0170 1234568", false)]
    public void Phone_numbers_are_compared_without_what_people_write_between_the_digits(string one, string other, bool same) =>
        Assert.Equal(same, ReferralDoubts.Phone(one) == ReferralDoubts.Phone(other));

    [Fact]
    public void Addresses_are_compared_without_case_and_punctuation()
    {
        Assert.Equal(
            ReferralDoubts.Place(new() { Line1 = "1, Main St.", Zip = "90210", Country = "US", City = "Beverly Hills" }),
            ReferralDoubts.Place(new() { Line1 = "1 MAIN ST", Zip = "902 10", Country = "US", City = "BH" }));
        Assert.Null(ReferralDoubts.Place(new() { Line1 = "-", Country = "US" }));
        Assert.Null(ReferralDoubts.Phone("12"));
    }

    [Fact]
    public void Doubts_add_up_to_a_hundred_at_most_the_weightiest_first()
    {
        Assert.True(ReferralDoubts.Of([]).IsNone);
        var doubts = ReferralDoubts.Of(["same_address", "same_phone", "same_payment_method"]);
        Assert.Equal((100, "same_payment_method"), (doubts.Score, doubts.Signals[0]));
    }
}
