using Aura.Promotions;
using Aura.Promotions.Schedules;

namespace Aura.Tests.Promotions.Schedules;

public sealed class PromotionScheduleTests
{
    private static readonly DateTime Monday = new(2026, 6, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>Three days from ten to twelve.</summary>
    private static readonly Recurrence Mornings = new() { MaxOccurrences = 3, Time = new(10, 0), DurationHours = 2 };

    [Fact]
    public void An_occurrence_switches_it_on_and_its_end_off_and_the_last_ends_it()
    {
        var schedule = Schedule();

        Assert.Equal((ScheduleStep.None, Monday.AddHours(10)), Follow(schedule, Monday));
        Assert.Equal((ScheduleStep.Activate, Monday.AddHours(12)), Follow(schedule, Monday.AddHours(10)));
        Assert.Equal((ScheduleStep.Await, Monday.AddHours(34)), Follow(schedule, Monday.AddHours(12)));
        Assert.Equal((ScheduleStep.Activate, Monday.AddHours(36)), Follow(schedule, Monday.AddHours(34)));
        Assert.Equal((ScheduleStep.Await, Monday.AddHours(58)), Follow(schedule, Monday.AddHours(36)));
        Assert.Equal((ScheduleStep.Activate, Monday.AddHours(60)), Follow(schedule, Monday.AddHours(58)));
        Assert.Equal((ScheduleStep.End, null), Follow(schedule, Monday.AddHours(60)));
    }

    [Fact]
    public void Late_it_is_switched_on_for_the_occurrence_that_is_on_and_for_none_before()
    {
        var schedule = Schedule();
        Follow(schedule, Monday);

        Assert.Equal((ScheduleStep.Activate, Monday.AddHours(36)), Follow(schedule, Monday.AddHours(35)));
    }

    [Fact]
    public void After_all_occurrences_it_is_over_without_having_been_on() =>
        Assert.Equal((ScheduleStep.End, null), Follow(Schedule(), Monday.AddDays(20)));

    [Fact]
    public void An_occurrence_switches_it_on_once()
    {
        var schedule = Schedule();
        Assert.Equal(ScheduleStep.Activate, Follow(schedule, Monday.AddHours(10)).Step);
        schedule.Promotion.Await(Monday.AddHours(10)); // somebody took it back

        Assert.Equal(ScheduleStep.None, Follow(schedule, Monday.AddHours(11)).Step);
    }

    [Fact]
    public void What_somebody_paused_stays_paused_until_the_series_is_over()
    {
        var schedule = Schedule();
        Follow(schedule, Monday.AddHours(10));
        schedule.Promotion.Pause(Monday.AddHours(11));

        Assert.Equal(ScheduleStep.None, Follow(schedule, Monday.AddHours(12)).Step);
        Assert.Equal(ScheduleStep.None, Follow(schedule, Monday.AddHours(34)).Step);
        Assert.Equal(ScheduleStep.End, Follow(schedule, Monday.AddDays(5)).Step);
    }

    [Fact]
    public void Stopped_it_lets_the_occurrence_that_is_on_go_on_and_begins_no_other()
    {
        var schedule = Schedule();
        Follow(schedule, Monday.AddHours(10));
        schedule.Stop(Monday.AddHours(11));

        Assert.NotNull(schedule.At(Monday.AddHours(11.5)));
        Assert.Equal((ScheduleStep.End, null), Follow(schedule, Monday.AddHours(12)));
    }

    [Fact]
    public void Without_being_told_to_it_switches_nothing()
    {
        var schedule = Schedule(autoActivate: false, autoDeactivate: false);

        Assert.Equal(ScheduleStep.None, Follow(schedule, Monday.AddHours(10)).Step);
        schedule.Promotion.Activate(Monday.AddHours(10));
        Assert.Equal(ScheduleStep.None, Follow(schedule, Monday.AddHours(12)).Step);
    }

    [Fact]
    public void An_ended_promotion_has_nothing_to_come()
    {
        var schedule = Schedule();
        schedule.Promotion.End(Monday);

        Assert.Equal((ScheduleStep.None, null), Follow(schedule, Monday));
    }

    [Fact]
    public void What_never_comes_is_refused() =>
        Assert.Throws<Refused>(() => Schedule(new() { Pattern = RecurrencePattern.Custom, Cron = "0 0 30 2 *" }));

    private static PromotionSchedule Schedule(Recurrence? recurrence = null, bool autoActivate = true, bool autoDeactivate = true)
    {
        var promotion = Promotion.Create(Offers.Percent(10) with { StartsAt = Monday, EndsAt = Monday.AddMonths(1) }, PromotionSource.Schedule);
        promotion.Await(Monday);
        return PromotionSchedule.Create(promotion, recurrence ?? Mornings, autoActivate, autoDeactivate);
    }

    /// <summary>Takes a step, as its job does.</summary>
    private static (ScheduleStep Step, DateTime? Next) Follow(PromotionSchedule schedule, DateTime now)
    {
        var step = schedule.Follow(now);
        switch (step)
        {
            case ScheduleStep.Activate:
                schedule.Promotion.Activate(now);
                break;
            case ScheduleStep.Await:
                schedule.Promotion.Await(now);
                break;
            case ScheduleStep.End:
                schedule.Promotion.End(now, PromotionSchedule.Over);
                break;
        }

        return (step, schedule.NextStepAt);
    }
}
