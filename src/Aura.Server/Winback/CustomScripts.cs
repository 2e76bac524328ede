using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using System.Security.Cryptography;
using System.Text.Json;
using Aura.Events;
using Aura.Persistence;
using Aura.Scripts;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback;

internal static class CustomScripts
{
    private static readonly Listing<CustomScript, ScriptResponse> Shape = new Listing<CustomScript, ScriptResponse>(ScriptResponse.From)
        .Field("name", s => s.Name)
        .Field("trigger", s => s.Trigger);

    private static readonly Listing<ScriptRun, ScriptRunResponse> Runs = new Listing<ScriptRun, ScriptRunResponse>(ScriptRunResponse.From)
        .Field("status", r => r.Status)
        .Parameter("status", words: Words<ScriptRunStatus>.All);

    public static void MapCustomScripts(this RouteGroupBuilder api)
    {
        var scripts = api.MapGroup("/developer/custom-scripts").WithTags("Custom scripts").Scope("scripts");
        scripts.MapGet("/", List).Lists(Shape);
        scripts.MapGet("/{id}", Show);
        scripts.MapPost("/", Create);
        scripts.MapPut("/{id}", Update);
        scripts.MapDelete("/{id}", Delete);
        scripts.MapPost("/{id}/execute", Execute).WithMetadata(new Staged());
        scripts.MapGet("/{id}/runs", ListRuns).Lists(Runs);
        scripts.MapGet("/{id}/versions", ListVersions);
    }

    private static Task<ScriptList> List(ListRequest list, AuraDb db, CancellationToken cancellation) => Shape.List(db.CustomScripts, list, rows => new ScriptList(rows), cancellation);

    private static async Task<OneScript> Show(Id<CustomScript> id, AuraDb db, CancellationToken cancellation) => new(await Shape.Show(db.CustomScripts, id, cancellation));

    private static async Task<MadeScript> Create(CreateScript request, AuraDb db, IScriptSandbox sandbox, CancellationToken cancellation)
    {
        var script = CustomScript.Create(request.Name, EventMessages.Dotted(request.Trigger), request.Enabled);
        await Check(request.Code, sandbox, cancellation);
        db.CustomScripts.Add(script); // has its id from here on
        Keep(script.Write(request.Code, db.Now), db);
        await db.SaveChangesAsync(cancellation);
        return MadeScript.Of(script);
    }

    private static async Task<MadeScript> Update(Id<CustomScript> id, UpdateScript request, AuraDb db, IScriptSandbox sandbox, CancellationToken cancellation)
    {
        if (request.Code is { IsGiven: true } code)
            await Check(code.Or(""), sandbox, cancellation);
        return await db.Change(id, script =>
        {
            request.Name.Apply(script.Rename);
            request.Trigger.Apply(trigger => script.RunOn(EventMessages.Dotted(trigger)));
            request.Code.Apply(code => Keep(script.Write(code, db.Now), db));
            request.Enabled.Apply(script.Switch);
        }, MadeScript.Of, cancellation);
    }

    private static Task<DeletedScript> Delete(Id<CustomScript> id, AuraDb db, CancellationToken cancellation) => db.Remove(id, gone => new DeletedScript(true, gone), cancellation);

    /// <summary>A dry run: nothing is kept of it.</summary>
    private static async Task<ExecutedScript> Execute(Id<CustomScript> id, AuraDb db, IScriptSandbox sandbox, CancellationToken cancellation, ExecuteScript? request = null)
    {
        var script = await db.CustomScripts.Read(id, cancellation);
        var argument = request?.Input is not { } input ? "{}"
            : input.ValueKind != JsonValueKind.Object ? throw Refused.Invalid(nameof(request.Input), "Must be an object, such as {\"cart\": {\"value\": 150}}.")
            : input.TryGetProperty("cart", out var cart) ? cart.GetRawText() : input.GetRawText();
        var seed = request?.Seed ?? RandomNumberGenerator.GetInt32(int.MaxValue);
        var outcome = (await sandbox.Run(script.Code, argument, db.Now, seed, cancellation)).Demand();
        return new(true, outcome.Result is { } json ? JsonDocument.Parse(json).RootElement : null, outcome.Logs, outcome.DurationMs, script.Revision);
    }

    private static async Task<ScriptRunList> ListRuns(Id<CustomScript> id, ListRequest list, AuraDb db, CancellationToken cancellation)
    {
        await db.CustomScripts.Demand(id, cancellation);
        return await Runs.List(db.ScriptRuns.Where(r => r.ScriptId == id.Value), list, rows => new ScriptRunList(rows), cancellation);
    }

    private static async Task<ScriptVersionList> ListVersions(Id<CustomScript> id, AuraDb db, CancellationToken cancellation)
    {
        await db.CustomScripts.Demand(id, cancellation);
        return new(await db.ScriptVersions.Where(v => v.ScriptId == id.Value).OrderByDescending(v => v.Revision).Take(200)
            .Select(v => new ScriptVersionResponse(v.Revision, v.Code, v.CreatedAt)).ToListAsync(cancellation));
    }

    /// <exception cref="Refused">422 for what is no program with a function.</exception>
    private static async Task Check(string code, IScriptSandbox sandbox, CancellationToken cancellation)
    {
        if (await sandbox.Check(code, cancellation) is { IsSuccess: false } wrong)
            throw Refused.Invalid("Code", wrong.Message ?? "Cannot be read.", wrong.Error);
    }

    private static void Keep(ScriptVersion? version, AuraDb db)
    {
        if (version is not null)
            db.ScriptVersions.Add(version);
    }
}

/// <param name="Trigger">The event that it runs on: cart_abandoned or cart.abandoned, or any other of the store.</param>
/// <param name="Code">ECMAScript 5.1 with a function main, or else the first one, which is called with what happened.</param>
public sealed record CreateScript(
    [StringLength(200, MinimumLength = 1)] string Name, [StringLength(100, MinimumLength = 1)] string Trigger, [StringLength(CustomScript.MaxCode, MinimumLength = 1)] string Code,
    ScriptLanguage Language = ScriptLanguage.Javascript, bool Enabled = true);

public sealed record UpdateScript
{
    [StringLength(200, MinimumLength = 1)] public Change<string> Name { get; init; }
    [StringLength(100, MinimumLength = 1)] public Change<string> Trigger { get; init; }
    [StringLength(CustomScript.MaxCode, MinimumLength = 1)] public Change<string> Code { get; init; }
    public Change<ScriptLanguage> Language { get; init; }

    /// <summary>True also revives a script that was switched off for its failures.</summary>
    public Change<bool> Enabled { get; init; }
}

/// <param name="Input">With a cart: that is the argument; otherwise the input itself.</param>
/// <param name="Seed">What Math.random begins with, to repeat a run.</param>
public sealed record ExecuteScript(JsonElement? Input = null, [Range(0, int.MaxValue)] int? Seed = null);

public sealed record ScriptList(IReadOnlyList<ScriptResponse> Scripts) : Listed;

public sealed record OneScript(ScriptResponse Script);

public sealed record MadeScript(bool Success, Id<CustomScript> ScriptId, int Revision)
{
    public static MadeScript Of(CustomScript script) => new(true, script.Id, script.Revision);
}

public sealed record DeletedScript(bool Deleted, Id<CustomScript> ScriptId);

/// <param name="Result">What the function answered.</param>
/// <param name="DurationMs">Milliseconds in the code itself.</param>
public sealed record ExecutedScript(bool Success, JsonElement? Result, IReadOnlyList<string> Logs, int DurationMs, int Revision);

public sealed record ScriptResponse(
    Id<CustomScript> Id, string Name, string Trigger, ScriptLanguage Language, string Code, int Revision, bool Enabled, string? DisabledReason, int ConsecutiveFailures,
    DateTime CreatedAt, DateTime UpdatedAt)
{
    public static readonly Expression<Func<CustomScript, ScriptResponse>> From = s => new(
        s.Id, s.Name, s.Trigger.Replace(".", "_"), s.Language, s.Code, s.Revision, s.Enabled, s.DisabledReason, s.ConsecutiveFailures, s.CreatedAt, s.UpdatedAt);
}

public sealed record ScriptRunList(IReadOnlyList<ScriptRunResponse> Runs) : Listed;

public sealed record ScriptRunResponse(
    Id<ScriptRun> Id, int Revision, Id<StoreEvent> EventId, ScriptRunStatus Status, JsonDocument? Result, IReadOnlyList<string> Logs, string? Error, int DurationMs, DateTime CreatedAt)
{
    public static readonly Expression<Func<ScriptRun, ScriptRunResponse>> From = r => new(
        r.Id, r.Revision, r.EventId, r.Status, r.Result, r.Logs, r.Error, r.DurationMs, r.CreatedAt);
}

public sealed record ScriptVersionList(IReadOnlyList<ScriptVersionResponse> Versions);

public sealed record ScriptVersionResponse(int Revision, string Code, DateTime CreatedAt);
