using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using System.Text.Json;
using System.Text.Json.Serialization;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Aura.Winback.Recovery;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback;

/// <summary>Workflows of one condition and one action.</summary>
internal static class SmartTriggers
{
    private static readonly Listing<RecoveryWorkflow, TriggerResponse> Shape = new Listing<RecoveryWorkflow, TriggerResponse>(TriggerResponse.From)
        .Field("createdAt", w => w.CreatedAt);

    public static void MapSmartTriggers(this RouteGroupBuilder api)
    {
        var triggers = api.MapGroup("/ai/orchestration/smart-triggers").WithTags("Smart triggers").Scope("workflows");
        triggers.MapGet("/", List).Lists(Shape);
        triggers.MapGet("/{id}", Show);
        triggers.MapPost("/", Create);
        triggers.MapPut("/{id}", Update);
        triggers.MapDelete("/{id}", Delete);
    }

    private static IQueryable<RecoveryWorkflow> Of(AuraDb db) => db.RecoveryWorkflows.Where(w => w.Kind == WorkflowKind.Trigger);

    /// <exception cref="Refused">404 that speaks of a trigger, not of a workflow.</exception>
    private static async Task<IQueryable<RecoveryWorkflow>> One(AuraDb db, Id<RecoveryWorkflow> id, CancellationToken cancellation)
    {
        var rows = Of(db).Where(w => w.Id == id.Value);
        return await rows.AnyAsync(cancellation) ? rows : throw Refused.NotFound("trigger");
    }

    private static Task<TriggerList> List(ListRequest list, AuraDb db, CancellationToken cancellation) => Shape.List(Of(db), list, rows => new TriggerList(rows), cancellation);

    private static async Task<OneTrigger> Show(Id<RecoveryWorkflow> id, AuraDb db, CancellationToken cancellation) => new(await Shape.Show(await One(db, id, cancellation), cancellation));

    private static Task<MadeTrigger> Create(CreateTrigger request, AuraDb db, CancellationToken cancellation) => db.Write(
        RecoveryWorkflow.Create(request.Name, [request.Condition], new([WorkflowActions.ToStep(request.Action, "Action")]), WorkflowKind.Trigger), request.Apply, MadeTrigger.Of, cancellation);

    private static async Task<MadeTrigger> Update(Id<RecoveryWorkflow> id, UpdateTrigger request, AuraDb db, CancellationToken cancellation)
    {
        var trigger = await db.Load(await One(db, id, cancellation), cancellation);
        return await db.Write(trigger, request.Apply, MadeTrigger.Of, cancellation);
    }

    private static async Task<DeletedTrigger> Delete(Id<RecoveryWorkflow> id, AuraDb db, CancellationToken cancellation)
    {
        await db.Delete(await One(db, id, cancellation), cancellation);
        return new(true, TriggerResponse.IdOf(id.Value));
    }
}

/// <param name="Condition">As in workflows.</param>
/// <param name="Action">As in workflows: a name, or an object.</param>
public sealed record CreateTrigger(
    [StringLength(200, MinimumLength = 1)] string Name, [StringLength(512, MinimumLength = 1)] string Condition, JsonElement Action, bool Enabled = true, int Priority = 0)
{
    public void Apply(RecoveryWorkflow trigger)
    {
        trigger.Compete(Priority, trigger.CooldownHours, trigger.HoldoutPercent);
        if (!Enabled)
            trigger.Pause();
    }
}

public sealed record UpdateTrigger
{
    [StringLength(200, MinimumLength = 1)] public Change<string> Name { get; init; }
    [StringLength(512, MinimumLength = 1)] public Change<string> Condition { get; init; }
    public Change<JsonElement> Action { get; init; }
    public Change<bool> Enabled { get; init; }
    public Change<int> Priority { get; init; }

    public void Apply(RecoveryWorkflow trigger)
    {
        Name.Apply(trigger.Rename);
        Condition.Apply(condition => trigger.Await([condition]));
        Action.Apply(action => trigger.Do(new([WorkflowActions.ToStep(action, "Action")])));
        trigger.Compete(Priority.Or(trigger.Priority), trigger.CooldownHours, trigger.HoldoutPercent);
        if (Enabled.Or(trigger.Status == WorkflowStatus.Active))
            trigger.Activate();
        else
            trigger.Pause();
    }
}

public sealed record TriggerList(IReadOnlyList<TriggerResponse> Triggers) : Listed;

public sealed record OneTrigger(TriggerResponse Trigger) : IVersioned
{
    [JsonIgnore] public int Version => Trigger.Version;
    [JsonIgnore] public DateTime UpdatedAt => Trigger.UpdatedAt;
}

public sealed record MadeTrigger(bool Success, string TriggerId)
{
    public static MadeTrigger Of(RecoveryWorkflow trigger) => new(true, TriggerResponse.IdOf(trigger.Id));
}

public sealed record DeletedTrigger(bool Deleted, string TriggerId);

public sealed record TriggerResponse(
    string Id, string Name, string Condition, object Action, bool Enabled, int Priority, DateTime CreatedAt, [property: JsonIgnore] DateTime UpdatedAt, [property: JsonIgnore] int Version) : IVersioned
{
    public static readonly Expression<Func<RecoveryWorkflow, TriggerResponse>> From = w => new(
        IdOf(w.Id), w.Name, ConditionOf(w.Triggers), ActionOf(w.Plan), w.Status == WorkflowStatus.Active, w.Priority, w.CreatedAt, w.UpdatedAt, w.Version);

    private static string ConditionOf(string[] conditions) => conditions[0];

    private static object ActionOf(WorkflowPlan plan) => WorkflowActions.Shown(plan.Steps[0]);

    internal static string IdOf(long number) => FormattableString.Invariant($"{RecoveryWorkflow.TriggerPrefix}_{number}");
}
