using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using System.Text.Json.Serialization;
using Aura.Connectors.Payments;
using Aura.Customers;
using Aura.Payments;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.V2;

/// <summary>Payments from the wish to the last refund. Amounts are integers in minor units, currencies lower case.</summary>
internal static class Payments
{
    private static readonly Listing<PaymentIntent, PaymentResponse> Shape = new Listing<PaymentIntent, PaymentResponse>(PaymentResponse.From)
        .Field("order_id", i => i.OrderId, Found.ByValue)
        .Field("customer_id", i => i.CustomerId, Found.ByValue)
        .Field("status", i => i.PaymentStatus)
        .Field("amount", i => i.Amount, Found.ByReading)
        .Field("currency", i => i.Currency, Found.ByReading)
        .Field("captured_at", i => i.CapturedAt, Found.ByReading)
        .Field("created_at", i => i.CreatedAt)
        .Field("updated_at", i => i.UpdatedAt)
        .Parameter("order_id")
        .Parameter("customer_id")
        .Parameter("status", words: Words<PaymentStatus>.All)
        .Parameter("created_from", "created_at", "gte")
        .Parameter("created_to", "created_at", "lte")
        .Metadata(i => i.Metadata);

    public static void MapPayments(this RouteGroupBuilder api)
    {
        var payments = api.MapGroup("/payments").WithTags("Payments").Scope("payments").NeverCached();
        payments.MapGet("/", List).Lists(Shape);
        payments.MapGet("/{id}", Show);
        payments.MapPost("/intents", Create).WithMetadata(new Staged());
        payments.MapGet("/intents/{id}", ShowIntent);
        payments.MapPost("/{id}/confirm", Confirm).WithMetadata(new Staged());
        payments.MapPost("/{id}/capture", Capture).WithMetadata(new Staged());
        payments.MapPost("/{id}/cancel", Cancel).WithMetadata(new Staged());
        payments.MapPost("/{id}/refund", Refund).WithMetadata(new Staged());
    }

    private static Task<Listed<PaymentResponse>> List(ListRequest list, AuraDb db, CancellationToken cancellation) =>
        Shape.List(db.PaymentIntents.Where(i => i.Attempts > 0), list, cancellation);

    private static async Task<PaymentWithHistory> Show(Id<Payment> id, AuraDb db, CancellationToken cancellation) =>
        PaymentWithHistory.Of(await db.PaymentIntents.Include(i => i.Refunds).Include(i => i.Entries).AsSplitQuery().Read(id.Value, cancellation));

    private static async Task<IntentResponse> ShowIntent(Id<PaymentIntent> id, AuraDb db, CancellationToken cancellation) =>
        IntentResponse.Of(await db.PaymentIntents.Read(id, cancellation));

    private static async Task<Created<IntentResponse>> Create(
        CreateIntent request, HttpContext http, AuraDb db, PaymentProcessing payments, CancellationToken cancellation)
    {
        var intent = await payments.Start(request.ToStart(OnceKey(http, db)), cancellation);
        return TypedResults.Created($"/v2/payments/intents/{new Id<PaymentIntent>(intent.Id)}", IntentResponse.Of(intent));
    }

    private static async Task<IntentResponse> Confirm(
        Id<PaymentIntent> id, PaymentProcessing payments, CancellationToken cancellation, ConfirmIntent? request = null) => IntentResponse.Of(
            await payments.Confirm(id, request?.PaymentMethod?.ToPayWith(), request?.Challenge(), request?.ReturnUrl, cancellation));

    private static async Task<PaymentResponse> Capture(
        Id<PaymentIntent> id, PaymentProcessing payments, CancellationToken cancellation, CaptureIntent? request = null) =>
        PaymentResponse.Of(await payments.Capture(id, request?.Amount, cancellation));

    private static async Task<IntentResponse> Cancel(
        Id<PaymentIntent> id, PaymentProcessing payments, CancellationToken cancellation, CancelIntent? request = null) =>
        IntentResponse.Of(await payments.Cancel(id, request?.Reason, cancellation));

    private static async Task<Created<RefundResponse>> Refund(
        Id<Payment> id, HttpContext http, AuraDb db, PaymentProcessing payments, CancellationToken cancellation, CreateRefund? request = null)
    {
        var (_, refund) = await payments.Refund(
            id.Value, request?.Amount, request?.Reason, request?.RefundApplicationFee ?? false, OnceKey(http, db), cancellation);
        return TypedResults.Created($"/v2/payments/{id}", RefundResponse.Of(refund));
    }

    /// <summary>The caller's own key goes all the way to the gateway, so that a repetition after a crash charges nobody twice.</summary>
    private static string? OnceKey(HttpContext http, AuraDb db) =>
        http.Request.Headers["Idempotency-Key"].ToString() is { Length: > 0 } key ? $"{db.Caller.Actor}/{key}" : null;
}

/// <summary>An order as payments name it.</summary>
public sealed class OrderReference : IIdentified
{
    public static string Prefix => "ord";
    public static string Noun => "order";

    private OrderReference()
    {
    }
}

/// <param name="Amount">Minor units.</param>
/// <param name="PaymentMethod">In a sandbox "card" alone stands for the test card that succeeds, which confirming charges.</param>
/// <param name="Confirm">Authorize at once where the method can be charged; without it, unless the method is only "card".</param>
/// <param name="CaptureMethod">Manual: take the money later with a call of its own.</param>
public sealed record CreateIntent(
    [Range(1, PaymentIntent.MaxAmount)] long Amount,
    Currency Currency,
    PaymentMethodInput? PaymentMethod = null,
    Id<OrderReference>? OrderId = null,
    Id<Customer>? CustomerId = null,
    CaptureMethod CaptureMethod = CaptureMethod.Manual,
    bool? Confirm = null,
    [StringLength(2000)] string? ReturnUrl = null,
    Dictionary<string, string>? Metadata = null)
{
    public StartPayment ToStart(string? onceKey) => new(new Money(Amount, Currency))
    {
        Method = PaymentMethod?.ToPayWith(),
        OrderId = OrderId?.Value,
        CustomerId = CustomerId?.Value,
        CaptureMethod = CaptureMethod,
        Confirm = Confirm,
        ReturnUrl = ReturnUrl,
        Metadata = Metadata,
        OnceKey = onceKey,
        MustMatchOrder = true,
    };
}

/// <param name="ThreeDsResult">How the payer's challenge ended: passed or failed. Absent: as the gateway knows it.</param>
public sealed record ConfirmIntent(
    PaymentMethodInput? PaymentMethod = null,
    [property: JsonPropertyName("3ds_result")] string? ThreeDsResult = null,
    [StringLength(2000)] string? ReturnUrl = null)
{
    /// <exception cref="Refused">422 for another word.</exception>
    public Challenge? Challenge() => ThreeDsResult?.ToLowerInvariant() switch
    {
        null => null,
        "passed" or "success" or "succeeded" or "successful" or "authenticated" or "completed" or "approved" => Connectors.Payments.Challenge.Passed,
        "failed" or "failure" or "declined" or "rejected" or "canceled" or "cancelled" => Connectors.Payments.Challenge.Failed,
        _ => throw Refused.Invalid("3ds_result", "Must be passed or failed."),
    };
}

/// <param name="Amount">Minor units; absent: all that is authorized.</param>
public sealed record CaptureIntent([Range(1, PaymentIntent.MaxAmount)] long? Amount = null);

public sealed record CancelIntent([StringLength(500)] string? Reason = null);

/// <param name="Amount">Minor units; absent: all that is left.</param>
public sealed record CreateRefund(
    [Range(1, PaymentIntent.MaxAmount)] long? Amount = null, [StringLength(500)] string? Reason = null, bool RefundApplicationFee = false);

public sealed record NextActionResponse(string Type, string? Url, string? ClientSecret)
{
    public static NextActionResponse? Of(NextAction? action) => action is null ? null : new(action.Type, action.Url, action.ClientSecret);
}

/// <summary>What may be shown of the means of payment.</summary>
public sealed record PaidWith(PaymentKind Type, string? Brand, string? Last4, int? ExpMonth, int? ExpYear)
{
    public static PaidWith? Of(PaymentIntent i) =>
        i.Kind is { } kind ? new(kind, i.Method?.Brand, i.Method?.Last4, i.Method?.ExpMonth, i.Method?.ExpYear) : null;
}

/// <param name="PaymentMethod">The saved method, or the type where it is none.</param>
/// <param name="ClientSecret">For the payer's browser.</param>
/// <param name="AmountCapturable">Minor units authorized and not taken yet.</param>
public sealed record IntentResponse(
    Id<PaymentIntent> Id, Id<Payment>? PaymentId, long Amount, string Currency, IntentStatus Status, string ClientSecret, NextActionResponse? NextAction,
    string? PaymentMethod, PaidWith? PaymentMethodDetails, CaptureMethod CaptureMethod, Id<OrderReference>? OrderId, Id<Customer>? CustomerId,
    long AmountCapturable, long AmountCaptured, long AmountRefunded, string? Gateway, string? DeclineCode, string? DeclineMessage, string? CancellationReason,
    Dictionary<string, string> Metadata, DateTime CreatedAt, DateTime UpdatedAt, int Version) : IVersioned
{
    public static IntentResponse Of(PaymentIntent i) => new(
        i.Id, i.Attempts > 0 ? i.Id : null, i.Amount, i.Currency.Code.ToLowerInvariant(), i.Status, $"{new Id<PaymentIntent>(i.Id)}_{i.ClientSecret}",
        NextActionResponse.Of(i.NextAction), i.PaymentMethodId is { } saved ? $"{new Id<PaymentMethod>(saved)}" : i.Kind?.Name(), PaidWith.Of(i),
        i.CaptureMethod, i.OrderId, i.CustomerId, i.Authorized, i.Captured, i.Refunded, i.Gateway, i.DeclineCode, i.DeclineMessage,
        i.CancellationReason, i.Metadata, i.CreatedAt, i.UpdatedAt, i.Version);
}

/// <param name="AmountAuthorized">Minor units reserved and neither taken nor released yet.</param>
/// <param name="AmountDisputed">Minor units that payers' banks took back, for now or for good.</param>
/// <param name="NetAmount">What the store has of it.</param>
public sealed record PaymentResponse(
    Id<Payment> Id, Id<PaymentIntent> IntentId, long Amount, string Currency, PaymentStatus Status, Id<OrderReference>? OrderId, Id<Customer>? CustomerId,
    PaidWith? PaymentMethodDetails, long AmountAuthorized, long AmountCaptured, long AmountRefunded, long AmountDisputed, long NetAmount,
    string? Gateway, string? DeclineCode, string? DeclineMessage, DateTime? CapturedAt, Dictionary<string, string> Metadata,
    DateTime CreatedAt, DateTime UpdatedAt, int Version) : IVersioned
{
    /// <summary>The whole row is read: what is shown of the method is inside one of its columns.</summary>
    public static readonly Expression<Func<PaymentIntent, PaymentResponse>> From = i => Of(i);

    public static PaymentResponse Of(PaymentIntent i) => new(
        i.Id, i.Id, i.Amount, i.Currency.Code.ToLowerInvariant(), i.PaymentStatus, i.OrderId, i.CustomerId, PaidWith.Of(i), i.Authorized, i.Captured,
        i.Refunded, i.Disputed, i.Captured - i.Refunded - i.Disputed, i.Gateway, i.DeclineCode, i.DeclineMessage, i.CapturedAt, i.Metadata,
        i.CreatedAt, i.UpdatedAt, i.Version);
}

/// <param name="Ledger">Every fact about its money; the amounts above are what it adds up to.</param>
public sealed record PaymentWithHistory(
    Id<Payment> Id, Id<PaymentIntent> IntentId, long Amount, string Currency, PaymentStatus Status, Id<OrderReference>? OrderId, Id<Customer>? CustomerId,
    PaidWith? PaymentMethodDetails, long AmountAuthorized, long AmountCaptured, long AmountRefunded, long AmountDisputed, long NetAmount,
    string? Gateway, string? DeclineCode, string? DeclineMessage, DateTime? CapturedAt, Dictionary<string, string> Metadata,
    IReadOnlyList<RefundResponse> Refunds, IReadOnlyList<LedgerEntry> Ledger, DateTime CreatedAt, DateTime UpdatedAt, int Version) : IVersioned
{
    public static PaymentWithHistory Of(PaymentIntent i)
    {
        var p = PaymentResponse.Of(i);
        return new(
            p.Id, p.IntentId, p.Amount, p.Currency, p.Status, p.OrderId, p.CustomerId, p.PaymentMethodDetails, p.AmountAuthorized, p.AmountCaptured,
            p.AmountRefunded, p.AmountDisputed, p.NetAmount, p.Gateway, p.DeclineCode, p.DeclineMessage, p.CapturedAt, p.Metadata,
            [.. i.Refunds.OrderBy(r => r.Id).Select(RefundResponse.Of)],
            [.. i.Entries.OrderBy(e => e.Id).Select(e => new LedgerEntry(e.Kind, e.Minor, e.GatewayReference, e.At))],
            p.CreatedAt, p.UpdatedAt, p.Version);
    }
}

public sealed record LedgerEntry(PaymentFact Kind, long Amount, string GatewayReference, DateTime At);

public sealed record RefundResponse(
    Id<Refund> Id, Id<Payment> PaymentId, long Amount, string Currency, RefundStatus Status, string? Reason, DateOnly EstimatedArrival,
    bool RefundApplicationFee, string? FailureCode, DateTime CreatedAt)
{
    public static RefundResponse Of(Refund r) => new(
        r.Id, r.IntentId, r.Amount, r.Currency.Code.ToLowerInvariant(), r.Status, r.Reason, r.EstimatedArrival, r.RefundApplicationFee, r.FailureCode, r.CreatedAt);
}
