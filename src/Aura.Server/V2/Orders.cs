using System.ComponentModel.DataAnnotations;
using Aura.Carts;
using Aura.Catalog;
using Aura.Customers;
using Aura.Orders;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.V2;

internal static class Orders
{
    private static readonly Listing<Order, OrderResponse> Shape = new Listing<Order, OrderResponse>(OrderResponse.From)
        .Field("number", o => o.Number)
        .Field("status", o => o.Status)
        .Field("payment_status", o => o.PaymentStatus)
        .Field("fulfillment_status", o => o.FulfillmentStatus)
        .Field("customer_id", o => o.CustomerId)
        .Field("email", o => o.Email)
        .Field("currency", o => o.Currency, Found.ByReading)
        .Field("created_at", o => o.CreatedAt)
        .Field("updated_at", o => o.UpdatedAt)
        .Field("placed_at", o => o.PlacedAt)
        .MoneyField("total", o => o.Total)
        .Many("tags", tags => o => o.Tags.Any(tag => tags.Contains(tag)))
        .Parameter("status", words: Words<OrderStatus>.All)
        .Parameter("payment_status", words: Words<OrderPaymentStatus>.All)
        .Parameter("fulfillment_status", words: Words<FulfillmentStatus>.All)
        .Parameter("customer_id")
        .Parameter("email")
        .Parameter("number")
        .Parameter("date_from", "created_at", "gte")
        .Parameter("date_to", "created_at", "lte")
        .Parameter("tags", "tags", "in", about: "Any of these tags, joined by commas")
        .Metadata(o => o.Metadata);

    public static void MapOrders(this RouteGroupBuilder api)
    {
        var orders = api.MapGroup("/orders").WithTags("Orders").Scope("orders").NeverCached();
        orders.MapGet("/", List).Lists(Shape);
        orders.MapGet("/{id}", Show);
        orders.MapPost("/", Create).WithMetadata(new Shared());
        orders.MapPut("/{id}", Update);
        orders.MapPatch("/{id}/status", Move);
        orders.MapPost("/{id}/cancel", Cancel).WithMetadata(new Staged());
        orders.MapPost("/{id}/hold", Hold);
        orders.MapPost("/{id}/release-hold", ReleaseHold);
        orders.MapGet("/{id}/history", History);
    }

    private static Task<Listed<OrderResponse>> List(ListRequest list, AuraDb db, CancellationToken cancellation) => Shape.List(db.Orders.AsSplitQuery(), list, cancellation);

    private static Task<OrderResponse> Show(OrderName id, AuraDb db, CancellationToken cancellation) =>
        Shape.Show(db.Orders.Where(o => o.Id == id.Id || o.Number == id.Number), cancellation);

    private static async Task<Created<OrderResponse>> Create(CreateOrder request, OrderPlacement placement, AuraDb db, CancellationToken cancellation)
    {
        var order = await placement.Place(request.ToOrder(db.Caller.Currency), cancellation);
        return TypedResults.Created($"/v2/orders/{new Id<Order>(order.Id)}", OrderResponse.Of(order));
    }

    private static Task<OrderResponse> Update(Id<Order> id, UpdateOrder request, AuraDb db, CancellationToken cancellation) =>
        Change(id, db, order =>
        {
            request.Apply(order);
            db.Record(order, OrderFact.Edited);
        }, cancellation);

    private static async Task<OrderResponse> Move(
        Id<Order> id, MoveOrder request, OrderFulfillment fulfillment, OrderCancellation cancellations, CancellationToken cancellation) =>
        OrderResponse.Of(request.Status == OrderStatus.Cancelled
            ? await cancellations.Cancel(id, null, false, request.Note, cancellation)
            : await fulfillment.Move(id, request.Status, request.Note, cancellation));

    private static async Task<OrderResponse> Cancel(
        Id<Order> id, OrderCancellation cancellations, CancellationToken cancellation, CancelOrder? request = null) =>
        OrderResponse.Of(await cancellations.Cancel(id, request?.Reason, request?.Refund ?? false, request?.Note, cancellation));

    private static Task<OrderResponse> Hold(Id<Order> id, HoldOrder request, AuraDb db, CancellationToken cancellation) =>
        Change(id, db, order =>
        {
            order.Hold(request.Reason, db.Now);
            db.Record(order, OrderFact.Held, request.Note ?? request.Reason);
        }, cancellation);

    private static Task<OrderResponse> ReleaseHold(Id<Order> id, AuraDb db, CancellationToken cancellation, ReleaseOrder? request = null) =>
        Change(id, db, order =>
        {
            order.Release();
            db.Record(order, OrderFact.Released, request?.Note);
        }, cancellation);

    private static async Task<Listed<OrderHistoryResponse>> History(Id<Order> id, AuraDb db, CancellationToken cancellation)
    {
        var entries = await db.OrderHistory.Where(h => h.OrderId == id.Value && db.Orders.Any(o => o.Id == id.Value)).OrderBy(h => h.Id)
            .Select(h => new OrderHistoryResponse(h.Id, h.Kind, h.FromStatus, h.ToStatus, h.Note, h.Actor, h.CreatedAt)).ToListAsync(cancellation);
        return entries.Count > 0 ? new(entries, new()) : throw Refused.NotFound(Order.Noun); // every order has its creation
    }

    private static Task<OrderResponse> Change(Id<Order> id, AuraDb db, Action<Order> change, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        var order = await db.LockOrder(id, cancellation);
        change(order);
        db.Publish("order.updated", order);
        await db.SaveChangesAsync(cancellation);
        return OrderResponse.Of(order);
    }, cancellation);
}

/// <summary>An order by its id (<c>ord_12</c>) or by its number (<c>1001</c>).</summary>
public readonly record struct OrderName(long? Id, long? Number)
{
    public static bool TryParse(string? text, IFormatProvider? provider, out OrderName name)
    {
        name = long.TryParse(text, System.Globalization.NumberStyles.None, provider, out var number)
            ? new(null, number)
            : new(Id<Order>.ToNumber(text) ?? 0, null);
        return true;
    }
}

public sealed record CreateOrder(
    Id<Customer> CustomerId,
    [MinLength(1), MaxLength(Cart.MaxLines)] IReadOnlyList<CreateOrderItem> Items,
    OrderAddress? ShippingAddress = null,
    OrderAddress? BillingAddress = null,
    [StringLength(50)] string? PaymentMethod = null,
    [StringLength(50)] string? ShippingMethod = null,
    Currency? Currency = null,
    [EmailAddress, StringLength(254)] string? Email = null,
    string? Coupon = null,
    IReadOnlyList<string>? Coupons = null,
    IReadOnlyList<string>? Tags = null,
    Dictionary<string, string>? Metadata = null)
{
    public NewOrder ToOrder(Currency currency) => new(CustomerId.Value, [.. Items.Select(item => item.ToItem())], Currency ?? currency)
    {
        Email = Email,
        ShippingAddress = ShippingAddress?.ToAddress(),
        BillingAddress = BillingAddress?.ToAddress(),
        PaymentMethod = PaymentMethod,
        ShippingMethod = ShippingMethod,
        Coupons = [.. Coupons ?? [], .. Coupon is null ? [] : (string[])[Coupon]],
        Tags = Tags ?? [],
        Metadata = Metadata ?? [],
    };
}

/// <param name="Price">Of one unit; another than the catalogue's needs the scope orders:override_price.</param>
public sealed record CreateOrderItem(
    [Range(1, Cart.MaxQuantity)] int Quantity,
    Id<Product>? ProductId = null,
    Id<Variant>? VariantId = null,
    string? Sku = null,
    decimal? Price = null,
    Dictionary<string, string>? Metadata = null)
{
    public NewOrderItem ToItem() => new(new(VariantId?.Value, ProductId?.Value, Sku), Quantity, Price, Metadata);
}

public sealed record UpdateOrder
{
    public Change<OrderAddress> ShippingAddress { get; init; }
    public Change<OrderAddress> BillingAddress { get; init; }
    public Change<Dictionary<string, string>> Metadata { get; init; }
    public Change<IReadOnlyList<string>> Tags { get; init; }

    public void Apply(Order order)
    {
        ShippingAddress.Apply(address => order.Send(address.ToAddress(), order.BillingAddress));
        BillingAddress.Apply(address => order.Send(order.ShippingAddress, address.ToAddress()));
        Metadata.Apply(order.Describe);
        Tags.Apply(order.Tag);
    }
}

public sealed record MoveOrder(OrderStatus Status, [StringLength(2000)] string? Note = null);

public sealed record CancelOrder([StringLength(200)] string? Reason = null, bool Refund = false, [StringLength(2000)] string? Note = null);

public sealed record HoldOrder([StringLength(200, MinimumLength = 1)] string Reason, [StringLength(2000)] string? Note = null);

public sealed record ReleaseOrder([StringLength(2000)] string? Note = null);

public sealed record OrderHistoryResponse(
    Id<OrderHistoryEntry> Id, OrderFact Kind, string? FromStatus, string? ToStatus, string? Note, string Actor, DateTime CreatedAt);
