using Aura.Connectors.Shops;
using Aura.Persistence;
using Npgsql;

namespace Aura.Orders.History;

/// <summary>The products and customers that a file names: found where they are there, made where they are not, remembered.</summary>
/// <remarks>Memory grows with the different codes and customers of the file, not with its lines.</remarks>
internal sealed class RetailShelves(AuraDb db, IdBlocks ids)
{
    private const string Domain = "online-retail.invalid"; // RFC 2606: nobody can have it, and the file has no addresses

    private readonly Dictionary<string, (long Product, long Variant)> variants = [];
    private readonly Dictionary<int, long> customers = [];

    public (long Product, long Variant) Variant(string sku) => variants[sku];

    public long? Customer(int? number) => number is { } known ? customers[known] : null;

    /// <summary>Makes sure that everything these invoices name is there.</summary>
    public async Task Stock(NpgsqlConnection connection, IReadOnlyList<RetailInvoice> invoices, RetailReport report, CancellationToken cancellation)
    {
        await StockGoods(connection, invoices, report, cancellation);
        await StockCustomers(connection, invoices, report, cancellation);
    }

    private async Task StockGoods(NpgsqlConnection connection, IReadOnlyList<RetailInvoice> invoices, RetailReport report, CancellationToken cancellation)
    {
        var named = new Dictionary<string, Goods>();
        foreach (var invoice in invoices)
            foreach (var line in invoice.Lines)
            {
                var sku = RetailCodes.Sku(line.StockCode);
                sku = RetailCodes.IsCharge(sku) ? RetailCodes.Charges : sku;
                if (variants.ContainsKey(sku))
                    continue;
                var goods = named.GetValueOrDefault(sku) ?? new(null, 0, invoice.Date);
                named[sku] = goods with
                {
                    Name = goods.Name ?? (invoice.Kind == RetailInvoiceKind.Sale && line.UnitPrice > 0 ? line.Description?.Trim() : null),
                    Price = goods.Price > 0 || line.UnitPrice <= 0 ? goods.Price : RetailHistory.Pence(line.UnitPrice),
                };
            }

        if (named.Count == 0)
            return;
        await Find(connection, """
            SELECT found.sku, found.product_id, found.id FROM unnest($2) AS named (sku)
            CROSS JOIN LATERAL (SELECT v.sku, v.product_id, v.id FROM variants v WHERE v.tenant_id = $1 AND v.sku = named.sku AND v.removed_at IS NULL LIMIT 1) found
            """, named.Keys.ToArray(),
            row => variants[row.GetString(0)] = (row.GetInt64(1), row.GetInt64(2)), cancellation);
        var missing = named.Where(goods => !variants.ContainsKey(goods.Key)).ToList();
        report.Products += missing.Count(goods => goods.Key != RetailCodes.Charges);
        await ids.Prepare(2 * missing.Count, cancellation);
        foreach (var (sku, _) in missing)
            variants[sku] = (ids.Next(), ids.Next());
        await Make(connection, missing, cancellation);
    }

    private async Task Make(NpgsqlConnection connection, List<KeyValuePair<string, Goods>> missing, CancellationToken cancellation)
    {
        await using (var products = await CopyRows.Into(connection, "products", """
            tenant_id, id, name, sku, status, price, currency, prices, tags, tax_category, taxable, requires_shipping, weight, metadata,
            review_count, rating_sum, created_at, updated_at, version
            """, cancellation))
        {
            foreach (var (sku, goods) in missing)
            {
                var isCharge = sku == RetailCodes.Charges;
                products.Row().Add(db.Caller.TenantId).Add(variants[sku].Product).Add(isCharge ? "Charges" : goods.Name is { Length: > 0 } name ? name : sku).Add(sku)
                    .Word(isCharge ? Catalog.ProductStatus.Archived : Catalog.ProductStatus.Active).Add(isCharge ? 0 : goods.Price).Add(RetailHistory.Currency)
                    .Json("{}").Add(["imported"]).Add("standard").Add(true).Add(!isCharge).Add(0).Json("{}").Add(0).Add(0).Add(goods.Since).Add(goods.Since).Add(1);
            }

            await products.Complete(cancellation);
        }

        await using var rows = await CopyRows.Into(connection, "variants", """
            tenant_id, id, product_id, sku, currency, prices, attributes, position, tracks_inventory, allows_backorder, created_at, updated_at, version
            """, cancellation);
        foreach (var (sku, goods) in missing)
            rows.Row().Add(db.Caller.TenantId).Add(variants[sku].Variant).Add(variants[sku].Product).Add(sku).Add(RetailHistory.Currency).Json("{}").Json("{}")
                .Add(0).Add(false).Add(false).Add(goods.Since).Add(goods.Since).Add(1);
        await rows.Complete(cancellation);
    }

    private async Task StockCustomers(NpgsqlConnection connection, IReadOnlyList<RetailInvoice> invoices, RetailReport report, CancellationToken cancellation)
    {
        var named = invoices.Where(invoice => invoice.CustomerId is { } number && !customers.ContainsKey(number)).DistinctBy(invoice => invoice.CustomerId)
            .ToDictionary(invoice => EmailOf(invoice.CustomerId!.Value)); // just asked
        if (named.Count == 0)
            return;
        await Find(connection, """
            SELECT found.email_key, found.id FROM unnest($2) AS named (email)
            CROSS JOIN LATERAL (SELECT c.email_key, c.id FROM customers c WHERE c.tenant_id = $1 AND c.email_key = named.email LIMIT 1) found
            """, named.Keys.ToArray(),
            row => customers[named[row.GetString(0)].CustomerId!.Value] = row.GetInt64(1), cancellation);
        var missing = named.Where(one => !customers.ContainsKey(one.Value.CustomerId!.Value)).ToList();
        report.Customers += missing.Count;
        await ids.Prepare(2 * missing.Count, cancellation);
        await using (var rows = await CopyRows.Into(connection, "customers", """
            tenant_id, id, email, email_key, last_name, tags, tax_exempt, metadata, created_at, updated_at, version
            """, cancellation))
        {
            foreach (var (email, first) in missing)
            {
                customers[first.CustomerId!.Value] = ids.Next();
                rows.Row().Add(db.Caller.TenantId).Add(customers[first.CustomerId.Value]).Add(email).Add(email).Add($"Customer {first.CustomerId}").Add(["imported"])
                    .Add(false).Json("{}").Add(RetailHistory.Utc(first.Date)).Add(RetailHistory.Utc(first.Date)).Add(1);
            }

            await rows.Complete(cancellation);
        }

        await using var addresses = await CopyRows.Into(connection, "customer_addresses",
            "tenant_id, id, customer_id, type, content, is_default, created_at, updated_at, version", cancellation);
        foreach (var (_, first) in missing)
            if (RetailCodes.Country(first.Country) is { } country)
                addresses.Row().Add(db.Caller.TenantId).Add(ids.Next()).Add(customers[first.CustomerId!.Value]).Word(Customers.AddressType.Shipping)
                    .Json(new Address { Country = country }).Add(true).Add(RetailHistory.Utc(first.Date)).Add(RetailHistory.Utc(first.Date)).Add(1);
        await addresses.Complete(cancellation);
    }

    private async Task Find(NpgsqlConnection connection, string sql, string[] keys, Action<NpgsqlDataReader> found, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = db.Caller.TenantId }, new() { Value = keys } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            found(reader);
    }

    private static string EmailOf(int customer) => $"customer-{customer}@{Domain}";

    private sealed record Goods(string? Name, long Price, DateTime First)
    {
        public DateTime Since => RetailHistory.Utc(First);
    }
}
