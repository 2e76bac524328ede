using Aura.Statistics;
using Xunit.Abstractions;

namespace Aura.Tests.Statistics;

public sealed class IncrementalRevenueTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1000, 0.1, 0.05)]
    [InlineData(2000, 0.1, 0.03)]
    [InlineData(2000, 0.1, 0.08)]
    [InlineData(1000, 0.5, 0.05)]
    [InlineData(5000, 0.2, 0.05)]
    public void Where_messages_do_nothing_the_interval_covers_zero_in_94_of_100_runs(int customers, double heldOut, double rate)
    {
        var (random, runs, covered) = (new Random(1971), 2000, 0);
        for (var run = 0; run < runs; run++)
        {
            var held = (int)(customers * heldOut);
            covered += IncrementalRevenue.Of(Draw(random, customers - held, rate), Draw(random, held, rate)) is not { } effect || effect.PerCustomerInterval().Contains(0) ? 1 : 0;
        }

        output.WriteLine($"{customers} customers, {heldOut:P0} held out, {rate:P0} buy: 0 is covered in {100.0 * covered / runs:F2} %");
        Assert.InRange((double)covered / runs, 0.94, 0.97);
    }

    [Fact]
    public void What_messages_do_bring_is_found()
    {
        var (random, runs, covered, found) = (new Random(1972), 500, 0, 0);
        for (var run = 0; run < runs; run++)
        {
            var effect = IncrementalRevenue.Of(Draw(random, 18_000, 0.06), Draw(random, 2000, 0.04))!; // somebody buys
            covered += effect.PerCustomerInterval().Contains(0.02 * 40 * Math.Exp(0.5)) ? 1 : 0;
            found += effect.PerCustomerInterval().Lower > 0 ? 1 : 0;
        }

        Assert.True(covered >= 0.94 * runs, $"{covered} of {runs}");
        Assert.True(found > 0.5 * runs, $"{found} of {runs}");
    }

    [Fact]
    public void It_agrees_with_Hillstrom_s_two_campaigns()
    {
        // shared/data/README.md: spend of 21,307 customers with the men's message 1.422617 on average, of 21,306 without one 0.652789
        var rows = PublicData.Rows("hillstrom_minethatdata.csv").ToArray();
        if (rows.Length == 0)
            return;
        var effect = IncrementalRevenue.Of(Spend("Mens E-Mail"), Spend("No E-Mail"))!; // they spent
        Near.Published(0.769828, effect.PerCustomer, 5);
        Near.Exact(effect.PerCustomer * 21_307, effect.Total);
        Assert.InRange(effect.PerCustomerInterval().Lower, 0.45, 0.52); // published analyses: some 0.77 ± 0.28
        Assert.True(effect.TotalInterval().Lower > 9000);

        Sample Spend(string arm)
        {
            decimal[] amounts = [.. rows.Where(row => row.Any(field => field.Trim('"') == arm)).Select(row => decimal.Parse(row[^1], System.Globalization.CultureInfo.InvariantCulture))];
            return Sample.OfSums(amounts.Length, amounts.Sum(), amounts.Sum(amount => amount * amount));
        }
    }

    [Fact]
    public void Without_two_of_each_there_is_nothing_to_measure_by()
    {
        Assert.Null(IncrementalRevenue.Of(new(100, 5, 10), new(1, 0, 0)));
        Assert.Null(IncrementalRevenue.Of(new(100, 0, 0), new(10, 0, 0)));
    }

    private static Sample Draw(Random random, int customers, double rate)
    {
        var buyers = Enumerable.Range(0, customers).Count(_ => random.NextDouble() < rate);
        var spent = new Arm("any", 100, 0, 0, 0, 0).After(customers, buyers, random);
        return Sample.OfSums(customers, spent.Revenue, spent.RevenueSquares);
    }
}
