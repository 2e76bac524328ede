using Aura.Jobs;
using Aura.Promotions;
using Aura.Tests.Fire;
using Microsoft.EntityFrameworkCore;

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
}
