using Aura.Inventory;
using Aura.Orders.History;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Demo;

internal enum DemoOutcome
{
    Filled,
    WasThere,
    /// <summary>The store has goods of its own.</summary>
    Occupied,
}

/// <param name="Orders">About so many.</param>
internal sealed record DemoSize(int Customers, int Orders, int Carts)
{
    /// <summary>A shop that has been open for a year.</summary>
    public static readonly DemoSize Year = new(400, 2500, 60);

    /// <summary>Enough to try the API with.</summary>
    public static readonly DemoSize Sample = new(40, 60, 6);
}

/// <summary>Fills an empty store with the demo shop, in one transaction: it is there as a whole or not at all.</summary>
internal sealed class DemoStore(AuraDb db, Stock stock, ServerOptions options)
{
    private const ulong Seed = 20_260_101;

    /// <param name="progress">Told from 0 to 1.</param>
    public Task<DemoOutcome> Fill(DemoSize size, Action<double> progress, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended('demo', {db.Caller.TenantId}))", cancellation);
        var first = DemoContent.Goods.Value.Products[0].Sku;
        if (await db.Products.AnyAsync(p => p.Sku == first, cancellation))
            return DemoOutcome.WasThere;
        if (await db.Products.AnyAsync(cancellation))
            return DemoOutcome.Occupied;
        await FillEmpty(size, progress, cancellation);
        return DemoOutcome.Filled;
    }, cancellation);

    private async Task FillEmpty(DemoSize size, Action<double> progress, CancellationToken cancellation)
    {
        var dice = new Dice(Seed);
        var today = db.Now.Date;
        var opened = today.AddDays(-365);
        var products = DemoCatalog.Fill(db, Address(), opened.AddDays(-30));
        var warehouses = DemoStock.Warehouses();
        db.Warehouses.AddRange(warehouses);
        await db.SaveChangesAsync(cancellation);
        progress(0.15);

        var buyers = DemoCustomers.Fill(db, size.Customers, opened, today, dice);
        db.ShippingMethods.AddRange(DemoMarkets.Methods());
        db.TaxRegions.AddRange(DemoMarkets.Taxes());
        await DemoStock.Fill(db, stock, products, warehouses, dice, cancellation);
        await db.SaveChangesAsync(cancellation);
        db.ChangeTracker.Clear();
        progress(0.3);

        await DemoReviews.Fill(db, products, buyers, db.Now, dice, cancellation);
        progress(0.4);

        var orders = new DemoOrders(products, buyers, opened, db.Now, dice).Invent(size.Orders);
        progress(0.5);
        await new PastOrders(db).Write(DemoOrders.Source, orders, cancellation);
        progress(0.8);

        await DemoStock.Promise(db, stock, warehouses, cancellation);
        DemoStock.Watch(db, products);
        DemoCarts.Fill(db, size.Carts, products, buyers, db.Now, dice);
        await db.SaveChangesAsync(cancellation);
        progress(0.95);
    }

    /// <summary>The address for people on this machine: 0.0.0.0 is where a server listens, not where a browser goes.</summary>
    private string Address() => options.Url.Split(';')[0].TrimEnd('/')
        .Replace("//0.0.0.0", "//localhost").Replace("//[::]", "//localhost").Replace("//*", "//localhost").Replace("//+", "//localhost");
}
