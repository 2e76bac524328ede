using System.Text.Json;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Winback.Recovery;
using Aura.Winback.Triggers;

namespace Aura.Server.Winback;

/// <summary>What a workflow would do, and what it did.</summary>
internal static class WorkflowTests
{
    public static void MapWorkflowTests(this RouteGroupBuilder api)
    {
        var workflows = api.MapGroup("/ai/orchestration/recovery-workflows").WithTags("Recovery workflows").Scope("workflows");
        workflows.MapGet("/{id}/stats", Stats);
        workflows.MapPost("/{id}/test", Test);
    }

    private static async Task<WorkflowStatsResponse> Stats(Id<RecoveryWorkflow> id, AuraDb db, CancellationToken cancellation, DateTime? from = null, DateTime? to = null)
    {
        await RecoveryWorkflows.Of(db).Demand(id, cancellation);
        var period = RecoveryMetrics.PeriodOf(from, to);
        return new(id, WorkflowStats.Of(await db.FiguresOf(id, period, cancellation), await db.Gained(id, period, cancellation)));
    }

    /// <summary>Asks the conditions about data that the caller makes up, or about a cart; nothing is sent.</summary>
    private static async Task<WorkflowTestResponse> Test(Id<RecoveryWorkflow> id, TestWorkflow request, AuraDb db, CancellationToken cancellation)
    {
        var workflow = await RecoveryWorkflows.Of(db).Read(id, cancellation);
        var facts = request.CartId is { } cart ? await db.FactsOf(await db.WatchedCarts.Read(cart, cancellation), cancellation) : SampleFacts.Of(request.SampleData ?? [], db.Now);
        var outcomes = workflow.Conditions().Select(condition => condition.Explain(facts)).ToList();
        return new(true, outcomes.All(outcome => outcome.Matched), outcomes, workflow.Conditions().DueAt(facts), [.. workflow.Plan.Steps.Select(WorkflowActions.Shown)]);
    }
}

/// <param name="SampleData">Such as <c>{"cart_value": 150, "customer_segment": "vip", "cart_abandoned_hours": 3}</c>; what is left out is not known.</param>
/// <param name="CartId">In place of data that is made up.</param>
public sealed record TestWorkflow(Dictionary<string, JsonElement>? SampleData = null, Id<WatchedCart>? CartId = null);

/// <param name="DueAt">When waiting makes the conditions hold, if nothing happens; now where they hold; null: never.</param>
public sealed record WorkflowTestResponse(bool Success, bool Matched, IReadOnlyList<TriggerOutcome> TriggerResults, DateTime? DueAt, IReadOnlyList<object> Actions);

public sealed record WorkflowStatsResponse(Id<RecoveryWorkflow> WorkflowId, WorkflowStats Stats);

/// <param name="Triggered">Journeys that began.</param>
/// <param name="Recovered">Carts that were bought after one of its links or messages.</param>
/// <param name="RecoveryRate">Percent of those that began.</param>
/// <param name="HeldOut">Customers who got nothing, to be compared with.</param>
/// <param name="Cooldown">Not begun, for it had not long ago.</param>
/// <param name="Outranked">Not begun, for another workflow had the customer.</param>
public sealed record WorkflowStats(
    int Triggered, int MessagesSent, int Recovered, decimal RecoveryRate, decimal Revenue, string Currency, int Running, int Completed, int Exited, int Clicks, int HeldOut, int Cooldown,
    int Outranked, Incremental? Incremental)
{
    public static WorkflowStats Of(WorkflowFigures f, Incremental? gained) => new(
        f.Triggered, f.MessagesSent, f.Recovered, Rounding.Percent(f.Recovered, f.Triggered), f.Revenue.Amount, f.Revenue.Currency.Code,
        f.Running, f.Completed, f.Exited, f.Clicks, f.HeldOut, f.Cooldown, f.Outranked, gained);
}

internal static class SampleFacts
{
    /// <exception cref="Refused">422 for a name or value that conditions do not know.</exception>
    public static TriggerFacts Of(Dictionary<string, JsonElement> sample, DateTime now)
    {
        var (values, since) = (new Dictionary<string, object?>(), (DateTime?)null);
        foreach (var (name, given) in sample)
        {
            var variable = TriggerVariable.Find(name) ?? throw Wrong(name, $"There are: {string.Join(", ", TriggerVariable.All.Select(known => known.Name))}.");
            var value = Value(variable, given);
            if (variable.Grows is { } unit && value is decimal units)
                since = units is >= 0 and <= 1_000_000 ? now - unit * (double)units : throw Wrong(name, "From 0 to 1000000.");
            else
                values[variable.Name] = value;
        }

        return new(values, now) { LastActivityAt = since };
    }

    private static object? Value(TriggerVariable variable, JsonElement given) => (variable.Kind, given.ValueKind) switch
    {
        (_, JsonValueKind.Null) => null,
        (ValueKind.Number, JsonValueKind.Number) when given.TryGetDecimal(out var number) => number,
        (ValueKind.Text, JsonValueKind.String) => given.GetString(),
        (ValueKind.Truth, JsonValueKind.True or JsonValueKind.False) => given.GetBoolean(),
        (ValueKind.Texts, JsonValueKind.String) => new HashSet<string> { given.GetString()! }, // it is text
        (ValueKind.Texts, JsonValueKind.Array) when given.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) => given.EnumerateArray().Select(item => item.GetString()!).ToHashSet(), // as just seen
        _ => throw Wrong(variable.Name, $"{variable.Description} It is no {given.ValueKind.ToString().ToLowerInvariant()}."),
    };

    private static Refused Wrong(string name, string message) => Refused.Invalid($"SampleData.{name}", message);
}
