using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using Aura.Inventory;
using Aura.Orders;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.V2;

internal static class Fulfillments
{
    private static readonly Listing<Fulfillment, FulfillmentResponse> Shape = new Listing<Fulfillment, FulfillmentResponse>(FulfillmentResponse.From)
        .Field("status", f => f.Status)
        .Field("tracking_number", f => f.TrackingNumber)
        .Field("created_at", f => f.CreatedAt)
        .Parameter("status", words: Words<ParcelStatus>.All);

    public static void MapFulfillments(this RouteGroupBuilder api)
    {
        var fulfillments = api.MapGroup("/orders/{id}/fulfillments").WithTags("Orders").Scope("orders").NeverCached();
        fulfillments.MapGet("/", List).Lists(Shape);
        fulfillments.MapPost("/", Create);
        fulfillments.MapPatch("/{fulfillment}", Update);
    }

    private static async Task<Listed<FulfillmentResponse>> List(Id<Order> id, ListRequest list, AuraDb db, CancellationToken cancellation)
    {
        await db.Orders.Demand(id, cancellation);
        return await Shape.List(db.Fulfillments.Where(f => f.OrderId == id.Value), list, cancellation);
    }

    private static async Task<Created<FulfillmentResponse>> Create(Id<Order> id, CreateFulfillment request, OrderFulfillment fulfillment, CancellationToken cancellation)
    {
        var (_, made) = await fulfillment.Ship(
            id, request.Items is null ? null : [.. request.Items.Select(item => (item.OrderItemId, item.Quantity))],
            new(request.Carrier, request.TrackingNumber, request.TrackingUrl), request.WarehouseId?.Value, request.Note, cancellation);
        return TypedResults.Created($"/v2/orders/{id}/fulfillments/{new Id<Fulfillment>(made.Id)}", FulfillmentResponse.Of(made));
    }

    private static async Task<FulfillmentResponse> Update(
        Id<Order> id, Id<Fulfillment> fulfillment, UpdateFulfillment request, OrderFulfillment orders, CancellationToken cancellation) =>
        FulfillmentResponse.Of(await orders.Track(id, fulfillment, request.Apply, request.Status.Or(ParcelStatus.Shipped) == ParcelStatus.Delivered, cancellation));
}

/// <param name="Items">Null: everything that is left.</param>
/// <param name="WarehouseId">Only from there.</param>
public sealed record CreateFulfillment(
    [MinLength(1)] IReadOnlyList<FulfillmentItem>? Items = null,
    [StringLength(100)] string? Carrier = null,
    [StringLength(100)] string? TrackingNumber = null,
    [StringLength(2000)] string? TrackingUrl = null,
    Id<Warehouse>? WarehouseId = null,
    [StringLength(2000)] string? Note = null);

public sealed record FulfillmentItem(Id<OrderLine> OrderItemId, [Range(1, int.MaxValue)] int Quantity);

public sealed record UpdateFulfillment
{
    public Change<ParcelStatus> Status { get; init; }
    [StringLength(100)] public Change<string?> Carrier { get; init; }
    [StringLength(100)] public Change<string?> TrackingNumber { get; init; }
    [StringLength(2000)] public Change<string?> TrackingUrl { get; init; }

    public void Apply(Fulfillment fulfillment) =>
        fulfillment.Track(Carrier.Or(fulfillment.Carrier), TrackingNumber.Or(fulfillment.TrackingNumber), TrackingUrl.Or(fulfillment.TrackingUrl));
}

public sealed record FulfillmentResponse(
    Id<Fulfillment> Id, Id<Order> OrderId, ParcelStatus Status, IReadOnlyList<FulfilledItem> Items, string? Carrier, string? TrackingNumber, string? TrackingUrl,
    DateTime ShippedAt, DateTime? DeliveredAt, DateTime CreatedAt, DateTime UpdatedAt, int Version) : IVersioned
{
    public static readonly Expression<Func<Fulfillment, FulfillmentResponse>> From = f => new(
        f.Id, f.OrderId, f.Status, f.Lines.OrderBy(line => line.Id).Select(line => new FulfilledItem(line.OrderLineId, line.Quantity, line.WarehouseId)).ToList(),
        f.Carrier, f.TrackingNumber, f.TrackingUrl, f.ShippedAt, f.DeliveredAt, f.CreatedAt, f.UpdatedAt, f.Version);

    public static readonly Func<Fulfillment, FulfillmentResponse> Of = From.Compile();
}

/// <param name="WarehouseId">Null where stock is not counted.</param>
public sealed record FulfilledItem(Id<OrderLine> OrderItemId, int Quantity, Id<Warehouse>? WarehouseId);
