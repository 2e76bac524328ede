using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using Aura.Catalog;
using Aura.Inventory;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.V2;

/// <summary>Stock kept for a channel or an order that is not here yet.</summary>
internal static class InventoryReservations
{
    /// <summary>How long stock is kept when nobody says.</summary>
    private static readonly TimeSpan Usual = TimeSpan.FromMinutes(30);

    private static readonly Listing<Reservation, ReservationResponse> Shape = new Listing<Reservation, ReservationResponse>(ReservationResponse.From)
        .Field("channel", r => r.Channel, Found.ByReading)
        .Field("order_id", r => r.Reference, Found.ByReading)
        .Field("location", r => r.WarehouseId, Found.ByReading)
        .Field("variant_id", r => r.VariantId)
        .Field("expires_at", r => r.ExpiresAt, Found.ByReading)
        .Field("created_at", r => r.CreatedAt, Found.ByReading);

    public static void MapInventoryReservations(this RouteGroupBuilder api)
    {
        var inventory = api.MapGroup("/inventory/{productId}").WithTags("Inventory").Scope("inventory").NeverCached();
        inventory.MapGet("/reservations", List).Lists(Shape);
        inventory.MapGet("/reservations/{id}", Show);
        inventory.MapPost("/reserve", Reserve);
        inventory.MapPost("/release", Release);
    }

    /// <summary>Those that hold something now.</summary>
    private static async Task<Listed<ReservationResponse>> List(
        string productId, ListRequest list, AuraDb db, CancellationToken cancellation) =>
        await Shape.List(Active(await InventoryTarget.Find(productId, db, cancellation), db), list, cancellation);

    private static async Task<ReservationResponse> Show(
        string productId, Id<Reservation> id, AuraDb db, CancellationToken cancellation)
    {
        var target = await InventoryTarget.Find(productId, db, cancellation);
        return await Shape.Show(db.Reservations.Where(r => target.VariantIds.Contains(r.VariantId)), id, cancellation);
    }

    private static Task<Created<ReservationResponse>> Reserve(
        string productId, ReserveInventory request, AuraDb db, Stock stock, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        var target = await InventoryTarget.Find(productId, db, cancellation);
        var terms = new ReservationTerms(request.ExpiresAt ?? db.Now + Usual, request.Channel, Reference: request.OrderId);
        var parts = await stock.Reserve([new(target.One(request.VariantId), request.Quantity, request.Location?.Value)], terms, cancellation);
        if (parts.Count != 1)
            throw parts.Count == 0 ? NotCounted() : Scattered(parts);
        await db.SaveChangesAsync(cancellation);
        return TypedResults.Created($"/v2/inventory/{productId}/reservations/{new Id<Reservation>(parts[0].Id)}", ReservationResponse.Of(parts[0]));
    }, cancellation);

    /// <summary>Gives back a reservation, a part of it, or so many of whatever is reserved, the oldest first.</summary>
    private static Task<InventoryResponse> Release(
        string productId, ReleaseInventory request, AuraDb db, Stock stock, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        var target = await InventoryTarget.Find(productId, db, cancellation);
        if (request.ReservationId is { } id)
            await stock.Release(await db.Load(db.Reservations.Where(r => r.Id == id.Value && target.VariantIds.Contains(r.VariantId)), cancellation), request.Quantity, cancellation);
        else
            await GiveBack(await Chosen(target, request, db).ToListAsync(cancellation), request.Demanded(), stock, cancellation);
        await db.SaveChangesAsync(cancellation);
        return await InventoryResponse.Read(db, target, cancellation);
    }, cancellation);

    private static async Task GiveBack(List<Reservation> reservations, long quantity, Stock stock, CancellationToken cancellation)
    {
        if (reservations.Sum(r => r.Quantity) is var held && held < quantity)
            throw Refused.Conflict("reservation_smaller", $"Only {held} are reserved.");
        foreach (var reservation in reservations.TakeWhile(_ => quantity > 0))
        {
            var part = Math.Min(quantity, reservation.Quantity);
            await stock.Release(reservation, part, cancellation);
            quantity -= part;
        }
    }

    private static IQueryable<Reservation> Active(InventoryTarget target, AuraDb db)
    {
        var now = db.Now;
        return db.Reservations.Where(r => target.VariantIds.Contains(r.VariantId) && r.ReleasedAt == null && r.ExpiresAt > now);
    }

    private static IQueryable<Reservation> Chosen(InventoryTarget target, ReleaseInventory request, AuraDb db)
    {
        var (location, channel, order) = (request.Location?.Value, request.Channel, request.OrderId);
        var variant = request.VariantId is null ? (long?)null : target.One(request.VariantId);
        return Active(target, db)
            .Where(r => (variant == null || r.VariantId == variant) && (location == null || r.WarehouseId == location)
                && (channel == null || r.Channel == channel) && (order == null || r.Reference == order))
            .OrderBy(r => r.Id);
    }

    private static Refused NotCounted() => Refused.Rule("not_tracked", "The stock of this variant is not counted: there is nothing to reserve.");

    private static Refused Scattered(IReadOnlyList<Reservation> parts) => Refused.Conflict(
        "insufficient_stock", "No single warehouse has so many. Reserve at each location by itself.",
        new { Locations = parts.Select(p => new { WarehouseId = $"{new Id<Warehouse>(p.WarehouseId)}", Available = p.Quantity }).ToArray() });
}

/// <param name="Location">A warehouse; without it the first that has them all.</param>
/// <param name="OrderId">What the channel calls its order.</param>
/// <param name="ExpiresAt">By the store's clock, at most 90 days ahead; without it in 30 minutes.</param>
public sealed record ReserveInventory(
    [Range(1, 1_000_000_000L)] long Quantity,
    Id<Warehouse>? Location = null,
    [StringLength(50)] string? Channel = null,
    [StringLength(100)] string? OrderId = null,
    DateTime? ExpiresAt = null,
    Id<Variant>? VariantId = null);

/// <summary>A reservation, or a quantity of those that match.</summary>
public sealed record ReleaseInventory(
    Id<Reservation>? ReservationId = null,
    [Range(1, 1_000_000_000L)] long? Quantity = null,
    Id<Warehouse>? Location = null,
    [StringLength(50)] string? Channel = null,
    [StringLength(100)] string? OrderId = null,
    Id<Variant>? VariantId = null)
{
    public long Demanded() => Quantity ?? throw Refused.Invalid(nameof(ReservationId), "Name a reservation, or say how many.");
}

public sealed record ReservationResponse(
    Id<Reservation> Id, Id<Variant> VariantId, Id<Warehouse> WarehouseId, long Quantity, string? Channel, string? OrderId, DateTime ExpiresAt,
    DateTime? ReleasedAt, DateTime CreatedAt, DateTime UpdatedAt, int Version) : IVersioned
{
    public static readonly Expression<Func<Reservation, ReservationResponse>> From = r => new(
        r.Id, r.VariantId, r.WarehouseId, r.Quantity, r.Channel, r.Reference, r.ExpiresAt, r.ReleasedAt, r.CreatedAt, r.UpdatedAt, r.Version);

    public static readonly Func<Reservation, ReservationResponse> Of = From.Compile();
}
