using Aura.Inventory;

namespace Aura.Tests.Inventory;

public sealed class StockAlertTests
{
    [Theory]
    [InlineData(10, 9, true)]
    [InlineData(100, -3, true)]
    [InlineData(11, 10, false)]
    [InlineData(9, 8, false)]
    [InlineData(9, 10, false)]
    [InlineData(9, 12, false)]
    public void An_alert_at_ten_speaks_when_stock_falls_below_ten_and_not_while_it_stays_there(long before, long after, bool speaks) =>
        Assert.Equal(speaks, Alert(10).Crossed(before, after));

    [Fact]
    public void An_alert_of_a_product_watches_each_of_its_variants() => Assert.True(Alert(10).Watches(1) && Alert(10).Watches(2));

    [Fact]
    public void An_alert_of_a_variant_watches_no_other() => Assert.False(StockAlert.Create(1, 2, null, 10, [], false, null).Watches(3));

    [Fact]
    public void Reordering_needs_a_quantity() =>
        Assert.Equal("Reorder.Quantity", Assert.Throws<Refused>(() => StockAlert.Create(1, null, null, 10, [], true, null)).Fields[0].Field);

    [Theory]
    [InlineData(ReorderStatus.Received)]
    [InlineData(ReorderStatus.Dismissed)]
    public void A_reorder_that_is_closed_stays_closed(ReorderStatus closed)
    {
        var reorder = new Reorder();
        reorder.Mark(ReorderStatus.Ordered);
        reorder.Mark(closed);
        reorder.Mark(closed);
        Assert.Equal("reorder_closed", Assert.Throws<Refused>(() => reorder.Mark(ReorderStatus.Ordered)).Code);
    }

    private static StockAlert Alert(long threshold) => StockAlert.Create(1, null, null, threshold, ["email"], false, null);
}
