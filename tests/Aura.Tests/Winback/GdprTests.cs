using Aura.Customers;
using Aura.Persistence;
using Aura.Tests.Messages;
using Aura.Tests.Winback.Recovery;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Aura.Tests.Winback;

public sealed class GdprTests
{
    private const string Base = "/api/abandoned-checkout-winback";
    private const string Path = $"{Base}/compliance/gdpr";

    [Fact]
    public async Task Consent_is_recorded_and_listed_newest_first()
    {
        var store = await Store.Open();
        var made = await store.Test.Ok($"POST {Path}/consent", new { customerId = "customer_123", consentType = "email_marketing", granted = true });
        await store.Test.Ok($"POST {Path}/consent", new { customerId = "customer_123", consentType = "email_marketing", granted = false, source = "form", textVersion = "2026-01" });

        Assert.StartsWith("consent_", (string?)made["consentId"]);
        var list = (await store.Test.Ok($"GET {Path}/consent"))["consent"]!.AsArray();
        Assert.Equal([false, true], list.Select(one => (bool)one!["granted"]!));
        Assert.Equal(("customer_123", "email_marketing"), ((string?)list[0]!["customerId"], (string?)list[0]!["consentType"]));
        Assert.Equal(400, (await store.Test.Send($"POST {Path}/consent", new { consentType = "email_marketing", granted = true })).Status);
        Assert.Equal(422, (await store.Test.Send($"POST {Path}/consent", new { customerId = "a", consentType = "email_marketing", granted = "maybe" })).Status);
        Assert.Equal(422, (await store.Test.Send($"POST {Path}/consent", new { customerId = "a", consentType = "E-Mail!", granted = true })).Status);
    }

    [Fact]
    public async Task What_the_store_knows_of_somebody_is_exported_and_then_forgotten()
    {
        var store = await Store.Open();
        await store.Shopper("jane");
        await store.Test.Ok($"POST {Base}/ai/orchestration/multi-channel/send", new { channels = new[] { "email" }, customerId = "jane" });
        var export = (await store.Test.Ok($"GET {Path}/export?customerId=jane"))["data"]!;
        Assert.Equal("jane@example.com", (string?)export["profile"]!["email"]);
        Assert.Contains("jane@example.com", export["messages"]!.ToJsonString());

        var deleted = await store.Test.Ok($"DELETE {Path}/delete-customer-data?customerId=jane");

        Assert.Equal((true, "jane"), ((bool)deleted["deleted"]!, (string?)deleted["customerId"]));
        Assert.Equal(404, (await store.Test.Send($"GET {Path}/export?customerId=jane")).Status);
        Assert.Equal(404, (await store.Test.Send($"DELETE {Path}/delete-customer-data?customerId=jane")).Status);
        Assert.Equal(400, (await store.Test.Send($"DELETE {Path}/delete-customer-data")).Status);
        foreach (var route in (string[])[$"{Base}/ai/orchestration/multi-channel/mailbox", $"{Path}/consent", "/v2/audit-logs"])
            Assert.DoesNotContain("jane", (await store.Test.Ok($"GET {route}")).ToJsonString());
    }

    [Theory]
    [InlineData("jane.doe@example.com")]
    [InlineData("+15552223333")]
    public async Task A_reference_that_says_who_it_was_goes_with_the_name(string reference)
    {
        var store = await Store.Open();
        var (sent, escaped) = (new { channels = new[] { "email" }, customerId = reference, contact = new { email = "jane.doe@example.com", phone = "+15552223333", name = "Jane Doe" } }, Uri.EscapeDataString(reference));
        await store.Test.Ok($"POST {Path}/consent", new { customerId = reference, consentType = "marketing", granted = true });
        await store.Test.Ok($"POST {Base}/ai/orchestration/multi-channel/send", sent);
        await store.Test.Ok($"POST {Base}/ai/orchestration/predictive-intent/calculate", new { customerId = reference, cartValue = 150 });

        var answer = await store.Test.Ok($"POST {Path}/anonymize", new { customerId = reference });

        Assert.Equal((true, reference), ((bool)answer["anonymized"]!, (string?)answer["customerId"]));
        Assert.Equal(404, (await store.Test.Send($"GET {Path}/export?customerId={escaped}")).Status);
        foreach (var route in (string[])["compliance/gdpr/consent", "ai/orchestration/predictive-intent", "ai/orchestration/multi-channel/preferences", "ai/orchestration/multi-channel/mailbox"])
        {
            var shown = (await store.Test.Ok($"GET {Base}/{route}")).ToJsonString();
            Assert.DoesNotContain("jane", shown, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("5552223333", shown, StringComparison.Ordinal);
        }

        Assert.StartsWith("anonymous_", (string?)(await store.Test.Ok($"GET {Path}/consent"))["consent"]![0]!["customerId"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_of_a_cart_do_not_say_whose_it_was_once_that_is_forgotten()
    {
        var store = await Store.Open();
        await store.Workflow(["cart_value > 100"], [new { type = "send_email" }]);
        foreach (var customer in (string[])["jane@example.com", "tom@example.com"])
            await store.Abandon(await store.Cart(new { customerId = customer, cartValue = 150, currency = "USD", items = new[] { new { name = "Lamp", quantity = 1, price = 150 } } }));
        Task<List<string>> Told() => store.Server.Rows("""
            SELECT type || ' ' || coalesce(facts ->> 'customer_id', 'somebody') FROM events WHERE tenant_id = $1 AND type IN ('cart.abandoned', 'workflow.triggered') ORDER BY id
            """, store.Account.Sandbox.Id);
        Assert.Equal(["cart.abandoned jane@example.com", "workflow.triggered jane@example.com", "cart.abandoned tom@example.com", "workflow.triggered tom@example.com"], await Told());

        await store.Test.Ok($"POST {Path}/anonymize", new { customerId = "jane@example.com" });

        Assert.Equal(["cart.abandoned somebody", "workflow.triggered somebody", "cart.abandoned tom@example.com", "workflow.triggered tom@example.com"], await Told());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_is_forgotten_while_somebody_else_changes_the_row_is_forgotten_all_the_same(bool keyed)
    {
        var store = await Store.Open();
        await store.Shopper("jane");
        await store.Database(async (db, services) =>
        {
            var meddler = new Meddler(() => store.Database(other => other.Shoppers.ExecuteUpdateAsync(set => set.SetProperty(s => s.Locale, "en-GB").SetProperty(s => s.Version, s => s.Version + 1))));
            var data = new PersonalData(db, [.. services.GetServices<IPersonalData>(), meddler]);
            await using var transaction = keyed ? await db.Begin(CancellationToken.None) : null; // a request with an Idempotency-Key has one around it

            await data.Forget(await db.ShopperOf("jane", CancellationToken.None), whole: false, CancellationToken.None);

            if (transaction is not null)
                await db.Commit(transaction, CancellationToken.None);
            Assert.Equal(2, meddler.Times);
            db.ChangeTracker.Clear();
            var shopper = await db.ShopperOf("jane", CancellationToken.None);
            Assert.Equal((null, null, null), (shopper.Email, shopper.Name, shopper.Locale));
            Assert.Equal(1, await db.AuditLogs.CountAsync(entry => entry.Action.EndsWith("anonymized")));
            return true;
        });
    }

    [Fact]
    public async Task Of_two_words_said_at_one_moment_the_later_record_counts()
    {
        var store = await Store.Open();
        await store.Shopper("jane", consent: null);
        foreach (var granted in (bool[])[true, false])
            await store.Test.Ok($"POST {Path}/consent", new { customerId = "jane", consentType = "marketing", granted, timestamp = "2026-01-15T10:30:00Z" });

        var sent = await store.Test.Ok($"POST {Base}/ai/orchestration/multi-channel/send", new { channels = new[] { "email" }, customerId = "jane" });

        Assert.Equal("consent_withdrawn", (string?)sent["channels"]!["email"]!["reason"]);
    }

    [Fact]
    public async Task What_waits_to_be_sent_to_somebody_who_is_forgotten_is_skipped_at_once()
    {
        var store = await Store.Open();
        await store.Shopper("jane");
        var now = await store.Database((db, _) => Task.FromResult(db.Now));
        await store.Test.Ok($"POST {Base}/ai/orchestration/multi-channel/configure", new { type = "email", quietHours = new { from = $"{now.AddHours(-1):HH:mm}", to = $"{now.AddHours(2):HH:mm}" } });
        await store.Test.Ok($"POST {Base}/ai/orchestration/multi-channel/send", new { channels = new[] { "email" }, customerId = "jane" });

        await store.Test.Ok($"DELETE {Path}/delete-customer-data?customerId=jane");

        var message = Assert.Single(await store.Messages());
        Assert.Equal((Aura.Messages.MessageState.Skipped, "recipient_erased"), (message.State, message.Reason));
    }

    [Fact]
    public async Task A_customer_of_the_store_without_orders_is_gone_and_one_with_orders_has_no_name_any_more()
    {
        var store = await Store.Open();
        var product = await store.Test.Ok("POST /v2/products", new { name = "Lamp", price = 20, sku = "L", variants = new[] { new { sku = "L", inventory = 5 } } });
        var browser = (string)(await store.Test.Ok("POST /v2/customers", new { email = "browser@example.com", first_name = "Bruno" }))["id"]!;
        var buyer = (string)(await store.Test.Ok("POST /v2/customers", new { email = "buyer@example.com", first_name = "Berta", phone = "+15552223333" }))["id"]!;
        await store.Test.Ok("POST /v2/orders", new { customer_id = buyer, items = new[] { new { product_id = product["id"], quantity = 1 } } });

        Assert.Empty((await store.Test.Ok($"DELETE {Path}/delete-customer-data?customerId={browser}"))["retained"]!.AsArray());
        Assert.Single((await store.Test.Ok($"DELETE {Path}/delete-customer-data?customerId=customer_{buyer[5..]}"))["retained"]!.AsArray());

        await store.Test.Refused(404, $"GET /v2/customers/{browser}");
        var left = await store.Test.Ok($"GET /v2/customers/{buyer}");
        Assert.EndsWith("@erased.invalid", (string?)left["email"]);
        Assert.DoesNotContain("Berta", left.ToJsonString());
        Assert.DoesNotContain("Berta", (await store.Test.Ok($"GET /v2/audit-logs?resource_id={buyer}")).ToJsonString());
    }

    [Fact]
    public async Task Who_is_anonymized_is_still_there_without_name_mail_and_phone()
    {
        var store = await Store.Open();
        await store.Shopper("jane");
        var answer = await store.Test.Ok($"POST {Path}/anonymize", new { customerId = "jane" });

        Assert.True((bool)answer["anonymized"]!);
        var profile = (await store.Test.Ok($"GET {Path}/export?customerId=jane"))["data"]!["profile"]!;
        Assert.Equal((null, null, null), ((string?)profile["email"], (string?)profile["phone"], (string?)profile["name"]));
    }

    /// <summary>Changes the row by another connection, once, after it was read.</summary>
    private sealed class Meddler(Func<Task> change) : IPersonalData
    {
        public int Times { get; private set; }

        public string Name => "meddler";

        public Task<object?> Export(AuraDb db, Shopper shopper, CancellationToken cancellation) => Task.FromResult<object?>(null);

        public async Task<string?> Forget(AuraDb db, Shopper shopper, CancellationToken cancellation)
        {
            if (Times++ == 0)
                await change();
            return null;
        }
    }
}
