using FsCheck;
using FsCheck.Fluent;

namespace Aura.Tests.Shared;

public sealed class AllocationTests
{
    private static readonly Gen<(long Amount, long[] Weights)> Splits =
        from sign in Gen.Elements(-1, 1)
        from amount in Property.Amounts(long.MaxValue)
        from count in Gen.Choose(1, 20)
        from weights in Gen.ArrayOf(Property.Amounts(long.MaxValue), count)
        select (sign * amount, weights);

    [Fact]
    public void Parts_sum_to_the_whole() =>
        Property.Holds(Splits, split => Assert.Equal(split.Amount, Allocation.Split(split.Amount, split.Weights).Sum()));

    [Fact]
    public void Every_part_is_less_than_one_away_from_its_proportion() => Property.Holds(Splits, split =>
    {
        var total = split.Weights.Aggregate((System.Numerics.BigInteger)0, (sum, weight) => sum + weight);
        if (total == 0)
            return;
        var parts = Allocation.Split(split.Amount, split.Weights);
        for (var i = 0; i < parts.Length; i++)
            Assert.True(System.Numerics.BigInteger.Abs(parts[i] * total - (System.Numerics.BigInteger)split.Amount * split.Weights[i]) < total);
    });

    [Fact]
    public void A_negative_amount_splits_as_its_mirror() => Property.Holds(Splits, split =>
        Assert.Equal(Allocation.Split(split.Amount, split.Weights), Allocation.Split(-split.Amount, split.Weights).Select(part => -part)));

    [Fact]
    public void Zero_weight_gets_nothing_beside_a_positive_one() =>
        Property.Holds(Property.Amounts(long.MaxValue), amount => Assert.Equal([0, amount, 0], Allocation.Split(amount, [0, 7, 0])));

    [Theory]
    [InlineData(100, new long[] { 1, 1, 1 }, new long[] { 34, 33, 33 })]
    [InlineData(5, new long[] { 0, 0, 0 }, new long[] { 2, 2, 1 })]
    [InlineData(10, new long[] { 1, 2, 4 }, new long[] { 1, 3, 6 })]
    [InlineData(0, new long[] { 3, 4 }, new long[] { 0, 0 })]
    public void The_largest_remainders_get_the_odd_units(long amount, long[] weights, long[] expected) =>
        Assert.Equal(expected, Allocation.Split(amount, weights));

    [Fact]
    public void Nothing_can_be_split_among_none() => Assert.Empty(Allocation.Split(0, []));

    [Fact]
    public void Something_cannot_be_split_among_none() => Assert.Throws<ArgumentException>(() => Allocation.Split(1, []));

    [Fact]
    public void A_negative_weight_is_an_error() => Assert.Throws<ArgumentOutOfRangeException>(() => Allocation.Split(1, [1, -1]));
}
