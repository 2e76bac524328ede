namespace Aura.Tests.V2;

public sealed class ShippingAndTaxTests
{
    [Fact]
    public async Task A_new_store_offers_the_standard_method_in_its_currency()
    {
        var store = await Store.Open(currency: "EUR");

        var method = Assert.Single((await store.Test.Ok("GET /v2/shipping/methods"))["data"]!.AsArray())!;

        Assert.Equal("standard", (string?)method["code"]);
        Assert.Equal("EUR", (string?)method["zones"]![0]!["prices"]![0]!["currency"]);
        Assert.Equal(5m, (decimal)method["zones"]![0]!["prices"]![0]!["amount"]!);
    }

    [Fact]
    public async Task Many_at_once_get_one_standard_method()
    {
        var store = await Store.Open();

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => store.Test.Ok("GET /v2/shipping/methods")));

        Assert.Single((await store.Test.Ok("GET /v2/shipping/methods"))["data"]!.AsArray());
    }

    [Fact]
    public async Task Rate_tables_come_back_as_they_were_given()
    {
        var store = await Store.Open();
        var created = await store.Test.Ok("POST /v2/shipping/methods", new
        {
            code = "heavy",
            name = "Heavy goods",
            zones = new[] { new { countries = new[] { "de", "FR" }, min_days = 2, max_days = 5, prices = new object[]
            {
                new { currency = "EUR", rate = "by_weight", free_over = 150.5m, bands = new object[] { new { up_to = 2000, amount = 4.9m }, new { up_to = 30000, amount = 12.9m } } },
                new { currency = "JPY", rate = "by_total", bands = new object[] { new { up_to = 10000, amount = 800m }, new { amount = 0m } } },
            } } },
        });

        var zone = (await store.Test.Ok($"GET /v2/shipping/methods/{created["id"]}"))["zones"]![0]!;

        Assert.Equal("""["DE","FR"]""", zone["countries"]!.ToJsonString());
        Assert.Equal("""[{"amount":4.9,"up_to":2000},{"amount":12.9,"up_to":30000}]""", zone["prices"]![0]!["bands"]!.ToJsonString());
        Assert.Equal("""[{"amount":800,"up_to":10000},{"amount":0,"up_to":null}]""", zone["prices"]![1]!["bands"]!.ToJsonString());
        Assert.Equal(150.5m, (decimal)zone["prices"]![0]!["free_over"]!);
    }

    [Theory]
    [InlineData("""{"code":"Not A Code","name":"x","zones":[{"countries":["*"],"prices":[{"currency":"USD","amount":5}]}]}""", "code")]
    [InlineData("""{"code":"a","name":"x","zones":[]}""", "zones")]
    [InlineData("""{"code":"a","name":"x","zones":[{"countries":["Germany"],"prices":[{"currency":"USD","amount":5}]}]}""", "zones[0].countries")]
    [InlineData("""{"code":"a","name":"x","zones":[{"countries":["*"],"prices":[{"currency":"USD"}]}]}""", "zones[0].prices[0].amount")]
    [InlineData("""{"code":"a","name":"x","zones":[{"countries":["*"],"prices":[{"currency":"USD","amount":-5}]}]}""", "zones[0].prices[0].bands")]
    [InlineData("""{"code":"a","name":"x","zones":[{"countries":["*"],"prices":[{"currency":"USD","amount":5.001}]}]}""", "zones[0].prices[0].amount")]
    public async Task A_method_that_cannot_be_used_is_refused_by_field(string body, string field)
    {
        var store = await Store.Open();

        var error = await store.Test.Refused(422, "POST /v2/shipping/methods", body);

        Assert.Equal(field, (string?)error["details"]![0]!["field"]);
    }

    [Fact]
    public async Task A_tax_region_is_kept_changed_and_deleted()
    {
        var store = await Store.Open();
        var region = await store.Test.Ok("POST /v2/tax-regions", new { country = "de", rates = new object[] { new { rate = 19m, name = "MwSt." }, new { rate = 7m, category = "reduced" } } });

        var changed = await store.Test.Ok($"PUT /v2/tax-regions/{region["id"]}", new { prices_include_tax = true });
        Assert.Equal("DE", (string?)changed["country"]);
        Assert.Equal(2, changed["rates"]!.AsArray().Count);
        Assert.True((bool)changed["prices_include_tax"]!);

        await store.Test.Ok($"DELETE /v2/tax-regions/{region["id"]}");
        await store.Test.Refused(404, $"GET /v2/tax-regions/{region["id"]}");
    }

    [Fact]
    public async Task Two_tax_regions_for_one_place_are_refused()
    {
        var store = await Store.Open();
        var region = new { country = "US", state = "CA", rates = new[] { new { rate = 7.25m } } };
        await store.Test.Ok("POST /v2/tax-regions", region);

        await store.Test.Refused(409, "POST /v2/tax-regions", region);
    }

    [Fact]
    public async Task An_empty_cart_costs_nothing_and_is_listed()
    {
        var store = await Store.Open();
        var cart = await store.Test.Ok("POST /v2/carts", new { email = "a@example.com", metadata = new { source = "ad" } });

        Assert.Equal(0m, (decimal)(await store.Test.Ok($"GET /v2/carts/{cart["id"]}?explain=true"))["total"]!);
        Assert.Equal((string?)cart["id"], (string?)(await store.Test.Ok("GET /v2/carts?email=a@example.com"))["data"]![0]!["id"]);
    }
}
