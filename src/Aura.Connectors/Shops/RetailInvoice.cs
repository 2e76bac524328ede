namespace Aura.Connectors.Shops;

/// <summary>One run of invoice lines with one number.</summary>
public sealed record RetailRead
{
    /// <summary>Null when no line of the run can be read.</summary>
    public RetailInvoice? Invoice { get; init; }

    /// <summary>Lines that were rejected, and warnings.</summary>
    public IReadOnlyList<ShopProblem> Problems { get; init; } = [];

    /// <summary>Counted from 1 after the header. Every row from here to the last is a line of the invoice or rejected.</summary>
    public long FirstRow { get; init; }

    public long LastRow { get; init; }
}

/// <param name="Number">As in the file, with its letter.</param>
/// <param name="Date">Of the first line, in the shop's local time. A few invoices go on into later minutes, see <see cref="RetailLine.Date"/>.</param>
/// <param name="CustomerId">Null for a guest.</param>
public sealed record RetailInvoice(
    string Number, RetailInvoiceKind Kind, DateTime Date, int? CustomerId, string Country, IReadOnlyList<RetailLine> Lines)
{
    public bool IsCancellation => Kind == RetailInvoiceKind.Cancellation;
}

public enum RetailInvoiceKind
{
    Sale,
    /// <summary>The number begins with C. Quantities are negative but for rare lines.</summary>
    Cancellation,
    /// <summary>The number begins with A: bookkeeping such as bad debt, with negative prices. No goods move.</summary>
    Adjustment,
    /// <summary>The number begins with another letter.</summary>
    Other,
}

/// <param name="Row">Counted from 1 after the header.</param>
/// <param name="StockCode">As in the file: one code of the published data has a blank at its end.</param>
/// <param name="Description">As in the file, with its blanks; null where missing.</param>
/// <param name="Quantity">Negative on returns, and on sales that take broken or lost goods out of stock (then at price 0).</param>
/// <param name="UnitPrice">Pounds sterling, up to three decimals; 0 and, on adjustments, negative prices occur.</param>
public sealed record RetailLine(long Row, string StockCode, string? Description, int Quantity, decimal UnitPrice, DateTime Date);
