namespace Aura.Tests.Inventory;

public sealed class WarehouseRouteTests
{
    [Fact]
    public async Task A_new_store_has_a_default_warehouse_and_so_has_its_sandbox()
    {
        var store = await Store.Open();

        foreach (var client in (HttpClient[])[store.Test, store.Live])
            Assert.True((bool)Assert.Single((await client.Ok("GET /v2/warehouses"))["data"]!.AsArray())!["is_default"]!);
    }

    [Fact]
    public async Task A_warehouse_is_made_changed_and_closed()
    {
        var store = await Store.Open();
        var made = await store.Test.Ok("POST /v2/warehouses", new { name = "North", type = "dropship", address = new { line1 = "1 Quay", city = "Oslo", country = "no" }, priority = 3 });
        var id = (string?)made["id"];

        var changed = await store.Test.Ok($"PATCH /v2/warehouses/{id}", new { name = "Far north", address = (object?)null });
        await store.Test.Ok($"DELETE /v2/warehouses/{id}");
        var closed = await store.Test.Ok($"GET /v2/warehouses/{id}");

        Assert.Equal(("North", "dropship", "NO", 3), ((string?)made["name"], (string?)made["type"], (string?)made["address"]!["country"], (int)made["priority"]!));
        Assert.Equal(("Far north", "dropship"), ((string?)changed["name"], (string?)changed["type"]));
        Assert.Null(changed["address"]);
        Assert.False((bool)closed["active"]!);
        Assert.Equal(2, (await store.Test.Ok("GET /v2/warehouses"))["data"]!.AsArray().Count);
        Assert.Single((await store.Test.Ok("GET /v2/warehouses?active=true"))["data"]!.AsArray());
    }

    [Fact]
    public async Task Another_warehouse_becomes_the_default_and_the_former_can_then_be_closed()
    {
        var store = await Store.Open();
        var former = (string?)(await store.Test.Ok("GET /v2/warehouses"))["data"]![0]!["id"];
        var next = (string?)(await store.Test.Ok("POST /v2/warehouses", new { name = "North", is_default = true }))["id"];

        Assert.False((bool)(await store.Test.Ok($"GET /v2/warehouses/{former}"))["is_default"]!);
        await store.Test.Ok($"DELETE /v2/warehouses/{former}");
        Assert.Equal("default_warehouse", (string?)(await store.Test.Refused(409, $"DELETE /v2/warehouses/{next}"))["code"]);
        Assert.Equal("default_warehouse", (string?)(await store.Test.Refused(409, $"PATCH /v2/warehouses/{next}", new { is_default = false }))["code"]);
        Assert.Equal("warehouse_inactive", (string?)(await store.Test.Refused(409, $"PATCH /v2/warehouses/{former}", new { is_default = true }))["code"]);
        foreach (var id in (string?[])[former, next, former])
            await store.Test.Ok($"PATCH /v2/warehouses/{id}", new { active = true, is_default = true });
        Assert.Equal([former], (await store.Test.Ok("GET /v2/warehouses"))["data"]!.AsArray().Where(w => (bool)w!["is_default"]!).Select(w => (string?)w!["id"]));
    }

    [Theory]
    [InlineData("{}", "name")]
    [InlineData("""{"name": ""}""", "name")]
    [InlineData("""{"name": "A", "type": "cave"}""", "type")]
    [InlineData("""{"name": "A", "priority": -1}""", "priority")]
    [InlineData("""{"name": "A", "address": {"country": "Norway"}}""", "address.country")]
    public async Task A_wrong_warehouse_is_refused_by_its_field(string body, string field)
    {
        var store = await Store.Open();

        Assert.Equal(field, (string?)(await store.Test.Refused(422, "POST /v2/warehouses", body))["details"]![0]!["field"]);
    }

    [Fact]
    public async Task A_change_of_an_older_version_is_refused()
    {
        var store = await Store.Open();
        var id = (string?)(await store.Test.Ok("POST /v2/warehouses", new { name = "North" }))["id"];
        await store.Test.Ok($"PATCH /v2/warehouses/{id}", new { name = "South" });

        await store.Test.Refused(409, $"PATCH /v2/warehouses/{id}", new { name = "East" }, ("If-Match", "\"1\""));
    }
}
