namespace Aura.Winback.Recovery;

public enum StepType
{
    SendEmail,
    SendSms,
    SendPush,
    /// <summary>Gives the customer a coupon for one use; the messages after it carry its code.</summary>
    ApplyDiscount,
    /// <summary>Does nothing; what comes after it comes later by its hours.</summary>
    Wait,
}

/// <summary>One thing that a workflow does for an abandoned cart.</summary>
/// <param name="DelayMinutes">After the last activity in the cart, besides the waits before it; of a wait: how long it is. 0 to 60 days.</param>
public sealed record WorkflowStep(StepType Type, int DelayMinutes = 0)
{
    public const decimal UsualPercent = 10;
    public const int UsualValidHours = 72;
    public const int LongestMinutes = 60 * 24 * 60;

    /// <summary>Of a message; null: the channel's usual one.</summary>
    public string? Template { get; init; }

    /// <summary>Of a discount without a promotion of its own; null: 10.</summary>
    public decimal? Percent { get; init; }

    /// <summary>Of a discount: the promotion that coupons are given of. Saving a workflow makes one for each discount that names none.</summary>
    public long? PromotionId { get; init; }

    /// <summary>Of a discount: the rule (<see cref="Incentives.Incentive"/>) that decides what is offered, and whether anything is; null: none.</summary>
    public long? IncentiveId { get; init; }

    /// <summary>Of a discount: how long the coupon is good, in hours; null: 72.</summary>
    public int? ValidHours { get; init; }

    public bool IsMessage => Type is StepType.SendEmail or StepType.SendSms or StepType.SendPush;

    /// <exception cref="Refused">422 for a delay or percentage out of its range.</exception>
    internal void Check(string field)
    {
        if (DelayMinutes is < 0 or > LongestMinutes || Type == StepType.Wait && DelayMinutes == 0)
            throw Refused.Invalid($"{field}.DelayMinutes", "A delay is from 0 minutes, a wait from 1 minute, to 60 days.");
        if (Type != StepType.ApplyDiscount && (Percent ?? PromotionId ?? IncentiveId ?? ValidHours) is not null)
            throw Refused.Invalid(field, "Only a discount has a percentage, a promotion, an incentive and hours.");
        if (IncentiveId is not null && (Percent ?? PromotionId) is not null)
            throw Refused.Invalid(field, "What an incentive decides has no percentage and no promotion.");
        if (Percent is <= 0 or > 100)
            throw Refused.Invalid($"{field}.DiscountPercent", "Must be above 0, at most 100.");
        if (ValidHours is < 1 or > 24 * 90)
            throw Refused.Invalid($"{field}.ValidHours", "Must be from 1 hour to 90 days.");
    }
}

/// <summary>What a workflow does, in the order in which it does it. Kept whole as JSON.</summary>
public sealed record WorkflowPlan(IReadOnlyList<WorkflowStep> Steps)
{
    public const int MaxSteps = 20;

    /// <summary>The steps that do something, each with its time after the last activity, soonest first. At the same time discounts come before
    /// messages, which are to carry their codes.</summary>
    public IReadOnlyList<PlannedStep> Timetable()
    {
        var (waited, planned) = (TimeSpan.Zero, new List<PlannedStep>());
        foreach (var step in Steps)
            if (step.Type == StepType.Wait)
                waited += TimeSpan.FromMinutes(step.DelayMinutes);
            else
                planned.Add(new(step, waited + TimeSpan.FromMinutes(step.DelayMinutes)));
        return [.. planned.OrderBy(step => step.After).ThenBy(step => step.Step.IsMessage)]; // OrderBy keeps the order of equals
    }

    /// <param name="single">The field of a plan with one step only; null: they stand in <c>Actions</c>.</param>
    /// <exception cref="Refused">422 for no step that does something, more than 20, or one that is out of its ranges.</exception>
    internal void Check(string? single)
    {
        if (Steps.Count > MaxSteps || Steps.All(step => step.Type == StepType.Wait))
            throw Refused.Invalid(single ?? "Actions", $"From 1 to {MaxSteps} actions, not only waits.");
        foreach (var (index, step) in Steps.Index())
            step.Check(single ?? $"Actions[{index}]");
        if (Timetable()[^1].After > TimeSpan.FromMinutes(WorkflowStep.LongestMinutes))
            throw Refused.Invalid(single ?? "Actions", "The last action is at most 60 days after the last activity.");
    }
}

/// <param name="After">After the last activity.</param>
public sealed record PlannedStep(WorkflowStep Step, TimeSpan After);
