using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using System.Text.Json;
using System.Text.Json.Serialization;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Aura.Winback.Recovery;

namespace Aura.Server.Winback;

internal static class RecoveryWorkflows
{
    private static readonly Listing<RecoveryWorkflow, WorkflowResponse> Shape = new Listing<RecoveryWorkflow, WorkflowResponse>(WorkflowResponse.From)
        .Field("status", w => w.Status)
        .Field("createdAt", w => w.CreatedAt)
        .Parameter("status", words: Words<WorkflowStatus>.All);

    public static void MapRecoveryWorkflows(this RouteGroupBuilder api)
    {
        var workflows = api.MapGroup("/ai/orchestration/recovery-workflows").WithTags("Recovery workflows").Scope("workflows");
        workflows.MapGet("/", List).Lists(Shape);
        workflows.MapGet("/templates", () => new WorkflowTemplateList(WorkflowTemplates.All));
        workflows.MapGet("/{id}", Show);
        workflows.MapPost("/", Create);
        workflows.MapPut("/{id}", Update);
        workflows.MapDelete("/{id}", Delete);
        workflows.MapPost("/{id}/activate", Activate);
        workflows.MapPost("/{id}/pause", Pause);
        workflows.MapPost("/{id}/clone", Clone);
    }

    /// <summary>Workflows proper; smart triggers have their own routes.</summary>
    internal static IQueryable<RecoveryWorkflow> Of(AuraDb db) => db.RecoveryWorkflows.Where(w => w.Kind == WorkflowKind.Workflow);

    private static Task<WorkflowList> List(ListRequest list, AuraDb db, CancellationToken cancellation) => Shape.List(Of(db), list, rows => new WorkflowList(rows), cancellation);

    private static async Task<OneWorkflow> Show(Id<RecoveryWorkflow> id, AuraDb db, CancellationToken cancellation) => new(await Shape.Show(Of(db), id, cancellation));

    private static Task<MadeWorkflow> Create(CreateWorkflow request, AuraDb db, CancellationToken cancellation) =>
        db.Write(RecoveryWorkflow.Create(request.Name, request.Triggers, WorkflowActions.ToPlan(request.Actions)), request.Apply, MadeWorkflow.Of, cancellation);

    private static async Task<ChangedWorkflow> Update(Id<RecoveryWorkflow> id, UpdateWorkflow request, AuraDb db, CancellationToken cancellation)
    {
        var workflow = await db.Load(Of(db).Where(w => w.Id == id.Value), cancellation);
        return await db.Write(workflow, request.Apply, changed => new ChangedWorkflow(true, changed.Id, WorkflowResponse.Of(changed)), cancellation);
    }

    private static async Task<DeletedWorkflow> Delete(Id<RecoveryWorkflow> id, AuraDb db, CancellationToken cancellation)
    {
        await db.Delete(Of(db).Where(w => w.Id == id.Value), cancellation);
        return new(true, id);
    }

    private static async Task<MadeWorkflow> Activate(Id<RecoveryWorkflow> id, AuraDb db, CancellationToken cancellation)
    {
        var workflow = await db.Load(Of(db).Where(w => w.Id == id.Value), cancellation);
        await db.Activate(workflow, cancellation);
        return MadeWorkflow.Of(workflow);
    }

    private static Task<MadeWorkflow> Pause(Id<RecoveryWorkflow> id, AuraDb db, CancellationToken cancellation) =>
        db.Change(Of(db).Where(w => w.Id == id.Value), workflow => workflow.Pause(), MadeWorkflow.Of, cancellation);

    private static async Task<MadeWorkflow> Clone(Id<RecoveryWorkflow> id, AuraDb db, CancellationToken cancellation, CloneWorkflow? request = null) =>
        await db.Make((await Of(db).Read(id, cancellation)).Clone(request?.Name), MadeWorkflow.Of, cancellation);
}

internal static class WorkflowWrites
{
    /// <summary>Saves a workflow, new or changed, with its offers, and watches carts from now on where it is active.</summary>
    public static async Task<TResponse> Write<TResponse>(
        this AuraDb db, RecoveryWorkflow workflow, Action<RecoveryWorkflow> settle, Func<RecoveryWorkflow, TResponse> shape, CancellationToken cancellation)
    {
        settle(workflow);
        await db.PrepareOffers(workflow, cancellation);
        if (workflow.Version == 0)
            db.Add(workflow);
        if (workflow.Status == WorkflowStatus.Active)
            await db.Activate(workflow, cancellation);
        else
            await db.SaveChangesAsync(cancellation);
        return shape(workflow);
    }

    /// <summary>From now on it begins for carts that are abandoned.</summary>
    public static Task Activate(this AuraDb db, RecoveryWorkflow workflow, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        workflow.Activate();
        await db.SaveChangesAsync(cancellation);
        await db.WatchOwnCarts(cancellation);
    }, cancellation);
}

/// <param name="Triggers">Conditions such as <c>cart_value > 100</c>, of which all must hold.</param>
/// <param name="Actions"><c>send_email</c>, <c>send_sms</c>, <c>send_push</c>, <c>apply_discount</c>, <c>wait</c>; or objects with <c>type</c> and what belongs to it.</param>
/// <param name="Schedule"><c>immediate</c>: as soon as the cart is abandoned; or a duration after the last activity, such as <c>PT2H</c>.</param>
/// <param name="Priority">Of two workflows that want the same customer the higher wins.</param>
/// <param name="CooldownHours">How long a customer is left alone after it began for them.</param>
/// <param name="HoldoutPercent">How many of a hundred customers get nothing, so that what it gains can be measured.</param>
public sealed record CreateWorkflow(
    [StringLength(200, MinimumLength = 1)] string Name, [MaxLength(RecoveryWorkflow.MaxTriggers)] IReadOnlyList<string> Triggers,
    [MinLength(1), MaxLength(WorkflowPlan.MaxSteps)] IReadOnlyList<JsonElement> Actions, string Schedule = "immediate",
    int Priority = 0, int CooldownHours = RecoveryWorkflow.UsualCooldownHours, decimal HoldoutPercent = 0)
{
    public void Apply(RecoveryWorkflow workflow)
    {
        workflow.Start(WorkflowActions.ToMinutes(Schedule));
        workflow.Compete(Priority, CooldownHours, HoldoutPercent);
    }
}

/// <inheritdoc cref="CreateWorkflow"/>
public sealed record UpdateWorkflow
{
    [StringLength(200, MinimumLength = 1)] public Change<string> Name { get; init; }
    [MaxLength(RecoveryWorkflow.MaxTriggers)] public Change<IReadOnlyList<string>> Triggers { get; init; }
    [MinLength(1), MaxLength(WorkflowPlan.MaxSteps)] public Change<IReadOnlyList<JsonElement>> Actions { get; init; }
    public Change<string> Schedule { get; init; }
    public Change<int> Priority { get; init; }
    public Change<int> CooldownHours { get; init; }
    public Change<decimal> HoldoutPercent { get; init; }

    public void Apply(RecoveryWorkflow workflow)
    {
        Name.Apply(workflow.Rename);
        Triggers.Apply(workflow.Await);
        Actions.Apply(actions => workflow.Do(WorkflowActions.ToPlan(actions)));
        Schedule.Apply(schedule => workflow.Start(WorkflowActions.ToMinutes(schedule)));
        workflow.Compete(Priority.Or(workflow.Priority), CooldownHours.Or(workflow.CooldownHours), HoldoutPercent.Or(workflow.HoldoutPercent));
    }
}

public sealed record CloneWorkflow([StringLength(200, MinimumLength = 1)] string? Name = null);

public sealed record WorkflowList(IReadOnlyList<WorkflowResponse> Workflows) : Listed;

public sealed record OneWorkflow(WorkflowResponse Workflow) : IVersioned
{
    [JsonIgnore] public int Version => Workflow.Version;
    [JsonIgnore] public DateTime UpdatedAt => Workflow.UpdatedAt;
}

public sealed record MadeWorkflow(bool Success, Id<RecoveryWorkflow> WorkflowId, WorkflowStatus Status)
{
    public static MadeWorkflow Of(RecoveryWorkflow workflow) => new(true, workflow.Id, workflow.Status);
}

public sealed record ChangedWorkflow(bool Success, Id<RecoveryWorkflow> WorkflowId, WorkflowResponse Workflow);

public sealed record DeletedWorkflow(bool Deleted, Id<RecoveryWorkflow> WorkflowId);

/// <param name="Actions">Names, and objects where there is more to say.</param>
public sealed record WorkflowResponse(
    Id<RecoveryWorkflow> Id, string Name, WorkflowStatus Status, IReadOnlyList<string> Triggers, IReadOnlyList<object> Actions, string Schedule, int Priority, int CooldownHours,
    decimal HoldoutPercent, DateTime CreatedAt, DateTime UpdatedAt, [property: JsonIgnore] int Version) : IVersioned
{
    public static readonly Expression<Func<RecoveryWorkflow, WorkflowResponse>> From = w => new(
        w.Id, w.Name, w.Status, w.Triggers, ActionsOf(w.Plan), WorkflowActions.ScheduleOf(w.StartsAfterMinutes), w.Priority, w.CooldownHours,
        w.HoldoutPercent, w.CreatedAt, w.UpdatedAt, w.Version);

    public static readonly Func<RecoveryWorkflow, WorkflowResponse> Of = From.Compile();

    private static IReadOnlyList<object> ActionsOf(WorkflowPlan plan) => [.. plan.Steps.Select(WorkflowActions.Shown)];
}

/// <summary>Workflows to begin with: what is in them can be posted as it is.</summary>
public sealed record WorkflowTemplate(string Id, string Name, string Description, IReadOnlyList<string> Triggers, IReadOnlyList<object> Actions);

public sealed record WorkflowTemplateList(IReadOnlyList<WorkflowTemplate> Templates);

internal static class WorkflowTemplates
{
    public static IReadOnlyList<WorkflowTemplate> All { get; } =
    [
        new("three_reminders", "Three reminders", "An e-mail after an hour, a day and three days; the last one carries a discount.", ["has_email"],
            [At("send_email", 60), At("send_email", 24 * 60), new { type = "apply_discount", delayMinutes = 72 * 60, discountPercent = 10 }, At("send_email", 72 * 60)]),
        new("high_value", "High-value cart", "For carts that are worth the effort: an e-mail soon, a text message a few hours later.", ["cart_value > 100"],
            [At("send_email", 30), At("send_sms", 4 * 60)]),
        new("vip", "VIP customers", "A discount at once for customers of the segment vip.", ["customer_segment == 'vip'", "cart_abandoned_hours > 2"], ["apply_discount", "send_email"]),
        new("failed_payment", "Failed payment", "A word soon after a card was declined.", ["abandonment == 'payment_failed'"], [At("send_email", 15)]),
        new("first_purchase", "First purchase", "A small welcome for somebody who has not bought before.", ["customer_orders == 0 or customer_orders == null", "has_email"],
            [At("send_email", 60), new { type = "apply_discount", delayMinutes = 24 * 60, discountPercent = 5 }, At("send_email", 24 * 60)]),
    ];

    private static object At(string type, int delayMinutes) => new { type, delayMinutes };
}
