using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Extensions.Options;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace Aura.Server.V2;

/// <summary>Many of one resource in one call: each item as if it came alone, all in one transaction.</summary>
internal static class Batch
{
    public const int MaxItems = 100;

    public static void MapBatch(this RouteGroupBuilder api)
    {
        var batch = api.MapGroup("/batch").WithTags("Batch");
        batch.MapPost("/create", Create);
        batch.MapPatch("/update", Update);
        batch.MapDelete("/delete", Delete);
        batch.MapPost("/delete", Delete);
    }

    private static async Task<Created<BatchResponse>> Create(
        BatchCreate request, BatchResources resources, AuraDb db, IOptions<JsonOptions> json, CancellationToken cancellation)
    {
        var resource = resources.Of(request.Resources, db);
        var batch = await db.Each(request.Items, request.Options, items => resource.Create(items, db, json.Value.SerializerOptions, cancellation), resource.Together, cancellation);
        return TypedResults.Created((string?)null, new BatchResponse(batch.Errors)
        {
            Created = batch.Done.Count,
            Items = request.Options?.ReturnCreated == true ? batch.Done : null,
        });
    }

    private static async Task<BatchResponse> Update(
        BatchUpdate request, BatchResources resources, AuraDb db, IOptions<JsonOptions> json, CancellationToken cancellation)
    {
        var resource = resources.Of(request.Resources, db);
        var together = resource.Together && request.Updates.DistinctBy(IdOf).Count() == request.Updates.Count;
        var batch = await db.Each(request.Updates, request.Options, items => resource.Update(
            [.. items.Select(item => (IdOf(item), item))], db, json.Value.SerializerOptions, cancellation), together, cancellation, IdOf);
        return new(batch.Errors) { Updated = batch.Done.Count, Items = batch.Done };
    }

    /// <summary>Not every client sends a body with DELETE: the resources and ids may stand in the query, and POST is taken too.</summary>
    private static async Task<BatchResponse> Delete(
        [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] BatchDelete? request,
        BatchResources all, AuraDb db, CancellationToken cancellation, string? resources = null, string? ids = null)
    {
        var resource = all.Of(request?.Resources ?? resources, db);
        if (resource.Delete is not { } delete)
            throw Refused.Invalid("Resources", "These cannot be deleted in batches.");
        var wanted = request?.Ids ?? ids?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (wanted.Count is 0 or > MaxItems)
            throw Refused.Invalid("Ids", $"Name 1 to {MaxItems} ids.");
        var batch = await db.Each(wanted, request?.Options, async ids =>
        {
            await delete(ids[0], db, cancellation);
            return ids;
        }, false, cancellation, id => id);
        return new(batch.Errors) { Deleted = batch.Done.Count };
    }

    private static string? IdOf(Dictionary<string, JsonElement>? item) =>
        item?.TryGetValue("id", out var id) == true && id.ValueKind == JsonValueKind.String ? id.GetString() : null;
}

/// <summary>A batch at work.</summary>
internal static class BatchWork
{
    /// <summary>Does the items behind savepoints: what fails is undone alone, or with everything else where the batch is atomic.</summary>
    /// <param name="work">Does some items, or refuses and does none.</param>
    /// <param name="together">All are tried at once, and halved until those that are to blame stand alone. False: one by one.</param>
    /// <param name="id">Of the row that an item is about: rows are locked in ascending order, so that two batches do not wait for each other in a circle.</param>
    /// <exception cref="Refused">422 <c>batch_failed</c> for an atomic batch with a bad item; it has all of them.</exception>
    public static Task<BatchOutcome> Each<T>(
        this AuraDb db, IReadOnlyList<T> items, BatchOptions? options, Func<IReadOnlyList<T>, Task<IReadOnlyList<object>>> work, bool together,
        CancellationToken cancellation, Func<T, string?>? id = null) => db.InTransaction(async () =>
    {
        var done = new object?[items.Count];
        var errors = new List<BatchError>();
        foreach (var part in items.Index().OrderBy(each => Number(id?.Invoke(each.Item))).Chunk(together ? Batch.MaxItems : 1))
            await db.Try(part, work, done, errors, cancellation);
        errors.Sort((a, b) => a.Index.CompareTo(b.Index));
        return options?.Atomic == true && errors.Count > 0 ? throw Undone(errors) : new BatchOutcome([.. done.OfType<object>()], errors);
    }, cancellation);

    private static async Task Try<T>(
        this AuraDb db, (int Index, T Item)[] part, Func<IReadOnlyList<T>, Task<IReadOnlyList<object>>> work, object?[] done, List<BatchError> errors, CancellationToken cancellation)
    {
        var transaction = db.Database.CurrentTransaction!; // Each opened one
        await transaction.CreateSavepointAsync("item", cancellation); // hides the one before: releasing that would be a round trip for nothing
        try
        {
            foreach (var (each, outcome) in part.Zip(await work([.. part.Select(each => each.Item)])))
                done[each.Index] = outcome;
            db.ChangeTracker.Clear();
        }
        catch (Exception exception) when (Failure.Of(exception, db.Caller.RequestId ?? "") is { Status: < 500 } failure)
        {
            await transaction.RollbackToSavepointAsync("item", cancellation);
            db.ChangeTracker.Clear();
            if (part is [var alone])
                errors.Add(new(alone.Index, ErrorBody.Of(failure)));
            else
                foreach (var half in part.Chunk((part.Length + 1) / 2))
                    await db.Try(half, work, done, errors, cancellation);
        }
    }

    private static long Number(string? id) => (long?)Filters.Read(id ?? "", typeof(long)) ?? 0;

    private static Refused Undone(List<BatchError> errors) =>
        new(Refusal.Invalid, "batch_failed", $"{errors.Count} of the items failed, so nothing was written.")
        {
            Fields = [.. errors.SelectMany(error => error.Error.Details.DefaultIfEmpty(new("", error.Error.Message))
                .Select(detail => new FieldError($"Items[{error.Index}].{detail.Field}".TrimEnd('.'), detail.Message)))],
            Facts = new { errors },
        };
}

/// <param name="Done">What became of the good items, in their order.</param>
internal sealed record BatchOutcome(IReadOnlyList<object> Done, IReadOnlyList<BatchError> Errors);

/// <param name="Resources">products, categories, customers.</param>
/// <param name="Items">As the single route takes them; a product may come without a SKU.</param>
public sealed record BatchCreate(
    string Resources, [MinLength(1), MaxLength(Batch.MaxItems)] IReadOnlyList<Dictionary<string, JsonElement>> Items, BatchOptions? Options = null);

/// <param name="Updates">As the single route takes them, with the id of each.</param>
public sealed record BatchUpdate(
    string Resources, [MinLength(1), MaxLength(Batch.MaxItems)] IReadOnlyList<Dictionary<string, JsonElement>> Updates, BatchOptions? Options = null);

public sealed record BatchDelete(string? Resources = null, IReadOnlyList<string>? Ids = null, BatchOptions? Options = null);

/// <param name="Atomic">One failure undoes all.</param>
/// <param name="ReturnCreated">The answer has what was created, not only how many.</param>
public sealed record BatchOptions(bool Atomic = false, bool ReturnCreated = false);

/// <param name="Errors">Of the items that failed.</param>
public sealed record BatchResponse(IReadOnlyList<BatchError> Errors)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public int? Created { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public int? Updated { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public int? Deleted { get; init; }

    /// <summary>As their own route shows them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public IReadOnlyList<object>? Items { get; init; }
}

/// <param name="Index">Place of the item in the request, from 0.</param>
public sealed record BatchError(int Index, ErrorBody Error);
