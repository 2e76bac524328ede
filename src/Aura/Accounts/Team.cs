using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Accounts;

/// <summary>Members who work together, and who all have the role of the team.</summary>
public sealed class Team : StoreEntity, IAudited
{
    public static string Prefix => "team";
    public static string Noun => "team";

    public const int MaxMembers = 500;

    public string Name { get; private set; } = "";

    /// <summary>What every member may; null: the role was taken away.</summary>
    public long? RoleId { get; private set; }

    public static Team Create(string name, Role role, Caller caller)
    {
        var team = new Team();
        team.Rename(name);
        team.Take(null, role, caller);
        return team;
    }

    public void Rename(string name) => Name = name.Trim() is { Length: > 0 } some ? some : throw Refused.Invalid(nameof(Name), "Must not be blank.");

    /// <param name="former">The role that the team has.</param>
    /// <exception cref="Refused">403 where the caller has not all that one of the roles allows.</exception>
    public void Take(Role? former, Role role, Caller caller)
    {
        former?.Entrust(caller);
        role.Entrust(caller);
        RoleId = role.Id;
    }
}

/// <summary>A member is in a team.</summary>
public sealed class TeamMember : StoreRow
{
    public long TeamId { get; private init; }

    /// <summary>The reference of the member.</summary>
    public string Member { get; private init; } = "";

    public DateTime CreatedAt { get; private init; }

    internal static TeamMember Create(Team team, string member, DateTime now) => new() { TeamId = team.Id, Member = member, CreatedAt = now };
}

public static class TeamRows
{
    /// <summary>The role that a caller names, by its name or its id.</summary>
    /// <exception cref="Refused">422 where there is none.</exception>
    public static async Task<Role> RoleNamed(this AuraDb db, string role, CancellationToken cancellation)
    {
        var (name, id) = (role.Trim(), Id<Role>.ToNumber(role));
        return await db.Roles.FirstOrDefaultAsync(r => r.Name == name || r.Id == id, cancellation) ??
            throw Refused.Invalid("Role", $"There is no role '{name}'. There are: {string.Join(", ", await db.Roles.OrderBy(r => r.Id).Select(r => r.Name).Take(20).ToListAsync(cancellation))}.");
    }

    /// <summary>The role of a team, which the caller may touch only with all that it allows.</summary>
    /// <exception cref="Refused">403 otherwise.</exception>
    public static async Task<Role?> EntrustedRole(this AuraDb db, Team team, CancellationToken cancellation)
    {
        var role = await db.Roles.FirstOrDefaultAsync(r => r.Id == team.RoleId, cancellation);
        role?.Entrust(db.Caller);
        return role;
    }

    /// <summary>Makes these the members of a team, with the next save. The audit log tells who came and who went.</summary>
    /// <exception cref="Refused">422 for more than 500 members.</exception>
    public static async Task Join(this AuraDb db, Team team, IReadOnlyList<string> references, CancellationToken cancellation)
    {
        if (references.Count > Team.MaxMembers)
            throw Refused.Invalid("Members", $"A team has at most {Team.MaxMembers} members.");
        var wanted = await db.Members(references, "Members", cancellation);
        var present = await db.TeamMembers.Where(one => one.TeamId == team.Id).OrderBy(one => one.Id).ToListAsync(cancellation);
        db.TeamMembers.RemoveRange(present.Where(one => !wanted.Contains(one.Member)));
        db.TeamMembers.AddRange(wanted.Except(present.Select(one => one.Member)).Select(member => TeamMember.Create(team, member, db.Now)));
        if (!wanted.Order().SequenceEqual(present.Select(one => one.Member).Order()))
            db.AuditLogs.Add(AuditEntry.Of(Team.Noun, "updated", new Id<Team>(team.Id).ToString(), db, new() { ["members"] = new(present.Select(one => one.Member).ToArray(), wanted) }));
    }
}

internal sealed class TeamMapping : IEntityTypeConfiguration<Team>
{
    public void Configure(EntityTypeBuilder<Team> team) => team.HasIndex(t => new { t.TenantId, t.Name }).IsUnique();
}

internal sealed class TeamMemberMapping : IEntityTypeConfiguration<TeamMember>
{
    public void Configure(EntityTypeBuilder<TeamMember> one) => one.HasIndex(m => new { m.TenantId, m.TeamId, m.Member }).IsUnique();
}
