namespace Aura.Tests.Winback;

public sealed class NotificationsTests
{
    private const string Notifications = $"{Staff.Api}/notifications";

    private static async Task<string[]> Titles(HttpClient api, string query = "") =>
        [.. (await api.Ok($"GET {Notifications}{query}"))["notifications"]!.AsArray().Select(told => $"{told!["title"]}{((bool)told["read"]! ? " (read)" : "")}")];

    [Fact]
    public async Task A_notification_is_made_read_once_and_deleted()
    {
        var store = await Store.Open();

        var id = (string)(await store.Test.Ok($"POST {Notifications}", new { title = "Campaign", message = "It was sent.", type = "success" }))["notificationId"]!;
        var unread = await Titles(store.Test, "?unread=true");
        var first = await store.Test.Ok($"PUT {Notifications}/{id}/read");
        await store.Advance("PT1H");
        var again = await store.Test.Ok($"PUT {Notifications}/{id}/read", new { });

        Assert.Equal(["Campaign"], unread);
        Assert.Equal(((string?)first["readAt"], id, true), ((string?)again["readAt"], (string?)again["id"], (bool)again["read"]!));
        Assert.Equal(["Campaign (read)"], await Titles(store.Test));
        Assert.Empty(await Titles(store.Test, "?unread=true"));
        Assert.Equal(["Campaign (read)"], await Titles(store.Test, "?unread=false"));
        Assert.True((bool)(await store.Test.Ok($"DELETE {Notifications}/{id}"))["deleted"]!);
        await store.Test.Refused(404, $"PUT {Notifications}/{id}/read");
    }

    [Fact]
    public async Task A_broadcast_is_one_row_that_each_user_reads_by_themselves()
    {
        var store = await Store.Open();
        var (ann, bob) = (await store.User("ann", "viewer"), await store.User("bob", "viewer"));

        var all = await store.Test.Ok($"POST {Notifications}/broadcast", new { title = "All", message = "Hear!" });
        var some = await store.Test.Ok($"POST {Notifications}/broadcast", new { title = "Some", message = "Hear!", recipients = new[] { "ann", "eve" } });
        await store.Test.Ok($"POST {Notifications}", new { title = "Bob", message = "Hear!", userId = "bob" });
        await ann.Ok($"PUT {Notifications}/{all["notificationId"]}/read");

        Assert.Equal((2, 2), ((int)all["recipients"]!, (int)some["recipients"]!));
        Assert.Equal(["Some", "All (read)"], await Titles(ann));
        Assert.Equal(["Some"], await Titles(ann, "?unread=true"));
        Assert.Equal(["Bob", "All"], await Titles(bob));
        Assert.Equal(["Bob", "All"], await Titles(store.Test, "?userId=bob"));
        Assert.Equal(["Bob", "Some", "All"], await Titles(store.Test));
        await bob.Refused(404, $"PUT {Notifications}/{some["notificationId"]}/read");
        await bob.Refused(422, $"GET {Notifications}?userId=ann");
        await ann.Refused(403, $"POST {Notifications}", new { title = "No", message = "No" });
    }

    [Theory]
    [InlineData("""{"title":"A"}""", 400)]
    [InlineData("""{"title":"","message":"B"}""", 422)]
    public async Task What_is_wrong_is_refused(string body, int status)
    {
        var store = await Store.Open();

        await store.Test.Refused(status, $"POST {Notifications}", body);
    }
}
