using System.Reflection;
using System.Text.Json.Nodes;
using Aura.Jobs;
using Aura.Persistence;
using Aura.Tests.ProductFiles;
using Aura.Tests.Events;
using Aura.Tests.Inventory;
using Aura.Tests.Winback;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Aura.Tests.Http.Generated;

/// <summary>A sandbox with one of everything, made over the API.</summary>
internal sealed class FullStore
{
    private static readonly Lazy<Task<WebhookReceiver>> Receiver = new(WebhookReceiver.Start);
    private string customerId = "";
    private string productId = "";

    private FullStore(Store store) => Store = store;

    public Store Store { get; }

    /// <param name="server">Null: the shared one.</param>
    public static async Task<FullStore> Open(TestServer? server = null)
    {
        var full = new FullStore(await Store.Open(server: server));
        await full.Fill();
        return full;
    }

    private async Task Fill()
    {
        var api = Store.Test;
        var webhook = await api.Ok("POST /v2/webhooks", new { url = (await Receiver.Value).Url, events = new[] { "customer.created" } });
        var customer = await api.Ok("POST /v2/customers", new
        {
            email = "full@b.co",
            addresses = new[] { new { line1 = "1 Main St", city = "Springfield", country = "US" } },
        });
        var promotion = await api.Ok("POST /api/v1/promotions/", new
        {
            name = "Sale", promotion_type = "percentage_discount", discount_type = "percentage", discount_value = 10, start_date = "2026-01-01", end_date = "2099-01-01",
        });
        await api.Ok($"POST /v2/customers/{customer["id"]}/wallet/adjust", new { unit = "points", amount = 100, reason = "welcome" });
        await api.Ok($"POST /api/v1/promotions/{promotion["id"]}/activate");
        await api.Ok($"POST /api/v1/coupons/bulk/{promotion["id"]}", new { count = 2 });
        await api.Ok($"POST /api/v1/coupons/{promotion["id"]}", new { code = "FULL", max_uses = 10 });
        await api.Ok("POST /api/v1/coupons/reserve/FULL", new { customer_id = 1, order_amount = 10, expires_in_minutes = 1440 });
        await api.Ok("POST /api/v1/scheduling/schedule", new
        {
            name = "Weekly", promotion_type = "percentage_discount", discount_type = "percentage", discount_value = 10, start_date = "2026-01-01", end_date = "2099-01-01",
            schedule_options = new { recurrence_pattern = "weekly", recurrence_days = new[] { 4 } },
        });
        await api.Ok("POST /api/v1/ab-testing/create", new
        {
            test_name = "Ten or twenty", control_promotion = new { discount_value = 10 }, variant_promotions = new[] { new { discount_value = 20 } },
            test_config = new { control_traffic_percentage = 50, variant_traffic_percentages = new[] { 50 } },
        });
        await api.Ok("POST /v2/coupons", new { code = "PLATFORM", type = "percentage", amount = 10 });
        await api.Ok("POST /v2/discounts/automatic", new { name = "2+1", type = "buy_x_get_y", conditions = new { buy_quantity = 20, product_categories = Array.Empty<string>() } });
        var rule = await api.Ok("POST /api/v1/automation/create", new
        {
            name = "Welcome", trigger_type = "customer_lifecycle", trigger_conditions = new { event_type = "signup" }, automation_options = new { duration_hours = 48 },
            promotion_config = new { promotion_type = "percentage_discount", discount_type = "percentage", discount_value = 10 },
        });
        await api.Ok("POST /api/v1/automation/events", new { event_type = "signup", customer_id = 1 });
        await api.Ok("POST /api/v1/automation/process-triggers", new { });
        await api.Ok($"PUT /api/v1/automation/{rule["id"]}", new { status = "disabled" });
        await api.Ok("POST /api/abandoned-checkout-winback/compliance/gdpr/consent", new { customerId = "full", consentType = "marketing", granted = true });
        await api.Ok("POST /api/abandoned-checkout-winback/templates", new { name = "Full", contents = new { en = new { sms = "Full" } } });
        await api.Ok("POST /api/abandoned-checkout-winback/ai/orchestration/multi-channel/send", new { channels = new[] { "email" }, customerId = "full" });
        await api.Ok("POST /api/abandoned-checkout-winback/campaigns", new { name = "Full" });
        await api.Ok("POST /api/abandoned-checkout-winback/ai/orchestration/multi-channel/suppressions", new { channel = "email", address = "none@b.co" });
        await api.Ok("POST /api/abandoned-checkout-winback/ai/orchestration/multi-channel/push-subscriptions", new
        {
            customerId = "full", endpoint = "https://push.example/1", keys = new { p256dh = new string('A', 87), auth = new string('A', 22) },
        });
        await api.Ok("POST /api/abandoned-checkout-winback/ai/orchestration/predictive-intent/calculate", new { customerId = "full", cartValue = 10 });
        await api.Ok("POST /api/abandoned-checkout-winback/whitelabel/brands", new { name = "Acme" });
        await api.Ok("POST /api/abandoned-checkout-winback/ai/orchestration/dynamic-incentives", new { name = "Fifteen", discountValue = 15 });
        await api.Ok("POST /api/abandoned-checkout-winback/integrations/connect", new { service = "klaviyo", apiKey = "pk_123456" });
        await api.Ok("POST /api/abandoned-checkout-winback/developer/event-stream/configure", new { events = new[] { "cart.abandoned" } });
        await api.Ok($"POST {Staff.Api}/collaboration/teams", new { name = "Team", members = new[] { "user_1" } });
        await api.Ok("POST /api/abandoned-checkout-winback/ai/orchestration/recovery-workflows", new { name = "Won back", triggers = new[] { "cart_value > 1000000" }, actions = new[] { "send_email" } });
        await api.Ok("POST /api/abandoned-checkout-winback/ai/orchestration/smart-triggers", new { name = "Dear", condition = "cart_value > 1000000", action = "send_email", enabled = false });
        await api.Ok("POST /api/abandoned-checkout-winback/carts", new { customerId = "full", cartValue = 10, items = new[] { new { name = "Mug", price = 10 } } });
        await api.Ok("POST /api/abandoned-checkout-winback/apm/alerts", new { name = "Slow", metric = "latency.p95", threshold = 500, enabled = false }); // one that is watched changes by itself
        await api.Ok("POST /api/abandoned-checkout-winback/apm/metrics/custom", new { name = "queue_depth", value = 3 });
        await api.Ok("POST /api/abandoned-checkout-winback/apm/errors/report", new { message = "It broke" });
        await Store.Server.Services.GetRequiredService<Aura.Server.Monitoring.Telemetry>().Flush(default);
        await api.Ok("POST /api/abandoned-checkout-winback/whitelabel/localization", new { code = "es", name = "Spanish" });
        await api.Ok("PUT /api/abandoned-checkout-winback/whitelabel/settings", new { companyName = "Acme" });
        var script = await api.Ok("POST /api/abandoned-checkout-winback/developer/custom-scripts", new { name = "Dear", trigger = "customer_updated", code = "function main() { return 1; }" });
        await Store.Server.Rows("""
            INSERT INTO script_runs (tenant_id, id, script_id, revision, event_id, status, logs, duration_ms, created_at) VALUES ($1, nextval('ids'), $2, 1, 1, 'succeeded', '{}', 1, now())
            """, [Store.Account.Sandbox.Id, Id<Aura.Scripts.CustomScript>.ToNumber((string?)script["scriptId"])!.Value]);
        await api.Ok($"POST {Staff.Api}/collaboration/approval-workflows", new { name = "Launch", entityType = "launch", entityId = "launch_1", requestedBy = "user_1" });
        await api.Ok($"POST {Staff.Api}/collaboration/comments", new { entityType = "launch", entityId = "launch_1", text = "Soon?", author = "user_1" });
        await api.Ok($"POST {Staff.Api}/collaboration/shared-assets", new { name = "Logo", sharedBy = "user_1" });
        await api.Ok($"POST {Staff.Api}/notifications/broadcast", new { title = "Launch", message = "Tomorrow." });
        await api.Ok("POST /v2/segments", new { name = "Loyal", rule = new { min_orders = 3 } });
        var product = await api.Ok("POST /v2/products", new
        {
            name = "Lamp", price = 20, sku = "LAMP", categories = new[] { "light" },
            images = new[] { new { url = "https://images.example/lamp.png" } },
        });
        await api.Ok($"POST /v2/inventory/{product["id"]}/adjust", new { quantity = 10, reason = "delivery" });
        await api.Ok($"POST /v2/inventory/{product["id"]}/alerts", new { threshold = 10, reorder = new { quantity = 50 } });
        await api.Ok($"POST /v2/inventory/{product["id"]}/reserve", new { quantity = 1 });
        await api.Ok($"POST /v2/products/{product["id"]}/reviews", new { customer_id = customer["id"], rating = 5 });
        await api.Ok("POST /v2/carts", new { customer_id = customer["id"], items = new[] { new { product_id = product["id"], quantity = 1 } } });
        await api.Ok("POST /v2/tax-regions", new { country = "US", state = "CA", rates = new[] { new { rate = 7.25, name = "Sales tax", jurisdiction = "California" } } });
        await api.Ok("POST /v2/shipping/methods", new
        {
            code = "parcel", name = "Parcel", zones = new[] { new { countries = new[] { "*" }, prices = new[] { new { currency = "USD", amount = 5 } } } },
        });
        await api.Ok("POST /v2/payment-methods", new { type = "card", card = new { number = "4242424242424242", exp_month = 12, exp_year = 2040, cvc = "123" } });
        var paid = await api.Ok("POST /v2/payments/intents", new { amount = 500, currency = "usd", payment_method = "paypal", capture_method = "automatic" });
        await api.Ok($"POST /v2/payments/{paid["id"]}/refund", new { amount = 100 });
        await api.Ok("POST /v2/payments/disputes", new { payment_id = paid["payment_id"] });
        await Store.Receive(Id<Aura.Catalog.Variant>.ToNumber((string?)product["variants"]![0]!["id"])!.Value, 1000);
        (customerId, productId) = ((string)customer["id"]!, (string)product["id"]!);
        var friend = await api.Ok("POST /v2/customers", new { email = "friend@b.co", first_name = "Alice" });
        var program = await api.Ok("POST /api/v1/referrals/programs/", new
        {
            name = "Friends", status = "active", referrer_reward_type = "points", referrer_reward_value = 10, referee_reward_type = "free_shipping", referee_reward_value = 0,
        });
        var code = await api.Ok($"POST /api/v1/referrals/programs/{program["id"]}/generate-code/{((string)friend["id"]!)[5..]}");
        await api.Ok("POST /api/v1/referrals/process", new { referral_code = code["referral_code"], referee_customer_id = long.Parse(customerId[5..], System.Globalization.CultureInfo.InvariantCulture) });
        var order = await Order();
        var item = new { order_item_id = order["items"]![0]!["id"], quantity = 1 };
        await api.Ok($"POST /v2/orders/{order["id"]}/fulfillments", new { items = new[] { item } });
        await api.Ok("POST /v2/returns", new { order_id = order["id"], items = new[] { item } });
        await Store.Server.Rows("""
            INSERT INTO credit_notes (tenant_id, id, number, customer_id, currency, amount, refunded, lines, issued_at)
            VALUES ($1, nextval('ids'), 'C1', $2, 'USD', 300, 0, '[{"sku": "LAMP", "description": null, "quantity": -1, "unit_price": 300, "amount": 300}]', now())
            """, [Store.Account.Sandbox.Id, Id<Aura.Customers.Customer>.ToNumber(customerId)!.Value]);
        await Store.Import("Handle,Title,Variant Price\nbulb,Bulb,3\n");
        await api.Ok("POST /v2/api-keys", new { name = "Another" });
        await Store.Advance("PT0S");
        await api.Ok($"PATCH /v2/webhooks/{webhook["id"]}", new { active = false });
        await Store.Database(db =>
        {
            db.Enqueue<NeverRun>(new { });
            return db.SaveChangesAsync();
        });
    }

    private Task<JsonNode> Order() => Store.Test.Ok("POST /v2/orders", new { customer_id = customerId, items = new[] { new { product_id = productId, quantity = 2 } } });

    /// <summary>Known to no worker, so that the job stays.</summary>
    private sealed class NeverRun : IJobHandler
    {
        public static string Kind => "tests.never";

        public Task<object?> Run(Job job, CancellationToken cancellation) => throw new InvalidOperationException("Nobody runs this.");
    }

    /// <summary>Makes more rows of everything that can simply be copied, so that lists are long.</summary>
    public async Task Multiply(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await Store.Test.Ok("POST /v2/customers", new { email = $"more{i}@b.co" });
            await Store.Test.Ok("POST /v2/products", new { name = "More", price = i, sku = $"MORE-{i}", categories = new[] { "more", $"more-{i}" } });
            await Order();
        }
    }

    /// <summary>An id of each kind of thing that is in the store, by its prefixes.</summary>
    public Task<Dictionary<string, string>> Ids() => Store.Database(async (db, _) =>
    {
        var ids = new Dictionary<string, string> { ["tenant"] = $"tenant_{Store.Account.Live.Id}" };
        var key = await db.ApiKeys.Where(k => k.StoreId == Store.Account.Sandbox.Id).MaxAsync(k => k.Id);
        ids["key"] = $"key_{key}";
        foreach (var entity in db.Model.GetEntityTypes().Select(type => type.ClrType).Where(type => type.IsAssignableTo(typeof(StoreRow)) && type.IsAssignableTo(typeof(IIdentified))))
        {
            var table = db.Model.FindEntityType(entity)!.GetTableName();
            var prefix = (string)entity.GetProperty(nameof(IIdentified.Prefix), BindingFlags.Static | BindingFlags.Public)!.GetValue(null)!; // IIdentified has it
            if (await Store.Server.Rows($"SELECT min(id) FROM {table} WHERE tenant_id = $1 HAVING count(*) > 0", [Store.Account.Sandbox.Id]) is [var id])
                ids[prefix] = $"{prefix}_{id}";
        }

        ids["test"] = await db.AbTests.Select(t => t.Key).FirstAsync();
        ids["pay"] = ids["pi"].Replace("pi", "pay", StringComparison.Ordinal); // two names of one row
        return ids;
    });

    /// <summary>All rows of the store, so that any change of any row shows. Jobs, events and what the server notes of requests work on by themselves and are left out.</summary>
    public Task<string> Fingerprint() => Store.Database(async (db, _) =>
    {
        var text = new List<string>();
        foreach (var table in db.Model.GetEntityTypes().Where(type => type.ClrType.IsAssignableTo(typeof(StoreRow))).Select(type => type.GetTableName()!).Distinct().Order())
            if (table is not ("jobs" or "events" or "traces" or "log_lines"))
                text.Add(table + (await Store.Server.Rows(
                    $"SELECT md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))) FROM {table} t WHERE tenant_id = $1", [Store.Account.Sandbox.Id]))[0]);
        return string.Join('\n', text);
    });
}
