namespace Aura.Tests.Winback;

public sealed class AuditAndActivityTests
{
    private const string Feed = $"{Staff.Api}/collaboration/activity-feed", Log = $"{Staff.Api}/security/audit-log", Brands = $"{Staff.Api}/whitelabel/brands";

    /// <summary>Ann makes a brand and the store's own key changes it.</summary>
    private static async Task<(Store Store, string Brand)> Busy()
    {
        var store = await Store.Open();
        var brand = (string)(await (await store.User("ann@example.com", "editor")).Ok($"POST {Brands}", new { name = "=Acme, \"Inc\"" }))["brandId"]!;
        await store.Test.Ok($"PUT {Brands}/{brand}", new { primaryColor = "#ff0000" });
        return (store, brand);
    }

    [Fact]
    public async Task The_feed_tells_who_did_what_the_latest_first()
    {
        var (store, brand) = await Busy();

        var feed = (await store.Test.Ok($"GET {Feed}?limit=2"))["activities"]!.AsArray();
        var anns = (await store.Test.Ok($"GET {Feed}/ann@example.com"))["activities"]!.AsArray();
        var filtered = await store.Test.Ok($"POST {Feed}/filter", new { action = "brand_created", user = "ann@example.com", from = "2020-01-01", to = "2999-01-01T00:00:00Z" });
        var later = await store.Test.Ok($"POST {Feed}/filter", new { from = "2999-01-01T00:00:00Z" });

        Assert.Equal(["brand_modified", "brand_created"], feed.Select(activity => (string?)activity!["action"]));
        Assert.Equal([$"Modified primaryColor of brand {brand}", "Created '=Acme, \"Inc\"' brand"], feed.Select(activity => (string?)activity!["details"]));
        Assert.StartsWith("key_", (string?)feed[0]!["user"], StringComparison.Ordinal);
        Assert.StartsWith("activity_", (string?)feed[0]!["id"], StringComparison.Ordinal);
        Assert.Equal("brand_created", (string?)Assert.Single(anns)!["action"]);
        Assert.Equal((1, "ann@example.com"), ((int)filtered["total"]!, (string?)filtered["activities"]![0]!["user"]));
        Assert.Equal(0, (int)later["total"]!);
        Assert.Equal(0, (int)(await store.Test.Ok($"GET {Feed}/nobody@example.com"))["total"]!);
        await store.Test.Refused(422, $"POST {Feed}/filter", new { limit = 0 });
    }

    [Fact]
    public async Task The_audit_log_has_the_documented_fields_and_filters()
    {
        var (store, brand) = await Busy();

        var all = await store.Test.Ok($"GET {Log}?resourceId={brand}");
        var modified = (await store.Test.Ok($"GET {Log}?event=brand_modified"))["logs"]!.AsArray();
        var anns = (await store.Test.Ok($"GET {Log}?user=ann@example.com"))["logs"]!.AsArray();
        var assigned = (await store.Test.Ok($"GET {Log}?event=role_assigned"))["logs"]!.AsArray();

        Assert.Equal(2, (int)all["total"]!);
        Assert.Equal((brand, "127.0.0.1"), ((string?)modified.Single()!["resourceId"], (string?)modified[0]!["ipAddress"]));
        Assert.NotNull(modified[0]!["timestamp"]);
        Assert.Equal(("brand_created", "ann@example.com"), ((string?)anns.Single()!["event"], (string?)anns[0]!["user"]));
        Assert.StartsWith("key_", (string?)anns[0]!["key"], StringComparison.Ordinal);
        Assert.Single(assigned);
        Assert.Equal(0, (int)(await store.Test.Ok($"GET {Log}?from=2999-01-01"))["total"]!);
    }

    [Fact]
    public async Task Both_are_exported_as_JSON_and_as_a_file_that_no_spreadsheet_runs()
    {
        var (store, brand) = await Busy();

        using var csv = await store.Test.Answer($"GET {Feed}/export?format=csv&user=ann@example.com");
        using var json = await store.Test.Answer($"GET {Log}/export?format=json&resourceId={brand}");
        var logs = System.Text.Json.Nodes.JsonNode.Parse(await json.Content.ReadAsStringAsync())!;

        Assert.Equal(("text/csv", "activity.csv"), (csv.Content.Headers.ContentType!.MediaType, csv.Content.Headers.ContentDisposition!.FileName));
        var lines = (await csv.Content.ReadAsStringAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("id,action,user,key,details,resourceId,timestamp", lines[0]);
        Assert.Contains("\"Created '=Acme, \"\"Inc\"\"' brand\"", Assert.Single(lines[1..]), StringComparison.Ordinal);
        Assert.Equal("application/json", json.Content.Headers.ContentType!.MediaType);
        Assert.Equal(["logs", "exportedAt"], logs.AsObject().Select(pair => pair.Key));
        Assert.Equal(2, logs["logs"]!.AsArray().Count);
        Assert.Equal(422, await store.Test.Status($"GET {Log}/export?format=pdf"));
    }

    [Fact]
    public async Task A_shop_reads_its_own_log_only()
    {
        var (store, _) = await Busy();
        var other = await Store.Open();

        Assert.Equal(0, (int)(await other.Test.Ok($"GET {Feed}"))["total"]!);
        Assert.Equal(0, (int)(await store.Live.Ok($"GET {Log}"))["total"]!);
    }
}
