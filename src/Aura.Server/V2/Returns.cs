using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using Aura.Customers;
using Aura.Orders;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.V2;

internal static class Returns
{
    private static readonly Listing<Return, ReturnResponse> Shape = new Listing<Return, ReturnResponse>(ReturnResponse.From)
        .Field("order_id", r => r.OrderId, Found.ByValue)
        .Field("customer_id", r => r.CustomerId, Found.ByValue)
        .Field("status", r => r.Status)
        .Field("reason", r => r.Reason, Found.ByReading)
        .Field("created_at", r => r.CreatedAt)
        .Parameter("order_id")
        .Parameter("customer_id")
        .Parameter("status", words: Words<ReturnStatus>.All);

    public static void MapReturns(this RouteGroupBuilder api)
    {
        var returns = api.MapGroup("/returns").WithTags("Returns").Scope("orders").NeverCached();
        returns.MapGet("/", List).Lists(Shape);
        returns.MapGet("/{id}", Show);
        returns.MapPost("/", Create);
        returns.MapPatch("/{id}", Update).WithMetadata(new Staged());
    }

    private static Task<Listed<ReturnResponse>> List(ListRequest list, AuraDb db, CancellationToken cancellation) => Shape.List(db.Returns, list, cancellation);

    private static Task<ReturnResponse> Show(Id<Return> id, AuraDb db, CancellationToken cancellation) => Shape.Show(db.Returns, id, cancellation);

    private static async Task<Created<ReturnResponse>> Create(CreateReturn request, Returning returning, CancellationToken cancellation)
    {
        var made = await returning.Request(
            request.OrderId, [.. request.Items.Select(item => (item.OrderItemId, item.Quantity))], request.Reason, request.Note, cancellation);
        return TypedResults.Created($"/v2/returns/{new Id<Return>(made.Id)}", ReturnResponse.Of(made));
    }

    private static async Task<ReturnResponse> Update(Id<Return> id, UpdateReturn request, Returning returning, CancellationToken cancellation) =>
        ReturnResponse.Of(request.Checked().Status switch
        {
            ReturnStatus.Approved => await returning.Approve(id, request.Note, cancellation),
            ReturnStatus.Rejected => await returning.Reject(id, request.Note, cancellation),
            ReturnStatus.Received => await returning.Receive(id, request.ToGoods(), request.Note, cancellation),
            ReturnStatus.Refunded => await returning.Refund(id, request.ToTerms(), request.Note, cancellation),
            _ => throw Refused.Invalid(nameof(request.Status), "A return becomes approved, rejected, received or refunded."),
        });
}

public sealed record CreateReturn(
    Id<Order> OrderId,
    [MinLength(1), MaxLength(500)] IReadOnlyList<ReturnItem> Items,
    [StringLength(200)] string? Reason = null,
    [StringLength(2000)] string? Note = null);

public sealed record ReturnItem(Id<OrderLine> OrderItemId, [Range(1, int.MaxValue)] int Quantity);

/// <param name="Items">What was received; null: everything, and all of it can be sold again.</param>
/// <param name="Shipping">With status refunded: what is given back of the delivery; without it nothing.</param>
/// <param name="RestockingFee">With status refunded: kept of the price of the goods.</param>
public sealed record UpdateReturn(
    ReturnStatus Status,
    [StringLength(2000)] string? Note = null,
    [MaxLength(500)] IReadOnlyList<ReceivedItem>? Items = null,
    ShippingToRefund? Shipping = null,
    decimal? RestockingFee = null)
{
    /// <exception cref="Refused">422 for terms of a refund beside another status: they would be forgotten.</exception>
    public UpdateReturn Checked() => Status == ReturnStatus.Refunded || (Shipping ?? (object?)RestockingFee) is null
        ? this
        : throw Refused.Invalid(Shipping is null ? nameof(RestockingFee) : nameof(Shipping), "Goes with the status refunded.");

    /// <exception cref="Refused">422 for both of all and an amount.</exception>
    public RefundTerms ToTerms() => Shipping is { FullRefund: true, Amount: not null }
        ? throw Refused.Invalid(nameof(Shipping), "Either full_refund or an amount.")
        : new(Shipping?.FullRefund ?? false, Shipping?.Amount, RestockingFee);

    public IReadOnlyList<ReceivedGoods>? ToGoods() =>
        Items is null ? null : [.. Items.Select(item => new ReceivedGoods(item.OrderItemId.Value, item.Quantity, item.Resellable))];
}

/// <param name="Amount">With its tax, at most what was paid for the delivery and not given back.</param>
public sealed record ShippingToRefund(bool FullRefund = false, decimal? Amount = null);

public sealed record ReceivedItem(Id<OrderLine> OrderItemId, [Range(1, int.MaxValue)] int Quantity, bool Resellable = true);

/// <param name="RefundAmount">In all: the price of the goods, less the fee, and for the delivery.</param>
public sealed record ReturnResponse(
    Id<Return> Id, Id<Order> OrderId, Id<Customer>? CustomerId, ReturnStatus Status, IReadOnlyList<ReturnedItem> Items, string? Reason, string? Note,
    decimal RefundAmount, decimal ShippingRefund, decimal RestockingFee, Currency Currency, DateTime? ReceivedAt, DateTime? RefundedAt, DateTime CreatedAt, DateTime UpdatedAt, int Version) : IVersioned
{
    public static readonly Expression<Func<Return, ReturnResponse>> From = r => new(
        r.Id, r.OrderId, r.CustomerId, r.Status,
        r.Lines.OrderBy(line => line.Id).Select(line => new ReturnedItem(line.OrderLineId, line.Quantity, line.Received, line.Resellable)).ToList(),
        r.Reason, r.Note, OrderResponse.Major(r.RefundAmount, r.Currency), OrderResponse.Major(r.ShippingRefund, r.Currency),
        OrderResponse.Major(r.RestockingFee, r.Currency), r.Currency, r.ReceivedAt, r.RefundedAt, r.CreatedAt, r.UpdatedAt, r.Version);

    public static readonly Func<Return, ReturnResponse> Of = From.Compile();
}

public sealed record ReturnedItem(Id<OrderLine> OrderItemId, int Quantity, int ReceivedQuantity, int ResellableQuantity);
