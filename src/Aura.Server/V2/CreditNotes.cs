using System.Linq.Expressions;
using Aura.Customers;
using Aura.Orders;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;

namespace Aura.Server.V2;

/// <summary>Credits of imported histories, to be read.</summary>
internal static class CreditNotes
{
    private static readonly Listing<CreditNote, CreditNoteResponse> Shape = new Listing<CreditNote, CreditNoteResponse>(CreditNoteResponse.From)
        .Field("number", n => n.Number)
        .Field("customer_id", n => n.CustomerId)
        .Field("currency", n => n.Currency, Found.ByReading)
        .Field("issued_at", n => n.IssuedAt)
        .MoneyField("amount", n => n.Amount, Found.ByReading)
        .Parameter("number")
        .Parameter("customer_id")
        .Parameter("issued_from", "issued_at", "gte")
        .Parameter("issued_to", "issued_at", "lte");

    public static void MapCreditNotes(this RouteGroupBuilder api)
    {
        var notes = api.MapGroup("/credit-notes").WithTags("Credit notes").Scope("orders").NeverCached();
        notes.MapGet("/", List).Lists(Shape);
        notes.MapGet("/{id}", Show);
    }

    private static Task<Listed<CreditNoteResponse>> List(ListRequest list, AuraDb db, CancellationToken cancellation) => Shape.List(db.CreditNotes, list, cancellation);

    private static Task<CreditNoteResponse> Show(Id<CreditNote> id, AuraDb db, CancellationToken cancellation) => Shape.Show(db.CreditNotes, id, cancellation);
}

/// <param name="Amount">Below zero where the customer was charged more.</param>
/// <param name="Refunded">The part of it that was booked as refunds of orders; the rest stands here alone.</param>
public sealed record CreditNoteResponse(
    Id<CreditNote> Id, string Number, Id<Customer>? CustomerId, Currency Currency, decimal Amount, decimal Refunded, IReadOnlyList<CreditedItem> Items, DateTime IssuedAt)
{
    public static readonly Expression<Func<CreditNote, CreditNoteResponse>> From = n => new(
        n.Id, n.Number, n.CustomerId, n.Currency, Amounts.Major(n.Amount, n.Currency), Amounts.Major(n.Refunded, n.Currency),
        CreditedItem.Of(n.Lines, n.Currency), n.IssuedAt);
}

/// <param name="Quantity">Below zero for what came back.</param>
/// <param name="Amount">Credited for it.</param>
public sealed record CreditedItem(string Sku, string? Description, int Quantity, decimal UnitPrice, decimal Amount)
{
    public static IReadOnlyList<CreditedItem> Of(CreditNoteLine[] lines, Currency currency) => [.. lines.Select(line =>
        new CreditedItem(line.Sku, line.Description, line.Quantity, Amounts.Major(line.UnitPrice, currency), Amounts.Major(line.Amount, currency)))];
}
