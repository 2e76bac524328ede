using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace Aura.Floor;

/// <summary>
/// W3: an order from a prepared request. Two round trips: the prices and a former answer; then, in one transaction, the record of the
/// Idempotency-Key, the stock, the order, its lines and an event.
/// </summary>
/// <remarks>Left out: taxes, delivery prices, promotions, customers, the ledger of stock and the allocations, history, audit. At <c>/v2/orders/all</c>, for W3rows,
/// the rows of these are written too (<see cref="OtherRows"/>), and nothing is worked out for them.</remarks>
internal sealed class Orders(NpgsqlDataSource source, Ids ids, long store)
{
    private readonly OtherRows others = new(source, store);

    public void Map(WebApplication app)
    {
        app.MapPost("/v2/orders", http => Create(http, false));
        app.MapPost("/v2/orders/all", http => Create(http, true));
    }

    private async Task Create(HttpContext http, bool allRows)
    {
        var body = await JsonSerializer.DeserializeAsync(http.Request.Body, Requests.Default.OrderRequest) ?? throw new BadHttpRequestException("A body is needed.");
        var key = http.Request.Headers["Idempotency-Key"].ToString();
        await using var connection = await source.OpenConnectionAsync();
        if (await Prices(connection, body, key) is not { } lines)
        {
            http.Response.StatusCode = 409; // the benchmark never sends a key twice
            return;
        }

        var order = new NewOrder(await ids.Take(2 + lines.Count + (allRows ? OtherRows.Ids(lines.Count) : 0)), body, lines);
        var answer = OrderJson.Write(order);
        await Save(connection, order, key, answer, allRows);
        http.Response.StatusCode = 201;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = answer.Length;
        await http.Response.Body.WriteAsync(answer);
    }

    /// <returns>Null where the key was used before.</returns>
    private async Task<List<OrderLine>?> Prices(NpgsqlConnection connection, OrderRequest body, string key)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add("SELECT 1 FROM idempotency_keys WHERE tenant_id = $1 AND api_key_id = 0 AND key = $2", store, key);
        batch.Add("""
            SELECT v.id, v.product_id, v.sku, p.name, v.attributes::text, coalesce(v.price, p.price), coalesce(v.weight, p.weight)
            FROM variants v JOIN products p ON p.tenant_id = v.tenant_id AND p.id = v.product_id
            WHERE v.tenant_id = $1 AND v.id = ANY ($2)
            """, store, body.Items.Select(item => item.Variant).ToArray());
        await using var rows = await batch.ExecuteReaderAsync();
        if (await rows.ReadAsync())
            return null;
        await rows.NextResultAsync();
        var lines = new List<OrderLine>(body.Items.Length);
        while (await rows.ReadAsync())
        {
            var variant = rows.GetInt64(0);
            var quantity = body.Items.First(item => item.Variant == variant).Quantity;
            lines.Add(new(variant, rows.GetInt64(1), rows.GetString(2), rows.GetString(3), rows.GetString(4), rows.GetInt64(5), rows.GetInt32(6), quantity));
        }

        return lines;
    }

    private async Task Save(NpgsqlConnection connection, NewOrder order, string key, byte[] answer, bool allRows)
    {
        var lines = order.Lines;
        await using var batch = new NpgsqlBatch(connection); // without a transaction of its own, a batch is one
        batch.Add("""
            INSERT INTO idempotency_keys (tenant_id, api_key_id, key, request_hash, status, content_type, body, created_at) VALUES ($1, 0, $2, $3, 201, 'application/json', $4, now())
            """, store, key, SHA256.HashData(Encoding.UTF8.GetBytes(key)), answer);
        batch.Add(Stock, store, lines.Select(l => l.Variant).ToArray(), lines.Select(l => (long)l.Quantity).ToArray());
        batch.Add(Order, store, order.Id, order.Body.Customer, order.Total, new NpgsqlParameter { Value = OrderJson.Address, NpgsqlDbType = NpgsqlDbType.Jsonb });
        batch.Add(Lines, store, order.Id, lines.Select(l => l.Product).ToArray(), lines.Select(l => l.Variant).ToArray(), lines.Select(l => l.Sku).ToArray(),
            lines.Select(l => l.Name).ToArray(), lines.Select(l => l.Attributes).ToArray(), lines.Select(l => l.Quantity).ToArray(), lines.Select(l => l.Price).ToArray(), lines.Select(l => l.Weight).ToArray());
        batch.Add("INSERT INTO events (tenant_id, id, type, subject, subject_id, facts, actor, created_at) VALUES ($1, $2 + 1, 'order.created', 'order', $2, NULL, 'system', now())", store, order.Id);
        if (allRows)
            await others.Add(batch, order);
        await batch.ExecuteNonQueryAsync();
    }

    /// <summary>Fails, and so takes the whole transaction back, unless there is enough of everything. Rows are locked in one order.</summary>
    private const string Stock = """
        WITH wanted AS (SELECT unnest($2::bigint[]) AS variant, unnest($3::bigint[]) AS quantity),
        locked AS (
          SELECT l.tenant_id, l.id, w.quantity FROM stock_levels l JOIN wanted w ON l.variant_id = w.variant WHERE l.tenant_id = $1 ORDER BY l.variant_id FOR UPDATE OF l),
        taken AS (
          UPDATE stock_levels l SET allocated = l.allocated + k.quantity, updated_at = now() FROM locked k
          WHERE l.tenant_id = k.tenant_id AND l.id = k.id AND l.on_hand - l.allocated - l.damaged - l.quality_control - l.safety_stock >= k.quantity RETURNING 1)
        SELECT 1 / (CASE WHEN (SELECT count(*) FROM taken) = (SELECT count(*) FROM wanted) THEN 1 ELSE 0 END)
        """;

    private const string Order = """
        INSERT INTO orders (tenant_id, id, customer_id, currency, placed_at, status, payment_status, fulfillment_status, shipping_address, billing_address, shipping_method,
          coupons, tags, metadata, subtotal, discount_total, shipping_total, shipping_discount, tax_total, tax_included, total, authorized, paid, refunded, disputed, credit,
          checkout_attempt, created_at, updated_at, version)
        VALUES ($1, $2, $3, 'USD', now(), 'pending', 'pending', 'unfulfilled', $5, $5, 'standard', '{}', '{}', '{}', $4, 0, 0, 0, 0, 0, $4, 0, 0, 0, 0, 0, 0, now(), now(), 1)
        """;

    private const string Lines = """
        INSERT INTO order_lines (tenant_id, id, order_id, position, product_id, variant_id, sku, name, attributes, quantity, unit_price, value, discount, net, tax, gross,
          discounts, taxes, weight, requires_shipping, metadata, fulfilled, returned, refunded)
        SELECT $1, $2 + 1 + n, $2, n, product, variant, sku, name, attributes::jsonb, quantity, price, price * quantity, 0, price * quantity, 0, price * quantity, '[]', '[]', weight, true, '{}', 0, 0, 0
        FROM unnest($3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::int[], $9::bigint[], $10::int[]) WITH ORDINALITY
          AS line (product, variant, sku, name, attributes, quantity, price, weight, n)
        """;
}

internal sealed record OrderLine(long Variant, long Product, string Sku, string Name, string Attributes, long Price, int Weight, int Quantity);

/// <param name="Id">The event and the lines have the ids behind it.</param>
internal sealed record NewOrder(long Id, OrderRequest Body, IReadOnlyList<OrderLine> Lines)
{
    public long Total => Lines.Sum(line => line.Price * line.Quantity);
}

internal static class Batches
{
    public static void Add(this NpgsqlBatch batch, string sql, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(value as NpgsqlParameter ?? new() { Value = value });
        batch.BatchCommands.Add(command);
    }
}
