using Aura.Catalog;
using Aura.Inventory;
using Aura.Orders;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Demo;

/// <summary>Three warehouses and what lies in them.</summary>
internal static class DemoStock
{
    public static List<Warehouse> Warehouses() =>
    [
        Warehouse.Create("Newark warehouse", WarehouseType.Warehouse, new() { Line1 = "40 Dock Street", City = "Newark", State = "NJ", Zip = "07102", Country = "US" }, 1),
        Warehouse.Create("Rotterdam warehouse", WarehouseType.Warehouse, new() { Line1 = "Havenweg 12", City = "Rotterdam", Zip = "3011 AB", Country = "NL" }, 2),
        Warehouse.Create("Portland shop", WarehouseType.Store, new() { Line1 = "7 Mill Road", City = "Portland", State = "OR", Zip = "97201", Country = "US" }, 3),
    ];

    /// <summary>A delivery to each warehouse; what is popular lies higher, and a few things are running out.</summary>
    /// <param name="products">In the order of the content, saved.</param>
    public static async Task Fill(AuraDb db, Stock stock, IReadOnlyList<Product> products, IReadOnlyList<Warehouse> warehouses, Dice dice, CancellationToken cancellation)
    {
        var goods = new List<StockQuantity>();
        foreach (var (content, product) in DemoContent.Goods.Value.Products.Zip(products))
            foreach (var variant in product.Offered.Where(v => v.TracksInventory))
            {
                var scarce = dice.Chance(6);
                foreach (var (place, warehouse) in warehouses.Index())
                    if ((scarce ? (place == 0 ? dice.Below(4) : 0) : content.Popularity * dice.Between(2, 9) / (place + 1)) is > 0 and var pieces)
                        goods.Add(new(variant.Id, pieces, warehouse.Id));
            }

        await stock.Receive(goods, new("Opening stock"), cancellation);
    }

    /// <summary>Sets aside what the open orders wait for; a delivery for them has just come in.</summary>
    public static async Task Promise(AuraDb db, Stock stock, IReadOnlyList<Warehouse> warehouses, CancellationToken cancellation)
    {
        var open = await db.Orders.AsNoTracking().Include(o => o.Lines)
            .Where(o => o.Status == OrderStatus.Pending || o.Status == OrderStatus.Processing).OrderBy(o => o.Id).ToListAsync(cancellation);
        var tracked = await db.Variants.Where(v => v.TracksInventory).Select(v => v.Id).ToHashSetAsync(cancellation);
        var wanted = open.SelectMany(order => order.Lines).Where(line => tracked.Contains(line.VariantId))
            .GroupBy(line => line.VariantId, (variant, lines) => new StockQuantity(variant, lines.Sum(line => line.Quantity), warehouses[0].Id)).ToList();
        if (wanted.Count > 0)
            await stock.Receive(wanted, new("Delivery"), cancellation);
        foreach (var order in open)
            await stock.Allocate([.. order.Lines.Select(line => new StockDemand(line.VariantId, line.Quantity, line.Id))], order.Id, null, cancellation);
    }

    public static void Watch(AuraDb db, IReadOnlyList<Product> products)
    {
        foreach (var product in products.Where((_, place) => place % 9 == 0))
            db.StockAlerts.Add(StockAlert.Create(product.Id, null, null, 10, ["email"], false, null));
    }
}
