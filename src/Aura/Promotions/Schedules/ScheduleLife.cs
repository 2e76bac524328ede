using Aura.Jobs;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions.Schedules;

/// <summary>The steps of a schedule, each with a job for the next.</summary>
public static class ScheduleLife
{
    /// <summary>Starts a promotion with its schedule; where an occurrence is on, it is given at once.</summary>
    public static void Start(this AuraDb db, PromotionSchedule schedule)
    {
        db.Start(schedule.Promotion);
        db.Await(schedule.Promotion);
        db.Add(schedule);
        db.Follow(schedule);
    }

    /// <summary>Stops what is to come. An occurrence that is on goes on to its end; between two, the promotion is over.</summary>
    public static void Stop(this AuraDb db, PromotionSchedule schedule)
    {
        schedule.Stop(db.Now);
        if (schedule.Promotion.StatusAt(db.Now) is PromotionStatus.Scheduled or PromotionStatus.Paused)
            db.End(schedule.Promotion, PromotionSchedule.Stopped);
    }

    internal static void Follow(this AuraDb db, PromotionSchedule schedule)
    {
        switch (schedule.Follow(db.Now))
        {
            case ScheduleStep.Activate:
                db.Activate(schedule.Promotion);
                break;
            case ScheduleStep.Await:
                db.Await(schedule.Promotion);
                break;
            case ScheduleStep.End:
                db.End(schedule.Promotion, PromotionSchedule.Over);
                break;
        }

        if (schedule.NextStepAt is { } next)
            db.Enqueue<FollowSchedule>(new FollowSchedule.Payload(schedule.Id, next), next, FormattableString.Invariant($"{schedule.Id}@{next.Ticks}"));
    }
}

/// <summary>Switches a promotion when its occurrence begins or ends. Late, it does what is right now, and makes up for nothing.</summary>
internal sealed class FollowSchedule(AuraDb db) : IJobHandler
{
    public static string Kind => "promotion.schedule";

    public async Task<object?> Run(Job job, CancellationToken cancellation)
    {
        var (id, at) = job.Read<Payload>();
        // The step is moved on with what it did: a job that runs again finds another.
        if (await db.PromotionSchedules.Include(s => s.Promotion).FirstOrDefaultAsync(s => s.Id == id && s.NextStepAt == at, cancellation) is not { } schedule)
            return null;
        db.Follow(schedule);
        await db.SaveChangesAsync(cancellation);
        return null;
    }

    public sealed record Payload(long Schedule, DateTime At);
}
