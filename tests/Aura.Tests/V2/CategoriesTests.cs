using System.Text.Json.Nodes;

namespace Aura.Tests.V2;

public sealed class CategoriesTests
{
    private static async Task<JsonNode> Category(HttpClient api, string name, JsonNode? parent = null) =>
        await api.Ok("POST /v2/categories", new { name, parent_id = (string?)parent?["id"] });

    [Fact]
    public async Task Categories_form_a_tree_and_have_slugs_of_their_names()
    {
        var api = (await Store.Open()).Test;
        var home = await Category(api, "Home & Garden");
        var chairs = await Category(api, "Garden chairs", home);
        Assert.Equal("home-garden", (string?)home["slug"]);
        Assert.Null(home["parent_id"]);
        Assert.Equal("""["home-garden","garden-chairs"]""", chairs["path"]!.ToJsonString());
        Assert.Equal((string?)chairs["id"], (string?)(await api.Ok("GET /v2/categories/garden-chairs"))["id"]);
        Assert.Equal(["Garden chairs"], (await api.Ok($"GET /v2/categories?parent_id={home["id"]}"))["data"]!.AsArray().Select(c => (string?)c!["name"]));
        await api.Refused(409, "POST /v2/categories", new { name = "Home Garden" });
        await api.Refused(422, "POST /v2/categories", new { name = "Sheds", parent_id = "cat_1" });
        await api.Refused(422, "POST /v2/categories", new { name = "!!!" });
    }

    [Fact]
    public async Task A_category_that_moves_takes_what_is_below_along()
    {
        var api = (await Store.Open()).Test;
        var a = await Category(api, "A");
        var b = await Category(api, "B", a);
        var c = await Category(api, "C", b);
        await api.Ok("POST /v2/products", new { name = "Thing", price = 1, sku = "THING", categories = new[] { "c" } });
        await api.Ok($"PUT /v2/categories/{b["id"]}", new { parent_id = (string?)null, slug = "bee" });
        Assert.Equal("""["bee","c"]""", (await api.Ok($"GET /v2/categories/{c["id"]}"))["path"]!.ToJsonString());
        Assert.Empty((await api.Ok("GET /v2/products?category=a"))["data"]!.AsArray());
        Assert.Single((await api.Ok("GET /v2/products?category=bee"))["data"]!.AsArray());
    }

    [Fact]
    public async Task A_category_below_itself_is_a_conflict()
    {
        var api = (await Store.Open()).Test;
        var a = await Category(api, "A");
        var b = await Category(api, "B", a);
        foreach (var parent in (JsonNode[])[a, b])
            Assert.Equal("category_cycle", (string?)(await api.Refused(409, $"PUT /v2/categories/{a["id"]}", new { parent_id = (string?)parent["id"] }))["code"]);
    }

    [Fact]
    public async Task Two_opposite_moves_at_once_close_no_circle()
    {
        var api = (await Store.Open()).Test;
        for (var round = 0; round < 5; round++)
        {
            var (a, b) = (await Category(api, $"A {round}"), await Category(api, $"B {round}"));
            var moves = await Task.WhenAll(
                api.Send($"PUT /v2/categories/{a["id"]}", new { parent_id = (string?)b["id"] }),
                api.Send($"PUT /v2/categories/{b["id"]}", new { parent_id = (string?)a["id"] }));
            Assert.Equal([200, 409], moves.Select(move => move.Status).Order());
        }
    }

    [Fact]
    public async Task A_category_is_deleted_from_its_products_but_not_from_above_others()
    {
        var api = (await Store.Open()).Test;
        var a = await Category(api, "A");
        var b = await Category(api, "B", a);
        await api.Ok("POST /v2/products", new { name = "Thing", price = 1, sku = "THING", categories = new[] { "b", "new" } });
        Assert.Equal("category_not_empty", (string?)(await api.Refused(409, $"DELETE /v2/categories/{a["id"]}"))["code"]);
        Assert.Equal(204, (await api.Send($"DELETE /v2/categories/{b["id"]}")).Status);
        Assert.Equal(204, (await api.Send($"DELETE /v2/categories/{a["id"]}")).Status);
        Assert.Equal("""["new"]""", (await api.Ok("GET /v2/products/THING"))["categories"]!.ToJsonString());
    }

    [Fact]
    public async Task Products_that_name_a_new_category_at_once_are_all_taken()
    {
        var api = (await Store.Open()).Test;
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
            api.Send("POST /v2/products", new { name = "P", price = 1, sku = $"P{i}", categories = i % 2 == 0 ? new[] { "x", "y" } : ["y", "x"] })));
        Assert.All(answers, answer => Assert.Equal(201, answer.Status));
        Assert.Equal(["X", "Y"], (await api.Ok("GET /v2/categories"))["data"]!.AsArray().Select(c => (string?)c!["name"]));
    }
}
