using System.Globalization;

namespace Aura.Tests.V2;

public sealed class LocalPricesTests
{
    [Theory]
    [InlineData(19999, "USD", "en-US", "$199.99")]
    [InlineData(19999, "JPY", "en-US", "¥19,999")]
    [InlineData(1234567, "KWD", "en-US", "KWD 1,234.567")]
    [InlineData(19999, "EUR", "de-DE", "199,99 €")]
    [InlineData(19999, "USD", "de-DE", "199,99 $")]
    [InlineData(19999, "USD", "en-CA", "US$199.99")]
    [InlineData(19999, "CAD", "en-CA", "$199.99")]
    [InlineData(19999, "CAD", "en-US", "CA$199.99")]
    [InlineData(0, "GBP", "en-GB", "£0.00")]
    [InlineData(123456700, "EUR", "fr-FR", "1 234 567,00 €")]
    public void An_amount_is_written_as_its_currency_and_the_language_have_it(long minor, string currency, string culture, string text) =>
        Assert.Equal(text, Plain(new Money(minor, Currency.Of(currency)).Formatted(CultureInfo.GetCultureInfo(culture))));

    /// <summary>A product at 199.99 USD with a price in yen, and two variants, of which the second has prices of its own.</summary>
    private static async Task<(Store Store, string Product)> Shop()
    {
        var store = await Store.Open();
        var product = await store.Test.Ok("POST /v2/products", new
        {
            name = "Headphones", sku = "H", price = 199.99, compare_at_price = 249, prices = new { JPY = 19999 },
            variants = new object[] { new { sku = "H-1" }, new { sku = "H-2", price = 209.5, prices = new { EUR = 189.9 } } },
        });
        return (store, (string)product["id"]!);
    }

    private static (string, string)[] In(string currency, string? language = null) =>
        language is null ? [("X-Currency", currency)] : [("X-Currency", currency), ("Accept-Language", language)];

    [Fact]
    public async Task With_a_currency_prices_are_objects_and_without_one_they_stay_numbers()
    {
        var (store, product) = await Shop();
        var plain = await store.Test.Ok($"GET /v2/products/{product}");
        Assert.Equal("199.99", plain["price"]!.ToJsonString());
        var dollars = await store.Test.Ok($"GET /v2/products/{product}", null, In("usd"));
        Assert.Equal("""{"amount":19999,"currency":"USD","formatted":"$199.99"}""", dollars["price"]!.ToJsonString());
        Assert.Equal(24900, (int?)dollars["compare_at_price"]!["amount"]);
        Assert.Equal("$209.50", (string?)dollars["variants"]![1]!["price"]!["formatted"]);
        Assert.Null(dollars["variants"]![0]!["price_override"]);
        Assert.Equal(20950, (int?)dollars["variants"]![1]!["price_override"]!["amount"]);
        Assert.Equal("199,99 $", Plain((string?)(await store.Test.Ok("GET /v2/products/H", null, In("USD", "xx, de;q=0.8, en;q=0.5")))["price"]!["formatted"]));
    }

    [Fact]
    public async Task Prices_are_those_that_the_store_has_set_and_never_converted()
    {
        var (store, product) = await Shop();
        var yen = (await store.Test.Ok("GET /v2/products", null, In("JPY")))["data"]![0]!;
        Assert.Equal("""{"amount":19999,"currency":"JPY"}""", new System.Text.Json.Nodes.JsonObject { ["amount"] = (int?)yen["price"]!["amount"], ["currency"] = (string?)yen["price"]!["currency"] }.ToJsonString());
        Assert.Equal("¥19,999", (string?)yen["price"]!["formatted"]);
        Assert.Equal(["19999", "19999"], yen["variants"]!.AsArray().Select(v => v!["price"]!["amount"]!.ToJsonString()));
        Assert.Null(yen["compare_at_price"]);
        var euros = await store.Test.Ok($"GET /v2/products/{product}", null, In("EUR"));
        Assert.Null(euros["price"]);
        var variants = (await store.Test.Ok($"GET /v2/products/{product}/variants", null, In("EUR", "de")))["data"]!;
        Assert.Null(variants[0]!["price"]);
        Assert.Equal("189,90 €", Plain((string?)variants[1]!["price"]!["formatted"]));
        var variant = await store.Test.Ok($"GET /v2/products/{product}/variants/{variants[1]!["id"]}", null, In("EUR"));
        Assert.Equal("€189.90", (string?)variant["price_override"]!["formatted"]);
    }

    [Fact]
    public async Task An_unknown_currency_is_refused()
    {
        var (store, product) = await Shop();
        foreach (var path in (string[])[$"/v2/products/{product}", "/v2/products", $"/v2/products/{product}/variants"])
            await store.Test.Refused(400, $"GET {path}", null, In("XYZ"));
    }

    [Fact]
    public async Task Caches_are_told_what_the_answer_depends_on()
    {
        var (store, product) = await Shop();
        using var plain = await store.Test.Answer($"GET /v2/products/{product}");
        using var yen = await store.Test.Answer($"GET /v2/products/{product}", null, In("JPY"));
        foreach (var answer in (HttpResponseMessage[])[plain, yen])
            Assert.Superset(new HashSet<string> { "X-Currency", "Accept-Language" }, answer.Headers.Vary.SelectMany(value => value.Split(", ")).ToHashSet());
        Assert.NotEqual(plain.Headers.ETag, yen.Headers.ETag);
    }

    [Fact]
    public async Task The_description_of_the_API_says_both_forms_and_the_headers()
    {
        var description = await (await TestServer.Shared).Client(null).Ok("GET /openapi/platform.json");
        var list = description["paths"]!["/v2/products"]!["get"]!["parameters"]!.AsArray().Select(p => (string?)p!["name"]).ToList();
        Assert.Contains("X-Currency", list);
        Assert.Contains("Accept-Language", list);
        Assert.Contains("formatted", description["components"]!["schemas"]!["ProductResponse"]!["properties"]!["price"]!.ToJsonString() + description["components"]!["schemas"]!["Price"] + description["components"]!["schemas"]!["LocalPrice"]);
        Assert.Contains("\"decimal\"", description["components"]!["schemas"]!["ProductResponse"]!["properties"]!["price"]!.ToJsonString() + description["components"]!["schemas"]!["Price"]?.ToJsonString());
    }

    /// <summary>With the spaces that do not break made into plain ones.</summary>
    private static string? Plain(string? text) => text?.Replace('\u00a0', ' ').Replace('\u202f', ' ');
}
