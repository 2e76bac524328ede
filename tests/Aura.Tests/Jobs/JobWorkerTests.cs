using System.Collections.Concurrent;
using Aura.Jobs;
using Aura.Promotions;
using Aura.Tests.Fire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Aura.Tests.Jobs;

public sealed class JobWorkerTests
{
    [Theory]
    [InlineData(Job.MostBegun - 1, JobState.Completed)]
    [InlineData(Job.MostBegun, JobState.Failed)]
    public async Task A_job_at_which_server_after_server_ended_is_given_up(int begun, JobState end)
    {
        var store = await Store.Open();
        var id = await store.Database(async (db, _) =>
        {
            var job = db.Enqueue<GiveBackReservation>(new GiveBackReservation.Payload(1), db.Now + TimeSpan.FromHours(1));
            await db.SaveChangesAsync();
            return job.Id;
        });
        await store.Database(db => db.Jobs.Where(job => job.Id == id).ExecuteUpdateAsync(job => job // as a worker leaves it that was killed
            .SetProperty(j => j.State, JobState.Processing).SetProperty(j => j.Attempts, begun).SetProperty(j => j.LeaseUntil, DateTime.UnixEpoch)));

        await Await.Until(() => store.Database((db, _) => db.Jobs.AnyAsync(job => job.Id == id && job.FinishedAt != null)));

        Assert.Equal(end, await store.Database((db, _) => db.Jobs.Where(job => job.Id == id).Select(job => job.State).SingleAsync()));
    }

    [Fact]
    public async Task A_server_whose_clock_is_behind_waits_for_the_time_of_a_job()
    {
        await using var server = await TestClockTests.Alone();
        var store = await Store.Open(server: server);
        await store.Database(async db =>
        {
            db.Enqueue<GiveBackReservation>(new GiveBackReservation.Payload(1));
            await db.SaveChangesAsync();
        });
        var time = new Behind(TimeSpan.FromMinutes(1));

        var ran = await store.Database((db, services) => ActivatorUtilities.CreateInstance<JobWorker>(services, time).Drain(db.Caller.TenantId, default));

        Assert.Equal(1, ran);
        Assert.Contains(time.Waits, wait => wait > TimeSpan.Zero && wait <= TimeSpan.FromSeconds(2));
    }

    /// <summary>A clock that is behind the others, of which no timer waits.</summary>
    private sealed class Behind(TimeSpan by) : TimeProvider
    {
        public ConcurrentQueue<TimeSpan> Waits { get; } = [];

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() - by;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Waits.Enqueue(dueTime);
            return base.CreateTimer(callback, state, period == Timeout.InfiniteTimeSpan ? TimeSpan.Zero : dueTime, period);
        }
    }
}
