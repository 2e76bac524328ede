using System.Linq.Expressions;
using Aura.Accounts;
using Aura.Connectors.Payments;
using Aura.Customers;
using Aura.Payments;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.V2;

/// <summary>Means of payment in the gateway's vault. What goes in as a number never comes out again.</summary>
internal static class PaymentMethods
{
    private static readonly Listing<PaymentMethod, PaymentMethodResponse> Shape = new Listing<PaymentMethod, PaymentMethodResponse>(PaymentMethodResponse.From)
        .Field("customer_id", m => m.CustomerId, Found.ByValue)
        .Field("type", m => m.Kind)
        .Field("fingerprint", m => m.Fingerprint, Found.ByValue)
        .Field("created_at", m => m.CreatedAt)
        .Parameter("customer_id")
        .Parameter("type", words: Words<PaymentKind>.All);

    public static void MapPaymentMethods(this RouteGroupBuilder api)
    {
        var methods = api.MapGroup("/payment-methods").WithTags("Payment methods").Scope("payments").NeverCached();
        methods.MapGet("/", List).Lists(Shape);
        methods.MapGet("/{id}", Show);
        methods.MapPost("/", Create).WithMetadata(new Staged());
        methods.MapDelete("/{id}", Delete);
    }

    private static Task<Listed<PaymentMethodResponse>> List(ListRequest list, AuraDb db, CancellationToken cancellation) =>
        Shape.List(db.PaymentMethods, list, cancellation);

    private static Task<PaymentMethodResponse> Show(Id<PaymentMethod> id, AuraDb db, CancellationToken cancellation) => Shape.Show(db.PaymentMethods, id, cancellation);

    private static async Task<Created<PaymentMethodResponse>> Create(CreatePaymentMethod request, PaymentProcessing payments, CancellationToken cancellation)
    {
        var method = await payments.Save(request.ToDetails(), request.CustomerId?.Value, cancellation);
        return TypedResults.Created($"/v2/payment-methods/{new Id<PaymentMethod>(method.Id)}", PaymentMethodResponse.Of(method));
    }

    /// <summary>Payments that were made with it keep what they show of it.</summary>
    private static async Task<NoContent> Delete(Id<PaymentMethod> id, AuraDb db, CancellationToken cancellation)
    {
        db.PaymentMethods.Remove(await db.Load(id, cancellation));
        db.AuditLogs.Add(AuditEntry.Of(PaymentMethod.Noun, "deleted", $"{id}", db));
        await db.SaveChangesAsync(cancellation);
        return TypedResults.NoContent();
    }
}

/// <param name="Token">For everything but cards, and for cards where the gateway's browser script took the number.</param>
public sealed record CreatePaymentMethod(PaymentKind Type, CardBody? Card = null, string? Token = null, Id<Customer>? CustomerId = null)
{
    public PaymentDetails ToDetails() => new PaymentMethodBody(Type, Card, Token).ToDetails();

    public override string ToString() => $"{nameof(CreatePaymentMethod)} {{ {Type} }}";
}

public sealed record CardResponse(string Brand, string? Last4, int? ExpMonth, int? ExpYear);

/// <param name="Card">Only of cards and what stands for one.</param>
/// <param name="Fingerprint">Equal for two methods of one card or account.</param>
public sealed record PaymentMethodResponse(
    Id<PaymentMethod> Id, PaymentKind Type, CardResponse? Card, string Gateway, string? Fingerprint, Id<Customer>? CustomerId,
    DateTime CreatedAt, DateTime UpdatedAt, int Version) : IVersioned
{
    public static readonly Expression<Func<PaymentMethod, PaymentMethodResponse>> From = m => new(
        m.Id, m.Kind, m.Last4 == null ? null : new CardResponse(m.Brand, m.Last4, m.ExpMonth, m.ExpYear), m.Gateway, m.Fingerprint,
        m.CustomerId, m.CreatedAt, m.UpdatedAt, m.Version);

    public static readonly Func<PaymentMethod, PaymentMethodResponse> Of = From.Compile();
}
