using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using Aura.Connectors.Payments;
using Aura.Payments;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.V2;

/// <summary>Chargebacks: payers' banks that take money back and ask for evidence. Disputes between customers and vendors are elsewhere.</summary>
internal static class Disputes
{
    private static readonly Listing<PaymentDispute, DisputeResponse> Shape = new Listing<PaymentDispute, DisputeResponse>(DisputeResponse.From)
        .Field("payment_id", d => d.IntentId, Found.ByValue)
        .Field("status", d => d.Status)
        .Field("reason", d => d.Reason, Found.ByReading)
        .Field("amount", d => d.Amount, Found.ByReading)
        .Field("evidence_due_by", d => d.EvidenceDueBy)
        .Field("created_at", d => d.CreatedAt)
        .Parameter("payment_id")
        .Parameter("status", words: Words<DisputeStatus>.All);

    public static void MapDisputes(this RouteGroupBuilder api)
    {
        var disputes = api.MapGroup("/payments/disputes").WithTags("Payment disputes").Scope("payments").NeverCached();
        disputes.MapGet("/", List).Lists(Shape);
        disputes.MapGet("/{id}", Show);
        disputes.MapPost("/", Create).WithMetadata(new Staged());
        disputes.MapPost("/{id}/respond", Respond).WithMetadata(new Staged());
    }

    private static Task<Listed<DisputeResponse>> List(ListRequest list, AuraDb db, CancellationToken cancellation) =>
        Shape.List(db.PaymentDisputes, list, cancellation);

    private static async Task<DisputeResponse> Show(Id<PaymentDispute> id, AuraDb db, CancellationToken cancellation) =>
        DisputeResponse.Of(await db.PaymentDisputes.Read(id, cancellation));

    private static async Task<Created<DisputeResponse>> Create(CreateDispute request, PaymentProcessing payments, CancellationToken cancellation)
    {
        var dispute = await payments.RegisterDispute(request.PaymentId.Value, request.Amount, request.Reason, request.Inquiry, cancellation);
        return TypedResults.Created($"/v2/payments/disputes/{new Id<PaymentDispute>(dispute.Id)}", DisputeResponse.Of(dispute));
    }

    private static async Task<DisputeResponse> Respond(
        Id<PaymentDispute> id, RespondToDispute request, PaymentProcessing payments, CancellationToken cancellation) =>
        DisputeResponse.Of(await payments.RespondToDispute(id, request.ToEvidence(), cancellation));
}

/// <param name="Amount">Minor units; absent: all that is left of the payment.</param>
/// <param name="Inquiry">The bank only asks for now, and has taken nothing.</param>
public sealed record CreateDispute(
    Id<Payment> PaymentId, [Range(1, PaymentIntent.MaxAmount)] long? Amount = null, [StringLength(100, MinimumLength = 1)] string? Reason = null, bool Inquiry = false);

/// <param name="Evidence">All three parts: banks decide against a store that lacks one.</param>
/// <param name="Accept">Give up: the payer keeps the money.</param>
public sealed record RespondToDispute(EvidenceBody? Evidence = null, bool Accept = false)
{
    /// <returns>Null to give up.</returns>
    /// <exception cref="Refused">422 that names every part that is missing.</exception>
    public DisputeEvidence? ToEvidence() => Accept
        ? Evidence is null ? null : throw Refused.Invalid(nameof(Evidence), "Either accept the dispute or send evidence against it.")
        : (Evidence ?? new()).Complete();
}

/// <summary>Text, or references to files at the gateway.</summary>
public sealed record EvidenceBody(
    [StringLength(20_000)] string? TransactionDetails = null,
    [StringLength(20_000)] string? ShippingProof = null,
    [StringLength(20_000)] string? CommunicationLogs = null)
{
    internal DisputeEvidence Complete()
    {
        (string Name, string? Text)[] parts =
            [(nameof(TransactionDetails), TransactionDetails), (nameof(ShippingProof), ShippingProof), (nameof(CommunicationLogs), CommunicationLogs)];
        FieldError[] missing = [.. parts.Where(part => string.IsNullOrWhiteSpace(part.Text)).Select(part => new FieldError($"Evidence.{part.Name}", "Is required."))];
        return missing.Length == 0
            ? new(TransactionDetails!, ShippingProof!, CommunicationLogs!) // none is missing
            : throw new Refused(Refusal.Invalid, "evidence_incomplete", "Evidence has transaction details, shipping proof and communication logs.") { Fields = missing };
    }
}

/// <param name="EvidenceDueBy">Null where no answer was ever asked for.</param>
public sealed record DisputeResponse(
    Id<PaymentDispute> Id, Id<Payment> PaymentId, long Amount, string Currency, string Reason, DisputeStatus Status, DateTime? EvidenceDueBy,
    EvidenceBody? Evidence, DateTime? RespondedAt, DateTime? ClosedAt, DateTime CreatedAt, DateTime UpdatedAt, int Version) : IVersioned
{
    public static readonly Expression<Func<PaymentDispute, DisputeResponse>> From = d => Of(d);

    public static DisputeResponse Of(PaymentDispute d) => new(
        d.Id, d.IntentId, d.Amount, d.Currency.Code.ToLowerInvariant(), d.Reason, d.Status, d.EvidenceDueBy,
        d.Evidence is { } sent ? new(sent.TransactionDetails, sent.ShippingProof, sent.CommunicationLogs) : null,
        d.AnsweredAt, d.ClosedAt, d.CreatedAt, d.UpdatedAt, d.Version);
}
