using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Aura.Connectors.Shops;
using Aura.Tests.Connectors.Shops;
using Aura.Tests.Messages;
using static Aura.Tests.Winback.Recovery.WinbackShop;

namespace Aura.Tests.Winback.Recovery;

public sealed class ShopifyTests
{
    private const string Secret = "hush";

    private static JsonObject Checkout(DateTime at, string token = "t1", decimal total = 120) => new()
    {
        ["id"] = $"id-{token}", ["token"] = token, ["cart_token"] = $"cart-{token}", ["email"] = "ann@b.co", ["currency"] = "USD", ["subtotal_price"] = $"{total}", ["total_price"] = $"{total + 9}",
        ["created_at"] = at, ["updated_at"] = at, ["completed_at"] = null, ["abandoned_checkout_url"] = "https://other.example/checkouts/t1?recovered=1",
        ["customer"] = new JsonObject { ["id"] = 207, ["first_name"] = "Ann", ["last_name"] = "Lee" },
        ["line_items"] = new JsonArray(new JsonObject { ["title"] = "Blue shirt", ["sku"] = "SHIRT", ["quantity"] = 2, ["price"] = "60.00" }),
    };

    private static JsonObject Order(DateTime at, string? checkout = "t1", string email = "ann@b.co", DateTime? cancelled = null) => new()
    {
        ["id"] = 900, ["checkout_token"] = checkout, ["email"] = email, ["currency"] = "USD", ["total_price"] = "129.00", ["created_at"] = at, ["updated_at"] = cancelled ?? at, ["cancelled_at"] = cancelled,
    };

    private static async Task<Store> Connected()
    {
        var store = await Store.Open();
        await store.Test.Ok($"POST {Api}/developer/integrations", new { service = "shopify", settings = new { accessToken = "x", webhookSecret = Secret } });
        return store;
    }

    private static async Task<(int Status, bool? Changed)> Tell(Store store, string topic, string body, string secret = Secret)
    {
        using var shop = store.Server.Client(null);
        var mac = Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(body)));
        var (status, answer) = await shop.Send($"POST {Api}/hooks/shopify/tenant_{store.Account.Sandbox.Id}", body, ("X-Shopify-Topic", topic), ("X-Shopify-Hmac-Sha256", mac));
        return (status, (bool?)answer?["changed"]);
    }

    private static async Task<JsonNode> Only(Store store) => Assert.Single((await store.Test.Ok($"GET {Api}/carts"))["carts"]!.AsArray())!;

    private static async Task<DateTime> Now(Store store) => await store.Database((db, _) => Task.FromResult(db.Now));

    [Fact]
    public async Task A_checkout_is_watched_left_reminded_of_and_bought()
    {
        var store = await Connected();
        await store.Workflow(["cart_products contains 'SHIRT'"], ["send_email", new { type = "send_email", delayHours = 24 }]);
        await store.Shopper("shopify_207", email: "ann@b.co");
        var began = await Now(store);

        Assert.Equal((200, true), await Tell(store, "checkouts/create", Checkout(began).ToJsonString()));
        await store.Advance("PT10M");
        var left = await Only(store);
        using var visitor = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = store.Server.Address };
        using var back = await visitor.GetAsync(new Uri((await store.Messages())[0].Links[0]).AbsolutePath);
        Assert.Equal((200, true), await Tell(store, "orders/create", Order(began.AddHours(1)).ToJsonString()));
        await store.Advance("P3D");
        var bought = await Only(store);

        Assert.Equal(("shopify", "abandoned", "checkout", "shopify_207", 120m), ((string?)left["source"], (string?)left["status"], (string?)left["abandonment"], (string?)left["customerId"], (decimal)left["cartValue"]!));
        Assert.Equal("https://other.example/checkouts/t1?recovered=1", back.Headers.Location?.ToString());
        Assert.Equal(("recovered", "direct", 129m, "900"), ((string?)bought["status"], (string?)bought["attribution"], (decimal)bought["revenue"]!, (string?)bought["orderId"]));
        Assert.Single(await store.Messages());
        Assert.Equal((200, true), await Tell(store, "orders/updated", Order(began.AddHours(1), cancelled: began.AddHours(30)).ToJsonString()));
        Assert.Equal(0m, (decimal)(await Only(store))["revenue"]!);
    }

    [Fact]
    public async Task Messages_that_come_twice_or_late_change_nothing()
    {
        var store = await Connected();
        var (first, second) = (Checkout(await Now(store)), Checkout((await Now(store)).AddMinutes(-1), total: 40));

        Assert.Equal((200, true), await Tell(store, "checkouts/update", first.ToJsonString()));
        Assert.Equal((200, false), await Tell(store, "checkouts/update", first.ToJsonString()));
        Assert.Equal((200, false), await Tell(store, "checkouts/create", second.ToJsonString()));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Tell(store, "checkouts/create", Checkout(DateTime.UnixEpoch, "t2").ToJsonString())));

        Assert.Equal([120m, 120m], (await store.Test.Ok($"GET {Api}/carts"))["carts"]!.AsArray().Select(cart => (decimal)cart!["cartValue"]!));
    }

    [Fact]
    public async Task An_order_that_is_told_before_its_checkout_closes_it_and_nobody_is_written_to()
    {
        var store = await Connected();
        await store.Workflow([], ["send_email"]);
        await store.Shopper("shopify_207", email: "ann@b.co");
        var began = await Now(store);

        await Tell(store, "orders/create", Order(began).ToJsonString());
        await Tell(store, "checkouts/create", Checkout(began).ToJsonString());
        await store.Advance("P3D");

        Assert.Equal("closed", (string?)(await Only(store))["status"]);
        Assert.Empty(await store.Messages());
        Assert.Empty(await store.Happened());
    }

    [Fact]
    public async Task An_order_on_another_path_by_the_same_address_ends_the_journey()
    {
        var store = await Connected();
        await store.Workflow([], [new { type = "send_email", delayHours = 5 }]);
        await store.Shopper("shopify_207", email: "ann@b.co");
        var began = await Now(store);
        await Tell(store, "checkouts/create", Checkout(began).ToJsonString());
        await store.Advance("PT1H");

        await Tell(store, "orders/create", Order(began.AddMinutes(50), checkout: null, email: "Ann@B.co").ToJsonString());
        await store.Advance("P1D");

        Assert.Empty(await store.Messages());
        Assert.Equal(["exited ordered"], await store.Journeys());
        Assert.Equal("recovered", (string?)(await Only(store))["status"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_order_is_owed_to_the_campaign_whose_link_its_buyer_followed(bool hasCheckout)
    {
        var (store, campaign, began) = await Followed(hasCheckout);

        Assert.Equal((200, true), await Tell(store, "orders/create", Order(began.AddHours(1), checkout: hasCheckout ? "t1" : null, email: "Ann@B.co").ToJsonString()));
        Assert.Equal((200, false), await Tell(store, "orders/create", Order(began.AddHours(1), checkout: hasCheckout ? "t1" : null, email: "Ann@B.co").ToJsonString()));
        await store.Advance("PT1M");
        var stats = await Stats(store, campaign);
        await store.Verify();
        await Tell(store, "orders/cancelled", Order(began.AddHours(1), cancelled: began.AddHours(3)).ToJsonString());

        Assert.Equal((1, 129m), stats);
        Assert.Equal((1, 0m), await Stats(store, campaign));
        if (hasCheckout)
            Assert.Equal(("recovered", "direct", 0m), await Only(store) is var cart ? ((string?)cart["status"], (string?)cart["attribution"], (decimal?)cart["revenue"]) : default);
        await store.Verify();
    }

    [Fact]
    public async Task An_order_of_somebody_who_followed_no_link_is_owed_to_no_campaign()
    {
        var (store, campaign, began) = await Followed(hasCheckout: false);

        await Tell(store, "orders/create", Order(began.AddHours(1), checkout: null, email: "bob@b.co").ToJsonString());
        await store.Advance("PT1M");

        Assert.Equal((0, 0m), await Stats(store, campaign));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_order_that_is_claimed_for_a_cart_is_no_longer_owed_elsewhere_nor_ever_again(bool toldFirst)
    {
        var (store, campaign, began) = await Followed(hasCheckout: false);
        var (cart, other) = (await store.Cart(new { email = "ann@b.co", cartValue = 50 }), await store.Cart(new { email = "ann@b.co", cartValue = 60 }));
        if (toldFirst)
            await Tell(store, "orders/create", Order(began.AddHours(1), checkout: null).ToJsonString());
        await store.Test.Ok($"POST {Api}/carts/{cart}/recover", new { orderId = "900" });
        if (!toldFirst)
            await Tell(store, "orders/create", Order(began.AddHours(1), checkout: null).ToJsonString());
        var (status, refusal) = await store.Test.Send($"POST {Api}/carts/{other}/recover", new { orderId = "900" });
        await store.Advance("PT1M");

        Assert.Equal((409, "ORDER_CREDITED"), (status, (string?)refusal!["error"]));
        Assert.Equal((1, 50m), await Stats(store, campaign));
        Assert.Equal("recovered", (string?)(await store.ShownCart(cart))["status"]);
        await Tell(store, "orders/cancelled", Order(began.AddHours(1), checkout: null, cancelled: began.AddHours(3)).ToJsonString());
        Assert.Equal((1, 0m), await Stats(store, campaign));
        await store.Verify();
    }

    [Fact]
    public async Task A_checkout_that_says_itself_that_it_was_bought_earns_nothing_once_its_order_is_cancelled()
    {
        var (store, campaign, began) = await Followed(hasCheckout: true);
        var completed = Checkout(began.AddHours(1));
        completed["completed_at"] = began.AddHours(1);

        await Tell(store, "checkouts/update", completed.ToJsonString());
        await Tell(store, "orders/create", Order(began.AddHours(1)).ToJsonString());
        var stats = await Stats(store, campaign);
        await Tell(store, "orders/cancelled", Order(began.AddHours(1), cancelled: began.AddHours(3)).ToJsonString());

        Assert.Equal((1, "900", 0m), (stats.Conversions, (string?)(await Only(store))["orderId"], (decimal)(await Only(store))["revenue"]!));
        Assert.Equal((1, 0m), await Stats(store, campaign));
        await store.Verify();
    }

    /// <summary>Ann has followed the link of a campaign; perhaps she had left a checkout before.</summary>
    private static async Task<(Store Store, string Campaign, DateTime Began)> Followed(bool hasCheckout)
    {
        var store = await Connected();
        await store.Shopper("shopify_207", email: "ann@b.co");
        var began = await Now(store);
        if (hasCheckout)
            await Tell(store, "checkouts/create", Checkout(began).ToJsonString());
        await store.Advance("PT30M");
        var campaign = (string)(await store.Test.Ok($"POST {Api}/campaigns", new { name = "Sale", customerIds = new[] { "shopify_207" }, personalizations = new { url = "https://other.example/sale" } }))["campaignId"]!;
        await store.Test.Ok($"POST {Api}/campaigns/{campaign}/send");
        await store.Advance("PT1M");
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var followed = await browser.GetAsync(new Uri(Regex.Match((await store.Messages())[^1].Html!, "href=\"([^\"]*/m/c/[^\"]*)\"").Groups[1].Value));
        Assert.Equal("https://other.example/sale", followed.Headers.Location?.ToString());
        await store.Advance("PT1H");
        return (store, campaign, began);
    }

    private static async Task<(int Conversions, decimal Revenue)> Stats(Store store, string campaign) =>
        (await store.Test.Ok($"GET {Api}/campaigns/{campaign}/stats"))["stats"] is { } stats ? ((int)stats["conversions"]!, (decimal)stats["revenue"]!) : default;

    [Fact]
    public async Task What_is_not_signed_or_makes_no_sense_is_refused()
    {
        var store = await Connected();

        Assert.Equal(401, (await Tell(store, "checkouts/create", Checkout(DateTime.UnixEpoch).ToJsonString(), "guess")).Status);
        Assert.Equal(401, (await Tell(await Store.Open(), "checkouts/create", "{}", "")).Status);
        Assert.Equal(422, (await Tell(store, "checkouts/create", "{}")).Status);
        Assert.Equal(422, (await Tell(store, "orders/create", "[3]")).Status);
        Assert.Equal(422, (await Tell(store, "orders/create", "{")).Status);
        Assert.Equal((200, false), await Tell(store, "products/update", "{}"));
    }

    /// <summary>Payloads that the libraries of Shopify's users are tested with; where they are not installed this says nothing.</summary>
    [Fact]
    public void Recorded_payloads_are_understood()
    {
        if (Recorded("shopify_python_api/checkouts.json") is not { } checkouts || Recorded("shopify_python_api/order.json") is not { } orders || Recorded("go-shopify/order.json") is not { } others)
            return;
        var checkout = ShopifyHook.Checkout(checkouts.GetProperty("checkouts")[0]);
        var order = ShopifyHook.Order(orders.GetProperty("order"));
        var other = ShopifyHook.Order(others.GetProperty("order"));

        Assert.Equal(("bob.norman@hostmail.com", "USD", 398m, 2, "US"), (checkout.Person.Email, checkout.Currency, checkout.Total, checkout.Lines.Count, checkout.Person.Country));
        Assert.Equal(new DateTime(2012, 10, 12, 11, 5, 27, DateTimeKind.Utc), checkout.UpdatedAt);
        Assert.NotEmpty(checkout.Keys.Intersect(order.Keys));
        Assert.Equal((409.94m, (DateTime?)null), (order.Total, order.CancelledAt));
        Assert.Equal((9.5m, "jon@doe.ca", true), (other.Total, other.Person.Email, other.CancelledAt is not null));
    }

    private static JsonElement? Recorded(string file) => ShopTexts.Data($"payloads/shopify/{file}") is { } path ? JsonDocument.Parse(File.ReadAllText(path)).RootElement : null;
}
