using System.Threading.Channels;
using Aura.Connectors.Shops;
using Aura.Events;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Aura.Orders.History;

/// <summary>Takes an Online Retail file into a store: customers, products, orders that were paid and delivered, and credits.</summary>
/// <remarks>
/// An invoice is written in one transaction, and one that is in the books is left out: whatever broke off is simply begun again. While the
/// file is read, the sales of a batch are written on two connections, for PostgreSQL uses one processor for each; its credits follow in the same
/// way, because they look for what was sold. The file names no time zone; its times are taken as UTC.
/// </remarks>
public sealed class RetailHistory(AuraDb db, IDbContextFactory<AuraDb> contexts, TimeProvider time)
{
    /// <summary>What the file's amounts are in.</summary>
    public static readonly Currency Currency = Currency.Gbp;

    private const string Source = "online-retail";
    private const int BatchLines = 20_000, Writers = 2;

    private readonly PastOrders orders = new(db);
    private readonly RetailReport report = new();
    private RetailShelves? shelves;

    /// <param name="file">Plain or gzip; read once, forwards, and left open.</param>
    /// <param name="progress">Told after each batch.</param>
    /// <exception cref="UnreadableShopFile">The header lacks a column of the data set.</exception>
    public async Task<RetailReport> Import(Stream file, Action<RetailReport> progress, CancellationToken cancellation)
    {
        await using var alone = await Open(cancellation);
        await using var turn = await alone.Start(cancellation); // held to the end, for its lock: two imports would write the same invoices
        await alone.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({Source}, {db.Caller.TenantId}))", cancellation);
        var written = 0;
        var batches = Channel.CreateBounded<Batch>(2);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var reading = Task.Run(() => Read(file, batches.Writer, stop.Token), cancellation);
        try
        {
            await foreach (var batch in batches.Reader.ReadAllAsync(cancellation))
            {
                await Write(batch, cancellation);
                if (int.IsPow2(++written) && written > 1)
                    await Analyze(cancellation);
                progress(report);
            }
        }
        finally
        {
            await stop.CancelAsync();
        }

        await reading;
        await Tell(cancellation);
        return report;
    }

    internal static DateTime Utc(DateTime date) => DateTime.SpecifyKind(date, DateTimeKind.Utc);

    internal static long Pence(decimal pounds) => Money.Round(pounds, Currency).Minor;

    private static async Task Read(Stream file, ChannelWriter<Batch> batches, CancellationToken cancellation)
    {
        try
        {
            var (batch, lines) = (new Batch(), 0);
            var reads = OnlineRetailReader.Read(file, cancellation: cancellation);
            await foreach (var (invoice, row) in RetailInvoices.Join(reads, problem => batch.Problems.Add(problem), cancellation))
            {
                batch.Invoices.Add(invoice);
                batch.Row = row;
                if ((lines += invoice.Lines.Count) < BatchLines)
                    continue;
                await batches.WriteAsync(batch, cancellation);
                (batch, lines) = (new(), 0);
            }

            await batches.WriteAsync(batch, cancellation);
            batches.Complete();
        }
        catch (Exception trouble) // the writer's side waits for the channel, and gets it from there
        {
            batches.Complete(trouble);
        }
    }

    private async Task Write(Batch batch, CancellationToken cancellation)
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        foreach (var problem in batch.Problems)
            report.Add(problem);
        report.LinesLeftOut += batch.Problems.Count(problem => problem.Rejects);
        var fresh = await db.InTransaction(async () =>
        {
            var fresh = await Fresh(connection, batch.Invoices, cancellation);
            shelves ??= new(db, new(connection));
            await shelves.Stock(connection, fresh, report, cancellation);
            return fresh;
        }, cancellation);

        await WriteOrders([.. fresh.Where(invoice => !IsCredit(invoice))], shelves!, cancellation); // just filled
        await WriteCredits([.. fresh.Where(IsCredit)], shelves!, cancellation);
        report.Rows = Math.Max(report.Rows, batch.Row);
    }

    private async Task<AuraDb> Open(CancellationToken cancellation) => (await contexts.CreateDbContextAsync(cancellation)).Enter(db.Caller, time);

    /// <summary>Tables that were empty a minute ago are planned for as if they still were, and autovacuum comes too late.</summary>
    private Task Analyze(CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"ANALYZE customers, variants, orders, order_lines, payment_intents, past_invoices", cancellation);

    /// <summary>Those that are not in the books yet, each once.</summary>
    private async Task<List<RetailInvoice>> Fresh(NpgsqlConnection connection, List<RetailInvoice> invoices, CancellationToken cancellation)
    {
        var known = await orders.Known(connection, Source, [.. invoices.Select(invoice => invoice.Number)], cancellation);
        var fresh = new Dictionary<string, RetailInvoice>();
        foreach (var invoice in invoices)
            if (!known.ContainsKey(invoice.Number) && fresh.TryAdd(invoice.Number, invoice))
                continue;
            else
            {
                report.Repeated++;
                if (known.TryGetValue(invoice.Number, out var before) && AmountOf(invoice) != before)
                    report.Add(new(invoice.Lines[0].Row, "Invoice", $"Invoice {invoice.Number} is in the books with another amount; these lines were left out.", true));
            }

        return [.. fresh.Values];
    }

    private async Task WriteOrders(List<RetailInvoice> invoices, RetailShelves shelves, CancellationToken cancellation)
    {
        var past = new List<PastOrder>();
        foreach (var invoice in invoices)
        {
            var sale = RetailSale.Of(invoice);
            report.RoundedPrices += invoice.Lines.Count(line => line.UnitPrice * 100 % 1 != 0);
            report.LinesLeftOut += sale?.LeftOut ?? invoice.Lines.Count;
            if (sale is null)
                report.StockNotes++;
            else
                past.Add(sale.ToOrder(shelves));
            foreach (var problem in sale?.Problems ?? [])
                report.Add(problem);
        }

        await Task.WhenAll(past.Chunk(Math.Max(1, (past.Count + Writers - 1) / Writers)).Select(part => Beside(part, cancellation)));
        report.Orders += past.Count;
        report.OrderLines += past.Sum(order => order.Lines.Count);
        report.OrderAmount += past.Sum(order => order.Total);
    }

    /// <summary>All of a customer's on one connection: they take back the same purchases.</summary>
    private async Task WriteCredits(List<RetailInvoice> invoices, RetailShelves shelves, CancellationToken cancellation)
    {
        var written = await Task.WhenAll(invoices.GroupBy(invoice => (invoice.CustomerId ?? 0) % Writers).Select(async part =>
        {
            await using var own = await Open(cancellation);
            return await own.InTransaction(() => new RetailCredits(own).Write(Source, [.. part], shelves, cancellation), cancellation);
        }));
        foreach (var note in written.SelectMany(notes => notes))
        {
            report.CreditNotes++;
            report.CreditAmount += note.Amount;
            report.RefundedAmount += note.Refunded;
        }
    }

    private async Task Beside(IReadOnlyList<PastOrder> part, CancellationToken cancellation)
    {
        await using var own = await Open(cancellation);
        await new PastOrders(own).Write(Source, part, cancellation);
    }

    /// <summary>One event about all of it: one for each order would flood whoever listens.</summary>
    private async Task Tell(CancellationToken cancellation)
    {
        if (report.Orders + report.CreditNotes == 0)
            return;
        db.Events.Add(StoreEvent.Of("orders.imported", Accounts.Store.Noun, db.Caller.TenantId, new { Source, report.Orders, report.CreditNotes, report.Products, report.Customers }, db));
        await db.SaveChangesAsync(cancellation);
    }

    private static long? AmountOf(RetailInvoice invoice) => IsCredit(invoice) ? BookedCredit.AmountOf(invoice) : RetailSale.Of(invoice)?.Amount;

    private static bool IsCredit(RetailInvoice invoice) => invoice.Kind is RetailInvoiceKind.Cancellation or RetailInvoiceKind.Adjustment;

    private sealed class Batch
    {
        public List<RetailInvoice> Invoices { get; } = [];
        public List<ShopProblem> Problems { get; } = [];
        public long Row { get; set; }
    }
}
