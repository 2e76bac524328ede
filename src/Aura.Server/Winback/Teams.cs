using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using System.Text.Json.Serialization;
using Aura.Accounts;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback;

/// <summary>Users who work together. All of a team have its role, so that whoever joins or leaves may do more or less from the next request on.</summary>
internal static class Teams
{
    private const string Usual = "viewer";

    private static Listing<Team, TeamResponse> Shape(AuraDb? db) => new Listing<Team, TeamResponse>(TeamResponse.From(db!)) // the description of the list reads no rows
        .Field("name", t => t.Name)
        .Field("createdAt", t => t.CreatedAt);

    public static void MapTeams(this RouteGroupBuilder api)
    {
        var teams = api.MapGroup("/collaboration/teams").WithTags("Teams").Scope("collaboration");
        teams.MapGet("/", List).Lists(Shape(null));
        teams.MapGet("/{id}", Show);
        teams.MapPost("/", Create);
        teams.MapPut("/{id}", Update);
        teams.MapDelete("/{id}", Delete);
        teams.MapPost("/{id}/add-member", AddMember);
        teams.MapDelete("/{id}/members/{userId}", RemoveMember);
    }

    private static Task<TeamList> List(ListRequest list, AuraDb db, CancellationToken cancellation) => Shape(db).List(db.Teams, list, rows => new TeamList(rows), cancellation);

    private static async Task<OneTeam> Show(Id<Team> id, AuraDb db, CancellationToken cancellation)
    {
        var team = await Shape(db).Show(db.Teams, id, cancellation);
        return new(TeamDetails.Of(team, await Members(id, db).ToListAsync(cancellation)));
    }

    private static async Task<MadeTeam> Create(CreateTeam request, AuraDb db, AccessDirectory access, CancellationToken cancellation)
    {
        var team = Team.Create(request.Name, await db.RoleNamed(request.Role ?? Usual, cancellation), db.Caller);
        db.Add(team);
        await db.Join(team, request.Members ?? [], cancellation);
        await db.SaveChangesAsync(cancellation);
        access.Forget();
        return await Made(team.Id, db, cancellation);
    }

    private static async Task<MadeTeam> Update(Id<Team> id, UpdateTeam request, AuraDb db, AccessDirectory access, CancellationToken cancellation)
    {
        var team = await db.Load(id, cancellation);
        var role = await db.EntrustedRole(team, cancellation);
        request.Name.Apply(team.Rename);
        if (request.Role is { IsGiven: true } wanted)
            team.Take(role, await db.RoleNamed(wanted.Or(Usual), cancellation), db.Caller);
        if (request.Members is { IsGiven: true } members)
            await db.Join(team, members.Or([]), cancellation);
        await db.SaveChangesAsync(cancellation);
        access.Forget();
        return await Made(id, db, cancellation);
    }

    private static async Task<DeletedTeam> Delete(Id<Team> id, AuraDb db, AccessDirectory access, CancellationToken cancellation)
    {
        var team = await db.Load(id, cancellation);
        await db.EntrustedRole(team, cancellation);
        db.Remove(team);
        await db.SaveChangesAsync(cancellation);
        access.Forget();
        return new(true, id);
    }

    private static Task<MadeTeam> AddMember(Id<Team> id, AddMember request, AuraDb db, AccessDirectory access, CancellationToken cancellation) =>
        ChangeMembers(id, present => [.. present, request.UserId.Trim()], db, access, cancellation);

    private static Task<MadeTeam> RemoveMember(Id<Team> id, string userId, AuraDb db, AccessDirectory access, CancellationToken cancellation) => ChangeMembers(
        id, present => present.Contains(userId) ? [.. present.Where(member => member != userId)] : throw Refused.NotFound("member of this team"), db, access, cancellation);

    private static async Task<MadeTeam> ChangeMembers(
        Id<Team> id, Func<IReadOnlyList<string>, IReadOnlyList<string>> change, AuraDb db, AccessDirectory access, CancellationToken cancellation)
    {
        var team = await db.Load(id, cancellation);
        await db.EntrustedRole(team, cancellation);
        await db.Join(team, change(await Members(id, db).ToListAsync(cancellation)), cancellation);
        await db.SaveChangesAsync(cancellation);
        access.Forget();
        return await Made(id, db, cancellation);
    }

    private static IQueryable<string> Members(Id<Team> id, AuraDb db) => db.TeamMembers.Where(one => one.TeamId == id.Value).OrderBy(one => one.Id).Select(one => one.Member);

    private static async Task<MadeTeam> Made(Id<Team> id, AuraDb db, CancellationToken cancellation) => new(true, id, await Members(id, db).CountAsync(cancellation));
}

/// <param name="Role">viewer, editor, admin, or a role of the shop's own, by name or id. Null: viewer.</param>
/// <param name="Members">Users, by whatever the shop calls them.</param>
public sealed record CreateTeam(
    [StringLength(200, MinimumLength = 1)] string Name, [StringLength(100, MinimumLength = 1)] string? Role = null, [MaxLength(Team.MaxMembers)] IReadOnlyList<string>? Members = null);

public sealed record UpdateTeam
{
    [StringLength(200, MinimumLength = 1)] public Change<string> Name { get; init; }
    [StringLength(100, MinimumLength = 1)] public Change<string> Role { get; init; }

    /// <summary>All members: who is not among them leaves.</summary>
    [MaxLength(Team.MaxMembers)] public Change<IReadOnlyList<string>> Members { get; init; }
}

public sealed record AddMember([StringLength(Member.MaxReference, MinimumLength = 1)] string UserId);

public sealed record TeamList(IReadOnlyList<TeamResponse> Teams) : Listed;

public sealed record OneTeam(TeamDetails Team) : IVersioned
{
    [JsonIgnore] public int Version => Team.Version;
    [JsonIgnore] public DateTime UpdatedAt => Team.UpdatedAt;
}

public sealed record MadeTeam(bool Success, Id<Team> TeamId, int MemberCount);

public sealed record DeletedTeam(bool Deleted, Id<Team> TeamId);

/// <param name="Role">Null: it was taken away.</param>
public sealed record TeamResponse(
    Id<Team> TeamId, string Name, int MemberCount, string? Role, DateTime CreatedAt, DateTime UpdatedAt, [property: JsonIgnore] int Version) : IVersioned
{
    public static Expression<Func<Team, TeamResponse>> From(AuraDb db) => t => new(
        t.Id, t.Name, db.TeamMembers.Count(one => one.TeamId == t.Id), db.Roles.Where(role => role.Id == t.RoleId).Select(role => role.Name).FirstOrDefault(),
        t.CreatedAt, t.UpdatedAt, t.Version);
}

public sealed record TeamDetails(
    Id<Team> TeamId, string Name, string? Role, IReadOnlyList<string> Members, int MemberCount, DateTime CreatedAt, DateTime UpdatedAt, [property: JsonIgnore] int Version)
{
    public static TeamDetails Of(TeamResponse t, IReadOnlyList<string> members) => new(t.TeamId, t.Name, t.Role, members, members.Count, t.CreatedAt, t.UpdatedAt, t.Version);
}
