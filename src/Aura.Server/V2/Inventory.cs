using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using Aura.Catalog;
using Aura.Inventory;
using Aura.Orders;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.V2;

/// <summary>Stock by product, variant and warehouse. Routes take the id of a product or a variant, or a SKU.</summary>
internal static class Inventory
{
    private static readonly Listing<StockLevel, StockLevelResponse> Levels = new Listing<StockLevel, StockLevelResponse>(StockLevelResponse.From)
        .Field("warehouse_id", l => l.WarehouseId)
        .Field("variant_id", l => l.VariantId, Found.ByValue)
        .Field("product_id", l => l.Variant.ProductId, Found.ByValue)
        .Field("sku", l => l.Variant.Sku, Found.ByValue)
        .Field("on_hand", l => l.OnHand, Found.ByReading)
        .Field("allocated", l => l.Allocated, Found.ByReading)
        .Field("available", l => l.OnHand - l.Allocated - l.Damaged - l.QualityControl - l.SafetyStock - AuraDb.HeldStock(l.TenantId, l.VariantId, l.WarehouseId), Found.ByReading)
        .Field("updated_at", l => l.UpdatedAt, Found.ByReading)
        .Parameter("warehouse", "warehouse_id", about: "In this warehouse")
        .Parameter("below", "available", "lt", about: "Where fewer than this can be sold");

    private static readonly Listing<StockMovement, StockMovementResponse> Movements = new Listing<StockMovement, StockMovementResponse>(StockMovementResponse.From)
        .Field("kind", m => m.Kind, Found.ByReading)
        .Field("reason", m => m.Reason, Found.ByReading)
        .Field("location", m => m.WarehouseId, Found.ByReading)
        .Field("variant_id", m => m.VariantId, Found.ByReading)
        .Field("order_id", m => m.OrderId, Found.ByReading)
        .Field("quantity", m => m.Quantity, Found.ByReading)
        .Field("created_at", m => m.CreatedAt, Found.ByReading)
        .Parameter("kind", words: Words<StockMovementKind>.All)
        .Parameter("reason")
        .Parameter("location");

    public static void MapInventory(this RouteGroupBuilder api)
    {
        var inventory = api.MapGroup("/inventory").WithTags("Inventory").Scope("inventory").Cached(TimeSpan.FromMinutes(1));
        inventory.MapGet("/", List).Lists(Levels);
        inventory.MapGet("/{productId}", Show);
        inventory.MapPost("/{productId}/adjust", Adjust);
        inventory.MapPost("/{productId}/withhold", Withhold);
        inventory.MapGet("/{productId}/adjustments", ListAdjustments).Lists(Movements);
        inventory.MapGet("/{productId}/movements", ListMovements).Lists(Movements);
    }

    private static Task<Listed<StockLevelResponse>> List(ListRequest list, AuraDb db, CancellationToken cancellation) =>
        Levels.List(db.StockLevels.Where(l => l.Variant.RemovedAt == null), list, cancellation);

    private static async Task<InventoryResponse> Show(string productId, AuraDb db, CancellationToken cancellation) =>
        await InventoryResponse.Read(db, await InventoryTarget.Find(productId, db, cancellation), cancellation);

    private static Task<InventoryResponse> Adjust(
        string productId, AdjustInventory request, AuraDb db, Stock stock, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        var target = await InventoryTarget.Find(productId, db, cancellation);
        var change = new StockQuantity(target.One(request.VariantId), request.Quantity, request.Location?.Value);
        await stock.Adjust(change, request.Reason, request.Note, request.ChangeFromQuantity, cancellation);
        await db.SaveChangesAsync(cancellation);
        return await InventoryResponse.Read(db, target, cancellation);
    }, cancellation);

    /// <summary>Says how much of what is there cannot be sold.</summary>
    private static Task<InventoryResponse> Withhold(
        string productId, WithholdInventory request, AuraDb db, Stock stock, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        var target = await InventoryTarget.Find(productId, db, cancellation);
        await stock.Withhold(target.One(request.VariantId), request.Location?.Value, new(request.Damaged, request.QualityControl, request.SafetyStock), cancellation);
        await db.SaveChangesAsync(cancellation);
        return await InventoryResponse.Read(db, target, cancellation);
    }, cancellation);

    /// <summary>What merchants did: corrections and deliveries.</summary>
    private static async Task<Listed<StockMovementResponse>> ListAdjustments(
        string productId, ListRequest list, AuraDb db, CancellationToken cancellation) => await Movements.List(
        Of(await InventoryTarget.Find(productId, db, cancellation), db).Where(m => m.Kind == StockMovementKind.Adjusted || m.Kind == StockMovementKind.Received),
        list, cancellation);

    /// <summary>The whole ledger.</summary>
    private static async Task<Listed<StockMovementResponse>> ListMovements(
        string productId, ListRequest list, AuraDb db, CancellationToken cancellation) =>
        await Movements.List(Of(await InventoryTarget.Find(productId, db, cancellation), db), list, cancellation);

    private static IQueryable<StockMovement> Of(InventoryTarget target, AuraDb db) => db.StockMovements.Where(m => target.VariantIds.Contains(m.VariantId));
}

/// <param name="Quantity">Pieces, negative to take away.</param>
/// <param name="Location">A warehouse; without it the default one.</param>
/// <param name="VariantId">Needed where the product has several variants and the route does not name one.</param>
/// <param name="ChangeFromQuantity">What is believed to be on hand there; if it is not, nothing is changed.</param>
public sealed record AdjustInventory(
    [Range(-1_000_000_000L, 1_000_000_000L), DeniedValues(0L, ErrorMessage = "Must not be 0.")] long Quantity,
    [StringLength(100, MinimumLength = 1)] string Reason = "correction",
    Id<Warehouse>? Location = null,
    [StringLength(1000)] string? Note = null,
    Id<Variant>? VariantId = null,
    long? ChangeFromQuantity = null);

/// <summary>The new numbers; those left out stay.</summary>
public sealed record WithholdInventory(
    [Range(0, 1_000_000_000L)] long? Damaged = null,
    [Range(0, 1_000_000_000L)] long? QualityControl = null,
    [Range(0, 1_000_000_000L)] long? SafetyStock = null,
    Id<Warehouse>? Location = null,
    Id<Variant>? VariantId = null);

public sealed record StockLevelResponse(
    Id<Product> ProductId, Id<Variant> VariantId, string Sku, Id<Warehouse> WarehouseId, long Available, long Reserved, long OnHand, long Allocated,
    long Damaged, long QualityControl, long SafetyStock, DateTime UpdatedAt)
{
    public static readonly Expression<Func<StockLevel, StockLevelResponse>> From = l =>
        Of(l, l.Variant.ProductId, l.Variant.Sku, AuraDb.HeldStock(l.TenantId, l.VariantId, l.WarehouseId));

    private static StockLevelResponse Of(StockLevel l, long productId, string sku, long held) => new(
        productId, l.VariantId, sku, l.WarehouseId, l.Available(held), l.Allocated + held, l.OnHand, l.Allocated, l.Damaged, l.QualityControl, l.SafetyStock, l.UpdatedAt);
}

public sealed record StockMovementResponse(
    Id<StockMovement> Id, Id<Variant> VariantId, StockMovementKind Kind, long Quantity, string? Reason, Id<Warehouse> Location, string? Note,
    Id<Order>? OrderId, string? Reference, string Actor, DateTime CreatedAt)
{
    public static readonly Expression<Func<StockMovement, StockMovementResponse>> From = m => new(
        m.Id, m.VariantId, m.Kind, m.Quantity, m.Reason, m.WarehouseId, m.Note,
        m.OrderId == null ? null : new Id<Order>(m.OrderId.Value), m.Reference, m.Actor, m.CreatedAt);
}
