using System.Globalization;
using Aura.Jobs;
using Aura.Promotions.Automations;
using Aura.Tests.Jobs;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.PromotionsV1;

/// <summary>Rules that fire by the calendar.</summary>
public sealed partial class AutomationTests
{
    [Fact]
    public async Task Seasons_fire_from_some_days_before_and_once_a_year()
    {
        var store = await Store.Open();
        var rule = await Make(store, "seasonal_event", new { event_type = "christmas", days_before = 3 }, new { });
        var christmas = new DateTime((await Now(store)).Year + 1, 12, 25, 0, 0, 0, DateTimeKind.Utc);

        Assert.Empty(await Process(store, asOf: christmas.AddDays(-3).AddSeconds(-1)));
        var offer = Assert.Single(await Process(store, asOf: christmas.AddDays(-3)))!;
        Assert.Empty(await Process(store, asOf: christmas));
        Assert.Equal(christmas.AddDays(1), DateTime.Parse((string)offer["expires_at"]!, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal));
        Assert.Null((string?)offer["customer_id"]);
        Assert.Equal(1, await Fired(store, rule));
        Assert.Equal(409, (await store.Live.Send($"POST {All}/process-triggers", new { as_of = christmas })).Status);
    }

    [Fact]
    public async Task Over_a_year_of_the_clock_each_birthday_and_season_fires_once_by_itself()
    {
        var store = await Store.Open();
        var birthdays = await Make(store, "customer_lifecycle", new { event_type = "birthday", days_before = 3 });
        var seasons = new[] { await Make(store, "seasonal_event", new { event_type = "black_friday" }), await Make(store, "seasonal_event", new { event_type = "new_year", days_before = 3 }) };
        foreach (var born in new DateTime[] { new(2000, 2, 29), new(1990, 1, 1), new(1980, 7, 15) })
            await Customer(store, born);

        await store.Advance("P366D");

        Assert.Equal(3, await Fired(store, birthdays));
        Assert.All(seasons, rule => Assert.InRange(Fired(store, rule).Result, 1, 2)); // on the very day there is one at each end
        Assert.Empty(await store.Database((db, _) => db.Jobs.Where(j => j.State == JobState.Failed || j.Error != null).Select(j => j.Error).ToListAsync()));
        await store.Verify(AutomationAudit.Checks);
    }

    [Fact]
    public async Task Birthdays_of_days_at_which_no_server_ran_are_made_up_for_a_week_back_and_once()
    {
        await using var server = await TestClockTests.Alone();
        var store = await Store.Open(server: server);
        var rule = await Make(store, "customer_lifecycle", new { event_type = "birthday" });
        await store.Advance("PT0S");
        var today = (await Now(store)).Date;
        foreach (var days in new[] { 2, 3, 8, 10, 11 })
            await Customer(store, today.AddDays(days).AddYears(-30));
        await store.Database(db => TestClockTests.Move(db, TimeSpan.FromDays(10)));

        await store.Advance("PT0S");
        Assert.Equal(3, await Fired(store, rule)); // the third day to the tenth
        await store.Advance("P1D");
        Assert.Equal(4, await Fired(store, rule));
        await store.Advance("P5D");

        Assert.Equal(4, await Fired(store, rule));
        await store.Verify(AutomationAudit.Checks);
    }

    [Fact]
    public async Task A_daily_look_that_was_given_up_is_taken_up_again_with_the_days_that_it_missed()
    {
        var store = await Store.Open();
        var rule = await Make(store, "customer_lifecycle", new { event_type = "birthday" });
        await Customer(store, (await Now(store)).Date.AddDays(2).AddYears(-30));
        await store.Advance("PT0S");
        Assert.Single(await store.Server.Rows("UPDATE jobs SET state = 'failed', attempts = 8, finished_at = now() - interval '7 hours' WHERE tenant_id = $1 AND kind = 'automation.sweep' AND state = 'queued' RETURNING id::text", store.Account.Sandbox.Id));
        await store.Advance("P4D");
        await store.Server.Rows("UPDATE schedules SET next_at = now() WHERE name = 'jobs.revive'");
        await Fire.Await.Until(async () => await Fired(store, rule) == 1);
        await Fire.Await.Until(() => store.Database((db, _) => db.Jobs.AnyAsync(job => job.Kind == "automation.sweep" && job.State == JobState.Queued && job.RunAt > db.Now)));
    }

    [Fact]
    public async Task A_rule_that_was_off_makes_up_for_nothing()
    {
        await using var server = await TestClockTests.Alone();
        var store = await Store.Open(server: server);
        var rule = await Make(store, "customer_lifecycle", new { event_type = "birthday" });
        await Customer(store, (await Now(store)).Date.AddDays(2).AddYears(-30));
        await store.Test.Ok($"PUT {All}/{rule["id"]}", new { status = "disabled" });
        await store.Advance("P4D");
        await store.Test.Ok($"PUT {All}/{rule["id"]}", new { status = "active" });
        await store.Advance("P1D");

        Assert.Equal(0, await Fired(store, rule));
    }
}
