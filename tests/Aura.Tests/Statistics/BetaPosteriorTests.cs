using Aura.Statistics;
using FsCheck;
using FsCheck.Fluent;
using MathNet.Numerics;

namespace Aura.Tests.Statistics;

public sealed class BetaPosteriorTests
{
    private static readonly BetaPosterior Control = BetaPosterior.After(250, 5000), Variant = BetaPosterior.After(280, 4800);

    private static readonly Gen<(int Successes, int Trials)> Counts =
        from trials in Gen.Choose(0, 3000)
        from successes in Gen.Choose(0, trials)
        select (successes, trials);

    [Fact]
    public void It_agrees_with_Cook_s_resellers()
    {
        // J. D. Cook, "A Bayesian view of Amazon Resellers" (2011): 90 of 100 good reviews against 2 of 2: 0.713
        var chance = BetaPosterior.After(90, 100).ChanceToBeat(BetaPosterior.After(2, 2));
        Near.Published(0.713, chance, 3);
        Near.Exact(0.712592804111936, chance); // SciPy 1.10.1, Simpson's rule on 400,000 panels
    }

    [Fact]
    public void It_agrees_with_SciPy_on_the_sample_of_the_promotion_interface()
    {
        // SciPy 1.10.1, Simpson's rule on 2,000,000 panels
        Near.Exact(0.9658069033847142, Variant.ChanceToBeat(Control));
        Near.Exact(6.170134143964253e-05, Variant.ExpectedLoss(Control), 1e-6);
        Near.Exact(0.008399057777457487, Control.ExpectedLoss(Variant), 1e-6);
        double[] chances = BetaPosterior.ChancesToBeBest([Control, Variant, BetaPosterior.After(270, 4900)]);
        Near.Exact(0.01670171506141126, chances[0], 1e-6);
        Near.Exact(0.7433422410628683, chances[1], 1e-6);
        Near.Exact(0.239956043875721, chances[2], 1e-6);
    }

    [Fact]
    public void It_agrees_with_Miller_s_closed_form() => Property.Holds(from a in Counts from b in Counts select (a, b), given =>
    {
        var (a, b) = (Of(given.a), Of(given.b));
        Assert.Equal(Closed(a, b), b.ChanceToBeat(a), 1e-8);
    }, runs: 100);

    [Fact]
    public void A_million_trials_are_as_good_as_ten() =>
        Near.Exact(0.627139814653657, BetaPosterior.After(50_100, 1_000_000).ChanceToBeat(BetaPosterior.After(50_000, 1_000_000)), 1e-6); // SciPy

    [Fact]
    public void Very_different_numbers_of_trials_are_compared_exactly()
    {
        var (few, many) = (BetaPosterior.After(0, 5), BetaPosterior.After(50_000, 1_000_000));
        Assert.Equal(Closed(many, few), few.ChanceToBeat(many), 1e-7);
        Assert.Equal(1, few.ChanceToBeat(many) + many.ChanceToBeat(few), 1e-7);
    }

    [Fact]
    public void It_has_Thompson_s_symmetries() => Property.Holds(from a in Counts from b in Counts select (a, b), given =>
    {
        // W. R. Thompson (1933): g(a,b,c,d) = 1 − g(c,d,a,b) = g(d,c,b,a)
        var (a, b) = (Of(given.a), Of(given.b));
        var failures = (A: BetaPosterior.After(given.a.Trials - given.a.Successes, given.a.Trials), B: BetaPosterior.After(given.b.Trials - given.b.Successes, given.b.Trials));
        Assert.Equal(1, a.ChanceToBeat(b) + b.ChanceToBeat(a), 1e-8);
        Assert.Equal(a.ChanceToBeat(b), failures.B.ChanceToBeat(failures.A), 1e-8);
    }, runs: 100);

    [Fact]
    public void The_losses_of_two_choices_differ_by_the_difference_of_the_rates() => Property.Holds(from a in Counts from b in Counts select (a, b), given =>
    {
        var (a, b) = (Of(given.a), Of(given.b));
        Assert.Equal(b.Mean - a.Mean, a.ExpectedLoss(b) - b.ExpectedLoss(a), 1e-8);
        Assert.True(a.ExpectedLoss(b) >= 0);
    }, runs: 100);

    [Fact]
    public void The_chances_of_all_to_be_best_add_up_to_one() => Property.Holds(Counts.ArrayOf().Where(rates => rates.Length is > 0 and < 6), rates =>
        Assert.Equal(1, BetaPosterior.ChancesToBeBest([.. rates.Select(Of)]).Sum(), 1e-7), runs: 50);

    [Fact]
    public void What_cannot_have_happened_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => BetaPosterior.After(3, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => BetaPosterior.After(-1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => BetaPosterior.After(1, 2, priorAlpha: 0.5));
    }

    private static BetaPosterior Of((int Successes, int Trials) counts) => BetaPosterior.After(counts.Successes, counts.Trials);

    /// <summary>E. Miller, "Formulas for Bayesian A/B Testing" (2015): P(b > a), a sum with a term for each success of b.</summary>
    private static double Closed(BetaPosterior a, BetaPosterior b) => Enumerable.Range(0, (int)b.Alpha).Sum(i => Math.Exp(
        SpecialFunctions.BetaLn(a.Alpha + i, b.Beta + a.Beta) - Math.Log(b.Beta + i) - SpecialFunctions.BetaLn(1 + i, b.Beta) - SpecialFunctions.BetaLn(a.Alpha, a.Beta)));
}
