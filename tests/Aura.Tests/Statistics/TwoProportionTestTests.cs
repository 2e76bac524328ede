using Aura.Statistics;
using FsCheck;
using FsCheck.Fluent;

namespace Aura.Tests.Statistics;

public sealed class TwoProportionTestTests
{
    private static readonly Gen<(int ControlN, int Control, int VariantN, int Variant)> Counts =
        from controlN in Gen.Choose(1, 5000)
        from control in Gen.Choose(0, controlN)
        from variantN in Gen.Choose(1, 5000)
        from variant in Gen.Choose(0, variantN)
        select (controlN, control, variantN, variant);

    [Fact]
    public void It_agrees_with_the_example_of_statsmodels()
    {
        // statsmodels, documentation of proportions_ztest: count = [5, 12], nobs = [83, 99] gives p = 0.159
        var test = TwoProportionTest.Of(5, 83, 12, 99);
        Near.Published(0.159, test.PTwoSided, 3);

        // statsmodels 0.13.5: proportions_ztest and confint_proportions_2indep(method='wald'), which subtracts the other way round
        Near.Exact(1.4078304151258787, test.Z);
        Near.Exact(0.15918129181156992, test.PTwoSided);
        Near.Exact(-0.021207895074544264, test.DifferenceInterval(0.05).Lower);
        Near.Exact(0.14315020978794332, test.DifferenceInterval(0.05).Upper);
    }

    [Fact]
    public void The_sample_of_the_promotion_interface_is_96_6_percent_one_sided_and_93_2_two_sided()
    {
        // 250 of 5000 against 280 of 4800. The interface's document says 96.5, which is the one-sided confidence, cut off.
        var test = TwoProportionTest.Of(250, 5000, 280, 4800);
        Near.Exact(1.8233062085063159, test.Z); // statsmodels 0.13.5
        Near.Exact(0.03412851326050821, test.PGreater);
        Near.Exact(0.06825702652101642, test.PTwoSided);
        Assert.Equal(96.5, 100 * (1 - test.PGreater), 0.1);
        Assert.Equal(93.2, 100 * (1 - test.PTwoSided), 0.05);
        Near.Exact(-0.0006363376633756364, test.DifferenceInterval(0.05).Lower);
        Near.Exact(0.0173030043300423, test.DifferenceInterval(0.05).Upper);
    }

    [Fact]
    public void The_standard_error_of_the_lift_agrees_with_GrowthBook()
    {
        // GrowthBook, packages/stats/tests/frequentist/test_tests.py, proportions 14/28 and 16/30: lift 0.06667, standard deviation 0.2717
        var lift = Lift.Of(Sample.OfProportion(14, 28), Sample.OfProportion(16, 30))!.Value;
        Near.Published(0.06667, lift.Estimate, 5);
        Near.Published(0.2717, lift.StandardError, 4);

        var interval = TwoProportionTest.Of(14, 28, 16, 30).LiftInterval(0.05)!.Value;
        Near.Exact(lift.Estimate - 1.959963984540054 * lift.StandardError, interval.Lower);
    }

    [Fact]
    public void Where_all_are_alike_there_is_no_difference()
    {
        Assert.Equal(1, TwoProportionTest.Of(0, 10, 0, 20).PTwoSided);
        Assert.Equal(1, TwoProportionTest.Of(10, 10, 20, 20).PTwoSided);
        Assert.Null(TwoProportionTest.Of(0, 10, 0, 20).LiftInterval(0.05));
    }

    [Fact]
    public void More_successes_than_units_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => TwoProportionTest.Of(11, 10, 1, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => TwoProportionTest.Of(0, 0, 1, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => TwoProportionTest.Of(1, 10, 1, 10).DifferenceInterval(5));
    }

    [Fact]
    public void Changing_places_changes_only_the_sign() => Property.Holds(Counts, given =>
    {
        var test = TwoProportionTest.Of(given.Control, given.ControlN, given.Variant, given.VariantN);
        var swapped = TwoProportionTest.Of(given.Variant, given.VariantN, given.Control, given.ControlN);
        Assert.Equal(test.Z, -swapped.Z, 1e-9);
        Assert.Equal(test.PTwoSided, swapped.PTwoSided, 1e-9);
        Assert.Equal(test.PGreater, swapped.PLess, 1e-9);
        Assert.Equal(1, test.PGreater + test.PLess, 1e-9);
        Assert.Equal(Math.Min(1, 2 * Math.Min(test.PGreater, test.PLess)), test.PTwoSided, 1e-9);
    });

    [Fact]
    public void One_success_more_is_more_evidence_for_the_variant() => Property.Holds(Counts.Where(given => given.Variant < given.VariantN), given =>
    {
        var test = TwoProportionTest.Of(given.Control, given.ControlN, given.Variant, given.VariantN);
        var more = TwoProportionTest.Of(given.Control, given.ControlN, given.Variant + 1, given.VariantN);
        Assert.True(more.PGreater <= test.PGreater + 1e-12);
    });
}
