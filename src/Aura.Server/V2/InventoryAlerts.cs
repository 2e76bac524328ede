using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using Aura.Catalog;
using Aura.Inventory;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Aura.Server.V2;

/// <summary>Low-stock alerts, and what they propose to order.</summary>
internal static class InventoryAlerts
{
    private static readonly Listing<StockAlert, StockAlertResponse> Alerts = new Listing<StockAlert, StockAlertResponse>(StockAlertResponse.From)
        .Field("threshold", a => a.Threshold)
        .Field("location", a => a.WarehouseId)
        .Field("created_at", a => a.CreatedAt);

    private static readonly Listing<Reorder, ReorderResponse> Reorders = new Listing<Reorder, ReorderResponse>(ReorderResponse.From)
        .Field("status", r => r.Status)
        .Field("product_id", r => r.ProductId)
        .Field("variant_id", r => r.VariantId, Found.ByReading)
        .Field("quantity", r => r.Quantity, Found.ByReading)
        .Field("created_at", r => r.CreatedAt)
        .Field("updated_at", r => r.UpdatedAt, Found.ByReading)
        .Parameter("status", words: Words<ReorderStatus>.All)
        .Parameter("product_id");

    public static void MapInventoryAlerts(this RouteGroupBuilder api)
    {
        var inventory = api.MapGroup("/inventory").WithTags("Inventory").Scope("inventory").Cached(TimeSpan.FromMinutes(1));
        inventory.MapGet("/{productId}/alerts", List).Lists(Alerts);
        inventory.MapPost("/{productId}/alerts", Create);
        inventory.MapDelete("/{productId}/alerts/{alertId}", Delete);
        inventory.MapGet("/reorders", ListReorders).Lists(Reorders);
        inventory.MapGet("/reorders/{id}", ShowReorder);
        inventory.MapPatch("/reorders/{id}", UpdateReorder);
    }

    private static async Task<Listed<StockAlertResponse>> List(
        string productId, ListRequest list, AuraDb db, CancellationToken cancellation) =>
        await Alerts.List(Of(await InventoryTarget.Find(productId, db, cancellation), db), list, cancellation);

    private static async Task<Created<StockAlertResponse>> Create(string productId, CreateStockAlert request, AuraDb db, CancellationToken cancellation)
    {
        var target = await InventoryTarget.Find(productId, db, cancellation);
        if (request.Location is { } warehouse)
            await db.Warehouses.Demand(warehouse, cancellation);
        return await db.Create(request.ToAlert(target), StockAlertResponse.Of, _ => $"/v2/inventory/{productId}/alerts", cancellation);
    }

    private static async Task<NoContent> Delete(string productId, Id<StockAlert> alertId, AuraDb db, CancellationToken cancellation)
    {
        var target = await InventoryTarget.Find(productId, db, cancellation);
        return await db.Delete(Of(target, db).Where(a => a.Id == alertId.Value), cancellation);
    }

    private static Task<Listed<ReorderResponse>> ListReorders(ListRequest list, AuraDb db, CancellationToken cancellation) =>
        Reorders.List(db.Reorders, list, cancellation);

    private static Task<ReorderResponse> ShowReorder(Id<Reorder> id, AuraDb db, CancellationToken cancellation) => Reorders.Show(db.Reorders, id, cancellation);

    private static Task<ReorderResponse> UpdateReorder(Id<Reorder> id, UpdateReorder request, AuraDb db, CancellationToken cancellation) =>
        db.Change(id, reorder => reorder.Mark(request.Status), ReorderResponse.Of, cancellation);

    private static IQueryable<StockAlert> Of(InventoryTarget target, AuraDb db) =>
        db.StockAlerts.Where(a => a.ProductId == target.ProductId && (!target.IsVariant || a.VariantId == null || target.VariantIds.Contains(a.VariantId.Value)));
}

/// <param name="Threshold">The alert speaks when fewer than this can be sold.</param>
/// <param name="Location">A warehouse; without it the active ones together.</param>
public sealed record CreateStockAlert(
    [Range(0, 1_000_000_000L)] long Threshold,
    Id<Warehouse>? Location = null,
    [MaxLength(20)] IReadOnlyList<string>? Channels = null,
    ReorderRule? Reorder = null,
    Id<Variant>? VariantId = null)
{
    internal StockAlert ToAlert(InventoryTarget target) => StockAlert.Create(
        target.ProductId, target.IsVariant || VariantId is not null ? target.One(VariantId) : null, Location?.Value, Threshold,
        Channels ?? [], Reorder?.Enabled ?? false, Reorder?.Quantity);
}

public sealed record ReorderRule(bool Enabled = true, [Range(1, 1_000_000_000L)] long? Quantity = null);

public sealed record UpdateReorder(ReorderStatus Status);

public sealed record StockAlertResponse(
    Id<StockAlert> Id, Id<Product> ProductId, Id<Variant>? VariantId, long Threshold, Id<Warehouse>? Location, IReadOnlyList<string> Channels,
    ReorderRule Reorder, DateTime CreatedAt, DateTime UpdatedAt, int Version) : IVersioned
{
    public static readonly Expression<Func<StockAlert, StockAlertResponse>> From = a => new(
        a.Id, a.ProductId, a.VariantId, a.Threshold, a.WarehouseId, a.Channels, new(a.ReorderEnabled, a.ReorderQuantity), a.CreatedAt, a.UpdatedAt, a.Version);

    public static readonly Func<StockAlert, StockAlertResponse> Of = From.Compile();
}

public sealed record ReorderResponse(
    Id<Reorder> Id, Id<Product> ProductId, Id<Variant> VariantId, Id<Warehouse>? Location, Id<StockAlert>? AlertId, long Quantity, ReorderStatus Status,
    DateTime CreatedAt, DateTime UpdatedAt, int Version) : IVersioned
{
    public static readonly Expression<Func<Reorder, ReorderResponse>> From = r => new(
        r.Id, r.ProductId, r.VariantId, r.WarehouseId, r.AlertId, r.Quantity, r.Status, r.CreatedAt, r.UpdatedAt, r.Version);

    public static readonly Func<Reorder, ReorderResponse> Of = From.Compile();
}
