namespace Aura.Bench;

internal sealed partial class ShopLoader
{
    private const int MostLines = 5;

    /// <returns>The first customer.</returns>
    private async Task<long> LoadCustomers(int count, CancellationToken cancellation)
    {
        var customers = await Ids(count, cancellation);
        await Run(CustomerRows, cancellation, ("store", store), ("first", customers), ("count", count));
        await Run(AddressRows, cancellation, ("store", store), ("first", await Ids(count, cancellation)), ("customer", customers), ("count", count), ("address", Address));
        return customers;
    }

    /// <summary>A tax and two ways of delivery.</summary>
    private async Task LoadMarkets(CancellationToken cancellation) =>
        await Tell(MarketRows, cancellation, ("store", store), ("first", await Ids(3, cancellation)));

    /// <summary>A year of orders; the last of them, one in twenty, still wait to be sent.</summary>
    private async Task LoadOrders(DataSize size, long variants, long customers, CancellationToken cancellation)
    {
        var (orders, lines) = (await Ids(size.Orders, cancellation), await Ids((long)MostLines * size.Orders, cancellation));
        (string, object)[] all =
        [
            ("store", store), ("first", orders), ("count", size.Orders), ("sent", size.Orders * 95L / 100), ("line", lines), ("variant", variants),
            ("variants", (long)size.Products * Variants), ("customer", customers), ("customers", (long)size.Customers), ("address", Address),
            ("allocation", await Ids((long)MostLines * size.Orders, cancellation)), ("movement", await Ids(2L * MostLines * size.Orders, cancellation)),
            ("parcel", await Ids(size.Orders, cancellation)), ("content", await Ids((long)MostLines * size.Orders, cancellation)),
            ("payment", await Ids(size.Orders, cancellation)), ("entry", await Ids(size.Orders, cancellation)), ("history", await Ids(size.Orders, cancellation)),
        ];
        foreach (var rows in (string[])[LineRows, "ANALYZE order_lines", OrderRows, AllocationRows, MovementRows, ParcelRows, ContentRows, PaymentRows, EntryRows, HistoryRows])
            await Run(rows, cancellation, all);
        await Run($"SELECT setval('order_numbers_{store}', @next)", cancellation, ("next", 1001L + size.Orders));
    }

    private const string Address =
        """{"name": "Jane Doe", "company": null, "line1": "1 Main St", "line2": null, "city": "Springfield", "state": "IL", "zip": "62701", "country": "US", "phone": null}""";

    private const string CustomerRows = """
        INSERT INTO customers (tenant_id, id, email, email_key, first_name, last_name, phone, note, tags, tax_exempt, tax_id, metadata, created_at, updated_at, version)
        SELECT @store, @first + n, 'customer' || n || '@example.com', 'customer' || n || '@example.com',
          bench_pick(ARRAY['Ada', 'Ben', 'Cleo', 'Dan', 'Eva', 'Finn', 'Gina', 'Hugo'], n, 11), bench_pick(ARRAY['Adams', 'Baker', 'Clark', 'Diaz', 'Evans', 'Ford'], n, 12),
          NULL, NULL, ARRAY[bench_pick(ARRAY['new', 'loyal', 'wholesale'], n, 13)], false, NULL, '{}', timestamptz '2023-06-01', timestamptz '2023-06-01', 1
        FROM generate_series(0, @count - 1) n
        """;

    private const string AddressRows = """
        INSERT INTO customer_addresses (tenant_id, id, customer_id, type, content, is_default, created_at, updated_at, version)
        SELECT @store, @first + n, @customer + n, 'shipping', @address::jsonb, true, timestamptz '2023-06-01', timestamptz '2023-06-01', 1 FROM generate_series(0, @count - 1) n
        """;

    private const string MarketRows = """
        INSERT INTO tax_regions (tenant_id, id, country, state, postal_prefix, rates, shipping_taxable, prices_include_tax, created_at, updated_at, version)
        SELECT @store, @first, 'US', 'IL', '', '[{"name": "Sales tax", "percent": 6.25, "category": "standard", "compound": false, "jurisdiction": "US-IL"}]', false, false,
          timestamptz '2023-01-01', timestamptz '2023-01-01', 1;
        INSERT INTO shipping_methods (tenant_id, id, code, name, zones, enabled, position, created_at, updated_at, version)
        SELECT @store, @first + 1 + n, code, name, jsonb_build_array(jsonb_build_object('countries', jsonb_build_array('US'), 'min_days', days, 'max_days', 2 * days,
            'prices', jsonb_build_array(jsonb_build_object('rate', 'flat', 'currency', 'USD', 'free_over', NULL,
              'bands', jsonb_build_array(jsonb_build_object('up_to', NULL, 'amount', amount)))))),
          true, n, timestamptz '2023-01-01', timestamptz '2023-01-01', 1
        FROM (VALUES (0, 'standard', 'Standard', 3, 595), (1, 'express', 'Express', 1, 1495)) AS methods (n, code, name, days, amount)
        """;

    /// <summary>One to five lines, of one to three pieces each.</summary>
    private const string LineRows = """
        INSERT INTO order_lines (tenant_id, id, order_id, position, product_id, variant_id, sku, name, attributes, quantity, unit_price, value, discount, net, tax, gross,
          discounts, taxes, weight, requires_shipping, metadata, fulfilled, returned, refunded)
        SELECT @store, @line + 5 * n + i, @first + n, i + 1, v.product_id, v.id, v.sku, p.name, v.attributes, quantity, each, value, 0, value, tax, value + tax, '[]',
          jsonb_build_array(jsonb_build_object('name', 'Sales tax', 'rate', 6.25, 'amount', tax, 'reason', 'standard_rate', 'rounding', 0, 'inclusive', false, 'jurisdiction', 'US-IL')),
          p.weight, true, '{}', CASE WHEN n < @sent THEN quantity ELSE 0 END, 0, 0
        FROM generate_series(0::bigint, @count - 1) n
        CROSS JOIN LATERAL generate_series(0, (hashint8extended(n, 21) & 1048575) % 5) i
        CROSS JOIN LATERAL (SELECT 1 + ((hashint8extended(5 * n + i, 22) & 1048575) % 3)::integer AS quantity, @variant + (hashint8extended(5 * n + i, 23) & 1073741823) % @variants AS variant) chosen
        JOIN variants v ON v.tenant_id = @store AND v.id = chosen.variant
        JOIN products p ON p.tenant_id = @store AND p.id = v.product_id
        CROSS JOIN LATERAL (SELECT coalesce(v.price, p.price) AS each, coalesce(v.price, p.price) * quantity AS value, round(coalesce(v.price, p.price) * quantity * 0.0625)::bigint AS tax) worth
        """;

    private const string OrderRows = """
        INSERT INTO orders (tenant_id, id, number, cart_id, customer_id, email, currency, placed_at, status, payment_status, fulfillment_status, shipping_address, billing_address,
          payment_method, shipping_method, shipping, coupons, tags, metadata, subtotal, discount_total, shipping_total, shipping_discount, tax_total, tax_included, total,
          authorized, paid, refunded, disputed, checkout_attempt, created_at, updated_at, version, credit)
        SELECT @store, @first + n, 1001 + n, NULL, @customer + who, 'customer' || who || '@example.com', 'USD', at, CASE WHEN n < @sent THEN 'delivered' ELSE 'pending' END, 'paid',
          CASE WHEN n < @sent THEN 'fulfilled' ELSE 'unfulfilled' END, @address::jsonb, @address::jsonb, 'card', 'standard',
          '{"net": 595, "tax": 0, "name": "Standard", "gross": 595, "price": 595, "taxes": [], "discount": 0, "discounts": []}',
          '{}', ARRAY[bench_pick(ARRAY['web', 'app', 'phone'], n, 25)], '{}', l.value, 0, 595, 0, l.tax, 0, l.gross + 595, 0, l.gross + 595, 0, 0, 1, at, at, 1, 0
        FROM (SELECT order_id - @first AS n, sum(value) AS value, sum(tax) AS tax, sum(gross) AS gross FROM order_lines WHERE tenant_id = @store GROUP BY order_id) l
        CROSS JOIN LATERAL (SELECT (hashint8extended(n, 24) & 1073741823) % @customers AS who, timestamptz '2024-01-01' + interval '1 year' * (n::double precision / @count) AS at) placed
        ORDER BY n
        """;

    private const string AllocationRows = """
        INSERT INTO stock_allocations (tenant_id, id, variant_id, warehouse_id, order_id, order_line_id, quantity, shipped, released, created_at, updated_at, version)
        SELECT @store, @allocation + l.id - @line, l.variant_id, w.id, l.order_id, l.id, l.quantity, l.fulfilled, 0, o.placed_at, o.placed_at, 1
        FROM order_lines l JOIN orders o USING (tenant_id) JOIN warehouses w ON w.tenant_id = @store AND w.is_default
        WHERE l.tenant_id = @store AND o.id = l.order_id
        """;

    private const string MovementRows = """
        INSERT INTO stock_movements (tenant_id, id, variant_id, warehouse_id, kind, quantity, reason, note, order_id, reference, actor, created_at)
        SELECT a.tenant_id, @movement + 2 * (a.id - @allocation) + i, a.variant_id, a.warehouse_id, CASE i WHEN 0 THEN 'allocated' ELSE 'shipped' END, a.quantity,
          NULL, NULL, a.order_id, CASE i WHEN 1 THEN 'ful_' || @parcel + a.order_id - @first END, 'system', a.created_at
        FROM stock_allocations a CROSS JOIN generate_series(0, 1) i
        WHERE a.tenant_id = @store AND (i = 0 OR a.shipped > 0)
        """;

    private const string ParcelRows = """
        INSERT INTO fulfillments (tenant_id, id, order_id, status, carrier, tracking_number, tracking_url, shipped_at, delivered_at, created_at, updated_at, version)
        SELECT tenant_id, @parcel + id - @first, id, 'delivered', 'ups', '1Z' || id, NULL, placed_at, placed_at + interval '3 days', placed_at, placed_at + interval '3 days', 2
        FROM orders WHERE tenant_id = @store AND id < @first + @sent
        """;

    private const string ContentRows = """
        INSERT INTO fulfillment_lines (tenant_id, id, fulfillment_id, order_line_id, warehouse_id, quantity, restocked)
        SELECT l.tenant_id, @content + l.id - @line, @parcel + l.order_id - @first, l.id, w.id, l.quantity, 0
        FROM order_lines l JOIN warehouses w ON w.tenant_id = @store AND w.is_default WHERE l.tenant_id = @store AND l.fulfilled > 0
        """;

    private const string PaymentRows = """
        INSERT INTO payment_intents (tenant_id, id, amount, currency, order_id, customer_id, kind, payment_method_id, method, capture_method, status, payment_status, client_secret,
          gateway, gateway_reference, authorized, captured, refunded, disputed, refunding, captured_at, attempts, once_key, metadata, created_at, updated_at, version)
        SELECT tenant_id, @payment + id - @first, total, currency, id, customer_id, 'card', NULL,
          '{"kind": "card", "brand": "visa", "last4": "4242", "token": "sbx_card.succeeds.visa.4242.203012", "gateway": "sandbox", "exp_year": 2030, "exp_month": 12}',
          'automatic', 'succeeded', 'succeeded', 'secret_' || md5(id::text), 'sandbox', 'sbx_pi_' || id, 0, total, 0, 0, 0, placed_at, 1, 'checkout:' || id || ':1', '{}', placed_at, placed_at, 1
        FROM orders WHERE tenant_id = @store
        """;

    private const string EntryRows = """
        INSERT INTO payment_entries (tenant_id, id, intent_id, order_id, kind, minor, gateway_reference, gateway_event_id, at)
        SELECT tenant_id, @entry + id - @payment, id, order_id, 'captured', amount, gateway_reference, NULL, created_at FROM payment_intents WHERE tenant_id = @store
        """;

    private const string HistoryRows = """
        INSERT INTO order_history (tenant_id, id, order_id, kind, from_status, to_status, note, actor, created_at)
        SELECT tenant_id, @history + id - @first, id, 'created', NULL, NULL, NULL, 'system', placed_at FROM orders WHERE tenant_id = @store
        """;
}
