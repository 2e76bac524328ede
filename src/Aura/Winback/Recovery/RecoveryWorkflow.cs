using Aura.Persistence;
using Aura.Winback.Triggers;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Winback.Recovery;

public enum WorkflowKind
{
    Workflow,
    /// <summary>A smart trigger: one condition and one action.</summary>
    Trigger,
}

public enum WorkflowStatus
{
    Active,
    /// <summary>Begins nothing, and what it began stops at its next step.</summary>
    Paused,
}

/// <summary>What is done for carts that are abandoned, if all conditions hold.</summary>
public sealed class RecoveryWorkflow : StoreEntity, IApprovable
{
    public static string Prefix => "workflow";
    public static string[] OtherPrefixes => ["wf", TriggerPrefix];
    public static string Noun => "workflow";

    /// <summary>As smart triggers are called outside.</summary>
    public const string TriggerPrefix = "trigger";

    public const int MaxTriggers = 20;

    public WorkflowKind Kind { get; private init; }
    public string Name { get; private set; } = "";
    public WorkflowStatus Status { get; private set; }

    /// <summary>Conditions (<see cref="TriggerExpression"/>), of which all must hold; none: every abandoned cart.</summary>
    public string[] Triggers { get; private set; } = [];

    public WorkflowPlan Plan { get; private set; } = new([]);

    /// <summary>How long after the last activity it begins at the earliest; the delays of its steps count from then.</summary>
    public int StartsAfterMinutes { get; private set; }

    /// <summary>Of two that want the same customer the higher wins; of equals the older.</summary>
    public int Priority { get; private set; }

    /// <summary>How long the same customer is left alone after it began for them.</summary>
    public int CooldownHours { get; private set; } = UsualCooldownHours;

    /// <summary>How many of a hundred customers get nothing, so that what it gains can be measured.</summary>
    public decimal HoldoutPercent { get; private set; }

    public object Content => new { Name, Triggers, Plan, StartsAfterMinutes, Priority, CooldownHours, HoldoutPercent };

    public const int UsualCooldownHours = 7 * 24;

    /// <summary>Active from the start.</summary>
    /// <exception cref="Refused">422 for a name, condition or plan that cannot be.</exception>
    public static RecoveryWorkflow Create(string name, IReadOnlyList<string> triggers, WorkflowPlan plan, WorkflowKind kind = WorkflowKind.Workflow)
    {
        var workflow = new RecoveryWorkflow { Kind = kind };
        workflow.Rename(name);
        workflow.Await(triggers);
        workflow.Do(plan);
        return workflow;
    }

    /// <summary>A paused copy.</summary>
    public RecoveryWorkflow Clone(string? name)
    {
        var copy = Create(name ?? $"{Name.Beginning(190)} (copy)", Triggers, Plan, Kind);
        copy.Compete(Priority, CooldownHours, HoldoutPercent);
        copy.Start(StartsAfterMinutes);
        copy.Pause();
        return copy;
    }

    public void Rename(string name) => Name = name.Trim() is { Length: >= 1 and <= 200 } trimmed ? trimmed : throw Refused.Invalid(nameof(Name), "A name has 1 to 200 characters.");

    /// <exception cref="Refused">422 for one that is no condition, with its column.</exception>
    public void Await(IReadOnlyList<string> triggers)
    {
        var field = Kind == WorkflowKind.Trigger ? "Condition" : nameof(Triggers);
        if (triggers.Count > MaxTriggers)
            throw Refused.Invalid(field, $"At most {MaxTriggers} conditions.");
        foreach (var (index, trigger) in triggers.Index())
            TriggerExpression.Parse(trigger, Kind == WorkflowKind.Trigger ? field : $"{field}[{index}]");
        Triggers = [.. triggers];
    }

    public void Do(WorkflowPlan plan)
    {
        plan.Check(Kind == WorkflowKind.Trigger ? "Action" : null);
        Plan = plan;
    }

    /// <param name="afterMinutes">0: as soon as the cart is abandoned.</param>
    public void Start(int afterMinutes) => StartsAfterMinutes = afterMinutes is >= 0 and <= WorkflowStep.LongestMinutes
        ? afterMinutes
        : throw Refused.Invalid("Schedule", "At most 60 days.");

    public void Compete(int priority, int cooldownHours, decimal holdoutPercent)
    {
        if (priority is < -1000 or > 1000)
            throw Refused.Invalid(nameof(Priority), "Must be from -1000 to 1000.");
        if (cooldownHours is < 0 or > 24 * 366)
            throw Refused.Invalid(nameof(CooldownHours), "Must be from 0 to 8784, which is a year.");
        if (holdoutPercent is < 0 or > 50)
            throw Refused.Invalid(nameof(HoldoutPercent), "Must be from 0 to 50.");
        (Priority, CooldownHours, HoldoutPercent) = (priority, cooldownHours, holdoutPercent);
    }

    public void Activate() => Status = WorkflowStatus.Active;

    public void Pause() => Status = WorkflowStatus.Paused;

    /// <summary>Read again; they were checked when they were written.</summary>
    public IReadOnlyList<TriggerExpression> Conditions() => [.. Triggers.Select(trigger => TriggerExpression.Parse(trigger, nameof(Triggers)))];

    /// <summary>Whether it goes before another that wants the same customer.</summary>
    public bool Outranks(RecoveryWorkflow other) => (-Priority, Id).CompareTo((-other.Priority, other.Id)) < 0;
}

internal sealed class RecoveryWorkflowMapping : IEntityTypeConfiguration<RecoveryWorkflow>
{
    public void Configure(EntityTypeBuilder<RecoveryWorkflow> workflow) => workflow.Property(w => w.Plan).Json();
}
