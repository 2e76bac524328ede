using Aura.Statistics.Lifetimes;

namespace Aura.Tests.Statistics.Lifetimes;

public sealed class LifetimesTests
{
    private static readonly (Purchases Of, double Mean)[] Cdnow =
    [
        .. PublicData.Rows("cdnow/cdnow_customers_summary_with_transactions.csv")
            .Select(row => (new Purchases(int.Parse(row[1], null), PublicData.Number(row[2]), PublicData.Number(row[3])), PublicData.Number(row[4]))),
    ];

    private static readonly BgNbd Published = new(0.2425945, 4.4136, 0.7929, 2.4259);

    [Fact]
    public void Counting_customers_agrees_with_the_paper_on_CDNOW()
    {
        if (Cdnow.Length == 0)
            return;

        // Fader, Hardie and Lee (2005), table 2
        var model = BgNbd.Fit(Cdnow.Select(customer => customer.Of))!; // fitted
        Near.Published(0.243, model.R, 3);
        Near.Published(4.414, model.Alpha, 3);
        Near.Published(0.793, model.A, 3);
        Near.Published(2.426, model.B, 3);
        Near.Published(-9582.4, model.LogLikelihood(Cdnow.Select(customer => customer.Of)), 1);

        // their note "Implementing the BG/NBD model for customer base analysis in Excel", customer 1
        Near.Published(1.226, model.ExpectedPurchases(new(2, 30.43, 38.86), 39), 3);
    }

    [Fact]
    public void It_foretells_the_second_half_of_CDNOW_an_eighth_too_low_as_the_model_is_known_to()
    {
        if (Cdnow.Length == 0)
            return;
        var model = BgNbd.Fit(Cdnow.Select(customer => customer.Of))!; // fitted
        Assert.InRange(Cdnow.Sum(customer => model.ExpectedPurchases(customer.Of, 39)) / 1882, 0.87, 0.89); // of the 1,882 that were made
    }

    [Fact]
    public void The_unit_of_time_changes_nothing_but_alpha()
    {
        if (Cdnow.Length == 0)
            return;
        var (weeks, days) = (BgNbd.Fit(Cdnow.Select(customer => customer.Of))!, BgNbd.Fit(Cdnow.Select(customer => InDays(customer.Of)))!); // fitted
        Near.Exact(weeks.R, days.R, 1e-4);
        Near.Exact(7 * weeks.Alpha, days.Alpha, 1e-4);
        Near.Exact(weeks.B, days.B, 1e-4);

        static Purchases InDays(Purchases of) => new(of.Repeats, 7 * of.Recency, 7 * of.Age);
    }

    [Fact]
    public void Spending_agrees_with_the_paper_on_CDNOW()
    {
        if (Cdnow.Length == 0)
            return;

        // Fader and Hardie (2013); the digits beyond are of the lifetimes documentation
        Spending[] spending = [.. Cdnow.Where(customer => customer.Of.Repeats > 0).Select(customer => new Spending(customer.Of.Repeats, customer.Mean))];
        var model = GammaGamma.Fit(spending)!; // fitted
        Near.Published(6.25, model.P, 2);
        Near.Published(3.74, model.Q, 2);
        Assert.Equal(15.44, model.Gamma, 0.011);
        Near.Published(-4055.9232, model.LogLikelihood(spending), 3);
        Assert.Equal(24.658619, model.ExpectedSpend(new(2, 22.35)), 0.001);
        Assert.Equal(71.462843, model.ExpectedSpend(new(7, 73.74)), 0.001);
        Assert.Equal(35.170981, model.ExpectedSpend(), 0.001);
        Assert.InRange(GammaGamma.Correlation(spending), 0.1, 0.12); // 0.1138
    }

    [Fact]
    public void Expected_purchases_agree_with_the_integral_of_the_model()
    {
        // E Y(t) of somebody new: an integral over λ and p of (1 - exp(-λpt))/p, by Simpson's rule in p after that over λ in closed form: 1 - (α/(α + pt))^r
        var (sum, steps) = (0.0, 200_000);
        var beta = MathNet.Numerics.SpecialFunctions.Beta(Published.A, Published.B);
        for (var step = 0; step < steps; step++)
        {
            var root = (step + 0.5) / steps;
            var p = root * root * root; // takes the edge off p^(a - 2)
            sum += 3 * root * root / steps * Math.Pow(p, Published.A - 2) * Math.Pow(1 - p, Published.B - 1) / beta * (1 - Math.Pow(Published.Alpha / (Published.Alpha + p * 52), Published.R));
        }

        Near.Exact(sum, Published.ExpectedPurchases(52), 1e-5);
    }

    [Fact]
    public void Somebody_without_a_repeat_purchase_is_alive_by_definition_and_one_long_silent_hardly()
    {
        Assert.Equal(1, Published.ProbabilityAlive(new(0, 0, 39)));
        Assert.True(Published.ProbabilityAlive(new(20, 5, 39)) < 0.01);
        Assert.True(Published.ProbabilityAlive(new(20, 38.5, 39)) > 0.9);
        Assert.InRange(Published.ExpectedPurchases(new(300, 500, 501), 39), 20, 24); // nothing overflows: 300 of 501 weeks
    }

    [Fact]
    public void A_value_is_less_the_dearer_money_is_and_more_the_longer_one_looks()
    {
        LifetimeValue value = new(Published, new(6.25, 3.74, 15.44), 52.0 / 12), dear = value with { MonthlyDiscount = 0.05 };
        Purchases customer = new(2, 30.43, 38.86);
        Spending spending = new(2, 22.35);
        Near.Exact(value.Spend.ExpectedSpend(spending) * Published.ExpectedPurchases(customer, 52), (value with { MonthlyDiscount = 0 }).Of(customer, spending, 12), 1e-9);
        Assert.True(dear.Of(customer, spending, 12) < value.Of(customer, spending, 12));
        Assert.True(value.Of(customer, spending, 24) > value.Of(customer, spending, 12));
        Near.Exact(0.4 * value.Of(customer, spending, 12), value.Of(customer, spending, 12, margin: 0.4), 1e-12);
    }

    [Fact]
    public void Customers_who_are_all_alike_are_fitted_as_such()
    {
        var random = new Random(11);
        List<Purchases> customers = [];
        for (var customer = 0; customer < 400; customer++)
        {
            var (last, repeats) = (0.0, 0);
            for (var at = -10 * Math.Log(1 - random.NextDouble()); at < 60; at -= 10 * Math.Log(1 - random.NextDouble()))
            {
                (last, repeats) = (at, repeats + 1);
                if (random.NextDouble() < 0.2)
                    break;
            }

            customers.Add(new(repeats, last, 60));
        }

        var model = BgNbd.Fit(customers)!; // fitted
        Assert.Equal(0.1, model.R / model.Alpha, 0.01); // one in ten weeks
        Assert.Equal(0.2, model.A / (model.A + model.B), 0.06);
        Assert.Equal(customers.Count(customer => customer.Repeats > 0) / 400.0, 1 - Math.Exp(-60 / 10.0), 0.02); // or the customers would not be those
        Assert.InRange(model.ExpectedPurchases(new(3, 55, 60), 52), 1, 5.2); // and nothing overflows, with r in the thousands
    }

    [Fact]
    public void Customers_who_say_nothing_are_not_fitted()
    {
        Assert.Null(BgNbd.Fit(Enumerable.Repeat(new Purchases(0, 0, 20), 500)));
        Assert.Null(BgNbd.Fit(Enumerable.Repeat(new Purchases(2, 10, 20), 19)));
        Assert.Null(GammaGamma.Fit(Enumerable.Repeat(new Spending(3, 50), 200)));
        Assert.Throws<ArgumentOutOfRangeException>(() => BgNbd.Fit([new(1, 5, 4)]));
        Assert.Throws<ArgumentOutOfRangeException>(() => GammaGamma.Fit([new(0, 5)]));
    }
}
