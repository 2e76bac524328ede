using Aura.Statistics;
using FsCheck.Fluent;

namespace Aura.Tests.Statistics;

public sealed class BucketTests
{
    [Theory]
    [InlineData("test-1", "customer_42", 5786)]
    [InlineData("test-1", "customer_43", 9730)]
    [InlineData("ab_1704110400_1234", "456", 8507)]
    [InlineData("promo", "Zoë", 3469)]
    public void Any_client_can_work_out_the_bucket(string salt, string unit, int bucket) =>
        Assert.Equal(bucket, Bucket.Of(salt, unit)); // printf 'test-1\0customer_42' | sha256sum | cut -c1-16, read as hexadecimal, modulo 10000

    [Fact]
    public void Buckets_are_even()
    {
        // 100,000 units on 100 groups of buckets: chi-square with 99 degrees of freedom; fixed names, so that it passes always or never
        var groups = Enumerable.Range(0, 100_000).CountBy(unit => Bucket.Of("even", $"customer_{unit}") / 100).Select(group => (long)group.Value).ToArray();
        Assert.InRange(SampleRatioTest.Of(groups, [.. groups.Select(_ => 1m)]).PValue, 0.01, 0.99);
    }

    [Fact]
    public void Two_tests_divide_the_same_units_independently()
    {
        var both = Enumerable.Range(0, 40_000).CountBy(unit => (Bucket.Of("one", $"{unit}") < 5000, Bucket.Of("two", $"{unit}") < 5000));
        Assert.InRange(SampleRatioTest.Of([.. both.Select(group => (long)group.Value)], [1, 1, 1, 1]).PValue, 0.01, 0.99);
    }

    [Fact]
    public void The_parts_of_salt_and_unit_do_not_run_together() => Assert.NotEqual(Bucket.Of("ab", "c"), Bucket.Of("a", "bc"));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(3399, 0)]
    [InlineData(3400, 1)]
    [InlineData(4200, 1)]
    [InlineData(6699, 1)]
    [InlineData(6700, 2)]
    [InlineData(9999, 2)]
    public void Ranges_are_half_open(int bucket, int arm) => Assert.Equal(arm, Bucket.Arm(bucket, [34, 33, 33]));

    [Fact]
    public void Arms_have_as_many_buckets_as_their_share() => Property.Holds(
        from cuts in Gen.Choose(0, 10_000).ArrayOf(3)
        let ends = cuts.Order().Append(10_000).ToArray()
        select ends.Zip(ends.Prepend(0), (end, start) => (end - start) / 100m).ToArray(),
        shares =>
        {
            var buckets = Enumerable.Range(0, Bucket.Count).CountBy(bucket => Bucket.Arm(bucket, shares)).ToDictionary();
            Assert.All(shares.Index(), arm => Assert.Equal(arm.Item * 100, buckets.GetValueOrDefault(arm.Index)));
        }, runs: 30);

    [Fact]
    public void Thirds_leave_no_bucket_over() =>
        Assert.Equal([3333, 3334, 3333], Enumerable.Range(0, Bucket.Count).CountBy(bucket => Bucket.Arm(bucket, [33.333m, 33.334m, 33.333m])).Select(arm => arm.Value));

    [Fact]
    public void Shares_that_are_not_a_hundred_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Bucket.Arm(0, [34, 33, 30]));
        Assert.Throws<ArgumentException>(() => Bucket.Arm(0, [150, -50]));
        Assert.Throws<ArgumentException>(() => Bucket.Arm(0, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => Bucket.Arm(10_000, [100]));
        Assert.Throws<ArgumentException>(() => Bucket.Of("a\0b", "c"));
        Assert.Throws<ArgumentException>(() => Bucket.Of("a", ""));
    }
}
