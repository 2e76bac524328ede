using System.Text.Json.Nodes;
using Aura.Jobs;
using Aura.Promotions.Schedules;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Aura.Tests.PromotionsV1;

public sealed class SchedulingTests
{
    private const string All = "/api/v1/scheduling";

    [Fact]
    public async Task The_sale_of_the_document_is_on_the_Fridays_of_the_calendar()
    {
        var store = await Store.Open();
        var (status, made) = await store.Test.Send($"POST {All}/schedule", """
            {
              "name": "Weekly Flash Sale", "description": "Every Friday flash sale", "promotion_type": "percentage_discount", "discount_type": "percentage",
              "discount_value": 30.0, "start_date": "2024-06-01T00:00:00Z", "end_date": "2024-12-31T23:59:59Z", "max_uses": 500,
              "schedule_options": {"recurrence_pattern": "weekly", "recurrence_interval": 1, "recurrence_days": [4], "max_occurrences": 26, "auto_activate": true, "auto_deactivate": true}
            }
            """);
        Assert.Equal((201, "scheduled", 500), (status, (string?)made!["status"], (int)made["max_uses"]!));
        var schedule = made["schedule"]!;
        Assert.Equal((26, "2024-06-07T00:00:00Z", null, "[4]"), (schedule["occurrences"]!.AsArray().Count, (string?)schedule["occurrences"]![0], (string?)schedule["next_occurrence"], schedule["recurrence_days"]!.ToJsonString()));

        var june = await store.Test.Ok($"GET {All}/calendar?year=2024&month=6");
        Assert.Equal((2024, 6, 4, "2024-06-01T00:00:00Z", "2024-06-30T23:59:59Z"), ((int)june["year"]!, (int)june["month"]!, (int)june["total_scheduled"]!,
            (string?)june["period"]!["start_date"], (string?)june["period"]!["end_date"]));
        Assert.Equal(["2024-06-07", "2024-06-14", "2024-06-21", "2024-06-28"], Days(june));
        Assert.Equal(((long)made["id"]!, "Weekly Flash Sale", true), ((long)june["calendar"]!["2024-06-07"]![0]!["id"]!, (string?)june["calendar"]!["2024-06-07"]![0]!["name"], (bool)june["calendar"]!["2024-06-07"]![0]!["is_recurring"]!));

        var year = await store.Test.Ok($"GET {All}/calendar?year=2024");
        Assert.Equal((26, null, "2024-01-01T00:00:00Z", "2024-12-31T23:59:59Z"), ((int)year["total_scheduled"]!, (int?)year["month"],
            (string?)year["period"]!["start_date"], (string?)year["period"]!["end_date"]));
        await store.Advance("PT0S");
        Assert.Equal("expired", await Status(store, made));
    }

    [Fact]
    public async Task Other_promotions_are_in_the_calendar_on_the_day_of_their_start()
    {
        var store = await Store.Open();
        await store.Test.Ok("POST /api/v1/promotions/", new { name = "Plain", promotion_type = "percentage_discount", discount_type = "percentage", discount_value = 10, start_date = "2024-06-03T12:00:00Z", end_date = "2024-06-20" });
        await Make(store, new { recurrence_pattern = "daily", recurrence_interval = 2, max_occurrences = 2 }, "2024-06-01", "2024-07-01");

        var june = await store.Test.Ok($"GET {All}/calendar?year=2024&month=6");

        Assert.Equal(["2024-06-01", "2024-06-03"], Days(june));
        Assert.Equal("[false,true]", $"[{string.Join(',', june["calendar"]!["2024-06-03"]!.AsArray().Select(entry => entry!["is_recurring"]!.ToJsonString()).Order())}]");
        Assert.Equal(3, (int)june["total_scheduled"]!);
    }

    [Theory]
    [InlineData("""{"recurrence_pattern": "custom", "cron_expression": "0 9 * * 1-5"}""", "2024-06-03,2024-06-04,2024-06-05,2024-06-06,2024-06-07")]
    [InlineData("""{"recurrence_pattern": "weekly", "recurrence_days": ["tue", "SAT"]}""", "2024-06-01,2024-06-04,2024-06-08")]
    [InlineData("""{"recurrence_pattern": "monthly", "recurrence_days": [1, 5]}""", "2024-06-01,2024-06-05")]
    [InlineData("""{"recurrence_pattern": "monthly", "recurrence_days": ["L"]}""", "2024-06-30")]
    [InlineData("""{"recurrence_pattern": "daily", "recurrence_interval": 4, "timezone": "America/New_York"}""", "2024-05-31,2024-06-04")] // midnight in London is the evening before in New York
    public async Task Each_pattern_has_its_days(string options, string days)
    {
        var store = await Store.Open();
        await Make(store, JsonNode.Parse(options)!, "2024-06-01", options.Contains('L') ? "2024-07-20" : "2024-06-08T12:00:00Z");

        Assert.Equal(days.Split(','), Days(await store.Test.Ok($"GET {All}/calendar?year=2024")).Take(days.Split(',').Length));
    }

    [Theory]
    [InlineData("""{"recurrence_pattern": "custom", "cron_expression": "0 25 * * *"}""", "schedule_options.cron_expression", "The hour, at character 3: '25'")]
    [InlineData("""{"recurrence_pattern": "custom", "cron_expression": "0 9 * *"}""", "schedule_options.cron_expression", "5 fields")]
    [InlineData("""{"recurrence_pattern": "custom"}""", "schedule_options.cron_expression", "custom pattern")]
    [InlineData("""{"recurrence_pattern": "hourly"}""", "schedule_options.recurrence_pattern", "Must")]
    [InlineData("""{"recurrence_pattern": "weekly", "recurrence_days": [7]}""", "schedule_options.recurrence_days", "0 (Monday)")]
    [InlineData("""{"recurrence_pattern": "weekly", "recurrence_days": ["XYZ"]}""", "schedule_options.recurrence_days[0]", "MON to SUN")]
    [InlineData("""{"recurrence_pattern": "daily", "recurrence_interval": 0}""", "recurrence_interval", "1000")]
    [InlineData("""{"recurrence_pattern": "daily", "timezone": "Mars/Olympus"}""", "schedule_options.timezone", "time zone")]
    [InlineData("""{"recurrence_pattern": "custom", "cron_expression": "0 0 30 2 *"}""", "schedule_options", "never")]
    public async Task What_makes_no_sense_is_refused_with_its_field(string options, string field, string what)
    {
        var store = await Store.Open();

        var (status, refusal) = await store.Test.Send($"POST {All}/schedule", Body(JsonNode.Parse(options)!, "2024-06-01", "2024-12-31"));

        Assert.Equal(422, status);
        Assert.Contains(field, $"{refusal}", StringComparison.Ordinal);
        Assert.Contains(what, ((string?)refusal!["detail"])!, StringComparison.Ordinal);
        Assert.Equal(0, (int)(await store.Test.Ok("GET /api/v1/promotions/"))["pagination"]!["total_items"]!);
    }

    [Fact]
    public async Task It_is_given_during_its_occurrences_and_at_no_other_time()
    {
        var store = await Store.Open();
        var midnight = await Tomorrow(store);
        var made = await Make(store, new { recurrence_pattern = "daily", time_of_day = "10:00", duration_hours = 2, max_occurrences = 3 }, $"{midnight:O}", $"{midnight.AddDays(30):O}");
        Assert.Equal($"{midnight.AddHours(10):yyyy-MM-ddTHH:mm:ssZ}", (string?)made["schedule"]!["next_occurrence"]);

        Assert.Equal("scheduled", await StatusAt(store, made, midnight.AddHours(9)));
        Assert.Equal("active", await StatusAt(store, made, midnight.AddHours(10)));
        Assert.Equal("active", await StatusAt(store, made, midnight.AddHours(11.9)));
        Assert.Equal("scheduled", await StatusAt(store, made, midnight.AddHours(12)));
        Assert.Equal("active", await StatusAt(store, made, midnight.AddHours(35)));
        Assert.Equal("ended", await StatusAt(store, made, midnight.AddDays(10)));
        Assert.Equal(["created", "activated", "paused", "activated", "paused", "activated", "ended"], await Told(store));
    }

    [Fact]
    public async Task Deleted_between_occurrences_it_is_over_and_during_one_it_goes_on_to_the_end()
    {
        var store = await Store.Open();
        var midnight = await Tomorrow(store);
        var (waiting, running) = (await Make(store, new { recurrence_pattern = "daily" }, $"{midnight:O}", $"{midnight.AddDays(30):O}"), await Make(store, new { recurrence_pattern = "daily" }, $"{midnight.AddDays(-3):O}", $"{midnight.AddDays(30):O}"));
        Assert.Equal(("scheduled", "active"), ((string?)waiting["status"], (string?)running["status"]));
        Assert.Equal(2, (int)(await store.Test.Ok($"GET {All}/schedules"))["pagination"]!["total_items"]!);

        foreach (var made in new[] { waiting, running })
            Assert.Equal(204, (await store.Test.Send($"DELETE {All}/schedules/{made["schedule"]!["id"]}")).Status);

        Assert.Equal(("ended", "active"), (await Status(store, waiting), await Status(store, running)));
        Assert.Equal(404, (await store.Test.Send($"DELETE {All}/schedules/{running["schedule"]!["id"]}")).Status);
        Assert.Equal(0, (int)(await store.Test.Ok($"GET {All}/schedules"))["pagination"]!["total_items"]!);
        Assert.Equal("ended", await StatusAt(store, running, midnight));
    }

    [Fact]
    public async Task A_step_is_taken_once_whoever_takes_it_and_however_often()
    {
        var store = await Store.Open();
        var midnight = await Tomorrow(store);
        var made = await Make(store, new { recurrence_pattern = "daily", duration_hours = 1 }, $"{midnight:O}", $"{midnight.AddDays(3):O}");
        await StatusAt(store, made, midnight.AddMinutes(1));

        // As after a crash between the step and the end of its job, and as on a second server at the same time.
        var job = await store.Database(async (db, _) => await db.Jobs.AsNoTracking().FirstAsync(j => j.Kind == FollowSchedule.Kind && j.State == JobState.Completed));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => store.Database((_, services) =>
            ActivatorUtilities.CreateInstance<FollowSchedule>(services).Run(job, default))));

        Assert.Equal(["created", "activated"], await Told(store));
        Assert.Single(await store.Database((db, _) => db.Jobs.Where(j => j.Kind == FollowSchedule.Kind && j.State == JobState.Queued).ToListAsync()));
    }

    [Fact]
    public async Task Two_that_take_a_step_at_once_take_it_once()
    {
        var store = await Store.Open();
        var midnight = await Tomorrow(store);
        await Make(store, new { recurrence_pattern = "daily", duration_hours = 1 }, $"{midnight:O}", $"{midnight.AddDays(3):O}");
        var next = await store.Database((db, _) => db.Jobs.AsNoTracking().SingleAsync(j => j.Kind == FollowSchedule.Kind));

        await store.Database(async first => await store.Database(async second =>
        {
            var (one, two) = (await Loaded(first), await Loaded(second));
            first.Follow(one);
            second.Follow(two);
            await first.SaveChangesAsync();
            await Assert.ThrowsAnyAsync<DbUpdateException>(() => second.SaveChangesAsync());
        }));

        Task<PromotionSchedule> Loaded(Aura.Persistence.AuraDb db)
        {
            db.Enter(db.Caller with { ClockOffset = next.RunAt - TimeProvider.System.GetUtcNow().UtcDateTime + TimeSpan.FromMinutes(1) }, TimeProvider.System);
            return db.PromotionSchedules.Include(s => s.Promotion).SingleAsync();
        }
    }

    [Fact]
    public async Task A_withdrawn_promotion_takes_its_schedule_with_it()
    {
        var store = await Store.Open();
        var made = await Make(store, new { recurrence_pattern = "daily" }, "2026-01-01", "2099-01-01");

        Assert.Equal(204, (await store.Test.Send($"DELETE /api/v1/promotions/{made["id"]}")).Status);

        Assert.Equal(404, (await store.Test.Send($"GET {All}/schedules/{made["schedule"]!["id"]}")).Status);
        await store.Advance("P2D");
    }

    private static JsonObject Body(object options, string start, string end) => new()
    {
        ["name"] = "Sale", ["promotion_type"] = "percentage_discount", ["discount_type"] = "percentage", ["discount_value"] = 10,
        ["start_date"] = start, ["end_date"] = end, ["schedule_options"] = options as JsonNode ?? System.Text.Json.JsonSerializer.SerializeToNode(options),
    };

    private static Task<JsonNode> Make(Store store, object options, string start, string end) => store.Test.Ok($"POST {All}/schedule", Body(options, start, end));

    private static IEnumerable<string> Days(JsonNode calendar) => calendar["calendar"]!.AsObject().Select(day => day.Key);

    private static async Task<string?> Status(Store store, JsonNode made) => (string?)(await store.Test.Ok($"GET /api/v1/promotions/{made["id"]}"))["status"];

    private static async Task<string?> StatusAt(Store store, JsonNode made, DateTime time)
    {
        await store.Test.Ok("POST /v2/test-clock/advance", new { to = time });
        return await Status(store, made);
    }

    private static Task<DateTime> Tomorrow(Store store) => store.Database((db, _) => Task.FromResult(db.Now.Date.AddDays(1)));

    private static Task<List<string>> Told(Store store) => store.Database((db, _) =>
        db.Events.Where(e => e.Subject == "promotion").OrderBy(e => e.Id).Select(e => e.Type.Substring(10)).ToListAsync());
}
