namespace Aura.Bench;

internal sealed partial class ShopLoader
{
    /// <summary>Received of each variant: more than any run sells.</summary>
    private const long Received = 1_000_000_000;

    /// <summary>After the orders, which have taken from it.</summary>
    private async Task LoadStock(int count, long variants, CancellationToken cancellation)
    {
        await Run(ReceivedRows, cancellation, ("store", store), ("first", await Ids(count, cancellation)), ("variant", variants), ("count", count), ("quantity", Received));
        await Run(LevelRows, cancellation, ("store", store), ("first", await Ids(count, cancellation)), ("variant", variants), ("count", count), ("quantity", Received));
    }

    private const string ReceivedRows = """
        INSERT INTO stock_movements (tenant_id, id, variant_id, warehouse_id, kind, quantity, reason, note, order_id, reference, actor, created_at)
        SELECT @store, @first + n, @variant + n, w.id, 'received', @quantity, NULL, NULL, NULL, NULL, 'system', timestamptz '2023-01-01'
        FROM generate_series(0, @count - 1) n JOIN warehouses w ON w.tenant_id = @store AND w.is_default
        """;

    private const string LevelRows = """
        INSERT INTO stock_levels (tenant_id, id, variant_id, warehouse_id, on_hand, allocated, damaged, quality_control, safety_stock, updated_at)
        SELECT @store, @first + n, @variant + n, w.id, @quantity - coalesce(sold.shipped, 0), coalesce(sold.open, 0), 0, 0, 0, timestamptz '2024-01-01'
        FROM generate_series(0, @count - 1) n
        JOIN warehouses w ON w.tenant_id = @store AND w.is_default
        LEFT JOIN (
          SELECT variant_id, sum(shipped) AS shipped, sum(quantity - shipped) AS open FROM stock_allocations WHERE tenant_id = @store GROUP BY variant_id) sold
          ON sold.variant_id = @variant + n
        """;
}
