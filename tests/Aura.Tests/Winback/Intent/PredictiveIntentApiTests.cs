using System.Text.Json.Nodes;
using Aura.Messages;
using Aura.Tests.Messages;
using Aura.Winback.Intent;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.Winback.Intent;

public sealed class PredictiveIntentApiTests
{
    private const string Intent = "/api/abandoned-checkout-winback/ai/orchestration/predictive-intent";

    [Fact]
    public async Task The_sample_of_the_document_is_scored_read_back_and_listed()
    {
        var store = await Store.Open();

        var scored = await store.Test.Ok($"POST {Intent}/calculate", new { customerId = "customer_456", cartValue = 150, sessionDuration = 320, pageViews = 8 });
        var shown = await store.Test.Ok($"GET {Intent}/customer_456");
        var list = await store.Test.Ok($"GET {Intent}");

        Assert.Equal(["intentScore", "likelihood", "recommendedAction"], scored.AsObject().Select(pair => pair.Key).Take(3));
        Assert.InRange((decimal)scored["intentScore"]!, 0, 100);
        Assert.Equal(Words<Likelihood>.Of(IntentEstimate.LikelihoodOf((decimal)scored["intentScore"]!)), (string?)scored["likelihood"]);
        Assert.Equal("public-1", (string?)scored["modelVersion"]);
        Assert.Equal(((decimal)scored["intentScore"]!, "customer_456"), ((decimal)shown["score"]!, (string?)shown["customerId"]));
        Assert.Equal(["customerId", "score", "likelihood", "factors"], shown.AsObject().Select(pair => pair.Key).Take(4));
        Assert.Equal(shown.ToJsonString(), list["intentScores"]![0]!.ToJsonString());
        Assert.Equal(1, (int)list["total"]!);
    }

    [Fact]
    public async Task Asking_again_takes_the_place_of_the_score_and_both_are_kept()
    {
        var store = await Store.Open();
        var little = await Score(store, "a", new { customerId = "a", cartValue = 0, sessionDuration = 5, pageViews = 1 });
        var much = await Score(store, "a", new { customerId = "a", cartValue = 500, sessionDuration = 2000, pageViews = 40 });

        var list = (await store.Test.Ok($"GET {Intent}"))["intentScores"]!.AsArray();

        Assert.True(much > little);
        Assert.Equal(much, (decimal)Assert.Single(list)!["score"]!);
        Assert.Equal(2, await store.Database((db, _) => db.IntentScores.CountAsync()));
    }

    [Fact]
    public async Task Two_who_ask_of_the_same_person_at_once_leave_one_latest_score()
    {
        var store = await Store.Open();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(number => store.Test.Ok($"POST {Intent}/calculate", new { customerId = "same", cartValue = number })));
        Assert.Equal((8, 1), (await store.Database((db, _) => db.IntentScores.CountAsync()), await store.Database((db, _) => db.IntentScores.CountAsync(s => s.IsLatest))));
    }

    [Fact]
    public async Task Many_are_scored_together_with_what_is_known_of_them()
    {
        var store = await Store.Open();

        var visits = await store.Test.Ok($"POST {Intent}/bulk", new { customers = new object[] { new { customerId = "a", cartValue = 10 }, new { customerId = "b", cartValue = 900, pageViews = 30 } } });
        var ids = await store.Test.Ok($"POST {Intent}/bulk", new { customerIds = new[] { "a", "c" } });

        Assert.Equal(2, (int)visits["processed"]!);
        Assert.Equal(["a", "b"], visits["results"]!.AsArray().Select(one => (string?)one!["customerId"]));
        Assert.True((decimal)visits["results"]![1]!["intentScore"]! > (decimal)visits["results"]![0]!["intentScore"]!);
        Assert.Equal(2, (int)ids["processed"]!);
        await store.Test.Refused(400, $"POST {Intent}/bulk", new { });
        await store.Test.Refused(422, $"POST {Intent}/bulk", new { customerIds = new[] { "a", "a" } });
    }

    [Fact]
    public async Task What_is_no_number_and_what_is_part_of_a_path_is_refused()
    {
        var store = await Store.Open();
        await store.Test.Refused(400, $"POST {Intent}/calculate", new { cartValue = 5 });
        await store.Test.Refused(422, $"POST {Intent}/calculate", new { customerId = "a", cartValue = -5 });
        await store.Test.Refused(422, $"POST {Intent}/calculate", new { customerId = "trends" });
        await store.Test.Refused(404, $"GET {Intent}/nobody");
        await store.Test.Refused(422, $"GET {Intent}/trends?interval=hour");
        await store.Test.Refused(422, $"GET {Intent}/trends?from=2026-02-01&to=2026-01-01");
    }

    [Theory]
    [InlineData("bulk", """{"customers":[{"customerId":"a"},{"customerId":"a"}]}""", "customers[1].customerId", "a is asked of twice.")]
    [InlineData("bulk", """{"customerIds":["b","trends"]}""", "customerIds[1]", "trends is part of a path of this API.")]
    [InlineData("bulk", """{"customerIds":[]}""", "customerIds", "Must have 1 to 200 entries.")]
    [InlineData("calculate", """{"customerId":"a","sessionDuration":"long"}""", "sessionDuration", "Must be a number.")]
    public async Task What_is_wrong_with_one_of_many_is_said_of_it(string route, string body, string field, string message)
    {
        var store = await Store.Open();

        var (status, refusal) = await store.Test.Send($"POST {Intent}/{route}", body);

        Assert.Equal((422, field, message), (status, (string?)refusal!["details"]![0]!["field"], (string?)refusal["details"]![0]!["message"]));
        Assert.Equal($"{field}: {message}", (string?)refusal["message"]);
    }

    [Fact]
    public async Task Nobody_is_likely_to_buy_because_nothing_is_known_of_them()
    {
        var store = await Store.Open();

        var unknown = await Score(store, "a", new { customerId = "a" });
        var empty = await Score(store, "b", new { customerId = "b", cartValue = 0 });
        var full = await Score(store, "c", new { customerId = "c", cartValue = 150 });

        Assert.True(empty < unknown && unknown < full, $"{empty} {unknown} {full}");
        Assert.InRange(unknown, 5, 40);
    }

    [Fact]
    public async Task A_channel_is_recommended_to_those_who_agreed_to_it()
    {
        var store = await Store.Open();
        var customer = await store.Test.Ok("POST /v2/customers", new { email = "sure@b.co", first_name = "Sure" });
        var reference = $"customer_{((string)customer["id"]!).Split('_')[1]}";
        object ready = new { customerId = reference, cartValue = 5000, sessionDuration = 5000, pageViews = 100 };

        var before = await store.Test.Ok($"POST {Intent}/calculate", ready);
        await store.Test.Ok("POST /api/abandoned-checkout-winback/compliance/gdpr/consent", new { customerId = reference, consentType = "email_marketing", granted = true });
        var after = await store.Test.Ok($"POST {Intent}/calculate", ready);

        Assert.Equal("remind_on_site", (string?)before["recommendedAction"]);
        Assert.StartsWith("send_email", (string?)after["recommendedAction"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_must_not_be_written_to_is_not_recommended()
    {
        var store = await Store.Open();
        await store.Shopper("jane");
        object ready = new { customerId = "jane", cartValue = 5000, sessionDuration = 5000, pageViews = 100 };

        var before = await store.Test.Ok($"POST {Intent}/calculate", ready);
        foreach (var (channel, address) in ((Channel, string)[])[(Channel.Email, "Jane@example.com"), (Channel.Sms, "+15552223333")])
            await store.Database(db => db.Suppress(channel, address, SuppressionReason.Complaint, default));
        var after = await store.Test.Ok($"POST {Intent}/calculate", ready);

        Assert.StartsWith("send_", (string?)before["recommendedAction"], StringComparison.Ordinal);
        Assert.Equal("remind_on_site", (string?)after["recommendedAction"]);
    }

    [Fact]
    public async Task Trends_follow_the_store_s_clock()
    {
        var store = await Store.Open();
        var first = await Score(store, "a", new { customerId = "a", cartValue = 10 });
        await store.Advance("P40D");
        await Score(store, "b", new { customerId = "b", cartValue = 300 });
        await Score(store, "c", new { customerId = "c", cartValue = 300 });

        var recent = (await store.Test.Ok($"GET {Intent}/trends"))["trends"]!.AsArray();
        var all = (await store.Test.Ok($"GET {Intent}/trends?from=2020-01-01&interval=month"))["trends"]!.AsArray();

        Assert.Equal(2, (int)Assert.Single(recent)!["count"]!);
        Assert.Equal((2, 1, first), (all.Count, (int)all[0]!["count"]!, (decimal)all[0]!["averageScore"]!));
    }

    [Fact]
    public async Task The_model_says_on_what_it_was_trained_and_how_good_it_is()
    {
        var store = await Store.Open();

        var accuracy = await store.Test.Ok($"GET {Intent}/model-accuracy");

        Assert.Equal(["modelVersion", "accuracy", "precision", "recall", "f1", "sampleSize", "trainedAt"], accuracy.AsObject().Select(pair => pair.Key).Take(7));
        Assert.True((decimal)accuracy["auc"]! >= 0.9m);
        Assert.Contains("CC BY 4.0", (string?)accuracy["trainedOn"], StringComparison.Ordinal);
        Assert.Equal(2, accuracy["references"]!.AsArray().Count);
        Assert.True((decimal)accuracy["accuracy"]! > (decimal)accuracy["baseAccuracy"]!);
        Assert.Null(accuracy["lastTraining"]);
    }

    [Fact]
    public async Task With_little_history_retraining_says_so_and_changes_nothing()
    {
        var store = await Store.Open();
        await Score(store, "a", new { customerId = "a", cartValue = 10 });

        var begun = await store.Test.Ok($"POST {Intent}/retrain", new { });
        await store.Advance("P8D");
        var last = (await store.Test.Ok($"GET {Intent}/model-accuracy"))["lastTraining"]!;

        Assert.Equal((true, "public-1"), ((bool)begun["success"]!, (string?)begun["modelVersion"]));
        Assert.Equal(((string?)begun["jobId"], "completed", "insufficient_history", 500), ((string?)last["jobId"], (string?)last["status"], (string?)last["outcome"], (int)last["needed"]!));
    }

    [Fact]
    public async Task A_store_s_own_sessions_make_a_model_that_serves_if_it_is_better()
    {
        var store = await Store.Open();
        await Seen(store, sessions: 1200);

        await store.Test.Ok($"POST {Intent}/retrain", new { });
        await store.Advance("PT1M");
        var accuracy = await store.Test.Ok($"GET {Intent}/model-accuracy");
        var low = await Score(store, "low", new { customerId = "low", cartValue = 20, pageViews = 2 });
        var high = await Score(store, "high", new { customerId = "high", cartValue = 20, pageViews = 38 });

        Assert.Equal(("store-1", "this store", "serving"), ((string?)accuracy["modelVersion"], (string?)accuracy["trainedOn"], (string?)accuracy["lastTraining"]!["outcome"]));
        Assert.Equal(240, (int)accuracy["sampleSize"]!);
        Assert.True((decimal)accuracy["auc"]! > 0.8m);
        Assert.True(high > low + 30);
    }

    [Fact]
    public async Task Scores_are_exported_as_rows_and_as_a_file()
    {
        var store = await Store.Open();
        await Score(store, "=1+1", new { customerId = "=1+1", cartValue = 10 });

        var rows = await store.Test.Ok($"POST {Intent}/export", new { });
        using var file = await store.Test.Answer($"POST {Intent}/export", new { format = "csv" });
        var lines = (await file.Content.ReadAsStringAsync()).Split("\r\n");

        Assert.Equal((true, "json", 1), ((bool)rows["success"]!, (string?)rows["format"], (int)rows["count"]!));
        Assert.Equal("=1+1", (string?)rows["data"]![0]!["customerId"]);
        Assert.Equal("text/csv", file.Content.Headers.ContentType!.MediaType);
        Assert.StartsWith("customerId,score,likelihood,factors", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("'=1+1,", lines[1], StringComparison.Ordinal); // no formula
    }

    private static async Task<decimal> Score(Store store, string customer, object asked)
    {
        await store.Test.Ok($"POST {Intent}/calculate", asked);
        return (decimal)(await store.Test.Ok($"GET {Intent}/{Uri.EscapeDataString(customer)}"))["score"]!;
    }

    /// <summary>People who were asked of in the last weeks: nine of ten who saw more than twenty pages bought a day later, and one of ten of the others.</summary>
    private static Task Seen(Store store, int sessions) => store.Database(async db =>
    {
        var (tenant, from, first) = (db.Tenant, db.Now.AddDays(-60), db.NextId() + 10_000_000_000);
        await db.Database.ExecuteSqlAsync($$"""
            WITH seen AS (SELECT n, {{first}} + n AS id, {{from}} + n * interval '1 hour' AS at, n * 37 % 40 AS pages, n * 7919 % 10 < CASE WHEN n * 37 % 40 > 20 THEN 9 ELSE 1 END AS bought FROM generate_series(1, {{sessions}}) n),
            people AS (
              INSERT INTO shoppers (tenant_id, id, reference, segments, created_at, updated_at, version) SELECT {{tenant}}, id, 'seen-' || n, ARRAY[]::text[], at, at, 1 FROM seen),
            carts AS (
              INSERT INTO watched_carts (tenant_id, id, source, external_id, shopper_id, currency, value, contents, has_contact, status, last_activity_at, recovered_at, revenue, created_at, updated_at, version)
              SELECT {{tenant}}, id, 'api', 'seen-' || n, id, 'EUR', 0, '{"items": []}', false, 'recovered', at, at + interval '1 day', 0, at, at, 1 FROM seen WHERE bought)
            INSERT INTO intent_scores (tenant_id, id, shopper_id, score, likelihood, factors, action, facts, model, scored_at, is_latest)
            SELECT {{tenant}}, id, id, 50, 'medium', ARRAY[]::text[], 'no_action', jsonb_build_object('page_views', pages, 'cart_value', 0.2), 'public-1', at, true FROM seen
            """);
    });
}
