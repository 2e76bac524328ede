using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using Aura.Accounts;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback;

/// <summary>Which users have which roles. A key that was made for a user may do no more than their roles, from the next request on.</summary>
internal static class RoleAssignments
{
    private static readonly Listing<Role, RbacRole> Shape = new Listing<Role, RbacRole>(RbacRole.From)
        .Field("name", r => r.Name)
        .SortedBy("id");

    public static void MapRoleAssignments(this RouteGroupBuilder api)
    {
        var rbac = api.MapGroup("/security/rbac").WithTags("RBAC").Scope("security");
        rbac.MapGet("/roles", List).Lists(Shape);
        rbac.MapPost("/roles/{roleId}/assign", Assign);
        rbac.MapDelete("/roles/{roleId}/revoke", Revoke);
        rbac.MapGet("/users/{userId}/permissions", Show);
    }

    private static Task<RbacRoleList> List(ListRequest list, AuraDb db, CancellationToken cancellation) => Shape.List(db.Roles, list, rows => new RbacRoleList(rows), cancellation);

    private static async Task<AssignedRole> Assign(Id<Role> roleId, AssignRole request, AuraDb db, AccessDirectory access, CancellationToken cancellation)
    {
        await db.Roles.Demand(roleId, cancellation);
        var user = await db.Member(request.UserId, nameof(request.UserId), cancellation);
        await db.Assign(roleId, user, cancellation);
        access.Forget();
        return new(true, roleId, user);
    }

    private static async Task<RevokedRole> Revoke(
        Id<Role> roleId, string? userId, [FromBody] RevokeRole? request, AuraDb db, AccessDirectory access, CancellationToken cancellation)
    {
        var user = userId ?? request?.UserId ?? throw Refused.Invalid(nameof(userId), "Is required, in the query or in the body.");
        await db.Revoke(roleId, user, cancellation);
        access.Forget();
        return new(true, true, roleId, user);
    }

    /// <summary>Whoever has no role may do nothing: that is no error, for users are known by whatever the store calls them.</summary>
    private static async Task<UserPermissions> Show(string userId, AuraDb db, CancellationToken cancellation)
    {
        var roles = await db.RolesOf(userId).AsNoTracking().OrderBy(role => role.Id).ToListAsync(cancellation);
        return new(userId, [.. roles.Select(role => role.Name)], Permissions.Shown(roles.SelectMany(role => role.Permissions).Distinct()));
    }
}

public sealed record AssignRole([StringLength(Member.MaxReference, MinimumLength = 1)] string UserId);

/// <param name="UserId">Unless the query names the user.</param>
public sealed record RevokeRole([StringLength(Member.MaxReference, MinimumLength = 1)] string? UserId = null);

public sealed record AssignedRole(bool Success, Id<Role> RoleId, string UserId);

public sealed record RevokedRole(bool Success, bool Revoked, Id<Role> RoleId, string UserId);

/// <param name="Roles">Those that the user was given, and those of their teams.</param>
/// <param name="Permissions">All that one of the roles allows.</param>
public sealed record UserPermissions(string UserId, IReadOnlyList<string> Roles, IReadOnlyList<string> Permissions);

public sealed record RbacRoleList(IReadOnlyList<RbacRole> Roles) : Listed;

public sealed record RbacRole(Id<Role> RoleId, string Name, IReadOnlyList<string> Permissions, bool BuiltIn)
{
    public static readonly Expression<Func<Role, RbacRole>> From = r => new(r.Id, r.Name, Winback.Permissions.Shown(r.Permissions), r.BuiltIn);
}
