using System.Text.Json;
using Aura.Persistence;
using Aura.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Aura.Server.V2;

/// <summary>What batches can be made of. A resource is added with the handlers of its single routes, so that the same rules hold.</summary>
internal sealed class BatchResources
{
    private readonly Dictionary<string, BatchResource> resources = [];

    /// <param name="area">The scope that its routes ask for.</param>
    /// <param name="delete">Null: it cannot be deleted.</param>
    public BatchResources Add<T, TCreate, TUpdate, TResponse>(
        string name, string area,
        Func<TCreate, AuraDb, CancellationToken, Task<Created<TResponse>>> create,
        Func<Id<T>, TUpdate, AuraDb, CancellationToken, Task<TResponse>> update,
        Func<Id<T>, AuraDb, CancellationToken, Task<NoContent>>? delete = null)
        where T : IIdentified where TCreate : class where TUpdate : class where TResponse : class
    {
        AddSets<T, TCreate, TUpdate, TResponse>(
            name, area,
            async (requests, db, cancellation) => [(await create(requests[0], db, cancellation)).Value!], // it was created with one
            async (changes, db, cancellation) => [await update(changes[0].Id, changes[0].Request, db, cancellation)], delete);
        resources[name] = resources[name] with { Together = false };
        return this;
    }

    /// <summary>A resource whose handlers take many at once, and refuse all or none.</summary>
    /// <inheritdoc cref="Add"/>
    /// <param name="complete">Fills in what an item of a batch may leave out.</param>
    public BatchResources AddSets<T, TCreate, TUpdate, TResponse>(
        string name, string area,
        Func<IReadOnlyList<TCreate>, AuraDb, CancellationToken, Task<IReadOnlyList<TResponse>>> create,
        Func<IReadOnlyList<(Id<T> Id, TUpdate Request)>, AuraDb, CancellationToken, Task<IReadOnlyList<TResponse>>> update,
        Func<Id<T>, AuraDb, CancellationToken, Task<NoContent>>? delete = null,
        Action<Dictionary<string, JsonElement>>? complete = null)
        where T : IIdentified where TCreate : class where TUpdate : class where TResponse : class
    {
        resources[name] = new(area)
        {
            Create = async (items, db, json, cancellation) =>
            {
                foreach (var item in items)
                    complete?.Invoke(item);
                return await create([.. items.Select(item => Read<TCreate>(item, json))], db, cancellation);
            },
            Update = async (items, db, json, cancellation) =>
                await update([.. items.Select(item => (IdOf<T>(item.Id), Read<TUpdate>(item.Fields, json, except: "id")))], db, cancellation),
            Delete = delete is null ? null : (id, db, cancellation) => delete(IdOf<T>(id), db, cancellation),
        };
        return this;
    }

    /// <exception cref="Refused">422 for a name that is not here, 403 without the scope.</exception>
    public BatchResource Of(string? name, AuraDb db)
    {
        if (!resources.TryGetValue(name ?? "", out var resource))
            throw Refused.Invalid("Resources", $"Must be one of {string.Join(", ", resources.Keys)}.");
        db.Caller.Demand($"{resource.Area}:write");
        return resource;
    }

    private static TRequest Read<TRequest>(IEnumerable<KeyValuePair<string, JsonElement>> item, JsonSerializerOptions json, string? except = null) where TRequest : class
    {
        var fields = item.Where(field => field.Key != except).ToDictionary();
        var request = JsonSerializer.SerializeToElement(fields).Deserialize<TRequest>(json)!; // an object is never null
        BodyRules.Check(request, PlatformApi.Dialect.Naming);
        return request;
    }

    private static Id<T> IdOf<T>(string? id) where T : IIdentified => Id<T>.ToNumber(id) is { } number
        ? new(number)
        : throw Refused.Invalid("Id", $"Must be the id of a {T.Noun}, such as {T.Prefix}_123.");
}

/// <summary>What can be done to one resource, whatever it is.</summary>
internal sealed record BatchResource(string Area)
{
    /// <summary>Whether the handlers take many at once; otherwise they take one.</summary>
    public bool Together { get; init; } = true;

    public required Func<IReadOnlyList<Dictionary<string, JsonElement>>, AuraDb, JsonSerializerOptions, CancellationToken, Task<IReadOnlyList<object>>> Create { get; init; }
    public required Func<IReadOnlyList<(string? Id, Dictionary<string, JsonElement> Fields)>, AuraDb, JsonSerializerOptions, CancellationToken, Task<IReadOnlyList<object>>> Update { get; init; }

    /// <summary>Null: it cannot be deleted.</summary>
    public required Func<string?, AuraDb, CancellationToken, Task>? Delete { get; init; }
}
