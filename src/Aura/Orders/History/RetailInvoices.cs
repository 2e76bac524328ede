using System.Runtime.CompilerServices;
using Aura.Connectors.Shops;

namespace Aura.Orders.History;

/// <summary>Puts the runs of an Online Retail file together to whole invoices.</summary>
internal static class RetailInvoices
{
    /// <summary>
    /// Rows after which an invoice is taken to be over. In the published data the lines of one invoice are at most 327 rows apart,
    /// and an invoice that stands in both sheets comes again after no less than 21,849 rows: it is not to be mixed up with itself.
    /// </summary>
    public const int Window = 2_000;

    /// <summary>Whole invoices in the order of their first lines, each with the row that was read last.</summary>
    /// <param name="problem">Told of every line that cannot be read.</param>
    public static async IAsyncEnumerable<(RetailInvoice Invoice, long Row)> Join(
        IAsyncEnumerable<RetailRead> reads, Action<ShopProblem> problem, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var open = new OrderedDictionary<string, (RetailInvoice Invoice, List<RetailLine> Lines, long LastRow)>();
        await foreach (var read in reads.WithCancellation(cancellation))
        {
            foreach (var one in read.Problems)
                problem(one);
            while (open.Count > 0 && open.GetAt(0).Value is var oldest && oldest.LastRow + Window < read.FirstRow)
            {
                open.RemoveAt(0);
                yield return (oldest.Invoice, read.LastRow);
            }

            if (read.Invoice is not { } part)
                continue;
            if (!open.TryGetValue(part.Number, out var known))
                open[part.Number] = (part, [], read.LastRow);
            else
            {
                known.Lines.AddRange(known.Lines.Count == 0 ? [.. known.Invoice.Lines, .. part.Lines] : part.Lines);
                open[part.Number] = (known.Invoice with { Lines = known.Lines }, known.Lines, read.LastRow);
            }
        }

        foreach (var (_, rest) in open)
            yield return (rest.Invoice, rest.LastRow);
    }
}
