namespace Aura.Tests.Winback;

public sealed class CommentsTests
{
    private const string Comments = $"{Staff.Api}/collaboration/comments";

    private static object About(string id, string author = "user_456") => new { entityType = "campaign", entityId = id, text = "This template needs adjustment", author };

    [Fact]
    public async Task Comments_hang_on_an_entity_and_answers_stand_in_one_thread()
    {
        var store = await Store.Open();
        var first = (string)(await store.Test.Ok($"POST {Comments}", About("campaign_123")))["commentId"]!;
        await store.Test.Ok($"POST {Comments}", About("campaign_9"));

        var reply = await store.Test.Ok($"POST {Comments}/{first}/reply", new { text = "How?", author = "user_1" });
        var deeper = await store.Test.Ok($"POST {Comments}/{reply["commentId"]}/reply", new { text = "Shorter.", author = "user_456" });
        var about = await store.Test.Ok($"GET {Comments}?entityType=campaign&entityId=campaign_123");
        var thread = await store.Test.Ok($"GET {Comments}/{first}");

        Assert.Equal((first, first), ((string?)reply["parentId"], (string?)deeper["parentId"]));
        Assert.Equal(3, (int)about["total"]!);
        Assert.Equal(["Shorter.", "How?", "This template needs adjustment"], about["comments"]!.AsArray().Select(comment => (string?)comment!["text"]));
        Assert.Equal(["How?", "Shorter."], thread["replies"]!.AsArray().Select(comment => (string?)comment!["text"]));
        Assert.Equal(("user_456", "campaign_123"), ((string?)thread["comment"]!["author"], (string?)thread["comment"]!["entityId"]));
    }

    [Fact]
    public async Task A_comment_is_changed_and_deleted_with_its_answers()
    {
        var store = await Store.Open();
        var id = (string)(await store.Test.Ok($"POST {Comments}", About("campaign_1")))["commentId"]!;
        var reply = (string)(await store.Test.Ok($"POST {Comments}/{id}/reply", new { text = "Yes", author = "user_1" }))["commentId"]!;

        await store.Test.Ok($"PUT {Comments}/{id}", new { text = "Fine now" });
        var text = (string?)(await store.Test.Ok($"GET {Comments}/{id}"))["comment"]!["text"];
        await store.Test.Ok($"DELETE {Comments}/{id}");

        Assert.Equal("Fine now", text);
        await store.Test.Refused(404, $"GET {Comments}/{reply}");
    }

    [Fact]
    public async Task With_a_users_key_one_speaks_for_oneself_only()
    {
        var store = await Store.Open();
        var (ann, bob) = (await store.User("ann", "editor"), await store.User("bob", "editor"));
        var made = await ann.Ok($"POST {Comments}", new { entityType = "campaign", entityId = "campaign_1", text = "Mine" });
        var id = (string)made["commentId"]!;

        Assert.Equal("ann", (string?)(await ann.Ok($"GET {Comments}/{id}"))["comment"]!["author"]);
        await bob.Refused(422, $"POST {Comments}", About("campaign_1", "ann"));
        await bob.Refused(403, $"PUT {Comments}/{id}", new { text = "Not mine" });
        await bob.Refused(403, $"DELETE {Comments}/{id}");
        await store.Test.Refused(400, $"POST {Comments}", new { entityType = "campaign", entityId = "campaign_1", text = "Whose?" });
        await ann.Ok($"DELETE {Comments}/{id}");
    }
}
