using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Promotions.Schedules;

/// <summary>When a promotion comes round, in the window that it was made with.</summary>
public sealed class PromotionSchedule : StoreEntity, IAudited
{
    public static string Prefix => "sched";
    public static string Noun => "schedule";

    public const string Over = "schedule_over";
    public const string Stopped = "schedule_stopped";

    public long PromotionId { get; private init; }
    public Promotion Promotion { get; private init; } = null!; // loaded where it is needed
    public DateTime StartsAt { get; private init; }
    public DateTime EndsAt { get; private init; }
    public Recurrence Recurrence { get; private init; } = new();

    /// <summary>Whether an occurrence switches the promotion on.</summary>
    public bool AutoActivate { get; private init; }

    /// <summary>Whether its end switches it off.</summary>
    public bool AutoDeactivate { get; private init; }

    /// <summary>When there is something to do next; null: never.</summary>
    public DateTime? NextStepAt { get; private set; }

    /// <summary>When the last occurrence began that the schedule has seen.</summary>
    public DateTime? LastOccurrenceAt { get; private set; }

    /// <summary>When somebody deleted it; an occurrence that is on ends as it would have.</summary>
    public DateTime? StoppedAt { get; private set; }

    /// <exception cref="Refused">422 for a recurrence that makes no sense, or that never comes in the promotion's time.</exception>
    public static PromotionSchedule Create(Promotion promotion, Recurrence recurrence, bool autoActivate, bool autoDeactivate)
    {
        recurrence.Check();
        var schedule = new PromotionSchedule
        {
            PromotionId = promotion.Id,
            Promotion = promotion,
            StartsAt = promotion.StartsAt,
            EndsAt = promotion.EndsAt,
            Recurrence = recurrence,
            AutoActivate = autoActivate,
            AutoDeactivate = autoDeactivate,
        };
        return schedule.Occurrences(default).Any()
            ? schedule
            : throw Refused.Invalid("ScheduleOptions", "It never comes between start_date and end_date.");
    }

    /// <summary>Those that begin at a time or later, ascending; none after it was stopped.</summary>
    public IEnumerable<Occurrence> Occurrences(DateTime from) =>
        Recurrence.Occurrences(StartsAt, EndsAt, from).TakeWhile(occurrence => !(occurrence.StartsAt >= StoppedAt));

    /// <summary>The occurrence that is on.</summary>
    public Occurrence? At(DateTime now) => Recurrence.At(StartsAt, EndsAt, now) is { } on && !(on.StartsAt >= StoppedAt) ? on : null;

    public DateTime? NextAfter(DateTime now) => Occurrences(now.AddTicks(1)).Select(occurrence => (DateTime?)occurrence.StartsAt).FirstOrDefault();

    /// <summary>Looks at the clock, and says when to look again.</summary>
    /// <returns>What is to become of the promotion.</returns>
    public ScheduleStep Follow(DateTime now)
    {
        if (Promotion.ArchivedAt is not null || Promotion.StatusAt(now) is PromotionStatus.Ended or PromotionStatus.Expired)
        {
            NextStepAt = null;
            return ScheduleStep.None;
        }

        var on = At(now);
        var isNew = on is not null && on.Value.StartsAt != LastOccurrenceAt;
        LastOccurrenceAt = on?.StartsAt ?? LastOccurrenceAt;
        NextStepAt = on?.EndsAt ?? NextAfter(now);
        return (on, Promotion.Status) switch
        {
            (not null, PromotionStatus.Scheduled) when AutoActivate && isNew => ScheduleStep.Activate,
            (null, PromotionStatus.Active) when AutoDeactivate => NextStepAt is null ? ScheduleStep.End : ScheduleStep.Await,
            (null, PromotionStatus.Scheduled or PromotionStatus.Paused) when NextStepAt is null => ScheduleStep.End,
            _ => ScheduleStep.None,
        };
    }

    public void Stop(DateTime now) => StoppedAt ??= now;
}

/// <summary>What a schedule does with its promotion.</summary>
public enum ScheduleStep
{
    None,
    Activate,
    /// <summary>Until the next occurrence.</summary>
    Await,
    End,
}

internal sealed class PromotionScheduleMapping : IEntityTypeConfiguration<PromotionSchedule>
{
    public void Configure(EntityTypeBuilder<PromotionSchedule> schedule)
    {
        schedule.HasIndex(s => new { s.TenantId, s.PromotionId }).IsUnique();
        schedule.HasOne(s => s.Promotion).WithMany().HasForeignKey(s => new { s.TenantId, s.PromotionId });
        schedule.Property(s => s.Recurrence).Json();
    }
}
