using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Aura.Tests.Events;

/// <summary>What receivers get, when, and what becomes of those that do not take it; on the clock of a sandbox.</summary>
public sealed class WebhookDeliveryTests : IAsyncLifetime
{
    private Store store = null!; // set before each test
    private WebhookReceiver receiver = null!; // set before each test

    public async Task InitializeAsync() => (store, receiver) = (await Store.Open(), await WebhookReceiver.Start());

    public async Task DisposeAsync() => await receiver.DisposeAsync();

    [Fact]
    public async Task A_message_is_the_event_with_its_object_signed_both_ways()
    {
        var webhook = await Subscribe("customer.created", "your_webhook_secret");
        var customer = await Happen();
        await store.Advance("PT0S");

        var message = Assert.Single(receiver.Messages);
        message.Verify("your_webhook_secret");
        Assert.Equal(message.Id, Text(message.Json, "id"));
        Assert.StartsWith("evt_", message.Id);
        Assert.Equal("customer.created", message.Type);
        Assert.Equal(Text(customer, "id"), Text(message.Json["data"]!["object"]!, "id"));
        Assert.Equal("application/json; charset=utf-8", message.Headers["content-type"]);
        Assert.StartsWith("Aura", message.Headers["user-agent"]);

        var delivery = Assert.Single(await Deliveries(webhook))!;
        Assert.Equal("delivered", Text(delivery, "status"));
        Assert.Equal(message.Id, Text(delivery, "event_id"));
        Assert.Equal(1, delivery["attempt"]!.GetValue<int>());
        Assert.Equal(200, delivery["status_code"]!.GetValue<int>());
        Assert.Null(delivery["next_retry_at"]);
    }

    [Fact]
    public async Task Only_active_webhooks_get_only_what_they_ask_for()
    {
        await Subscribe("order.*");
        await Subscribe("customer.updated");
        var off = await Subscribe("*", active: false);
        await Happen();
        await store.Advance("PT0S");
        Assert.Empty(receiver.Messages);

        await store.Test.Ok($"PATCH {off}", new { active = true });
        await Happen();
        await store.Advance("PT0S");
        Assert.Single(receiver.Messages);
    }

    [Fact]
    public async Task Six_attempts_are_made_and_then_the_webhook_is_failed_and_gets_no_more_until_it_is_enabled()
    {
        var webhook = await Subscribe("*");
        receiver.AnswerWith(500);
        await Happen();
        await store.Advance("PT0S");
        var first = Assert.Single(await Deliveries(webhook))!;
        Assert.Equal("pending", Text(first, "status"));
        Assert.InRange((Time(first, "next_retry_at") - Time(first, "created_at")).TotalSeconds, 60, 70);

        await store.Advance("PT10H");
        var delivery = Assert.Single(await Deliveries(webhook))!;
        Assert.Equal("failed", Text(delivery, "status"));
        Assert.Equal(6, delivery["attempt"]!.GetValue<int>());
        var attempts = delivery["attempts"]!.AsArray();
        foreach (var (index, minutes) in ((double[])[1, 5, 30, 120, 360]).Index())
            Assert.InRange((Time(attempts[index + 1]!, "at") - Time(attempts[index]!, "at")).TotalMinutes, minutes, minutes * 1.1 + 0.1);
        Assert.Equal(6, receiver.Messages.Count);
        Assert.Single(receiver.Messages.Select(message => message.Id).Distinct());
        Assert.Single(receiver.Messages.Select(message => Convert.ToBase64String(message.Body)).Distinct());
        Assert.All(receiver.Messages, message => Assert.Equal(receiver.Messages[0].Headers["x-webhook-signature"], message.Headers["x-webhook-signature"]));

        var shown = await store.Test.Ok($"GET {webhook}");
        Assert.Equal("failed", Text(shown, "status"));
        Assert.False(shown["active"]!.GetValue<bool>());
        Assert.Contains("500", Text(shown, "status_reason"));
        Assert.Equal(6, shown["consecutive_failures"]!.GetValue<int>());
        Assert.Contains((await store.Test.Ok("GET /v2/events"))["data"]!.AsArray(), happened => Text(happened!, "type") == "webhook.failed");

        receiver.AnswerWith(200);
        await Happen();
        await store.Advance("P1D");
        Assert.Equal(6, receiver.Messages.Count);
        var enabled = await store.Test.Ok($"PATCH {webhook}", new { active = true });
        Assert.Equal("active", Text(enabled, "status"));
        Assert.Equal(0, enabled["consecutive_failures"]!.GetValue<int>());
        await Happen();
        await store.Advance("PT0S");
        Assert.Equal(7, receiver.Messages.Count);
    }

    [Fact]
    public async Task An_endpoint_that_takes_other_messages_is_not_given_up_for_one()
    {
        var webhook = await Subscribe("*");
        receiver.AnswerWith(500);
        await Happen();
        await store.Advance("PT1H");
        var poison = receiver.Messages[0].Id;
        receiver.Answer = http =>
        {
            http.Response.StatusCode = http.Request.Headers["webhook-id"] == poison ? 500 : 200;
            return Task.CompletedTask;
        };
        await Happen();
        await store.Advance("PT10H");
        Assert.Equal("active", Text(await store.Test.Ok($"GET {webhook}"), "status"));
        Assert.Equal(["delivered", "failed"], (await Deliveries(webhook)).Select(delivery => Text(delivery!, "status")));
    }

    [Fact]
    public async Task What_was_taken_late_counts_as_taken()
    {
        var webhook = await Subscribe("*");
        receiver.AnswerWith(503);
        await Happen();
        await store.Advance("PT2M");
        receiver.AnswerWith(204);
        await store.Advance("PT10M");
        var delivery = Assert.Single(await Deliveries(webhook))!;
        Assert.Equal("delivered", Text(delivery, "status"));
        Assert.Equal(3, delivery["attempt"]!.GetValue<int>());
        Assert.Equal([503, 503, 204], delivery["attempts"]!.AsArray().Select(attempt => attempt!["status_code"]!.GetValue<int>()));
        Assert.Equal(0, (await store.Test.Ok($"GET {webhook}"))["consecutive_failures"]!.GetValue<int>());
    }

    [Fact]
    public async Task Gone_disables_the_webhook_at_once_and_what_waits_is_canceled()
    {
        var webhook = await Subscribe("*");
        receiver.AnswerWith(500);
        await Happen();
        await store.Advance("PT0S");
        receiver.AnswerWith(410);
        await Happen();
        await store.Advance("PT0S");
        var shown = await store.Test.Ok($"GET {webhook}");
        Assert.Equal("disabled", Text(shown, "status"));
        Assert.Contains("410", Text(shown, "status_reason"));
        Assert.NotNull(shown["disabled_at"]);
        await store.Advance("P1D");
        Assert.Equal(2, receiver.Messages.Count);
        Assert.Equal(["failed", "canceled"], (await Deliveries(webhook)).Select(delivery => Text(delivery!, "status")));
    }

    [Fact]
    public async Task A_refusal_is_tried_once_more_and_does_not_fail_the_webhook_before_hours_have_passed()
    {
        var webhook = await Subscribe("*");
        receiver.AnswerWith(404);
        await Happen();
        await store.Advance("P1D");
        Assert.Equal(2, receiver.Messages.Count);
        Assert.Equal("active", Text(await store.Test.Ok($"GET {webhook}"), "status"));
        await Happen();
        await store.Advance("PT1H");
        Assert.Equal("failed", Text(await store.Test.Ok($"GET {webhook}"), "status"));
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        var webhook = await Subscribe("*");
        receiver.Answer = http =>
        {
            http.Response.Redirect("/elsewhere", permanent: false, preserveMethod: true);
            return Task.CompletedTask;
        };
        await Happen();
        await store.Advance("PT0S");
        Assert.Equal("/hook", Assert.Single(receiver.Messages).Path);
        Assert.Contains("redirects to /elsewhere", Text(Assert.Single(await Deliveries(webhook))!, "error"));
    }

    [Fact]
    public async Task Retry_After_is_honoured()
    {
        var webhook = await Subscribe("*");
        receiver.Answer = http =>
        {
            (http.Response.StatusCode, http.Response.Headers.RetryAfter) = (429, "600");
            return Task.CompletedTask;
        };
        await Happen();
        await store.Advance("PT0S");
        var attempt = Assert.Single(await Deliveries(webhook))!;
        Assert.Equal(600, (Time(attempt, "next_retry_at") - Time(attempt["attempts"]![0]!, "at")).TotalSeconds, 1.0);
    }

    [Fact]
    public async Task The_log_keeps_the_beginning_of_a_long_answer()
    {
        var webhook = await Subscribe("*");
        receiver.Answer = async http =>
        {
            http.Response.StatusCode = 500;
            await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes("\0" + new string('x', 1_000_000)));
        };
        await Happen();
        await store.Advance("PT0S");
        var response = Text(Assert.Single(await Deliveries(webhook))!["attempts"]![0]!, "response");
        Assert.Equal("\uFFFD" + new string('x', 1023), response);
    }

    [Fact]
    public async Task Nobody_there_is_told_in_words()
    {
        var webhook = await Subscribe("*");
        await receiver.DisposeAsync();
        await Happen();
        await store.Advance("PT0S");
        var delivery = Assert.Single(await Deliveries(webhook))!;
        Assert.Null(delivery["status_code"]);
        Assert.Contains("refused", Text(delivery, "error"));
        receiver = await WebhookReceiver.Start();
    }

    [Fact]
    public async Task For_a_day_after_a_rotation_both_secrets_sign()
    {
        var webhook = await Subscribe("*", "the former secret");
        var rotated = await store.Test.Ok($"POST {webhook}/rotate-secret");
        var secret = Text(rotated, "secret");
        await Happen();
        await store.Advance("PT0S");
        var message = receiver.Messages[0];
        message.Verify(secret);
        Assert.Equal([message.StandardSignature(secret), message.StandardSignature("the former secret")], message.Headers["webhook-signature"].Split(' '));

        await store.Advance("PT24H");
        await Happen();
        await store.Advance("PT0S");
        Assert.Equal(receiver.Messages[1].StandardSignature(secret), receiver.Messages[1].Headers["webhook-signature"]);
    }

    [Fact]
    public async Task A_redelivery_sends_the_same_message_again()
    {
        var webhook = await Subscribe("customer.created");
        var customer = await Happen();
        await store.Advance("PT0S");
        await store.Test.Ok($"PUT /v2/customers/{Text(customer, "id")}", new { first_name = "Ada" });
        var delivery = Text(Assert.Single(await Deliveries(webhook))!, "id");

        var (status, answer) = await store.Test.Send($"POST {webhook}/deliveries/{delivery}/redeliver");
        Assert.Equal(202, status);
        Assert.Equal("pending", Text(answer!, "status"));
        await store.Advance("PT0S");
        Assert.Equal(2, receiver.Messages.Count);
        Assert.Equal(receiver.Messages[0].Id, receiver.Messages[1].Id);
        Assert.Equal(receiver.Messages[0].Body, receiver.Messages[1].Body);
        var shown = await store.Test.Ok($"GET {webhook}/deliveries/{delivery}");
        Assert.Equal(2, shown["attempts"]!.AsArray().Count);
        Assert.Equal(receiver.Messages[0].Json.ToJsonString(), shown["request"]!.ToJsonString());

        await store.Test.Ok($"PATCH {webhook}", new { active = false });
        var error = await store.Test.Refused(409, $"POST {webhook}/deliveries/{delivery}/redeliver");
        Assert.Equal("webhook_not_active", Text(error, "code"));
        await store.Test.Refused(404, $"POST {webhook}/deliveries/dlv_1/redeliver");
    }

    [Fact]
    public async Task A_redelivery_of_what_waits_takes_the_place_of_its_retry()
    {
        var webhook = await Subscribe("*");
        receiver.AnswerWith(500);
        await Happen();
        await store.Advance("PT0S");
        var delivery = Text(Assert.Single(await Deliveries(webhook))!, "id");
        await store.Test.Ok($"POST {webhook}/deliveries/{delivery}/redeliver");
        await store.Advance("PT3M");
        Assert.Equal([1, 1, 2], (await store.Test.Ok($"GET {webhook}/deliveries/{delivery}"))["attempts"]!.AsArray().Select(attempt => attempt!["attempt"]!.GetValue<int>()));
        Assert.Equal(3, receiver.Messages.Count);
    }

    [Fact]
    public async Task Events_before_the_webhook_are_not_sent()
    {
        await Happen();
        await Subscribe("*");
        await store.Advance("PT0S");
        Assert.Empty(receiver.Messages);
    }

    [Fact]
    public async Task Deliveries_can_be_filtered_by_status_and_event()
    {
        var webhook = await Subscribe("*");
        await Happen();
        await store.Advance("PT0S");
        Assert.Single((await store.Test.Ok($"GET {webhook}/deliveries?status=delivered&event_type=customer.created"))["data"]!.AsArray());
        Assert.Empty((await store.Test.Ok($"GET {webhook}/deliveries?status=failed"))["data"]!.AsArray());
        await store.Test.Refused(422, $"GET {webhook}/deliveries?status=lost");
    }

    /// <summary>On the live clock, where the server's own workers deliver: those of a slow endpoint wait for it, those of others do not.</summary>
    [Fact]
    public async Task A_slow_endpoint_does_not_hold_up_the_others()
    {
        await using var slow = await WebhookReceiver.Start();
        var release = new TaskCompletionSource();
        slow.Answer = _ => release.Task;
        await store.Live.Ok("POST /v2/webhooks", new { url = slow.Url, events = new[] { "*" } });
        for (var index = 0; index < 50; index++)
            await store.Live.Ok("POST /v2/customers", new { email = $"c{index}@example.com" });
        await slow.Wait(4);
        await store.Live.Ok("POST /v2/webhooks", new { url = receiver.Url, events = new[] { "*" } });
        await store.Live.Ok("POST /v2/customers", new { email = "last@example.com" });
        await receiver.Wait(1);
        Assert.InRange(slow.Messages.Count, 4, 7);
        release.SetResult();
        await slow.Wait(47);
    }

    private async Task<string> Subscribe(string events, string? secret = null, bool active = true)
    {
        var made = await store.Test.Ok("POST /v2/webhooks", new { url = receiver.Url, events = new[] { events }, secret, active });
        return $"/v2/webhooks/{Text(made, "id")}";
    }

    private Task<JsonNode> Happen() => store.Test.Ok("POST /v2/customers", new { email = $"{Guid.NewGuid():n}@example.com" });

    private async Task<JsonArray> Deliveries(string webhook) => (await store.Test.Ok($"GET {webhook}/deliveries"))["data"]!.AsArray();

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>(); // the test fails without it

    private static DateTime Time(JsonNode node, string name) => DateTime.Parse(Text(node, name), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal);
}
