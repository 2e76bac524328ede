using Aura.Connectors.Payments;
using Aura.Connectors.Shops;
using Aura.Payments;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Aura.Orders.History;

/// <summary>Books credit notes: against the orders that they take back, as far as those can be found, and the rest as it is.</summary>
internal sealed class RetailCredits(AuraDb db)
{
    /// <param name="invoices">All that a customer has in this batch, in their order: another writer must not book his at the same time.</param>
    public async Task<List<BookedCredit>> Write(string source, IReadOnlyList<RetailInvoice> invoices, RetailShelves shelves, CancellationToken cancellation)
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        var open = await OpenLines(connection, invoices, shelves, cancellation);
        var notes = invoices.Select(invoice => Match(invoice, open, shelves)).ToList();
        var ids = new IdBlocks(connection);
        await ids.Prepare(notes.Sum(note => 1 + 4 * note.ByOrder().Count() + note.Matches.Count), cancellation);
        await MarkRefunded(connection, notes, cancellation);
        await Refunds(connection, notes, ids, cancellation);
        await Returns(connection, notes, ids, shelves, cancellation);
        await Notes(connection, source, notes, ids, shelves, cancellation);
        return notes;
    }

    /// <summary>What these customers bought of these things and has not been given back.</summary>
    private async Task<ILookup<(long, long), OpenLine>> OpenLines(
        NpgsqlConnection connection, IReadOnlyList<RetailInvoice> invoices, RetailShelves shelves, CancellationToken cancellation)
    {
        var wanted = invoices.SelectMany(invoice => Returned(invoice).Select(line => (Customer: shelves.Customer(invoice.CustomerId)!.Value, VariantOf(line, shelves)))) // not of guests
            .Distinct().ToList();
        await using var command = new NpgsqlCommand("""
            WITH wanted AS MATERIALIZED (SELECT * FROM unnest($2::bigint[], $3::bigint[]) AS wanted (customer, variant))
            SELECT wanted.customer, wanted.variant, o.id, l.id, i.id, o.placed_at, l.quantity, l.unit_price, l.net, l.refunded
            FROM (SELECT DISTINCT customer FROM wanted) buyers
            CROSS JOIN LATERAL (SELECT id, placed_at FROM orders WHERE tenant_id = $1 AND customer_id = buyers.customer OFFSET 0) o
            CROSS JOIN LATERAL (
              SELECT id, variant_id, quantity, unit_price, net, refunded FROM order_lines
              WHERE tenant_id = $1 AND order_id = o.id AND refunded < quantity AND returned = refunded AND fulfilled = quantity AND tax = 0 OFFSET 0) l
            JOIN wanted ON wanted.customer = buyers.customer AND wanted.variant = l.variant_id
            CROSS JOIN LATERAL (SELECT id FROM payment_intents WHERE tenant_id = $1 AND order_id = o.id AND gateway_reference LIKE 'past\_%' OFFSET 0) i
            """, connection)
        {
            Parameters =
            {
                new() { Value = db.Caller.TenantId }, new() { Value = wanted.Select(pair => pair.Customer).ToArray() },
                new() { Value = wanted.Select(pair => pair.Item2).ToArray() },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<((long, long) Key, OpenLine Line)>();
        while (await reader.ReadAsync(cancellation))
            found.Add(((reader.GetInt64(0), reader.GetInt64(1)), new(
                reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetDateTime(5), reader.GetInt32(6), reader.GetInt64(7), reader.GetInt64(8), reader.GetInt32(9))));
        return found.ToLookup(pair => pair.Key, pair => pair.Line);
    }

    private static BookedCredit Match(RetailInvoice invoice, ILookup<(long, long), OpenLine> open, RetailShelves shelves)
    {
        var at = RetailHistory.Utc(invoice.Date);
        var matches = Returned(invoice).SelectMany(line => CreditMatching.Match(
            [.. open[(shelves.Customer(invoice.CustomerId)!.Value, VariantOf(line, shelves))]], // not of guests
            -line.Quantity, RetailHistory.Pence(line.UnitPrice), at, RetailHistory.Currency));
        return new(invoice, at, [.. matches]);
    }

    private async Task MarkRefunded(NpgsqlConnection connection, List<BookedCredit> notes, CancellationToken cancellation)
    {
        var matches = notes.SelectMany(note => note.Matches.Select(match => (match, note.At))).ToList();
        var lines = matches.GroupBy(m => m.match.Line.LineId, (id, all) => (Id: id, Units: all.Sum(m => m.match.Units))).ToList();
        var orders = matches.GroupBy(m => (m.match.Line.OrderId, m.match.Line.IntentId), (key, all) => (key.OrderId, key.IntentId, Amount: all.Sum(m => m.match.Amount), At: all.Max(m => m.At))).ToList();
        await Update(connection, "UPDATE order_lines l SET refunded = l.refunded + r.units, returned = l.returned + r.units FROM unnest($2::bigint[], $3::int[]) AS r (id, units) WHERE l.tenant_id = $1 AND l.id = r.id",
            cancellation, lines.Select(l => l.Id).ToArray(), lines.Select(l => l.Units).ToArray());
        long[] amounts = [.. orders.Select(o => o.Amount)];
        DateTime[] times = [.. orders.Select(o => o.At)];
        await Update(connection, """
            UPDATE orders o SET refunded = o.refunded + r.amount, updated_at = greatest(o.updated_at, r.at),
              payment_status = CASE WHEN o.refunded + r.amount >= o.paid THEN 'refunded' ELSE o.payment_status END
            FROM unnest($2::bigint[], $3::bigint[], $4::timestamptz[]) AS r (id, amount, at) WHERE o.tenant_id = $1 AND o.id = r.id
            """, cancellation, orders.Select(o => o.OrderId).ToArray(), amounts, times);
        await Update(connection, """
            UPDATE payment_intents i SET refunded = i.refunded + r.amount, refunding = i.refunding + r.amount, updated_at = greatest(i.updated_at, r.at),
              payment_status = CASE WHEN i.refunded + r.amount >= i.captured THEN 'refunded' ELSE 'partially_refunded' END
            FROM unnest($2::bigint[], $3::bigint[], $4::timestamptz[]) AS r (id, amount, at) WHERE i.tenant_id = $1 AND i.id = r.id
            """, cancellation, orders.Select(o => o.IntentId).ToArray(), amounts, times);
    }

    private async Task Refunds(NpgsqlConnection connection, List<BookedCredit> notes, IdBlocks ids, CancellationToken cancellation)
    {
        var booked = notes.SelectMany(note => note.ByOrder().Select(part => (note, part))).ToList();
        await using (var refunds = await CopyRows.Into(connection, "refunds", """
            tenant_id, id, intent_id, amount, currency, reason, status, estimated_arrival, refund_application_fee, gateway_reference, gateway_key, created_at, updated_at, version
            """, cancellation))
        {
            foreach (var (note, part) in booked)
                refunds.Row().Add(db.Caller.TenantId).Add(ids.Next()).Add(part.IntentId).Add(part.Amount).Add(RetailHistory.Currency).Add($"Credit note {note.Invoice.Number}")
                    .Word(RefundStatus.Succeeded).Add(Refund.Arrival(PaymentKind.Wire, DateOnly.FromDateTime(note.At))).Add(false).Add(note.Reference).Add(note.Reference)
                    .Add(note.At).Add(note.At).Add(1);
            await refunds.Complete(cancellation);
        }

        await using (var entries = await CopyRows.Into(connection, "payment_entries", "tenant_id, id, intent_id, order_id, kind, minor, gateway_reference, at", cancellation))
        {
            foreach (var (note, part) in booked)
                entries.Row().Add(db.Caller.TenantId).Add(ids.Next()).Add(part.IntentId).Add(part.OrderId).Word(PaymentFact.Refunded).Add(part.Amount).Add(note.Reference).Add(note.At);
            await entries.Complete(cancellation);
        }

        await using var history = await CopyRows.Into(connection, "order_history", "tenant_id, id, order_id, kind, note, actor, created_at", cancellation);
        foreach (var (note, part) in booked)
            history.Row().Add(db.Caller.TenantId).Add(ids.Next()).Add(part.OrderId).Word(OrderFact.Refunded)
                .Add($"{new Money(part.Amount, RetailHistory.Currency)}, credit note {note.Invoice.Number}").Add("history").Add(note.At);
        await history.Complete(cancellation);
    }

    private async Task Returns(NpgsqlConnection connection, List<BookedCredit> notes, IdBlocks ids, RetailShelves shelves, CancellationToken cancellation)
    {
        var returned = notes.SelectMany(note => note.ByOrder().Select(part => (note, part, Id: ids.Next()))).ToList();
        await using (var rows = await CopyRows.Into(connection, "returns", """
            tenant_id, id, order_id, customer_id, currency, status, reason, refund_amount, refund_parts, refund_attempt, refund_begun_at, received_at, refunded_at, created_at, updated_at, version
            """, cancellation))
        {
            foreach (var (note, part, id) in returned)
                rows.Row().Add(db.Caller.TenantId).Add(id).Add(part.OrderId).Add(shelves.Customer(note.Invoice.CustomerId)).Add(RetailHistory.Currency).Word(ReturnStatus.Refunded)
                    .Add($"Credit note {note.Invoice.Number}").Add(part.Amount).Json(new[] { new RefundPart(part.IntentId, part.Amount) }).Add(1)
                    .Add(note.At).Add(note.At).Add(note.At).Add(note.At).Add(note.At).Add(1);
            await rows.Complete(cancellation);
        }

        await using var lines = await CopyRows.Into(connection, "return_lines", "tenant_id, id, return_id, order_line_id, quantity, received, resellable", cancellation);
        foreach (var (note, part, id) in returned)
            foreach (var line in note.Matches.Where(match => match.Line.OrderId == part.OrderId).GroupBy(match => match.Line.LineId, match => match.Units))
                lines.Row().Add(db.Caller.TenantId).Add(ids.Next()).Add(id).Add(line.Key).Add(line.Sum()).Add(line.Sum()).Add(0);
        await lines.Complete(cancellation);
    }

    private async Task Notes(NpgsqlConnection connection, string source, List<BookedCredit> notes, IdBlocks ids, RetailShelves shelves, CancellationToken cancellation)
    {
        var numbered = notes.Select(note => (note, Id: ids.Next())).ToList();
        await using (var rows = await CopyRows.Into(connection, "credit_notes", "tenant_id, id, number, customer_id, currency, amount, refunded, lines, issued_at", cancellation))
        {
            foreach (var (note, id) in numbered)
                rows.Row().Add(db.Caller.TenantId).Add(id).Add(note.Invoice.Number).Add(shelves.Customer(note.Invoice.CustomerId)).Add(RetailHistory.Currency)
                    .Add(note.Amount).Add(note.Refunded).Json(note.Invoice.Lines.Select(BookedCredit.ToLine)).Add(note.At);
            await rows.Complete(cancellation);
        }

        await using var invoices = await CopyRows.Into(connection, "past_invoices", "tenant_id, source, number, credit_note_id, amount", cancellation);
        foreach (var (note, id) in numbered)
            invoices.Row().Add(db.Caller.TenantId).Add(source).Add(note.Invoice.Number).Add(id).Add(note.Amount);
        await invoices.Complete(cancellation);
    }

    private async Task Update(NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] arrays)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = db.Caller.TenantId } } };
        foreach (var array in arrays)
            command.Parameters.Add(new() { Value = array });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Goods that a known customer gave back for money.</summary>
    private static IEnumerable<RetailLine> Returned(RetailInvoice invoice) => invoice.CustomerId is null || invoice.Kind != RetailInvoiceKind.Cancellation
        ? []
        : invoice.Lines.Where(line => line.Quantity < 0 && RetailHistory.Pence(line.UnitPrice) > 0 && !RetailCodes.IsCharge(RetailCodes.Sku(line.StockCode)));

    private static long VariantOf(RetailLine line, RetailShelves shelves) => shelves.Variant(RetailCodes.Sku(line.StockCode)).Variant;
}

/// <summary>A credit note with the purchases that it takes back.</summary>
internal sealed record BookedCredit(RetailInvoice Invoice, DateTime At, IReadOnlyList<CreditMatch> Matches)
{
    public long Amount { get; } = AmountOf(Invoice);

    public long Refunded { get; } = Matches.Sum(match => match.Amount);

    /// <summary>What its refunds are known by; unique in a payment.</summary>
    public string Reference => $"past_{Invoice.Number}";

    public IEnumerable<(long OrderId, long IntentId, long Amount)> ByOrder() => Matches
        .GroupBy(match => (match.Line.OrderId, match.Line.IntentId), (key, all) => (key.OrderId, key.IntentId, Amount: all.Sum(match => match.Amount)));

    /// <returns>Minor units; below zero where it charges.</returns>
    public static long AmountOf(RetailInvoice invoice) => -invoice.Lines.Sum(RetailSale.ValueOf);

    public static object ToLine(RetailLine line) => new
    {
        Sku = RetailCodes.Sku(line.StockCode), line.Description, line.Quantity, UnitPrice = RetailHistory.Pence(line.UnitPrice), Amount = -RetailSale.ValueOf(line),
    };
}
