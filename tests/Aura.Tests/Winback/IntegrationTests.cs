using System.Text.Json.Nodes;
using Aura.Accounts;
using Aura.Integrations;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Aura.Tests.Winback;

public sealed class IntegrationTests
{
    private const string Api = "/api/abandoned-checkout-winback";

    [Fact]
    public async Task Connecting_flips_the_switch_and_disconnecting_flips_it_back()
    {
        var store = await Store.Open();

        var before = await Connected(store, "klaviyo");
        var made = await store.Test.Ok($"POST {Api}/integrations/connect", new { service = "klaviyo", apiKey = "pk_123456" });
        var between = await Connected(store, "klaviyo");
        var cut = await store.Test.Ok($"DELETE {Api}/integrations/disconnect?service=klaviyo");

        Assert.Equal((false, true, false), (before, between, await Connected(store, "klaviyo")));
        Assert.Equal((true, "klaviyo", true), ((bool)made["success"]!, (string?)made["service"], (bool)made["connected"]!));
        Assert.Equal((true, "klaviyo", false), ((bool)cut["success"]!, (string?)cut["service"], (bool)cut["connected"]!));
        Assert.False(await Connected(store, "twilio"));
    }

    [Fact]
    public async Task The_service_to_disconnect_may_stand_in_the_body_and_must_stand_somewhere()
    {
        var store = await Store.Open();
        await store.Test.Ok($"POST {Api}/integrations/connect", new { service = "twilio", apiKey = "t" });

        var body = await store.Test.Send($"DELETE {Api}/integrations/disconnect", new { shop = store.Account.Sandbox.Domain, service = "twilio" });

        Assert.Equal(200, body.Status);
        Assert.False(await Connected(store, "twilio"));
        await store.Test.Refused(400, $"DELETE {Api}/integrations/disconnect");
        await store.Test.Refused(422, $"DELETE {Api}/integrations/disconnect?service=pigeons");
        await store.Test.Refused(422, $"POST {Api}/integrations/connect", new { service = "pigeons", apiKey = "x" });
    }

    [Fact]
    public async Task A_credential_is_sealed_and_never_shown_and_modules_get_it_whole()
    {
        var store = await Store.Open();
        await store.Test.Ok($"POST {Api}/integrations/connect", new { service = "twilio", apiKey = "hunter2-token" });
        var made = await store.Test.Ok($"POST {Api}/developer/integrations", new
        {
            service = "twilio", name = "Texts", settings = new { accountSid = "AC1", from = "+15550100" },
        });

        var listed = (await store.Test.Ok($"GET {Api}/developer/integrations"))["integrations"]!.AsArray();
        var shown = await store.Test.Ok($"GET {Api}/developer/integrations/{made["integrationId"]}");
        var credential = await store.Database((db, services) => db.CredentialOf("twilio", services.GetRequiredService<KeyRing>(), default));

        var one = Assert.Single(listed)!;
        Assert.Equal(one.ToJsonString(), shown["integration"]!.ToJsonString());
        Assert.Equal(("twilio", "Texts", "AC1", "authToken"), ((string?)one["service"], (string?)one["name"], (string?)one["settings"]!["accountSid"], (string?)one["secrets"]![0]));
        Assert.Empty(made["missing"]!.AsArray());
        Assert.Equal(("hunter2-token", "AC1"), (credential!["authToken"], credential["accountSid"]));
        Assert.DoesNotContain("hunter2", listed.ToJsonString(), StringComparison.Ordinal);
        var kept = await store.Server.Rows("SELECT encode(secrets, 'escape') || settings::text FROM integrations WHERE tenant_id = $1", store.Account.Sandbox.Id);
        Assert.DoesNotContain("hunter2", Assert.Single(kept), StringComparison.Ordinal);
        Assert.DoesNotContain(await store.Server.Rows("SELECT changes::text FROM audit_logs WHERE tenant_id = $1", store.Account.Sandbox.Id), text => text.Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_setting_that_the_service_has_not_is_refused_and_an_absent_store_has_no_credential()
    {
        var store = await Store.Open();

        var refusal = await store.Test.Send($"POST {Api}/developer/integrations", new { service = "smtp", settings = new { hots = "mail.example.com" } });

        Assert.Equal((422, "settings.hots"), (refusal.Status, (string?)refusal.Body!["details"]![0]!["field"]));
        Assert.Null(await store.Database((db, services) => db.CredentialOf("smtp", services.GetRequiredService<KeyRing>(), default)));
    }

    [Fact]
    public async Task Setting_up_a_service_again_changes_it_and_deleting_forgets_it()
    {
        var store = await Store.Open();
        var first = await store.Test.Ok($"POST {Api}/developer/integrations", new { service = "slack", settings = new { channel = "#a" } });
        var second = await store.Test.Ok($"POST {Api}/developer/integrations", new { service = "slack", settings = new { channel = "#b" } });

        var deleted = await store.Test.Ok($"DELETE {Api}/developer/integrations/{first["integrationId"]}");

        Assert.Equal((string?)first["integrationId"], (string?)second["integrationId"]);
        Assert.True((bool)deleted["deleted"]!);
        Assert.Equal(0, (int)(await store.Test.Ok($"GET {Api}/developer/integrations"))["total"]!);
    }

    private static async Task<bool> Connected(Store store, string service) =>
        (bool)(await store.Test.Ok($"GET {Api}/integrations"))["integrations"]!.AsArray().Single(one => (string?)one!["service"] == service)!["connected"]!;
}
