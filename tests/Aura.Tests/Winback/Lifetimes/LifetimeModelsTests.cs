using System.Globalization;
using Aura.Tests.Connectors.Shops;
using Aura.Tests.Statistics;
using Aura.Winback.Lifetimes;

namespace Aura.Tests.Winback.Lifetimes;

public sealed class LifetimeModelsTests
{
    private static readonly DateOnly Calibrated = new(1997, 9, 30), End = new(1998, 6, 30);

    /// <summary>Fitted like models of CDNOW: see LifetimesTests.</summary>
    private static readonly LifetimeModels Models = new(new(0.243, 4.414, 0.793, 2.426), new(6.25, 3.74, 1544), 0.1, 12);

    [Fact]
    public void The_orders_of_CDNOW_give_the_published_models_and_are_tried_on_its_last_third()
    {
        if (ShopTexts.Data("cdnow/CDNOW_sample.txt") is not { } file)
            return;
        (int Customer, DateOnly Day, long Cents)[] orders =
        [
            .. File.ReadLines(file).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(row => (int.Parse(row[1], null), DateOnly.ParseExact(row[2], "yyyyMMdd", null), (long)(100 * decimal.Parse(row[4], CultureInfo.InvariantCulture)))),
        ];

        var fitted = LifetimeModels.Fit(By(Calibrated), [], 0);
        var tried = LifetimeModels.Fit(By(End), By(Calibrated), 39);

        Assert.Equal(0.243, fitted.Orders!.R, 0.002); // enough customers; the free orders of the file count as none here
        Assert.Equal(4.414, fitted.Orders.Alpha, 0.05);
        Assert.Equal(2.426, fitted.Orders.B, 0.05);
        Assert.Equal(6.25, fitted.Spend!.P, 0.05);
        Assert.Null(fitted.PercentError);
        Assert.InRange(tried.PercentError!.Value, 10, 25); // the model is an eighth too low there

        List<CustomerPurchases> By(DateOnly day) =>
        [
            .. orders.Where(order => order.Day <= day && order.Cents > 0).GroupBy(order => order.Customer).Select(own =>
            {
                var days = own.GroupBy(order => order.Day).OrderBy(group => group.Key).Select(group => (Day: group.Key, Cents: group.Sum(order => order.Cents))).ToList();
                return new CustomerPurchases(own.Key, days.Count - 1, days[^1].Day.DayNumber - days[0].Day.DayNumber, day.DayNumber - days[0].Day.DayNumber, days.Skip(1).Sum(one => one.Cents), days.Sum(one => one.Cents));
            }).OrderBy(customer => customer.CustomerId),
        ];
    }

    [Fact]
    public void A_fifth_of_the_customers_is_the_top_and_a_fifth_the_low()
    {
        var valued = Models.Valued(Enumerable.Range(1, 10).Select(number => Customer(number, repeats: number)));
        Assert.Equal([2, 6, 2], valued.GroupBy(one => one.Segment).OrderBy(group => group.Key).Select(group => group.Count()));
        Assert.Equal(valued.OrderByDescending(one => one.Value), valued);
        Assert.Equal(ValueSegment.Top, Assert.Single(Models.Valued([Customer(1, 1)])).Segment);
        Assert.Empty(Models.Valued([]));
    }

    [Fact]
    public void Without_models_a_value_is_what_was_bought()
    {
        LifetimeModels none = LifetimeModels.Fit([Customer(1, 1), Customer(2, 0)], [], 0);
        Assert.False(none.Foretells);
        Assert.Null(none.ValueOf(Customer(1, 1)));
        Assert.Equal([20_000, 10_000], none.Valued([Customer(1, 1), Customer(2, 0)]).Select(one => one.Value));
        Assert.Empty(LifetimeAdvice.Of(none, [Customer(1, 1)], null));
    }

    [Fact]
    public void Of_a_customer_without_a_repeat_order_it_is_not_said_whether_they_still_come()
    {
        Assert.Null(Models.AliveOf(Customer(1, 0)));
        Assert.InRange(Models.AliveOf(Customer(1, 3))!.Value, 0, 1); // repeated
    }

    [Fact]
    public void Advice_is_for_those_whom_it_concerns_and_worth_what_the_models_say()
    {
        CustomerPurchases once = Customer(1, 0), gone = new(2, 10, 70, 700, 100_000, 110_000), loyal = new(3, 10, 690, 700, 100_000, 110_000);
        var advice = LifetimeAdvice.Of(Models, [once, gone, loyal], null);
        Assert.Equal([LifetimeAction.SecondOrder, LifetimeAction.WinBack, LifetimeAction.NextOrder], advice.Select(one => one.Action).Order());
        Assert.All(advice, one => Assert.False(one.PercentLift <= 0));
        var winBack = advice.Single(one => one.Action == LifetimeAction.WinBack);
        Assert.Equal(Models.ValueOf(gone.OrderingNow) - Models.ValueOf(gone), winBack.PerOrder);
        Assert.True(advice.Single(one => one.Action == LifetimeAction.NextOrder).PerOrder < winBack.PerOrder);
        Assert.Equal([ValueSegment.Top], LifetimeAdvice.Of(Models, [once, gone, loyal], ValueSegment.Top).Select(one => one.Segment).Distinct());
    }

    private static CustomerPurchases Customer(long number, int repeats) => new(number, repeats, repeats * 30, 400, repeats * 10_000, (repeats + 1) * 10_000);
}
