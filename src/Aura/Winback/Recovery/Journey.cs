using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Winback.Recovery;

public enum JourneyStatus
{
    Running,
    /// <summary>Every step is done.</summary>
    Completed,
    /// <summary>Ended before its last step.</summary>
    Exited,
    /// <summary>Gets nothing, to be compared with those who do.</summary>
    HeldOut,
    /// <summary>Was not begun.</summary>
    Skipped,
}

/// <summary>Why a journey ended early, or was not begun.</summary>
public enum JourneyExit
{
    /// <summary>By the same cart, customer, e-mail address or telephone number, on any path.</summary>
    Ordered,
    CartEmpty,
    CartGone,
    OutOfStock,
    /// <summary>A workflow of a higher rank wants the customer.</summary>
    Outranked,
    /// <summary>It began for the same customer not long ago.</summary>
    Cooldown,
    WorkflowPaused,
    /// <summary>Somebody said that it is over.</summary>
    Ended,
}

/// <summary>One workflow at work on one cart: at which step it is, and how it ended.</summary>
public sealed class Journey : StoreRow, IIdentified
{
    public static string Prefix => "journey";
    public static string Noun => "journey";

    public long WorkflowId { get; private init; }
    public long CartId { get; private init; }
    public long? ShopperId { get; private set; }

    /// <summary>Of the journeys with the same slot only one runs: the customer's, or the cart's where nobody is known.</summary>
    public string Slot { get; private init; } = "";

    public JourneyStatus Status { get; private set; }

    /// <summary>What is done, as it was when it began: later edits of the workflow are for later journeys.</summary>
    public WorkflowPlan Plan { get; private init; } = new([]);

    public int StartsAfterMinutes { get; private init; }

    /// <summary>How many of a hundred were held out when it began: only those to whom that could have happened are compared with them.</summary>
    public decimal HoldoutPercent { get; private init; }

    /// <summary>Steps done, of <see cref="WorkflowPlan.Timetable"/>.</summary>
    public int Done { get; private set; }

    public JourneyExit? Exit { get; private set; }

    /// <summary>Of the coupon that it gave.</summary>
    public string? CouponCode { get; private set; }

    /// <summary>Messages that it asked for.</summary>
    public int Messages { get; private set; }

    /// <summary>When the customer last came through one of its links.</summary>
    public DateTime? ClickedAt { get; private init; }

    public int Clicks { get; private init; }
    public DateTime CreatedAt { get; private init; }
    public DateTime? EndedAt { get; private set; }

    internal static Journey Of(RecoveryWorkflow workflow, WatchedCart cart, DateTime now) => new()
    {
        WorkflowId = workflow.Id, CartId = cart.Id, ShopperId = cart.ShopperId, Slot = SlotOf(cart), Plan = workflow.Plan, StartsAfterMinutes = workflow.StartsAfterMinutes,
        HoldoutPercent = workflow.HoldoutPercent, CreatedAt = now,
    };

    internal static Journey Skip(RecoveryWorkflow workflow, WatchedCart cart, JourneyExit why, DateTime now)
    {
        var journey = Of(workflow, cart, now);
        (journey.Status, journey.Exit, journey.EndedAt) = (JourneyStatus.Skipped, why, now);
        return journey;
    }

    internal static Journey HoldOut(RecoveryWorkflow workflow, WatchedCart cart, DateTime now)
    {
        var journey = Of(workflow, cart, now);
        (journey.Status, journey.EndedAt) = (JourneyStatus.HeldOut, now);
        return journey;
    }

    public static string SlotOf(WatchedCart cart) => cart.ShopperId is { } shopper ? FormattableString.Invariant($"shopper:{shopper}") : FormattableString.Invariant($"cart:{cart.Id}");

    /// <summary>The next step; null after the last.</summary>
    public PlannedStep? Next => Plan.Timetable().ElementAtOrDefault(Done);

    /// <summary>When the next step is due, counted from the last activity, but not before now.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public DateTime DueAt(DateTime lastActivity, DateTime now)
    {
        var next = Next ?? throw new InvalidOperationException("Every step is done.");
        var due = lastActivity.AddMinutes(StartsAfterMinutes) + next.After;
        return due > now ? due : now;
    }

    /// <summary>The next step is done.</summary>
    /// <param name="asked">Whether it asked for a message.</param>
    public void Step(bool asked, DateTime now)
    {
        if (asked)
            Messages++;
        Done++;
        if (Next is null)
            (Status, EndedAt) = (JourneyStatus.Completed, now);
    }

    public void Give(string code) => CouponCode = code;

    /// <summary>Nothing is left that tells for whom it was.</summary>
    public void Forget() => (ShopperId, CouponCode) = (null, null);

    /// <summary>Ends it early; one that has ended stays as it ended.</summary>
    public void Leave(JourneyExit why, DateTime now)
    {
        if (Status == JourneyStatus.Running)
            (Status, Exit, EndedAt) = (JourneyStatus.Exited, why, now);
    }
}

internal sealed class JourneyMapping : IEntityTypeConfiguration<Journey>
{
    public void Configure(EntityTypeBuilder<Journey> journey)
    {
        journey.HasIndex(j => new { j.TenantId, j.Slot }).IsUnique().HasFilter("status = 'running'");
        journey.Property(j => j.Plan).Json();
        journey.Ignore(j => j.Next);
        journey.HasOne<RecoveryWorkflow>().WithMany().HasForeignKey(j => new { j.TenantId, j.WorkflowId }).OnDelete(DeleteBehavior.Cascade);
        journey.HasOne<WatchedCart>().WithMany().HasForeignKey(j => new { j.TenantId, j.CartId });
    }
}
