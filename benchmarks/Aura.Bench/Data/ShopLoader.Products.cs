namespace Aura.Bench;

internal sealed partial class ShopLoader
{
    private const int Variants = 3;
    private const int Categories = 60;

    /// <returns>The first variant.</returns>
    private async Task<long> LoadProducts(int count, CancellationToken cancellation)
    {
        var (categories, products) = (await Ids(Categories, cancellation), await Ids(count, cancellation));
        await Run(CategoryRows, cancellation, ("store", store), ("first", categories), ("count", Categories));
        await Run(ProductRows, cancellation, ("store", store), ("first", products), ("count", count));
        await Run(PlaceRows, cancellation, ("store", store), ("first", await Ids(count, cancellation)), ("product", products), ("category", categories), ("count", count));
        await Run(ImageRows, cancellation, ("store", store), ("first", await Ids(2L * count, cancellation)), ("product", products), ("count", count));
        var variants = await Ids((long)Variants * count, cancellation);
        await Run(VariantRows, cancellation, ("store", store), ("first", variants), ("product", products), ("count", count));
        return variants;
    }

    /// <summary>Ten at the root, five below each.</summary>
    private const string CategoryRows = """
        INSERT INTO categories (tenant_id, id, name, slug, parent_id, path, created_at, updated_at, version)
        SELECT @store, @first + n, 'Department ' || n, 'department-' || n,
          CASE WHEN n >= 10 THEN @first + n % 10 END,
          CASE WHEN n >= 10 THEN ARRAY['department-' || n % 10, 'department-' || n] ELSE ARRAY['department-' || n] END,
          timestamptz '2023-01-01', timestamptz '2023-01-01', 1
        FROM generate_series(0, @count - 1) n
        """;

    private const string ProductRows = """
        INSERT INTO products (tenant_id, id, name, description, sku, status, price, currency, prices, compare_at_price, vendor, product_type, tags,
          tax_category, taxable, requires_shipping, weight, metadata, review_count, rating_sum, created_at, updated_at, version)
        SELECT @store, @first + n, adjective || ' ' || material || ' ' || noun || ' ' || n,
          'A ' || lower(adjective) || ' ' || lower(noun) || ' of ' || lower(material) || ', made for everyday use and built to last for years. '
            || 'It comes in three sizes and in colours that go with nearly everything; the finish is done by hand, so that no two pieces are quite alike. '
            || 'Clean it with a damp cloth. ' || bench_pick(ARRAY['Ships in recycled packaging.', 'Designed in our own studio.', 'With a warranty of two years.'], n, 4)
            || ' Article ' || n || ' of this season''s collection.',
          'BENCH-' || n, 'active', 500 + (hashint8extended(n, 5) & 1048575) % 29500, 'USD', '{}',
          CASE WHEN n % 4 = 0 THEN 40000 END, 'Vendor ' || n % 50, noun, ARRAY[lower(material), 'season-' || n % 8],
          'standard', true, true, 200 + n % 3000, jsonb_build_object('material', material, 'collection', 'C' || n % 12), 0, 0, at, at, 1
        FROM generate_series(0, @count - 1) n
        CROSS JOIN LATERAL (SELECT
          bench_pick(ARRAY['Plain', 'Modern', 'Classic', 'Sturdy', 'Light', 'Compact', 'Elegant', 'Rustic'], n, 1) AS adjective,
          bench_pick(ARRAY['Oak', 'Steel', 'Linen', 'Wool', 'Glass', 'Cotton', 'Leather', 'Ceramic'], n, 2) AS material,
          bench_pick(ARRAY['Lamp', 'Chair', 'Shirt', 'Bowl', 'Blanket', 'Bag', 'Mug', 'Shelf', 'Vase', 'Cushion'], n, 3) AS noun,
          timestamptz '2023-01-01' + interval '1 year' * (n::double precision / @count) * 0.8 AS at) made
        """;

    private const string PlaceRows = """
        INSERT INTO product_categories (tenant_id, id, product_id, category_id, position)
        SELECT @store, @first + n, @product + n, @category + 10 + (hashint8extended(n, 6) & 1048575) % 50, 0 FROM generate_series(0, @count - 1) n
        """;

    private const string ImageRows = """
        INSERT INTO product_images (tenant_id, id, product_id, url, alt, position)
        SELECT @store, @first + 2 * n + i, @product + n, 'https://images.example.com/catalogue/' || n || '/' || i || '.jpg', 'View ' || i + 1, i + 1
        FROM generate_series(0, @count - 1) n, generate_series(0, 1) i
        """;

    /// <summary>The largest has a price of its own.</summary>
    private const string VariantRows = """
        INSERT INTO variants (tenant_id, id, product_id, sku, price, currency, prices, attributes, image, barcode, weight, cost, position,
          tracks_inventory, allows_backorder, removed_at, created_at, updated_at, version)
        SELECT p.tenant_id, @first + 3 * n + i, p.id, p.sku || '-' || size, CASE i WHEN 2 THEN p.price + 500 END, p.currency, '{}',
          jsonb_build_object('size', size, 'colour', bench_pick(ARRAY['black', 'white', 'blue', 'green', 'natural'], n, 7)), NULL,
          lpad((4000000000000 + 3 * n + i)::text, 13, '0'), NULL, p.price / 2, i, true, false, NULL, p.created_at, p.created_at, 1
        FROM generate_series(0, @count - 1) n
        JOIN products p ON p.tenant_id = @store AND p.id = @product + n
        CROSS JOIN (VALUES (0, 'S'), (1, 'M'), (2, 'L')) sizes (i, size)
        """;
}
