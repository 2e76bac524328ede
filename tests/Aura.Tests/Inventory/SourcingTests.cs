using Aura.Accounts;
using Aura.Inventory;
using FsCheck.Fluent;

namespace Aura.Tests.Inventory;

public sealed class SourcingTests
{
    private static readonly StockSource[] Three = [new(1, 0), new(2, 1), new(3, 2)];

    [Fact]
    public void The_first_warehouse_by_priority_serves_what_it_has_whole() =>
        Assert.Equal([new(7, 1, 5)], Plan([(7, 5)], [At(7, 1, 5), At(7, 2, 50)]).Taken);

    [Fact]
    public void One_warehouse_that_has_everything_is_preferred_to_a_split() =>
        Assert.Equal([new(7, 2, 5), new(8, 2, 5)], Plan([(7, 5), (8, 5)], [At(7, 1, 5), At(8, 1, 4), At(7, 2, 5), At(8, 2, 5)]).Taken);

    [Fact]
    public void What_no_warehouse_has_whole_is_split_in_order_of_priority() =>
        Assert.Equal([new(7, 1, 2), new(7, 2, 3), new(7, 3, 1)], Plan([(7, 6)], [At(7, 3, 4), At(7, 1, 2), At(7, 2, 3)]).Taken);

    [Fact]
    public void Highest_stock_asks_the_fullest_warehouse_first() =>
        Assert.Equal([new(7, 3, 4), new(7, 2, 3)], Plan([(7, 7)], [At(7, 3, 4), At(7, 1, 2), At(7, 2, 3)], routing: StockRouting.HighestStock).Taken);

    [Fact]
    public void Highest_stock_chooses_the_fullest_of_those_that_have_everything() =>
        Assert.Equal([new(7, 2, 2)], Plan([(7, 2)], [At(7, 1, 3), At(7, 2, 9)], routing: StockRouting.HighestStock).Taken);

    [Fact]
    public void Warehouses_of_the_same_priority_are_always_asked_in_the_same_order() =>
        Assert.Equal([new(7, 1, 1)], Sourcing.Plan(Wanted([(7, 1)]), [At(7, 2, 9), At(7, 1, 9)], [new(2, 0), new(1, 0)], StockRouting.Priority, new HashSet<long>()).Taken);

    [Fact]
    public void A_shortage_names_every_variant_that_is_short()
    {
        var plan = Plan([(7, 5), (8, 1), (9, 2)], [At(7, 1, 2), At(7, 2, 1), At(8, 1, 1)]);

        Assert.Equal([new(7, 5, 3), new(9, 2, 0)], plan.Short);
    }

    [Fact]
    public void A_warehouse_that_is_not_active_serves_nothing() =>
        Assert.Equal([new(7, 1, 0)], Plan([(7, 1)], [At(7, 4, 9)]).Short.Select(s => new Sourced(s.VariantId, s.Requested, s.Available)));

    [Fact]
    public void A_backorder_takes_what_there_is_and_promises_the_rest_from_the_first_warehouse() =>
        Assert.Equal([new(7, 1, 7), new(7, 2, 3)], Plan([(7, 10)], [At(7, 1, 2), At(7, 2, 3)], backorder: [7]).Taken);

    [Fact]
    public void Backorders_that_wait_do_not_take_from_other_warehouses() =>
        Assert.Equal([new(7, 2, 3)], Plan([(7, 3)], [At(7, 1, -5), At(7, 2, 3)]).Taken);

    [Fact]
    public void A_plan_takes_exactly_what_is_wanted_and_never_more_than_there_is()
    {
        var cases =
            from wanted in Gen.Choose(1, 30).Two()
            from levels in Gen.Choose(-5, 20).ArrayOf(6)
            from routing in Gen.Elements(StockRouting.Priority, StockRouting.HighestStock)
            select (Wanted: ((long, long)[])[(7, wanted.Item1), (8, wanted.Item2)], Levels: levels, Routing: routing);
        Property.Holds(cases, c =>
        {
            StockPlace[] places = [.. c.Levels.Select((level, i) => At(i < 3 ? 7 : 8, i % 3 + 1, level))];
            var plan = Plan(c.Wanted, places, routing: c.Routing);
            Assert.All(plan.Taken, t => Assert.InRange(t.Quantity, 1, places.Single(p => (p.VariantId, p.WarehouseId) == (t.VariantId, t.WarehouseId)).Available));
            foreach (var (variant, quantity) in c.Wanted)
                Assert.Equal(quantity, plan.Taken.Where(t => t.VariantId == variant).Sum(t => t.Quantity)
                    + plan.Short.Where(s => s.VariantId == variant).Sum(s => s.Requested - s.Available));
        });
    }

    private static StockPlace At(long variant, long warehouse, long available) => new(variant, warehouse, Math.Max(available, 0), Math.Max(-available, 0), 0, 0);

    private static Dictionary<long, long> Wanted(IEnumerable<(long Variant, long Quantity)> wanted) => wanted.ToDictionary(w => w.Variant, w => w.Quantity);

    private static SourcingPlan Plan((long, long)[] wanted, StockPlace[] places, StockRouting routing = StockRouting.Priority, long[]? backorder = null) =>
        Sourcing.Plan(Wanted(wanted), places, Three, routing, (backorder ?? []).ToHashSet());
}
