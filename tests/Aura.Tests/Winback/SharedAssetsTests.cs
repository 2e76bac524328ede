namespace Aura.Tests.Winback;

public sealed class SharedAssetsTests
{
    private const string Assets = $"{Staff.Api}/collaboration/shared-assets";

    [Fact]
    public async Task Who_reads_an_asset_stands_in_its_log_which_stays_when_it_is_no_longer_shared()
    {
        var store = await Store.Open();
        var ann = await store.User("ann", "viewer");

        var id = (string)(await store.Test.Ok($"POST {Assets}", new { assetId = "template_5", name = "Winter", type = "template", sharedBy = "bob", sharedWith = new[] { "ann" } }))["assetId"]!;
        var listed = (await store.Test.Ok($"GET {Assets}"))["assets"]![0]!;
        await ann.Ok($"GET {Assets}/{id}");
        await store.Test.Ok($"GET {Assets}/{id}");
        var unshared = await store.Test.Ok($"DELETE {Assets}/{id}");
        var log = await store.Test.Ok($"GET {Assets}/{id}/access-log");

        Assert.Equal((id, "template_5", "Winter", "bob", "ann"), ((string?)listed["id"], (string?)listed["itemId"], (string?)listed["name"], (string?)listed["sharedBy"], (string?)listed["sharedWith"]![0]));
        Assert.True((bool)unshared["unshared"]!);
        Assert.Equal(["assetId", "accessLog", "total", "page", "limit"], log.AsObject().Select(pair => pair.Key));
        Assert.Equal(["unshared", "viewed", "viewed ann", "shared bob"], log["accessLog"]!.AsArray()
            .Select(entry => (string)entry!["user"]! is var user && user.StartsWith("key_", StringComparison.Ordinal) ? (string?)entry["action"] : $"{entry["action"]} {user}"));
        await store.Test.Refused(404, $"GET {Assets}/{id}");
        await store.Test.Refused(404, $"DELETE {Assets}/{id}");
        Assert.Empty((await store.Test.Ok($"GET {Assets}"))["assets"]!.AsArray());
    }

    [Fact]
    public async Task A_user_sees_what_is_shared_with_them_their_team_or_all()
    {
        var store = await Store.Open();
        var ann = await store.User("ann", "viewer");
        var team = (string)(await store.Test.Ok($"POST {Staff.Api}/collaboration/teams", new { name = "T", members = new[] { "ann" } }))["teamId"]!;
        foreach (var (name, with) in new (string, string[])[] { ("hers", ["ann"]), ("her team's", ["bob", team]), ("everybody's", []), ("bob's", ["bob"]) })
            await store.Test.Ok($"POST {Assets}", new { name, sharedWith = with });
        var bobs = (string)(await store.Test.Ok($"GET {Assets}"))["assets"]![0]!["id"]!;

        var seen = (await ann.Ok($"GET {Assets}"))["assets"]!.AsArray().Select(asset => (string?)asset!["name"]);

        Assert.Equal(["everybody's", "her team's", "hers"], seen);
        await ann.Refused(404, $"GET {Assets}/{bobs}");
    }

    [Theory]
    [InlineData("{}", 400)]
    [InlineData("""{"name":7}""", 422)]
    public async Task What_is_wrong_is_refused(string body, int status)
    {
        var store = await Store.Open();

        await store.Test.Refused(status, $"POST {Assets}", body);
    }
}
