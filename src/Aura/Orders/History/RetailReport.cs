using Aura.Connectors.Shops;

namespace Aura.Orders.History;

/// <summary>What became of an Online Retail file. Amounts are pence.</summary>
public sealed class RetailReport
{
    /// <summary>Problems that are listed; all are counted.</summary>
    public const int MostShown = 200;

    private readonly List<ShopProblem> problems = [];

    public long Rows { get; internal set; }
    public long Orders { get; internal set; }
    public long OrderLines { get; internal set; }

    /// <summary>What the new orders come to.</summary>
    public long OrderAmount { get; internal set; }

    public long Products { get; internal set; }
    public long Customers { get; internal set; }
    public long CreditNotes { get; internal set; }

    /// <summary>What the new credit notes come to; below zero where they charge.</summary>
    public long CreditAmount { get; internal set; }

    /// <summary>Of that, what was booked against orders.</summary>
    public long RefundedAmount { get; internal set; }

    /// <summary>Invoices that were imported before, or stand in the file twice.</summary>
    public long Repeated { get; internal set; }

    /// <summary>Invoices without customer and price: notes about stock, no sales.</summary>
    public long StockNotes { get; internal set; }

    /// <summary>Lines without money that take goods out of stock, and lines that make no sense; see <see cref="Problems"/> for those.</summary>
    public long LinesLeftOut { get; internal set; }

    /// <summary>Prices with a fraction of a penny, which were rounded.</summary>
    public long RoundedPrices { get; internal set; }

    public long ProblemCount { get; private set; }

    /// <summary>The first of them, with their rows.</summary>
    public IReadOnlyList<ShopProblem> Problems => problems;

    internal void Add(ShopProblem problem)
    {
        ProblemCount++;
        if (problems.Count < MostShown)
            problems.Add(problem);
    }
}
