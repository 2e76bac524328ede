using Aura.Connectors.Payments;
using Aura.Connectors.Shops;

namespace Aura.Orders.History;

/// <summary>What of an invoice is a sale.</summary>
/// <param name="Lines">Goods and charges that are no postage.</param>
/// <param name="Postage">Pence.</param>
/// <param name="LeftOut">Lines that are no part of a sale: goods without a price that leave the stock, and what makes no sense.</param>
internal sealed record RetailSale(RetailInvoice Invoice, IReadOnlyList<RetailLine> Lines, long Postage, int LeftOut, IReadOnlyList<ShopProblem> Problems)
{
    public long Amount => Lines.Sum(ValueOf) + Postage;

    /// <returns>Null where nobody bought anything: without a price and a customer it is a note about stock.</returns>
    public static RetailSale? Of(RetailInvoice invoice)
    {
        var problems = new List<ShopProblem>();
        var sold = new List<RetailLine>();
        foreach (var line in invoice.Lines)
            if (line.Quantity > 0 && line.UnitPrice >= 0)
                sold.Add(line);
            else if (line.UnitPrice != 0)
                problems.Add(new(line.Row, line.Quantity > 0 ? "Price" : "Quantity", "A sale of less than nothing: the line was left out.", true));

        if (sold.Count == 0 || invoice.CustomerId is null && sold.All(line => line.UnitPrice == 0))
            return null;
        var (postage, goods) = (new List<RetailLine>(), new List<RetailLine>());
        foreach (var line in sold)
            (RetailCodes.IsPostage(RetailCodes.Sku(line.StockCode)) ? postage : goods).Add(line);
        return goods.Count > 0
            ? new(invoice, goods, postage.Sum(ValueOf), invoice.Lines.Count - sold.Count, problems)
            : new(invoice, sold, 0, invoice.Lines.Count - sold.Count, problems); // nothing but postage: then that is what was sold
    }

    public static long ValueOf(RetailLine line) => RetailHistory.Pence(line.UnitPrice * line.Quantity);

    public PastOrder ToOrder(RetailShelves shelves)
    {
        var at = RetailHistory.Utc(Invoice.Date);
        return new(Invoice.Number, at, RetailHistory.Currency, [.. Lines.Select(line => ToLine(line, shelves))])
        {
            CustomerId = shelves.Customer(Invoice.CustomerId),
            ShippingAddress = RetailCodes.Country(Invoice.Country) is { } country ? new Address { Country = country } : null,
            Shipping = Postage == 0 ? null : new("Postage", Postage, 0, Postage, 0, Postage, [], []),
            Tags = ["imported"],
            Metadata = new() { ["invoice"] = Invoice.Number },
            Method = new(PaymentKind.Wire, "manual", "wire"),
            PaidAt = at,
            ShippedAt = at,
            DeliveredAt = at,
        };
    }

    private static PastLine ToLine(RetailLine line, RetailShelves shelves)
    {
        var sku = RetailCodes.Sku(line.StockCode);
        var isCharge = RetailCodes.IsCharge(sku);
        var (product, variant) = shelves.Variant(isCharge ? RetailCodes.Charges : sku);
        var value = ValueOf(line);
        return new(product, variant, sku, line.Description?.Trim() is { Length: > 0 } name ? name : sku, line.Quantity, RetailHistory.Pence(line.UnitPrice), value, 0, value, 0)
        {
            RequiresShipping = !isCharge,
        };
    }
}
