using Aura.Promotions.Engine;
using Aura.Promotions.Simulation;
using Aura.Tests.Promotions.Engine;
using static Aura.Tests.Promotions.Engine.Shop;

namespace Aura.Tests.Promotions.Simulation;

public sealed class SimulationRunTests
{
    private static readonly SimulationResult About = new(9, Currency.Eur, Now.AddDays(-30), Now, 3, 0, 1);

    /// <summary>Orders of 20.00, 50.00 and 100.00, a day apart, the last two by one customer.</summary>
    private static readonly PastCart[] Orders = [.. new long[] { 2_000, 5_000, 10_000 }.Index().Select(order =>
        new PastCart(order.Index + 1, Now.AddDays(order.Index - 10), Shop.Cart(new Item(order.Item)), order.Index == 0 ? "ann" : "bob"))];

    private static SimulationResult Run(PromotionRule rule, int? uses = null, int? perCustomer = null, params PromotionRule[] active) => Replay(Orders, rule, uses, perCustomer, active);

    private static SimulationResult Replay(IEnumerable<PastCart> orders, PromotionRule rule, int? uses, int? perCustomer, params PromotionRule[] active)
    {
        var run = new SimulationRun(rule, uses, perCustomer, active, new());
        foreach (var order in orders)
            run.Add(order);
        return run.Result(About);
    }

    [Fact]
    public void Ten_percent_of_three_orders_is_what_it_is_by_hand()
    {
        var result = Run(Percent(9, 10));

        Assert.Equal((3, 3, 1_700, 1_700, 17_000, 17_000), (result.Replayed, result.Touched, result.Cost, result.ExtraCost, result.Revenue, result.RevenueTouched));
        Assert.Equal(new DiscountSpread(200, 200, 500, 1_000, 1_000, 1_000, 567), result.PerOrder);
        Assert.Equal([200, 500, 1_000], result.Days.Select(day => day.Cost));
        Assert.Empty(result.Conflicts);
        Assert.Equal((1, 10m, 0m), (result.Worst!.OrderId, result.Worst.Percent, result.Worst.Without));
    }

    [Fact]
    public void Only_what_reaches_its_minimum_is_touched()
    {
        var result = Run(Percent(9, 10) with { MinimumOrder = 5_000 });

        Assert.Equal((3, 2, 1_500, 17_000, 15_000), (result.Replayed, result.Touched, result.Cost, result.Revenue, result.RevenueTouched));
    }

    [Fact]
    public void One_that_stands_alone_and_is_worth_more_keeps_it_out()
    {
        var result = Run(Percent(9, 10), active: Percent(1, 30) with { CanStack = false });

        Assert.Equal((0, 0, 0), (result.Touched, result.Cost, result.ExtraCost));
        Assert.Equivalent(new SimulatedConflict(1, "30 % off", 0, 3, 0, 0, [1, 2, 3]), Assert.Single(result.Conflicts));
    }

    [Fact]
    public void Standing_alone_it_takes_the_place_of_the_others_and_costs_what_it_gives_more()
    {
        var result = Run(Percent(9, 50) with { CanStack = false }, active: [Percent(1, 10), Percent(2, 5)]);

        Assert.Equal((3, 8_500, 8_500 - 1_700 - 765), (result.Touched, result.Cost, result.ExtraCost));
        Assert.Equivalent(new SimulatedConflict(1, "10 % off", 3, 0, 0, -1_700, [1, 2, 3]), result.Conflicts[0]);
        Assert.Equivalent(new SimulatedConflict(2, "5 % off", 3, 0, 0, -765, [1, 2, 3]), result.Conflicts[1]);
    }

    [Fact]
    public void Coming_first_it_leaves_the_others_less()
    {
        var result = Run(Percent(9, 50) with { Priority = 1 }, active: Percent(1, 10));

        Assert.Equal((8_500, 8_500 - 850), (result.Cost, result.ExtraCost));
        Assert.Equivalent(new SimulatedConflict(1, "10 % off", 0, 0, 3, -850, [1, 2, 3]), Assert.Single(result.Conflicts));
        Assert.Equal((55m, 10m), (result.Worst!.Percent, result.Worst.Without));
        Assert.Equal([9, 1], result.Worst.Promotions.Select(promotion => promotion.PromotionId));
    }

    [Fact]
    public void Its_limits_are_used_up_in_the_order_of_the_orders()
    {
        var uses = Run(Percent(9, 10), uses: 2);
        Assert.Equal((2, 700, 1, Orders[1].PlacedAt), (uses.Touched, uses.Cost, uses.Limits.Refused, uses.Limits.UsesExhaustedAt));

        var customers = Run(Percent(9, 10), perCustomer: 1);
        Assert.Equal((2, 700, 1, null), (customers.Touched, customers.Cost, customers.Limits.Refused, customers.Limits.UsesExhaustedAt));

        var budget = Run(Percent(9, 10) with { BudgetLeft = 600 });
        Assert.Equal((2, 600, 1, 1, Orders[1].PlacedAt), (budget.Touched, budget.Cost, budget.Limits.Clipped, budget.Limits.Refused, budget.Limits.BudgetExhaustedAt));
        Assert.Equal([0, 0, 1], budget.Days.Select(day => day.Refused));
    }

    [Fact]
    public void Who_needs_a_code_has_it_and_shipping_and_cashback_cost_as_well()
    {
        Assert.Equal(1_700, Run(Percent(9, 10) with { RequiresCoupon = true }).Cost);
        Assert.Equal(850, Run(Cashback(9, 5)).Cost);
        Assert.Equal(1_500, Replay(Orders.Select(order => order with { Cart = order.Cart.WithShipping(500) }), FreeShipping(9), null, null).Cost);
    }

    [Fact]
    public void A_promotion_that_is_over_is_tried_as_if_it_held_all_the_time() =>
        Assert.Equal(3, Run(Percent(9, 10) with { StartsAt = Now.AddYears(1), EndsAt = Now.AddYears(2) }).Touched);

    /// <summary>Whatever the carts and promotions: the days sum to the whole, what conflicts change explains the difference, and again is the same.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void The_parts_of_a_simulation_add_up(int seed)
    {
        var random = new Random(seed);
        PastCart[] orders = [.. Enumerable.Range(1, 200).Select(id => new PastCart(id, Now.AddHours(id), Shop.Cart(
            [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => new Item(random.Next(100, 20_000), random.Next(1, 4)) { Categories = [random.Next(1, 4)] })]).WithShipping(random.Next(0, 900)), $"{random.Next(40)}"))];
        PromotionRule[] active = [Percent(1, 20) with { Scope = new([1]) }, Off(2, 1_000) with { MinimumOrder = 15_000, CanStack = false }, Buy(3, 2, 1) with { Scope = new([2]) }, FreeShipping(4) with { MinimumOrder = 30_000 }];
        var rule = Percent(9, 35) with { CanStack = seed % 2 == 0, MinimumOrder = 8_000, MaximumDiscount = 4_000, BudgetLeft = 90_000 };

        var (result, again) = (Replay(orders, rule, 60, 2, active), Replay(orders, rule, 60, 2, active));

        Assert.Equivalent(again, result, strict: true);
        Assert.Equal((200, result.Touched, result.Cost), (result.Days.Sum(day => day.Orders), result.Days.Sum(day => day.Touched), result.Days.Sum(day => day.Cost)));
        Assert.Equal(result.ExtraCost, result.Cost + result.Conflicts.Sum(conflict => conflict.Difference));
        Assert.InRange(result.Cost, 1, 90_000);
        Assert.InRange(result.Touched, 1, 60);
        Assert.True(result.PerOrder!.Most <= 4_000);
        Assert.NotEmpty(result.Conflicts);
    }
}
