using Aura.Brands;

namespace Aura.Tests.Winback;

public sealed class WhiteLabelTests
{
    private const string Api = "/api/abandoned-checkout-winback/whitelabel";

    [Fact]
    public async Task A_locale_is_kept_as_it_was_given_and_its_code_is_checked()
    {
        var store = await Store.Open();

        var id = (await store.Test.Ok($"POST {Api}/localization", new { code = "es", name = "Spanish", enabled = true, translations = new { greeting = "¡Hola!" } }))["localeId"];
        var shown = (await store.Test.Ok($"GET {Api}/localization"))["locales"]![0]!;
        await store.Test.Ok($"PUT {Api}/localization/{id}", new { enabled = false, code = "pt-br" });
        var changed = (await store.Test.Ok($"GET {Api}/localization/{id}"))["locale"]!;

        Assert.Equal(("es", "Spanish", true, "¡Hola!"), ((string?)shown["code"], (string?)shown["name"], (bool)shown["enabled"]!, (string?)shown["translations"]!["greeting"]));
        Assert.Equal(("pt-BR", false), ((string?)changed["code"], (bool)changed["enabled"]!));
        await store.Test.Refused(422, $"POST {Api}/localization", new { code = "klingonish", name = "Klingon" });
        await store.Test.Refused(422, $"POST {Api}/localization", new { code = "xx-YY", name = "Nowhere" });
        await store.Test.Refused(409, $"POST {Api}/localization", new { code = "pt-BR", name = "Again" });
        await store.Test.Ok($"DELETE {Api}/localization/{id}");
        await store.Test.Refused(404, $"GET {Api}/localization/{id}");
    }

    [Fact]
    public async Task Words_of_a_region_stand_over_those_of_its_language()
    {
        var store = await Store.Open();
        await store.Test.Ok($"POST {Api}/localization", new { code = "pt", name = "Portuguese", translations = new { bus = "autocarro", hi = "olá" } });
        await store.Test.Ok($"POST {Api}/localization", new { code = "pt-BR", name = "Brazilian", translations = new { bus = "ônibus" } });
        await store.Test.Ok($"PUT {Api}/settings", new { defaultLocale = "pt" });

        var (brazil, usual, none) = await store.Database(async (db, _) => (await db.TranslationsIn("pt-BR", default), await db.TranslationsIn(null, default), await db.TranslationsIn("fr", default)));

        Assert.Equal(("ônibus", "olá", "autocarro"), (brazil["bus"], brazil["hi"], usual["bus"]));
        Assert.Empty(none);
    }

    [Fact]
    public async Task Messages_speak_with_the_shops_own_words()
    {
        var store = await Store.Open();
        await store.Test.Ok($"POST {Api}/localization", new { code = "es", name = "Spanish", translations = new { greeting = "¡Hola!" } });
        await store.Test.Ok($"PUT {Api}/settings", new { companyName = "Acme Iberia", supportEmail = "ayuda@acme.example" });

        var values = await store.Database((db, _) => Aura.Messages.MessageRendering.SharedValues(db, "Ana", null, "es-MX", default));
        var text = Aura.Messages.TemplateEngine.Fill("{{t.greeting}} {{shopName}} {{supportEmail}}", values, isHtml: false);

        Assert.Equal("¡Hola! Acme Iberia ayuda@acme.example", text);
    }

    [Fact]
    public async Task Settings_can_be_reset_to_what_they_were()
    {
        var store = await Store.Open();
        var before = (await store.Test.Ok($"GET {Api}/settings"))["settings"]!.ToJsonString();
        var brand = (await store.Test.Ok($"POST {Api}/brands", new { name = "Acme" }))["brandId"];

        var changed = (await store.Test.Ok($"PUT {Api}/settings", new { companyName = "Acme", supportEmail = "help@acme.example", defaultBrandId = brand, hideBranding = true, defaultLocale = "de" }))["settings"]!;
        var reset = await store.Test.Ok($"POST {Api}/settings/reset");

        Assert.Equal(("Acme", (string?)brand, true), ((string?)changed["companyName"], (string?)changed["defaultBrandId"], (bool)changed["hideBranding"]!));
        Assert.Equal((before, before), (reset["settings"]!.ToJsonString(), (await store.Test.Ok($"GET {Api}/settings"))["settings"]!.ToJsonString()));
        await store.Test.Refused(422, $"PUT {Api}/settings", new { supportEmail = "nobody" });
        await store.Test.Refused(422, $"PUT {Api}/settings", new { defaultBrandId = "brand_1" });
        await store.Test.Refused(422, $"PUT {Api}/settings", new { colour = "blue" });
    }

    [Fact]
    public async Task A_store_is_added_changed_removed_and_given_back()
    {
        var store = await Store.Open();
        var (brand, domain) = ((await store.Test.Ok($"POST {Api}/brands", new { name = "Acme" }))["brandId"], $"{Guid.CreateVersion7():n}.example.com");

        var id = (await store.Test.Ok($"POST {Api}/multi-store", new { name = "Second", domain, brandId = brand }))["storeId"];
        await store.Test.Ok($"PUT {Api}/multi-store/{id}", new { name = "Second shop" });
        var shown = (await store.Test.Ok($"GET {Api}/multi-store/{id}"))["store"]!;
        var inIt = await store.Server.Client(store.Account.TestKey, domain).Send($"GET {Api}/brands");
        await store.Test.Ok($"DELETE {Api}/multi-store/{id}");
        var shut = await store.Server.Client(store.Account.TestKey, domain).Send($"GET {Api}/brands");
        var left = (await store.Test.Ok($"GET {Api}/multi-store"))["stores"]!.AsArray();
        var again = (await store.Test.Ok($"POST {Api}/multi-store", new { name = "Second", domain }))["storeId"];

        Assert.Equal(("Second shop", domain, (string?)brand, "active"), ((string?)shown["name"], (string?)shown["domain"], (string?)shown["brandId"], (string?)shown["status"]));
        Assert.Equal((200, 403), (inIt.Status, shut.Status));
        Assert.DoesNotContain(left, one => (string?)one!["domain"] == domain);
        Assert.Equal((string?)id, (string?)again);
        await store.Test.Refused(409, $"DELETE {Api}/multi-store/tenant_{store.Account.Sandbox.Id}");
        await store.Test.Refused(422, $"POST {Api}/multi-store", new { name = "Bad", domain = "no domain" });
        await store.Test.Refused(409, $"POST {Api}/multi-store", new { name = "Twice", domain });
    }

    [Fact]
    public async Task A_store_of_another_account_is_not_there()
    {
        var (mine, other) = (await Store.Open(), await Store.Open());

        await mine.Test.Refused(404, $"GET {Api}/multi-store/tenant_{other.Account.Sandbox.Id}");
        await mine.Test.Refused(404, $"DELETE {Api}/multi-store/tenant_{other.Account.Sandbox.Id}");
        await mine.Test.Refused(404, $"GET {Api}/multi-store/tenant_{mine.Account.Live.Id}"); // a test key sees sandboxes
    }

    [Fact]
    public async Task Isolation_is_found_by_checks_that_run()
    {
        var store = await Store.Open();
        await store.Test.Ok($"POST {Api}/brands", new { name = "Acme" });

        var status = await store.Test.Ok($"GET {Api}/tenant-isolation/status");
        var audit = await store.Test.Ok($"GET {Api}/tenant-isolation/audit");

        Assert.Equal((true, "postgresql", $"tenant_{store.Account.Sandbox.Id}"), ((bool)status["isolated"]!, (string?)status["storage"], (string?)status["namespace"]));
        Assert.True((long)status["records"]! > 0);
        Assert.True((bool)audit["compliant"]!);
        Assert.Equal(6, audit["checks"]!.AsArray().Count);
        Assert.All(audit["checks"]!.AsArray(), check => Assert.True((bool)check!["passed"]!, check.ToJsonString()));
        Assert.Equal("0", Assert.Single(await store.Server.Rows("SELECT count(*) FROM audit_logs WHERE resource = 'isolation' AND tenant_id = $1", store.Account.Sandbox.Id)));
    }

    /// <remarks>On a server of its own, for it breaks the schema.</remarks>
    [Fact]
    public async Task A_schema_that_keeps_stores_apart_no_longer_is_found_out()
    {
        await using var server = await TestServer.Start();
        var store = await Store.Open(server: server);
        await server.Rows("CREATE UNIQUE INDEX leaky ON brands (name)");

        var audit = await store.Test.Ok($"GET {Api}/tenant-isolation/audit");

        Assert.False((bool)audit["compliant"]!);
        Assert.Contains("leaky", (string?)audit["checks"]!.AsArray().Single(check => !(bool)check!["passed"]!)!["detail"], StringComparison.Ordinal);
        Assert.False((bool)(await store.Test.Ok($"GET {Api}/tenant-isolation/status"))["isolated"]!);
    }

    [Fact]
    public async Task Keys_for_several_stores_are_refused_where_the_rule_says_so()
    {
        var store = await Store.Open();
        await store.Test.Refused(409, $"POST {Api}/tenant-isolation/configure", new { rules = new { forbidKeysForSeveralStores = true } });
        var own = (string)(await store.Test.Ok("POST /v2/api-keys", new { name = "Own", tenant_ids = new[] { $"tenant_{store.Account.Sandbox.Id}" } }))["key"]!;
        var api = store.Server.Client(own, store.Account.Sandbox.Domain);

        await api.Ok($"POST {Api}/tenant-isolation/configure", new { rules = new { forbidKeysForSeveralStores = true } });
        var kept = await api.Send($"GET {Api}/brands");
        var out1 = await store.Test.Send($"GET {Api}/brands");
        var out2 = await store.Test.Send("GET /v2/customers");
        var audit = await api.Ok($"GET {Api}/tenant-isolation/audit");

        Assert.Equal((200, 404, 403), (kept.Status, out1.Status, out2.Status));
        Assert.False((bool)audit["compliant"]!);
        await api.Refused(422, $"POST {Api}/tenant-isolation/configure", new { rules = new { forbidEverything = true } });
    }

    [Fact]
    public async Task Nothing_is_sent_to_plain_addresses_where_the_rule_says_so()
    {
        await using var receiver = await Events.WebhookReceiver.Start();
        var store = await Store.Open();
        var webhook = (await store.Test.Ok("POST /v2/webhooks", new { url = receiver.Url, events = new[] { "customer.created" } }))["id"];
        await store.Test.Ok($"POST {Api}/tenant-isolation/configure", new { rules = new { requireHttpsWebhooks = true } });

        await store.Test.Ok("POST /v2/customers", new { email = "a@b.co" });
        await store.Advance("PT0S");
        var delivery = (await store.Test.Ok($"GET /v2/webhooks/{webhook}/deliveries"))["data"]![0]!;

        Assert.Equal("canceled", (string?)delivery["status"]);
        Assert.Empty(receiver.Messages);
    }
}
