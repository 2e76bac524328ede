using Aura.Accounts;
using Aura.Jobs;
using Aura.Persistence;
using Aura.Promotions;
using Aura.Server;
using Aura.Tests.Fire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Aura.Tests.Jobs;

public sealed class TestClockTests
{
    [Fact]
    public async Task The_clock_does_not_go_on_while_another_worker_is_at_what_was_due()
    {
        await using var server = await Alone();
        var store = await Store.Open(server: server);
        var start = await Now(store);
        var held = await Plan(store, start);
        await Hold(store, held);
        var next = await Plan(store, start.AddDays(1));
        var time = new Leaping(most: TimeSpan.FromMinutes(2));

        var advance = Advance(store, time, start.AddDays(3));
        await Await.Until(() => advance.IsCompleted || time.Looks > 12);

        Assert.False(advance.IsCompleted);
        Assert.Equal((TimeSpan.Zero, JobState.Queued), (await Offset(store), await State(store, next)));
        await Finish(store, held);
        await advance;
        Assert.Equal(JobState.Completed, await State(store, next));
        Assert.True(await Offset(store) >= TimeSpan.FromDays(2));
    }

    [Fact]
    public async Task What_is_not_done_in_time_is_named_and_the_clock_stands_where_it_was_due()
    {
        await using var server = await Alone();
        var store = await Store.Open(server: server);
        var start = await Now(store);
        var held = await Plan(store, start);
        await Hold(store, held);

        var refused = await Assert.ThrowsAsync<Refused>(() => Advance(store, new Leaping(most: TimeSpan.FromHours(1)), start.AddDays(3)));

        Assert.Equal((Refusal.Conflict, "clock_waits"), (refused.Kind, refused.Code));
        Assert.Contains($"job_{held}", refused.Message, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.Zero, await Offset(store));
    }

    [Fact]
    public async Task A_job_whose_worker_died_is_done_before_the_clock_goes_on()
    {
        await using var server = await Alone();
        var store = await Store.Open(server: server);
        var start = await Now(store);
        var left = await Plan(store, start);
        await Hold(store, left, until: DateTime.UnixEpoch);

        await store.Advance("P2D");

        var job = await store.Database((db, _) => db.Jobs.SingleAsync(j => j.Id == left));
        Assert.Equal(JobState.Completed, job.State);
        Assert.True(job.FinishedAt < start.AddDays(1));
    }

    [Fact]
    public async Task A_job_that_waits_for_its_next_try_has_it_when_the_clock_is_moved()
    {
        await using var server = await Alone();
        var store = await Store.Open(server: server);
        var failed = await Plan(store, await Now(store));
        await store.Database(db => db.Jobs.Where(j => j.Id == failed).ExecuteUpdateAsync(j => j.SetProperty(job => job.DueAt, job => job.RunAt.AddHours(1))));

        await store.Advance("PT1S");

        Assert.Equal(JobState.Completed, await State(store, failed));
    }

    [Fact]
    public async Task A_job_sees_the_clock_by_which_it_was_due_on_a_server_that_has_not_heard_yet()
    {
        await using var server = await Alone();
        var store = await Store.Open(server: server);
        var (tenant, due) = (store.Account.Sandbox.Id, (await Now(store)).AddDays(2));
        var job = await Plan(store, due);
        await Await.Until(() => server.Services.GetRequiredService<AccessDirectory>().IsListening);
        await store.Advance("PT0S");
        await Now(store); // and so the store is kept in memory
        await store.Database(async db =>
        {
            await using var unheard = await db.Database.BeginTransactionAsync();
            await db.Database.ExecuteSqlAsync($"SET LOCAL session_replication_role = replica"); // no triggers
            await Move(db, TimeSpan.FromDays(3));
            await unheard.CommitAsync();
        });

        await store.Database((_, services) => services.GetRequiredService<JobWorker>().Drain(tenant, default));

        Assert.True(await store.Database((db, _) => db.Jobs.Where(j => j.Id == job).Select(j => j.FinishedAt).SingleAsync()) >= due);
    }

    /// <summary>Lets the store's clock go on without anybody at work, as when all servers are down.</summary>
    internal static async Task Move(AuraDb db, TimeSpan by)
    {
        await db.Database.ExecuteSqlAsync($"UPDATE stores SET clock_offset = clock_offset + {by} WHERE id = {db.Caller.TenantId}");
        await db.Database.ExecuteSqlAsync($"UPDATE jobs SET due_at = due_at - {by} WHERE tenant_id = {db.Caller.TenantId}");
    }

    /// <summary>A server without workers: who is at a job is told by the test.</summary>
    internal static Task<TestServer> Alone() => TestServer.Start(options: options => options with { Role = ServerRole.Api });

    private static Task<long> Plan(Store store, DateTime at) => store.Database(async (db, _) =>
    {
        var job = db.Enqueue<GiveBackReservation>(new GiveBackReservation.Payload(1), at);
        await db.SaveChangesAsync();
        return job.Id;
    });

    private static Task Hold(Store store, long id, DateTime? until = null)
    {
        var lease = until ?? DateTime.MaxValue.Date.ToUniversalTime();
        return store.Database(db => db.Jobs.Where(j => j.Id == id).ExecuteUpdateAsync(j => j
            .SetProperty(job => job.State, JobState.Processing).SetProperty(job => job.Attempts, 1).SetProperty(job => job.LeaseUntil, lease)));
    }

    private static Task Finish(Store store, long id) => store.Database(db => db.Jobs.Where(j => j.Id == id).ExecuteUpdateAsync(j => j
        .SetProperty(job => job.State, JobState.Completed).SetProperty(job => job.FinishedAt, db.Now)));

    private static Task<JobState> State(Store store, long id) => store.Database((db, _) => db.Jobs.Where(j => j.Id == id).Select(j => j.State).SingleAsync());

    private static Task<DateTime> Now(Store store) => store.Database((db, _) => Task.FromResult(db.Now));

    private static Task<TimeSpan> Offset(Store store) => store.Database((db, _) => db.Stores.Where(s => s.Id == db.Caller.TenantId).Select(s => s.ClockOffset).SingleAsync());

    private static Task<List<Job>> Advance(Store store, TimeProvider time, DateTime to) =>
        store.Database((db, services) => ActivatorUtilities.CreateInstance<TestClock>(services, time).Advance(db, to, default));

    /// <summary>25 seconds later whenever somebody looks.</summary>
    private sealed class Leaping(TimeSpan most) : TimeProvider
    {
        private int looks;

        public int Looks => looks;

        public override long GetTimestamp() => Math.Min(Interlocked.Increment(ref looks) * 25, (long)most.TotalSeconds) * TimestampFrequency;
    }
}
