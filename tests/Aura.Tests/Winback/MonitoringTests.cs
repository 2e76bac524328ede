using System.Text.Json.Nodes;
using Aura.Monitoring;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aura.Tests.Winback;

public sealed class MonitoringTests
{
    private const string Api = "/api/abandoned-checkout-winback";
    private const string Apm = $"{Api}/apm";

    [Fact]
    public async Task Requests_of_a_shop_are_counted_and_those_of_another_are_not()
    {
        var (store, other) = (await Store.Open(), await Store.Open());
        for (var i = 0; i < 5; i++)
            await store.Test.Ok("GET /v2/customers");
        await other.Test.Ok("GET /v2/customers");

        var metrics = (await store.Test.Ok($"GET {Apm}/metrics"))["metrics"]!;

        Assert.Equal((5, 0m), ((int)metrics["requests"]!, (decimal)metrics["errorRate"]!));
        var latency = metrics["latency"]!;
        Assert.True((decimal)latency["p50"]! > 0 && (decimal)latency["p50"]! <= (decimal)latency["p95"]! && (decimal)latency["p95"]! <= (decimal)latency["p99"]!);
    }

    [Fact]
    public async Task What_several_servers_counted_adds_up()
    {
        var store = await Store.Open();
        var fast = string.Join(',', Enumerable.Range(0, Latencies.Buckets).Select(i => i == Latencies.BucketOf(1) ? 90 : 0));
        var slow = string.Join(',', Enumerable.Range(0, Latencies.Buckets).Select(i => i == Latencies.BucketOf(100) ? 10 : 0));
        await store.Server.Rows($$"""INSERT INTO request_minutes VALUES ($1, date_trunc('minute', now()), 'one', 90, 0, '{{{fast}}}'), ($1, date_trunc('minute', now()), 'two', 10, 2, '{{{slow}}}')""", store.Account.Sandbox.Id);

        var metrics = (await store.Test.Ok($"GET {Apm}/metrics"))["metrics"]!;

        Assert.Equal((100, 0.02m), ((int)metrics["requests"]!, (decimal)metrics["errorRate"]!));
        Assert.InRange((decimal)metrics["latency"]!["p50"]!, 1m, 1.1m);
        Assert.InRange((decimal)metrics["latency"]!["p95"]!, 100m, 110m);
    }

    [Fact]
    public async Task A_metric_of_the_shops_own_shows_up_with_its_latest_value()
    {
        var store = await Store.Open();
        foreach (var value in (decimal[])[3, 9, 6])
            await store.Test.Ok($"POST {Apm}/metrics/custom", new { name = "queue_depth", value, tags = new { region = $"r{value}" } });

        var custom = Assert.Single((await store.Test.Ok($"GET {Apm}/metrics"))["metrics"]!["custom"]!.AsArray())!;

        Assert.Equal(("queue_depth", 6m, 3, 6m, 3m, 9m, "r6"), ((string?)custom["name"], (decimal)custom["value"]!, (int)custom["count"]!, (decimal)custom["average"]!,
            (decimal)custom["min"]!, (decimal)custom["max"]!, (string?)custom["tags"]!["region"]));
        await store.Test.Refused(422, $"POST {Apm}/metrics/custom", new { name = "errorRate", value = 1 });
        await store.Test.Refused(400, $"POST {Apm}/metrics/custom", new { name = "queue_depth" });
    }

    [Fact]
    public async Task Health_names_the_services_and_an_uptime_as_text()
    {
        var store = await Store.Open();

        var health = (await store.Test.Ok($"GET {Apm}/health"))["health"]!;
        var detailed = (await store.Test.Ok($"GET {Apm}/health/detailed"))["health"]!;

        Assert.Equal(["status", "uptime", "lastCheck", "services"], health.AsObject().Select(field => field.Key));
        Assert.Equal(["database", "api", "workers"], health["services"]!.AsObject().Select(field => field.Key));
        Assert.Matches(@"^\d+(\.\d+)?%$", (string?)health["uptime"]);
        Assert.Equal(("healthy", "healthy"), ((string?)health["services"]!["database"], (string?)health["services"]!["workers"]));
        Assert.True((decimal)detailed["services"]!["database"]!["latencyMs"]! > 0);
    }

    /// <remarks>On a server of its own, whose beats are set.</remarks>
    [Fact]
    public async Task Uptime_counts_the_minutes_in_which_a_server_was_there()
    {
        await using var server = await TestServer.Start();
        var store = await Store.Open(server: server);
        await server.Rows("INSERT INTO server_beats SELECT date_trunc('minute', now()) - i * interval '1 minute', 's', true FROM generate_series(1, 999) i WHERE i <= 99 OR i > 198 ON CONFLICT DO NOTHING");

        var uptime = (string)(await store.Test.Ok($"GET {Apm}/health"))["health"]!["uptime"]!;

        Assert.InRange(decimal.Parse(uptime[..^1], System.Globalization.CultureInfo.InvariantCulture), 90m, 90.3m);
    }

    [Fact]
    public async Task Without_a_server_that_does_jobs_health_says_so()
    {
        await using var server = await TestServer.Start(options: options => options with { Role = Aura.Server.ServerRole.Api });
        var store = await Store.Open(server: server);
        await server.Rows("INSERT INTO server_beats VALUES (date_trunc('minute', now()), 'gone', true) ON CONFLICT DO NOTHING");
        await server.Rows("UPDATE server_beats SET minute = minute - interval '3 minutes' WHERE works");

        var health = (await store.Test.Ok($"GET {Apm}/health"))["health"]!;

        Assert.Equal(("unhealthy", "down", "healthy"), ((string?)health["status"], (string?)health["services"]!["workers"], (string?)health["services"]!["database"]));
    }

    [Fact]
    public async Task An_alert_that_is_switched_off_fires_no_more_and_begins_anew()
    {
        var store = await Store.Open();
        var id = (await store.Test.Ok($"POST {Apm}/alerts", new { name = "Queue", metric = "queue_depth", threshold = 5 }))["alertId"];
        await store.Test.Ok($"POST {Apm}/metrics/custom", new { name = "queue_depth", value = 9 });
        await store.Database(db => AlertWatch.Evaluate(db, default));

        await store.Test.Ok($"PUT {Apm}/alerts/{id}", new { enabled = false });
        await store.Database(db => AlertWatch.Evaluate(db, default));
        Assert.Equal(0, (int)(await store.Test.Ok($"GET {Apm}/alerts?status=firing"))["total"]!);

        await store.Test.Ok($"PUT {Apm}/alerts/{id}", new { enabled = true });
        await store.Database(db => AlertWatch.Evaluate(db, default));
        Assert.Equal(2, (await store.Database((db, _) => db.Events.CountAsync(e => e.Type == "alert.firing"))));
    }

    [Theory]
    [InlineData("metrics?window=0", "window")]
    [InlineData("metrics?window=1441", "window")]
    [InlineData("metrics?window=soon", "window")]
    [InlineData("tracing?from=yesterday", "from")]
    [InlineData("errors?to=yesterday", "to")]
    [InlineData("alerts?sort=colour", "colour")]
    public async Task A_parameter_that_cannot_be_is_named(string request, string parameter)
    {
        var store = await Store.Open();

        var (status, refusal) = await store.Test.Send($"GET {Apm}/{request}");

        Assert.Equal((422, parameter), (status, (string?)refusal!["details"]![0]!["field"]));
    }

    [Fact]
    public async Task An_alert_fires_once_when_the_threshold_is_passed_and_resolves_when_it_is_over()
    {
        var store = await Store.Open();
        var id = (await store.Test.Ok($"POST {Apm}/alerts", new { name = "Queue", metric = "queue_depth", @operator = ">", threshold = 5, channels = new[] { "webhook" } }))["alertId"];

        var states = new List<string?>();
        foreach (var value in (int[])[3, 9, 8, 2])
        {
            await store.Test.Ok($"POST {Apm}/metrics/custom", new { name = "queue_depth", value });
            await store.Database(db => AlertWatch.Evaluate(db, default));
            states.Add((string?)(await store.Test.Ok($"GET {Apm}/alerts/{id}"))["alert"]!["status"]);
        }

        Assert.Equal(["ok", "firing", "firing", "ok"], states);
        var events = await store.Database(async (db, _) => await db.Events.Where(e => e.Type.StartsWith("alert.")).OrderBy(e => e.Id).Select(e => e.Type).ToListAsync());
        Assert.Equal(["alert.firing", "alert.resolved"], events);
    }

    [Fact]
    public async Task An_alert_is_changed_listed_and_deleted_and_what_it_cannot_do_is_refused()
    {
        var store = await Store.Open();
        var id = (await store.Test.Ok($"POST {Apm}/alerts", new { name = "Slow", metric = "latency.p95", @operator = "gte", threshold = 500.5 }))["alertId"];

        await store.Test.Ok($"PUT {Apm}/alerts/{id}", new { threshold = 250, name = "Slower" });
        var listed = Assert.Single((await store.Test.Ok($"GET {Apm}/alerts"))["alerts"]!.AsArray())!;
        await store.Test.Ok($"DELETE {Apm}/alerts/{id}");

        Assert.Equal(("Slower", "latency.p95", "gte", 250m, "ok"), ((string?)listed["name"], (string?)listed["metric"], (string?)listed["operator"], (decimal)listed["threshold"]!, (string?)listed["status"]));
        await store.Test.Refused(404, $"GET {Apm}/alerts/{id}");
        await store.Test.Refused(422, $"POST {Apm}/alerts", new { name = "A", metric = "requests", threshold = 1, @operator = "about" });
        await store.Test.Refused(422, $"POST {Apm}/alerts", new { name = "A", metric = "requests", threshold = 1, channels = new[] { "pigeon" } });
    }

    [Fact]
    public async Task An_alert_is_written_to_its_addresses_when_it_fires_and_when_it_is_over()
    {
        var store = await Store.Open();
        await store.Test.Ok($"POST {Apm}/alerts", new { name = "Queue", metric = "queue_depth", threshold = 5, channels = new[] { "email:ops@example.com", "email:boss@example.com", "email:ops@example.com" } });

        foreach (var value in (int[])[9, 8, 2])
        {
            await store.Test.Ok($"POST {Apm}/metrics/custom", new { name = "queue_depth", value });
            await store.Database(db => AlertWatch.Evaluate(db, default));
        }

        await store.Advance("PT1S");
        var letters = (await store.Test.Ok($"GET {Api}/ai/orchestration/multi-channel/mailbox"))["messages"]!.AsArray();
        Assert.Equal(4, letters.Count);
        Assert.All(letters, letter => Assert.Equal(("delivered", "template_alert"), ((string?)letter!["status"], (string?)letter["templateId"])));
        Assert.Equal(["boss@example.com", "ops@example.com"], letters.Select(letter => (string?)letter!["to"]).Distinct().Order());
        var told = letters.Where(letter => (string?)letter!["to"] == "ops@example.com").Select(letter => (string?)letter!["text"]).ToList();
        Assert.Contains("Queue: queue_depth is 9, the threshold is 5.", told);
        Assert.Contains("Queue is over: queue_depth is 2.", told);
        Assert.EndsWith(": Queue", (string?)letters[0]!["subject"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_alert_by_email_goes_to_somebody()
    {
        var store = await Store.Open();
        object To(params string[] channels) => new { name = "Queue", metric = "queue_depth", threshold = 5, channels };

        await store.Test.Refused(422, $"POST {Apm}/alerts", To("email"));
        await store.Test.Refused(422, $"POST {Apm}/alerts", To("email:nobody"));
        await store.Test.Ok($"PUT {Api}/whitelabel/settings", new { supportEmail = "help@example.com" });
        var id = (await store.Test.Ok($"POST {Apm}/alerts", To("email", "slack")))["alertId"];
        var made = (await store.Test.Ok($"GET {Apm}/alerts/{id}"))["alert"]!["channels"]!;
        await store.Test.Ok($"PUT {Apm}/alerts/{id}", new { channels = new[] { "email:ops@example.com" } });
        var changed = (await store.Test.Ok($"GET {Apm}/alerts/{id}"))["alert"]!["channels"]!;

        Assert.Equal("""["email:help@example.com","slack"]""", made.ToJsonString());
        Assert.Equal("""["email:ops@example.com"]""", changed.ToJsonString());
    }

    [Fact]
    public async Task Errors_that_are_alike_are_one_with_a_count()
    {
        var store = await Store.Open();
        var one = await store.Test.Ok($"POST {Apm}/errors/report", new { message = "Cart 17 broke", stack = "Error: x\n  at pay (app.js:10:2)", context = new { cart = 17, deep = new { a = 1 } } });
        var two = await store.Test.Ok($"POST {Apm}/errors/report", new { message = "Cart 18 broke", stack = "Error: x\n  at pay (app.js:10:2)" });
        var other = await store.Test.Ok($"POST {Apm}/errors/report", new { message = "Cart 18 broke", stack = "Error: x\n  at ship (app.js:10:2)" });

        var errors = (await store.Test.Ok($"GET {Apm}/errors"))["errors"]!.AsArray();

        Assert.Equal((string?)one["errorId"], (string?)two["errorId"]);
        Assert.NotEqual((string?)one["errorId"], (string?)other["errorId"]);
        Assert.Equal([2, 1], errors.OrderByDescending(error => (int)error!["count"]!).Select(error => (int)error!["count"]!));
        await store.Test.Refused(400, $"POST {Apm}/errors/report", new { stack = "x" });
    }

    [Fact]
    public async Task A_fault_of_the_server_in_work_for_a_shop_is_among_its_errors_and_its_logs()
    {
        var (store, other) = (await Store.Open(), await Store.Open());
        var log = store.Server.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Test");

        log.LogError(new InvalidOperationException("The parcel is gone"), "Job {Job} of store {Tenant} failed", 7, store.Account.Sandbox.Id);
        var logs = (await store.Test.Ok($"GET {Apm}/logs?level=error&q=job 7"))["logs"]!.AsArray();
        var errors = (await store.Test.Ok($"GET {Apm}/errors?source=server"))["errors"]!.AsArray();

        Assert.Contains("The parcel is gone", (string?)Assert.Single(errors)!["message"], StringComparison.Ordinal);
        Assert.Equal("7", (string?)Assert.Single(logs)!["context"]!["job"]);
        Assert.Empty((await other.Test.Ok($"GET {Apm}/errors"))["errors"]!.AsArray());
        Assert.Empty((await other.Test.Ok($"GET {Apm}/logs?level=error"))["logs"]!.AsArray());
    }

    [Fact]
    public async Task Every_answer_names_its_trace_which_shows_its_SQL()
    {
        var store = await Store.Open();
        using var answer = await store.Test.Answer($"GET {Api}/whitelabel/brands");
        var id = Assert.Single(answer.Headers.GetValues("X-Trace-Id"));

        var trace = (await store.Test.Ok($"GET {Apm}/tracing/{id}"))["trace"]!;
        var listed = (await store.Test.Ok($"GET {Apm}/tracing"))["traces"]!.AsArray();

        Assert.Equal((id, 200), ((string?)trace["traceId"], (int)trace["statusCode"]!));
        Assert.EndsWith("/whitelabel/brands/", (string?)trace["name"], StringComparison.Ordinal);
        var spans = trace["spans"]!.AsArray();
        Assert.Null(spans[0]!["parentId"]);
        Assert.Contains(spans, span => ((string?)span!["detail"])?.Contains("FROM brands", StringComparison.Ordinal) is true && (string?)span["parentId"] == (string?)spans[0]!["spanId"]);
        Assert.Contains(listed, one => (string?)one!["traceId"] == id);
        await (await Store.Open()).Test.Refused(404, $"GET {Apm}/tracing/{id}");
    }

    [Fact]
    public async Task A_request_of_another_dialect_is_traced_when_it_asks_and_goes_on_with_the_callers_trace()
    {
        var store = await Store.Open();
        using var plain = await store.Test.Answer("GET /v2/customers", null, ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), ("X-Trace", "1"));

        var id = Assert.Single(plain.Headers.GetValues("X-Trace-Id"));

        Assert.Equal("0af7651916cd43dd8448eb211c80319c", id);
        Assert.Equal(200, (int)(await store.Test.Ok($"GET {Apm}/tracing/{id}"))["trace"]!["statusCode"]!);
    }

    /// <remarks>On a server of its own, which sends its spans to a collector.</remarks>
    [Fact]
    public async Task Spans_go_to_a_collector_where_one_is_set_up()
    {
        await using var collector = await Events.WebhookReceiver.Start();
        await using var server = await TestServer.Start(options: options => options with { Otlp = new(collector.Url.Replace("/hook", "", StringComparison.Ordinal)) });
        var store = await Store.Open(server: server);
        using var answer = await store.Test.Answer($"GET {Api}/whitelabel/brands");
        var trace = Convert.FromHexString(Assert.Single(answer.Headers.GetValues("X-Trace-Id")));

        server.Services.GetRequiredService<Aura.Server.Monitoring.OtlpExport>().Flush();

        var message = collector.Messages.First(sent => sent.Body.AsSpan().IndexOf(trace) >= 0);
        Assert.Equal(("/v1/traces", "application/x-protobuf"), (message.Path, message.Headers["content-type"]));
        Assert.True(message.Body.AsSpan().IndexOf("FROM brands"u8) >= 0);
    }

    [Fact]
    public async Task Refused_requests_are_in_the_log_which_can_be_searched()
    {
        var store = await Store.Open();
        await store.Test.Send($"GET {Api}/whitelabel/brands/brand_1");
        await store.Test.Ok($"GET {Api}/whitelabel/brands");

        var warnings = (await store.Test.Ok($"GET {Apm}/logs?level=warn"))["logs"]!.AsArray();
        var one = (await store.Test.Ok($"GET {Apm}/logs?q=BRANDS&limit=1"))["logs"]!.AsArray();
        var none = (await store.Test.Ok($"GET {Apm}/logs?to=2020-01-01"))["logs"]!.AsArray();

        Assert.Contains("answered 404", (string?)Assert.Single(warnings)!["message"], StringComparison.Ordinal);
        Assert.Equal((1, 0), (one.Count, none.Count));
        await store.Test.Refused(422, $"GET {Apm}/logs?level=loud");
    }

    [Fact]
    public async Task The_dashboard_has_the_figures_in_one()
    {
        var store = await Store.Open();
        await store.Test.Ok($"GET {Api}/whitelabel/brands");

        var dashboard = (await store.Test.Ok($"GET {Apm}/metrics/dashboard"))["dashboard"]!;

        Assert.Equal(1, (int)dashboard["now"]!["requests"]!);
        Assert.Equal(1, dashboard["minutes"]!.AsArray().Sum(minute => (int)minute!["requests"]!));
        Assert.NotEmpty(dashboard["slowestTraces"]!.AsArray());
    }
}
