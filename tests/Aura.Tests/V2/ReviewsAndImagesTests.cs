namespace Aura.Tests.V2;

public sealed class ReviewsAndImagesTests
{
    [Fact]
    public async Task Reviews_are_listed_embedded_and_averaged()
    {
        var api = (await Store.Open()).Test;
        var product = (await api.Ok("POST /v2/products", new { name = "Mug", price = 1, sku = "MUG" }))["id"];
        var customer = (string?)(await api.Ok("POST /v2/customers", new { email = "a@b.co" }))["id"];
        Assert.Null((await api.Ok($"GET /v2/products/{product}"))["rating"]!["average"]);
        foreach (var rating in (int[])[5, 4, 4])
            await api.Ok($"POST /v2/products/{product}/reviews", new { customer_id = customer, rating, title = $"{rating} stars", body = "Holds tea." });
        var shown = await api.Ok($"GET /v2/products/{product}?include=variants,images,reviews");
        Assert.Equal("""{"average":4.33,"count":3}""", shown["rating"]!.ToJsonString());
        Assert.Equal(["4 stars", "4 stars", "5 stars"], shown["reviews"]!.AsArray().Select(r => (string?)r!["title"]));
        Assert.False((await api.Ok($"GET /v2/products/{product}")).AsObject().ContainsKey("reviews"));
        var list = await api.Ok($"GET /v2/products/{product}/reviews?limit=2");
        Assert.Equal(3, (int?)list["pagination"]!["total_items"]);

        var hidden = await api.Ok($"PUT /v2/products/{product}/reviews/{list["data"]![0]!["id"]}", new { status = "hidden" });
        Assert.Equal("hidden", (string?)hidden["status"]);
        shown = await api.Ok($"GET /v2/products/{product}?include=reviews");
        Assert.Equal("""{"average":4.5,"count":2}""", shown["rating"]!.ToJsonString());
        Assert.Equal(2, shown["reviews"]!.AsArray().Count);
        Assert.Equal(2, (await api.Ok($"GET /v2/products/{product}/reviews?status=published"))["data"]!.AsArray().Count);
    }

    [Fact]
    public async Task Reviews_that_come_at_once_are_all_counted()
    {
        var api = (await Store.Open()).Test;
        var product = (await api.Ok("POST /v2/products", new { name = "Mug", price = 1, sku = "MUG" }))["id"];
        var customer = (string?)(await api.Ok("POST /v2/customers", new { email = "a@b.co" }))["id"];
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => api.Ok($"POST /v2/products/{product}/reviews", new { customer_id = customer, rating = 3 })));
        Assert.Equal("""{"average":3,"count":10}""", (await api.Ok($"GET /v2/products/{product}"))["rating"]!.ToJsonString());
    }

    [Theory]
    [InlineData("""{"rating": 6, "customer_id": "CUSTOMER"}""", "rating")]
    [InlineData("""{"rating": 0, "customer_id": "CUSTOMER"}""", "rating")]
    [InlineData("""{"rating": 4.5, "customer_id": "CUSTOMER"}""", "rating")]
    [InlineData("""{"customer_id": "CUSTOMER"}""", "rating")]
    [InlineData("""{"rating": 4}""", "customer_id")]
    [InlineData("""{"rating": 4, "customer_id": "cust_1"}""", "customer_id")]
    public async Task A_wrong_review_is_refused(string body, string field)
    {
        var api = (await Store.Open()).Test;
        var product = (await api.Ok("POST /v2/products", new { name = "Mug", price = 1, sku = "MUG" }))["id"];
        var customer = (string?)(await api.Ok("POST /v2/customers", new { email = "a@b.co" }))["id"];
        var error = await api.Refused(422, $"POST /v2/products/{product}/reviews", body.Replace("CUSTOMER", customer));
        Assert.Equal(field, (string?)error["details"]![0]!["field"]);
        await api.Refused(404, "POST /v2/products/prod_1/reviews", new { customer_id = customer, rating = 3 });
        await api.Refused(400, $"GET /v2/products/{product}?include=comments");
    }

    [Fact]
    public async Task Images_are_added_at_their_place_and_removed()
    {
        var api = (await Store.Open()).Test;
        var product = (await api.Ok("POST /v2/products", new { name = "Mug", price = 1, sku = "MUG" }))["id"];
        async Task<string> Urls() => string.Join(' ', (await api.Ok($"GET /v2/products/{product}/images"))["data"]!.AsArray().Select(i => $"{i!["position"]}{((string)i["url"]!)[20..]}"));
        var a = await api.Ok($"POST /v2/products/{product}/images", new { url = "https://example.com/a", alt = "A" });
        await api.Ok($"POST /v2/products/{product}/images", new { url = "https://example.com/b" });
        await api.Ok($"POST /v2/products/{product}/images", new { url = "https://example.com/c", position = 1 });
        Assert.Equal("1c 2a 3b", await Urls());
        Assert.Equal(204, (await api.Send($"DELETE /v2/products/{product}/images/{a["id"]}")).Status);
        Assert.Equal("1c 2b", await Urls());
        await api.Refused(404, $"DELETE /v2/products/{product}/images/{a["id"]}");
        var error = await api.Refused(422, $"POST /v2/products/{product}/images", new { url = "file:///etc/passwd" });
        Assert.Equal("url", (string?)error["details"]![0]!["field"]);
    }
}
