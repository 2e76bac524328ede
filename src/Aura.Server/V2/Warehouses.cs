using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using Aura.Inventory;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.V2;

internal static class Warehouses
{
    private static readonly Listing<Warehouse, WarehouseResponse> Shape = new Listing<Warehouse, WarehouseResponse>(WarehouseResponse.From)
        .Field("name", w => w.Name)
        .Field("type", w => w.Type)
        .Field("priority", w => w.Priority)
        .Field("active", w => w.Active)
        .Field("created_at", w => w.CreatedAt)
        .Field("updated_at", w => w.UpdatedAt)
        .Parameter("type", words: Words<WarehouseType>.All)
        .Parameter("active")
        .SortedBy("priority");

    public static void MapWarehouses(this RouteGroupBuilder api)
    {
        var warehouses = api.MapGroup("/warehouses").WithTags("Inventory").Scope("inventory").Cached(TimeSpan.FromMinutes(5));
        warehouses.MapGet("/", List).Lists(Shape);
        warehouses.MapGet("/{id}", Show);
        warehouses.MapPost("/", Create);
        warehouses.MapPatch("/{id}", Update);
        warehouses.MapDelete("/{id}", Delete);
    }

    private static Task<Listed<WarehouseResponse>> List(ListRequest list, AuraDb db, CancellationToken cancellation) =>
        Shape.List(db.Warehouses, list, cancellation);

    private static Task<WarehouseResponse> Show(Id<Warehouse> id, AuraDb db, CancellationToken cancellation) => Shape.Show(db.Warehouses, id, cancellation);

    private static Task<Created<WarehouseResponse>> Create(CreateWarehouse request, AuraDb db, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        var priority = request.Priority ?? await db.Warehouses.MaxAsync(w => w.Priority, cancellation) + 1;
        var warehouse = Warehouse.Create(request.Name, request.Type, request.Address?.ToAddress(), priority);
        if (request.IsDefault)
            await db.Prefer(warehouse, cancellation);
        db.Warehouses.Add(warehouse);
        await db.SaveChangesAsync(cancellation);
        return TypedResults.Created($"/v2/warehouses/{new Id<Warehouse>(warehouse.Id)}", WarehouseResponse.Of(warehouse));
    }, cancellation);

    private static Task<WarehouseResponse> Update(Id<Warehouse> id, UpdateWarehouse request, AuraDb db, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        var warehouse = await db.Load(id, cancellation);
        request.Apply(warehouse);
        if (request.IsDefault.Or(warehouse.IsDefault))
            await db.Prefer(warehouse, cancellation);
        else if (warehouse.IsDefault)
            throw Refused.Conflict("default_warehouse", "Make another warehouse the default instead.");
        await db.SaveChangesAsync(cancellation);
        return WarehouseResponse.Of(warehouse);
    }, cancellation);

    /// <summary>Closes it: what happened there stays on record.</summary>
    private static async Task<NoContent> Delete(Id<Warehouse> id, AuraDb db, CancellationToken cancellation)
    {
        var warehouse = await db.Load(id, cancellation);
        warehouse.Open(false);
        await db.SaveChangesAsync(cancellation);
        return TypedResults.NoContent();
    }
}

/// <param name="Priority">The lower is asked first; without it the new one is asked last.</param>
public sealed record CreateWarehouse(
    [StringLength(200, MinimumLength = 1)] string Name,
    WarehouseAddress? Address = null,
    WarehouseType Type = WarehouseType.Warehouse,
    [Range(0, 1_000_000)] int? Priority = null,
    bool IsDefault = false);

public sealed record UpdateWarehouse
{
    [StringLength(200, MinimumLength = 1)] public Change<string> Name { get; init; }
    public Change<WarehouseAddress?> Address { get; init; }
    public Change<WarehouseType> Type { get; init; }
    [Range(0, 1_000_000)] public Change<int> Priority { get; init; }
    public Change<bool> Active { get; init; }
    public Change<bool> IsDefault { get; init; }

    public void Apply(Warehouse warehouse)
    {
        Name.Apply(warehouse.Rename);
        Address.Apply(address => warehouse.Move(address?.ToAddress()));
        Type.Apply(warehouse.Become);
        Priority.Apply(warehouse.Rank);
        Active.Apply(warehouse.Open);
    }
}

/// <summary>Where a warehouse is; a town is enough for a dropshipper.</summary>
public sealed record WarehouseAddress(
    [StringLength(200)] string? Line1 = null,
    [StringLength(200)] string? Line2 = null,
    [StringLength(100)] string? City = null,
    [StringLength(100)] string? State = null,
    [StringLength(20)] string? Zip = null,
    [RegularExpression("^[A-Za-z]{2}$", ErrorMessage = "Must be an ISO 3166-1 code such as US.")] string? Country = null,
    [StringLength(50)] string? Phone = null)
{
    public Address ToAddress() => new()
    {
        Line1 = Line1 ?? "", Line2 = Line2, City = City ?? "", State = State, Zip = Zip, Country = Country?.ToUpperInvariant() ?? "", Phone = Phone,
    };

    public static WarehouseAddress? Of(Address? a) => a is null ? null : new(Given(a.Line1), a.Line2, Given(a.City), a.State, a.Zip, Given(a.Country), a.Phone);

    private static string? Given(string text) => text == "" ? null : text;
}

public sealed record WarehouseResponse(
    Id<Warehouse> Id, string Name, WarehouseType Type, WarehouseAddress? Address, int Priority, bool Active, bool IsDefault,
    DateTime CreatedAt, DateTime UpdatedAt, int Version) : IVersioned
{
    public static readonly Expression<Func<Warehouse, WarehouseResponse>> From = w => new(
        w.Id, w.Name, w.Type, WarehouseAddress.Of(w.Address), w.Priority, w.Active, w.IsDefault, w.CreatedAt, w.UpdatedAt, w.Version);

    public static readonly Func<Warehouse, WarehouseResponse> Of = From.Compile();
}
