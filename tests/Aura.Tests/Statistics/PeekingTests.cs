using Aura.Statistics;
using Xunit.Abstractions;

namespace Aura.Tests.Statistics;

/// <summary>Ten thousand tests without a difference, looked at on each of 30 days. A test is false when it shows any difference on any day,
/// for better or worse. The random numbers have fixed seeds.</summary>
public sealed class PeekingTests(ITestOutputHelper output)
{
    private const int Days = 30;

    private static readonly Func<Verdict, int, bool> AnyDay = (verdict, _) => verdict.Significant;

    private static readonly Func<Verdict, int, bool> AnyDayAsIfItWereTheOnlyLook = (verdict, _) => verdict.Comparisons[0].PValue < 0.05;

    private static readonly Func<Verdict, int, bool> TheLastDay = (verdict, day) => day == Days && verdict.Comparisons[0].PValue < 0.05;

    [Fact]
    public void Of_10_000_tests_at_most_5_percent_are_ever_false()
    {
        var (sequential, naive, atTheEnd, both) = False(10_000, 200, 0.05, 2, SuccessMetric.ConversionRate);
        Assert.InRange(sequential, 0.001, 0.05);

        // The counterproof: the same tests, had one look been taken for what it is not; a single look at the end; and either of two ways to win,
        // which is why a plan is sequential or has one look, and never both (docs/decisions/0017).
        Assert.InRange(naive, 0.25, 0.4);
        Assert.InRange(atTheEnd, 0.045, 0.055);
        Assert.InRange(both, 0.0525, 0.1);
    }

    [Theory]
    [InlineData(40, 0.05, 2, SuccessMetric.ConversionRate)]
    [InlineData(1000, 0.02, 2, SuccessMetric.ConversionRate)]
    [InlineData(200, 0.05, 4, SuccessMetric.ConversionRate)]
    [InlineData(200, 0.05, 2, SuccessMetric.RevenuePerUser)]
    public void Few_and_many_units_several_variants_and_revenue_are_not_false_more_often(int perDay, double rate, int arms, SuccessMetric metric) =>
        Assert.InRange(False(2000, perDay, rate, arms, metric).Sequential, 0.001, 0.05);

    [Fact]
    public void A_real_difference_is_found_early()
    {
        // 5 against 6.5 percent: in three of four tests within 30 days of 200 a day and arm
        var random = new Random(5);
        var (control, variant) = (new Binomial(200, 0.05), new Binomial(200, 0.065));
        var found = Enumerable.Range(0, 2000).Count(_ =>
        {
            var (a, b) = (new Arm("control", 50, 0, 0), new Arm("variant", 50, 0, 0));
            for (var day = 0; day < Days; day++)
            {
                (a, b) = (a.After(200, control.Next(random)), b.After(200, variant.Next(random)));
                if (Verdict.Of(Plan(SuccessMetric.ConversionRate), a, [b], horizonReached: false).Winner is not null)
                    return true;
            }

            return false;
        });
        output.WriteLine($"{found / 2000.0:P2}");
        Assert.InRange(found / 2000.0, 0.7, 0.8);
    }

    /// <summary>From the first unit on: the harshest case.</summary>
    private static TestPlan Plan(SuccessMetric metric) => new(metric) { MinimumSampleSize = 1 };

    private (double Sequential, double Naive, double AtTheEnd, double Both) False(int tests, int perDay, double rate, int arms, SuccessMetric metric)
    {
        Func<Verdict, int, bool>[] ways = [AnyDay, AnyDayAsIfItWereTheOnlyLook, TheLastDay, (verdict, day) => AnyDay(verdict, day) || TheLastDay(verdict, day)];
        var (random, conversions, found) = (new Random(20260707), new Binomial(perDay, rate), new int[ways.Length]);
        for (var test = 0; test < tests; test++)
        {
            var days = Course(arms, perDay, () => conversions.Next(random), metric == SuccessMetric.RevenuePerUser ? random : null)
                .Select(counted => Verdict.Of(Plan(metric), counted[0], counted[1..], horizonReached: false)).ToArray();
            foreach (var (way, significant) in ways.Index())
                found[way] += days.Index().Any(day => significant(day.Item, day.Index + 1)) ? 1 : 0;
        }

        output.WriteLine(string.Join(", ", found.Select(count => $"{(double)count / tests:P2}")));
        return ((double)found[0] / tests, (double)found[1] / tests, (double)found[2] / tests, (double)found[3] / tests);
    }

    private static IEnumerable<Arm[]> Course(int arms, int perDay, Func<int> conversions, Random? spending)
    {
        Arm[] counted = [.. Enumerable.Range(0, arms).Select(arm => new Arm($"{arm}", 100m / arms, 0, 0))];
        for (var day = 0; day < Days; day++)
            yield return counted = [.. counted.Select(arm => arm.After(perDay, conversions(), spending))];
    }
}
