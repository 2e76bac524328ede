using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Accounts;

/// <summary>What members may do who have it. Every store has viewer, editor and admin from its opening; the database gives them.</summary>
public sealed class Role : StoreEntity, IAudited
{
    public static string Prefix => "role";
    public static string Noun => "role";

    public const int MaxPermissions = 100;

    public string Name { get; private set; } = "";

    /// <summary>Scopes of routes: <c>workflows:write</c>, <c>*:read</c>.</summary>
    public string[] Permissions { get; private set; } = [];

    public bool BuiltIn { get; private init; }

    /// <exception cref="Refused">403 for permissions that the caller has not.</exception>
    public static Role Create(string name, IReadOnlyList<string> permissions, Caller caller)
    {
        var role = new Role();
        role.Rename(name);
        role.Allow(permissions, caller);
        return role;
    }

    /// <exception cref="Refused">422 for a blank name or a role that is built in.</exception>
    public void Rename(string name) => Name = Own().Name == name ? name : name.Trim() is { Length: > 0 } some ? some : throw Refused.Invalid(nameof(Name), "Must not be blank.");

    /// <exception cref="Refused">403 where the caller has not all that the role allows, now or then; 422 for a role that is built in.</exception>
    public void Allow(IReadOnlyList<string> permissions, Caller caller)
    {
        Own().Entrust(caller);
        Permissions = Scopes.Checked(permissions, nameof(Permissions));
        Entrust(caller);
    }

    /// <summary>Before the role is taken away.</summary>
    /// <inheritdoc cref="Allow" path="/exception"/>
    public void Abolish(Caller caller) => Own().Entrust(caller);

    /// <summary>Who gives or takes a role, or changes it, must have all that it allows: nobody gets more through others than they have.</summary>
    /// <exception cref="Refused">403 without one of the permissions.</exception>
    public void Entrust(Caller caller)
    {
        if (Permissions.FirstOrDefault(permission => !caller.May(permission)) is { } more)
            throw Refused.Forbidden($"The role {Name} allows {more}, which this key may not do itself.");
    }

    private Role Own() => BuiltIn ? throw Refused.Rule("built_in_role", $"The role {Name} is built in and stays as it is.") : this;
}

/// <summary>A member has a role.</summary>
public sealed class RoleAssignment : StoreRow
{
    public long RoleId { get; private init; }

    /// <summary>The reference of the member.</summary>
    public string Member { get; private init; } = "";

    public DateTime CreatedAt { get; private init; }

    internal static RoleAssignment Create(Role role, string member, DateTime now) => new() { RoleId = role.Id, Member = member, CreatedAt = now };
}

public static class RoleRows
{
    /// <summary>The roles of a member: those that they were given, and those of their teams.</summary>
    public static IQueryable<Role> RolesOf(this AuraDb db, string member) => db.Roles.Where(role =>
        db.RoleAssignments.Any(given => given.Member == member && given.RoleId == role.Id) ||
        db.Teams.Any(team => team.RoleId == role.Id && db.TeamMembers.Any(one => one.TeamId == team.Id && one.Member == member)));

    /// <summary>Gives a member a role; one that they have already stays.</summary>
    /// <exception cref="Refused">404 without the role, 403 where the caller has not all that it allows.</exception>
    public static async Task Assign(this AuraDb db, Id<Role> id, string member, CancellationToken cancellation)
    {
        var role = await db.Load(id, cancellation);
        role.Entrust(db.Caller);
        if (await db.RoleAssignments.AnyAsync(given => given.RoleId == role.Id && given.Member == member, cancellation))
            return;
        db.RoleAssignments.Add(RoleAssignment.Create(role, member, db.Now));
        db.AuditLogs.Add(AuditEntry.Of(Role.Noun, "assigned", id.ToString(), db, new() { ["user"] = new(null, member) }));
        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>Takes a role from a member.</summary>
    /// <exception cref="Refused">404 where they have not got it by themselves, 403 where the caller has not all that it allows.</exception>
    public static async Task Revoke(this AuraDb db, Id<Role> id, string member, CancellationToken cancellation)
    {
        var role = await db.Load(id, cancellation);
        role.Entrust(db.Caller);
        var given = await db.RoleAssignments.FirstOrDefaultAsync(one => one.RoleId == role.Id && one.Member == member.Trim(), cancellation) ??
            throw Refused.NotFound("assignment of this role to that user");
        db.RoleAssignments.Remove(given);
        db.AuditLogs.Add(AuditEntry.Of(Role.Noun, "revoked", id.ToString(), db, new() { ["user"] = new(given.Member, null) }));
        await db.SaveChangesAsync(cancellation);
    }
}

internal sealed class RoleMapping : IEntityTypeConfiguration<Role>
{
    public void Configure(EntityTypeBuilder<Role> role) => role.HasIndex(r => new { r.TenantId, r.Name }).IsUnique();
}

internal sealed class RoleAssignmentMapping : IEntityTypeConfiguration<RoleAssignment>
{
    public void Configure(EntityTypeBuilder<RoleAssignment> given) => given.HasIndex(g => new { g.TenantId, g.Member, g.RoleId }).IsUnique();
}
