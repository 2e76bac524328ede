using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.Winback;

public sealed class TeamsTests
{
    private const string Teams = $"{Staff.Api}/collaboration/teams", Brands = $"{Staff.Api}/whitelabel/brands";

    [Fact]
    public async Task A_team_counts_its_members()
    {
        var store = await Store.Open();

        var id = (string)(await store.Test.Ok($"POST {Teams}", new { name = "Analytics Team", role = "viewer", members = new[] { "user_456", "user_789", "user_456" } }))["teamId"]!;
        var listed = (await store.Test.Ok($"GET {Teams}"))["teams"]![0]!;
        await store.Test.Ok($"POST {Teams}/{id}/add-member", new { userId = "user_1" });
        var again = await store.Test.Ok($"POST {Teams}/{id}/add-member", new { userId = "user_1" });
        await store.Test.Ok($"DELETE {Teams}/{id}/members/user_456");
        var team = (await store.Test.Ok($"GET {Teams}/{id}"))["team"]!;

        Assert.Equal((id, "Analytics Team", 2, "viewer"), ((string?)listed["teamId"], (string?)listed["name"], (int)listed["memberCount"]!, (string?)listed["role"]));
        Assert.Equal(3, (int)again["memberCount"]!);
        Assert.Equal(["user_789", "user_1"], team["members"]!.AsArray().Select(member => (string?)member));
        Assert.Equal(2, (int)team["memberCount"]!);
        await store.Test.Refused(404, $"DELETE {Teams}/{id}/members/user_456");
    }

    [Fact]
    public async Task Changing_a_team_changes_what_its_members_may()
    {
        var store = await Store.Open();
        var user = await store.User("user_1");
        var id = (string)(await store.Test.Ok($"POST {Teams}", new { name = "Editors", role = "editor" }))["teamId"]!;
        var seen = new List<int> { await Write() };

        await store.Test.Ok($"PUT {Teams}/{id}", new { members = new[] { "user_1" } });
        seen.Add(await Write());
        await store.Test.Ok($"PUT {Teams}/{id}", new { role = "viewer", name = "Viewers" });
        seen.Add(await Write());
        await store.Test.Ok($"PUT {Teams}/{id}", new { role = "editor" });
        seen.Add(await Write());
        await store.Test.Ok($"DELETE {Teams}/{id}");
        seen.Add(await Write());

        Assert.Equal([403, 200, 403, 200, 403], seen);

        Task<int> Write() => user.Status($"POST {Brands}", new { name = $"{Guid.NewGuid():n}" });
    }

    [Fact]
    public async Task The_audit_log_tells_who_came_and_who_went()
    {
        var store = await Store.Open();
        var id = (string)(await store.Test.Ok($"POST {Teams}", new { name = "Team", members = new[] { "user_1" } }))["teamId"]!;

        await store.Test.Ok($"PUT {Teams}/{id}", new { members = new[] { "user_2" } });

        var told = await store.Database((db, _) => db.AuditLogs.Where(entry => entry.ResourceId == id && entry.Action == "team.updated").OrderBy(entry => entry.Id).LastAsync());
        Assert.Equal("""[["user_1"],["user_2"]]""", System.Text.Json.JsonSerializer.Serialize(new[] { told.Changes["members"].Old, told.Changes["members"].New }));
    }

    [Theory]
    [InlineData("""{"role":"viewer"}""", 400)]
    [InlineData("""{"name":"A","role":"emperor"}""", 422)]
    [InlineData("""{"name":"A","members":[""]}""", 422)]
    [InlineData("""{"name":" "}""", 422)]
    public async Task What_is_wrong_is_refused(string body, int status)
    {
        var store = await Store.Open();

        await store.Test.Refused(status, $"POST {Teams}", body);
    }
}
