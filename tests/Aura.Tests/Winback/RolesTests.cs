using Aura.Tests.Fire;

namespace Aura.Tests.Winback;

/// <summary>Roles that really guard routes: those of the other dialects too.</summary>
public sealed class RolesTests
{
    private const string Roles = $"{Staff.Api}/collaboration/roles", Rbac = $"{Staff.Api}/security/rbac", Brands = $"{Staff.Api}/whitelabel/brands";

    [Fact]
    public async Task Every_shop_has_a_viewer_an_editor_and_an_admin_who_stay_as_they_are()
    {
        var store = await Store.Open();

        var roles = (await store.Test.Ok($"GET {Roles}"))["roles"]!.AsArray();
        var viewer = await store.Role("viewer");

        Assert.Equal(["viewer read", "editor read write", "admin *"], roles.Select(role => $"{role!["name"]} {string.Join(' ', role["permissions"]!.AsArray())}"));
        Assert.All(roles, role => Assert.True((bool)role!["builtIn"]!));
        Assert.Equal("BUILT_IN_ROLE", (string?)(await store.Test.Refused(422, $"DELETE {Roles}/{viewer}")));
        await store.Test.Refused(422, $"PUT {Roles}/{viewer}", new { permissions = new[] { "write" } });
        await store.Test.Refused(409, $"POST {Roles}", new { name = "viewer", permissions = new[] { "read" } });
    }

    [Fact]
    public async Task A_role_of_ones_own_is_made_changed_and_deleted_under_one_id_on_both_paths()
    {
        var store = await Store.Open();

        var made = await store.Test.Ok($"POST {Roles}", new { name = "Brand manager", permissions = new[] { "brands:write", "read" } });
        var id = (string)made["roleId"]!;
        await store.Test.Ok($"PUT {Roles}/{id}", new { permissions = new[] { "brands:*" } });

        Assert.Equal(["brands:*"], (await store.Test.Ok($"GET {Roles}/{id}/permissions"))["permissions"]!.AsArray().Select(one => (string?)one));
        Assert.Contains((await store.Test.Ok($"GET {Rbac}/roles"))["roles"]!.AsArray(), role => (string?)role!["roleId"] == id && (string?)role["name"] == "Brand manager");
        Assert.Equal(id, (string?)(await store.Test.Ok($"DELETE {Roles}/{id}"))["roleId"]);
        await store.Test.Refused(404, $"GET {Roles}/{id}/permissions");
    }

    [Theory]
    [InlineData("launch_rockets")]
    [InlineData("rockets:write")]
    [InlineData("brands:launch")]
    public async Task A_permission_that_no_route_asks_for_is_422(string permission)
    {
        var store = await Store.Open();

        await store.Test.Refused(422, $"POST {Roles}", new { name = "Pilot", permissions = new[] { permission } });
    }

    [Fact]
    public async Task Permissions_are_those_of_all_roles_and_follow_what_is_assigned_and_revoked()
    {
        var store = await Store.Open();
        var own = (string)(await store.Test.Ok($"POST {Roles}", new { name = "Brander", permissions = new[] { "brands:write", "brands:read" } }))["roleId"]!;
        var viewer = await store.Role("viewer");

        foreach (var role in (string[])[own, viewer, viewer])
            await store.Test.Ok($"POST {Rbac}/roles/{role}/assign", new { userId = "user_7" });
        var both = await Permissions();
        await store.Test.Ok($"DELETE {Rbac}/roles/{viewer}/revoke?userId=user_7");
        var one = await Permissions();
        await store.Test.Ok($"DELETE {Rbac}/roles/{own}/revoke", new { userId = "user_7" });

        Assert.Equal(["brands:read", "brands:write", "read"], both);
        Assert.Equal(["brands:read", "brands:write"], one);
        Assert.Empty(await Permissions());
        await store.Test.Refused(404, $"DELETE {Rbac}/roles/{own}/revoke?userId=user_7");
        await store.Test.Refused(400, $"DELETE {Rbac}/roles/{own}/revoke");

        async Task<string[]> Permissions() =>
            [.. (await store.Test.Ok($"GET {Rbac}/users/user_7/permissions"))["permissions"]!.AsArray().Select(permission => (string)permission!).Order()];
    }

    [Fact]
    public async Task A_viewers_key_reads_everywhere_and_writes_nowhere()
    {
        var store = await Store.Open();
        var viewer = await store.User("user_1", "viewer");

        Assert.Equal(200, await viewer.Status($"GET {Brands}"));
        Assert.Equal(200, await viewer.Status("GET /v2/products"));
        Assert.Equal(403, await viewer.Status($"POST {Brands}", new { name = "No" }));
        Assert.Equal(403, await viewer.Status("POST /v2/products", new { name = "No", price = 1 }));
        Assert.Equal(403, await viewer.Status("GET /v2/tenants"));
    }

    [Fact]
    public async Task What_is_assigned_revoked_changed_or_deleted_holds_for_the_next_request()
    {
        var store = await Store.Open();
        var user = await store.User("user_1");
        var role = (string)(await store.Test.Ok($"POST {Roles}", new { name = "Brander", permissions = new[] { "brands:read" } }))["roleId"]!;
        var seen = new List<string> { await Tried() };

        foreach (var (request, body) in new (string, object?)[]
        {
            ($"POST {Rbac}/roles/{role}/assign", new { userId = "user_1" }),
            ($"PUT {Roles}/{role}", new { permissions = new[] { "brands:*" } }),
            ($"DELETE {Rbac}/roles/{role}/revoke?userId=user_1", null),
            ($"POST {Rbac}/roles/{role}/assign", new { userId = "user_1" }),
            ($"DELETE {Roles}/{role}", null),
        })
        {
            await store.Test.Ok(request, body);
            seen.Add(await Tried());
        }

        Assert.Equal(["403 403", "200 403", "200 200", "403 403", "200 200", "403 403"], seen);

        async Task<string> Tried() => $"{await user.Status($"GET {Brands}")} {await user.Status($"POST {Brands}", new { name = $"{Guid.NewGuid():n}" })}";
    }

    [Fact(Timeout = 30_000)]
    public async Task Another_server_hears_of_it()
    {
        var store = await Store.Open();
        await store.User("user_1", "viewer");
        var key = (string)(await store.Key(new { userId = "user_1", permissions = new[] { "read" } }))["apiKey"]!;
        await using var second = await TestServer.Start(store.Server.Database);
        var (there, viewer) = (second.Client(key, store.Account.Sandbox.Domain), await store.Role("viewer"));
        Assert.Equal(200, await there.Status($"GET {Brands}"));

        await store.Test.Ok($"DELETE {Rbac}/roles/{viewer}/revoke?userId=user_1");

        await Await.Until(async () => await there.Status($"GET {Brands}") == 403); // a notification takes its moment
    }

    [Fact]
    public async Task Nobody_gives_themselves_or_others_more_than_they_have()
    {
        var store = await Store.Open();
        var editor = await store.User("user_1", "editor");
        var (admin, viewer) = (await store.Role("admin"), await store.Role("viewer"));
        var master = (string)(await store.Key(new { name = "Server", permissions = new[] { "*" } }))["keyId"]!;

        Assert.Equal(200, await editor.Status($"POST {Rbac}/roles/{viewer}/assign", new { userId = "user_2" }));
        Assert.Equal(403, await editor.Status($"POST {Rbac}/roles/{admin}/assign", new { userId = "user_1" }));
        Assert.Equal(403, await editor.Status($"POST {Roles}", new { name = "Boss", permissions = new[] { "*" } }));
        Assert.Equal(403, await editor.Status($"POST {Staff.Api}/collaboration/teams", new { name = "Bosses", role = "admin", members = new[] { "user_1" } }));
        Assert.Equal(403, await editor.Status($"POST {Staff.Api}/developer/api-keys", new { permissions = new[] { "*" } }));
        Assert.Equal(403, await editor.Status($"POST {Staff.Api}/developer/api-keys", new { userId = "user_2", permissions = new[] { "read" } }));
        Assert.Equal(403, await editor.Status($"DELETE {Staff.Api}/developer/api-keys/{master}"));
        Assert.Equal(403, await editor.Status($"POST /v2/api-keys/{master}/rotate"));
        Assert.Equal(403, await editor.Status($"PATCH /v2/api-keys/{master}", new { scopes = new[] { "brands:read" } }));
    }

    [Fact]
    public async Task A_users_own_key_makes_keys_that_are_theirs_too()
    {
        var store = await Store.Open();
        var editor = await store.User("user_1", "editor");

        var made = await editor.Ok($"POST {Staff.Api}/developer/api-keys", new { permissions = new[] { "read" } });
        var over = await editor.Ok("POST /v2/api-keys", new { name = "Over there", scopes = new[] { "brands:read" } });
        await store.Test.Ok($"DELETE {Rbac}/roles/{await store.Role("editor")}/revoke?userId=user_1");

        Assert.Equal("user_1", (string?)made["userId"]);
        Assert.Equal(403, await store.Keyed((string)made["apiKey"]!).Status($"GET {Brands}"));
        Assert.Equal(403, await store.Keyed((string)over["key"]!).Status($"GET {Brands}"));
        await editor.Refused(403, "GET /v2/api-keys");
    }
}
