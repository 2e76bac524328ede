using System.Text.Json;
using System.Text.Json.Nodes;
using Aura.Accounts;
using Aura.Events;
using Aura.Jobs;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Scripts;

/// <summary>Runs one script for one event. What it answers is kept, and nothing else is done with it.</summary>
public sealed class RunScript(AuraDb db, IScriptSandbox sandbox, IEnumerable<IEventPayloads> payloads) : IJobHandler
{
    public static string Kind => "script.run";

    /// <summary>Apart from the ordinary jobs, and a few at a time.</summary>
    internal const string Lane = "scripts";

    public async Task<object?> Run(Job job, CancellationToken cancellation)
    {
        var order = job.Read<Order>();
        var script = await db.CustomScripts.AsNoTracking().FirstOrDefaultAsync(s => s.Id == order.Script && s.Enabled, cancellation);
        var happened = await db.Events.AsNoTracking().FirstOrDefaultAsync(e => e.Id == order.Event, cancellation);
        if (script is null || happened is null || await db.ScriptRuns.AnyAsync(r => r.ScriptId == order.Script && r.EventId == order.Event, cancellation))
            return null;
        var outcome = await sandbox.Run(script.Code, await Argument(happened, cancellation), happened.CreatedAt, (int)(happened.Id % int.MaxValue), cancellation);
        await db.InTransaction(async () =>
        {
            db.ScriptRuns.Add(ScriptRun.Of(script, happened, outcome, db.Now));
            await (outcome.IsSuccess ? Forgive(script, cancellation) : Count(script, outcome, cancellation));
            await db.SaveChangesAsync(cancellation);
        }, cancellation);
        return new { outcome.IsSuccess, outcome.Error };
    }

    /// <summary>What the message about the event says in <c>data</c>; of a cart its id and value under plain names, too.</summary>
    private async Task<string> Argument(StoreEvent happened, CancellationToken cancellation)
    {
        var body = (await payloads.Single(own => own.Format == WebhookFormat.Winback).Render(db, [happened], cancellation))[happened.Id];
        var data = JsonNode.Parse(body)!["data"]!.AsObject(); // every message has one
        foreach (var (name, plain) in (ReadOnlySpan<(string, string)>)[("cartId", "id"), ("cartValue", "value")])
            if (data[name] is { } value && !data.ContainsKey(plain))
                data[plain] = value.DeepClone();
        return data.ToJsonString();
    }

    private Task<int> Forgive(CustomScript script, CancellationToken cancellation) => db.CustomScripts.Where(s => s.Id == script.Id && s.ConsecutiveFailures > 0)
        .ExecuteUpdateAsync(set => set.SetProperty(s => s.ConsecutiveFailures, 0), cancellation);

    /// <remarks>By statements, for many runs of one script may end at once.</remarks>
    private async Task Count(CustomScript script, ScriptOutcome outcome, CancellationToken cancellation)
    {
        var (own, now, reason) = (db.CustomScripts.Where(s => s.Id == script.Id && s.Enabled), db.Now, $"It failed {CustomScript.MostFailures} times in a row, the last: {outcome.Message}");
        await own.ExecuteUpdateAsync(set => set.SetProperty(s => s.ConsecutiveFailures, s => s.ConsecutiveFailures + 1), cancellation);
        var stopped = await own.Where(s => s.ConsecutiveFailures >= CustomScript.MostFailures).ExecuteUpdateAsync(
            set => set.SetProperty(s => s.Enabled, false).SetProperty(s => s.DisabledReason, reason).SetProperty(s => s.UpdatedAt, now).SetProperty(s => s.Version, s => s.Version + 1), cancellation);
        if (stopped > 0)
            db.AuditLogs.Add(AuditEntry.Of(CustomScript.Noun, "disabled", new Id<CustomScript>(script.Id).ToString(), db, new() { ["enabled"] = new(true, false) }));
    }

    /// <param name="Script">The number of the script.</param>
    /// <param name="Event">The number of the event.</param>
    internal sealed record Order(long Script, long Event);
}
