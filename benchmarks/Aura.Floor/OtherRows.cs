using Npgsql;
using NpgsqlTypes;

namespace Aura.Floor;

/// <summary>What else the product writes for an order: the ledger of stock, allocations, history, audit, and the use of an automatic promotion with its counters.</summary>
/// <remarks>As many rows of about the same size, so that the database does all of the product's writing. Whether they are right nobody asks.</remarks>
internal sealed class OtherRows(NpgsqlDataSource source, long store)
{
    private const int Stripes = 16;
    private long promotion;

    /// <summary>How many ids they take.</summary>
    public static int Ids(int lines) => 3 + 2 * lines;

    public async ValueTask Add(NpgsqlBatch batch, NewOrder order)
    {
        if (promotion == 0)
            promotion = await Promotion();
        var (lines, discount) = (order.Lines, order.Total / 10);
        var (variants, first) = (lines.Select(l => l.Variant).ToArray(), order.Id + 2 + lines.Count);
        var (quantities, customer) = (lines.Select(l => (long)l.Quantity).ToArray(), $"customer {order.Body.Customer}");
        batch.Add(Movements, store, order.Id, variants, quantities, first + 3);
        batch.Add(Allocations, store, order.Id, variants, quantities, first + 3 + lines.Count);
        batch.Add("""
            INSERT INTO order_history (tenant_id, id, order_id, kind, to_status, actor, created_at) VALUES ($1, $2, $3, 'created', 'pending', 'system', now())
            """, store, first, order.Id);
        batch.Add(Audit, store, first + 1, $"ord_{order.Id}", order.Total, new NpgsqlParameter { Value = OrderJson.Address, NpgsqlDbType = NpgsqlDbType.Jsonb });
        batch.Add(Use, store, first + 2, order.Id, promotion, order.Body.Customer, customer, (short)Random.Shared.Next(Stripes), discount, order.Total - discount);
        batch.Add("""
            INSERT INTO promotion_customers AS c (tenant_id, promotion_id, coupon_id, customer_key, uses) VALUES ($1, $2, 0, $3, 1)
            ON CONFLICT (tenant_id, promotion_id, coupon_id, customer_key) DO UPDATE SET uses = c.uses + 1
            """, store, promotion, customer);
    }

    private async Task<long> Promotion()
    {
        await using var command = source.CreateCommand($"SELECT min(id) FROM promotions WHERE tenant_id = {store}");
        return (long)(await command.ExecuteScalarAsync())!; // the shop was loaded with one
    }

    private const string Movements = """
        INSERT INTO stock_movements (tenant_id, id, variant_id, warehouse_id, kind, quantity, order_id, actor, created_at)
        SELECT $1, $5::bigint + n, l.variant_id, l.warehouse_id, 'allocated', w.quantity, $2, 'system', now()
        FROM unnest($3::bigint[], $4::bigint[]) WITH ORDINALITY AS w (variant, quantity, n) JOIN stock_levels l ON l.tenant_id = $1 AND l.variant_id = w.variant
        """;

    private const string Allocations = """
        INSERT INTO stock_allocations (tenant_id, id, variant_id, warehouse_id, order_id, order_line_id, quantity, shipped, released, created_at, updated_at, version)
        SELECT $1, $5::bigint + n, l.variant_id, l.warehouse_id, $2, $2 + 1 + n, w.quantity, 0, 0, now(), now(), 1
        FROM unnest($3::bigint[], $4::bigint[]) WITH ORDINALITY AS w (variant, quantity, n) JOIN stock_levels l ON l.tenant_id = $1 AND l.variant_id = w.variant
        """;

    private const string Audit = """
        INSERT INTO audit_logs (tenant_id, id, timestamp, actor, action, resource, resource_id, changes, ip_address, user_agent)
        SELECT $1, $2, now(), 'system', 'order.created', 'order', $3, jsonb_object_agg(field, jsonb_build_object('old', NULL, 'new', value)), '127.0.0.1', 'wrk'
        FROM jsonb_each(jsonb_build_object('shipping_address', $5::jsonb, 'billing_address', $5::jsonb, 'currency', 'USD', 'status', 'pending', 'payment_status', 'pending',
          'fulfillment_status', 'unfulfilled', 'subtotal', $4::bigint, 'discount_total', 0, 'shipping_total', 0, 'tax_total', 0, 'total', $4::bigint)) AS told (field, value)
        """;

    private const string Use = """
        WITH entered AS (
          INSERT INTO promotion_uses (tenant_id, id, promotion_id, order_id, reference, customer_id, customer_key, stripe, state, discount, revenue, currency, created_at, updated_at)
          VALUES ($1, $2, $4, $3, 'order:' || $3::bigint, $5, $6, $7, 'confirmed', $8, $9, 'USD', now(), now()) RETURNING promotion_id, discount, revenue)
        INSERT INTO promotion_counters AS c (tenant_id, promotion_id, stripe, reserved, used, held, spent, revenue)
        SELECT $1, promotion_id, $7, 0, 1, 0, discount, revenue FROM entered
        ON CONFLICT (tenant_id, promotion_id, stripe) DO UPDATE SET used = c.used + 1, spent = c.spent + excluded.spent, revenue = c.revenue + excluded.revenue
        """;
}
