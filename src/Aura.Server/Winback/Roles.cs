using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using System.Text.Json.Serialization;
using Aura.Accounts;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;

namespace Aura.Server.Winback;

/// <summary>What users may do. The same roles are given and taken at /security/rbac.</summary>
internal static class Roles
{
    internal static readonly Listing<Role, RoleResponse> Shape = new Listing<Role, RoleResponse>(RoleResponse.From)
        .Field("name", r => r.Name)
        .SortedBy("id");

    public static void MapRoles(this RouteGroupBuilder api)
    {
        var roles = api.MapGroup("/collaboration/roles").WithTags("Roles").Scope("security");
        roles.MapGet("/", List).Lists(Shape);
        roles.MapGet("/{id}", Show);
        roles.MapGet("/{id}/permissions", ShowPermissions);
        roles.MapPost("/", Create);
        roles.MapPut("/{id}", Update);
        roles.MapDelete("/{id}", Delete);
    }

    private static Task<RoleList> List(ListRequest list, AuraDb db, CancellationToken cancellation) => Shape.List(db.Roles, list, rows => new RoleList(rows), cancellation);

    private static async Task<OneRole> Show(Id<Role> id, AuraDb db, CancellationToken cancellation) => new(await Shape.Show(db.Roles, id, cancellation));

    private static async Task<RolePermissions> ShowPermissions(Id<Role> id, AuraDb db, CancellationToken cancellation) =>
        new(id, (await Shape.Show(db.Roles, id, cancellation)).Permissions);

    private static Task<MadeRole> Create(CreateRole request, AuraDb db, KnownScopes known, CancellationToken cancellation) =>
        db.Make(Role.Create(request.Name, Permissions.Read(request.Permissions, known), db.Caller), MadeRole.Of, cancellation);

    private static async Task<MadeRole> Update(Id<Role> id, UpdateRole request, AuraDb db, KnownScopes known, AccessDirectory access, CancellationToken cancellation)
    {
        var changed = await db.Change(id, role =>
        {
            role.Allow(Permissions.Read(request.Permissions.Or(role.Permissions), known), db.Caller);
            request.Name.Apply(role.Rename);
        }, MadeRole.Of, cancellation);
        access.Forget();
        return changed;
    }

    private static async Task<DeletedRole> Delete(Id<Role> id, AuraDb db, AccessDirectory access, CancellationToken cancellation)
    {
        var role = await db.Load(id, cancellation);
        role.Abolish(db.Caller);
        db.Remove(role);
        await db.SaveChangesAsync(cancellation);
        access.Forget();
        return new(true, id);
    }
}

/// <param name="Permissions">Such as read, write, brands:write or security:*.</param>
public sealed record CreateRole(
    [StringLength(100, MinimumLength = 1)] string Name,
    [MinLength(1), MaxLength(Role.MaxPermissions)] IReadOnlyList<string> Permissions);

public sealed record UpdateRole
{
    [StringLength(100, MinimumLength = 1)] public Change<string> Name { get; init; }
    [MinLength(1), MaxLength(Role.MaxPermissions)] public Change<IReadOnlyList<string>> Permissions { get; init; }
}

public sealed record RoleList(IReadOnlyList<RoleResponse> Roles) : Listed;

public sealed record OneRole(RoleResponse Role) : IVersioned
{
    [JsonIgnore] public int Version => Role.Version;
    [JsonIgnore] public DateTime UpdatedAt => Role.UpdatedAt;
}

public sealed record RolePermissions(Id<Role> RoleId, IReadOnlyList<string> Permissions);

public sealed record MadeRole(bool Success, Id<Role> RoleId)
{
    public static MadeRole Of(Role role) => new(true, role.Id);
}

public sealed record DeletedRole(bool Deleted, Id<Role> RoleId);

public sealed record RoleResponse(
    Id<Role> Id, string Name, IReadOnlyList<string> Permissions, bool BuiltIn, DateTime CreatedAt, DateTime UpdatedAt, [property: JsonIgnore] int Version) : IVersioned
{
    public static readonly Expression<Func<Role, RoleResponse>> From = r => new(
        r.Id, r.Name, Winback.Permissions.Shown(r.Permissions), r.BuiltIn, r.CreatedAt, r.UpdatedAt, r.Version);
}
