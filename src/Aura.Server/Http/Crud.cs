using Aura.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Aura.Server.Http;

/// <summary>What simple resources of every dialect do alike with one row: make it, change it, take it away. Lists have their own <see cref="Lists.Listing{T, TResponse}"/>.</summary>
/// <remarks>Made for handlers that do no more than this; one that does more says so in its own lines.</remarks>
internal static class Crud
{
    /// <summary>Saves a new row and answers 201.</summary>
    /// <param name="at">The address of what was made.</param>
    /// <param name="happened">The event that tells of it; null: none does.</param>
    public static async Task<Created<TResponse>> Create<T, TResponse>(
        this AuraDb db, T row, Func<T, TResponse> shape, Func<TResponse, string> at, CancellationToken cancellation, string? happened = null)
        where T : StoreEntity, IIdentified
    {
        var made = await db.Make(row, shape, cancellation, happened);
        return TypedResults.Created(at(made), made);
    }

    /// <summary>Saves a new row, for dialects that answer 200.</summary>
    /// <inheritdoc cref="Create{T, TResponse}" path="/param[@name='happened']"/>
    public static async Task<TResponse> Make<T, TResponse>(this AuraDb db, T row, Func<T, TResponse> shape, CancellationToken cancellation, string? happened = null)
        where T : StoreEntity, IIdentified
    {
        db.Add(row);
        await db.Save(row, happened, cancellation);
        return shape(row);
    }

    /// <summary>Changes a row and answers with what became of it.</summary>
    /// <inheritdoc cref="Create{T, TResponse}" path="/param[@name='happened']"/>
    /// <exception cref="Refused">404 without the row, 409 when it is not of the version that If-Match names.</exception>
    public static async Task<TResponse> Change<T, TResponse>(
        this AuraDb db, Id<T> id, Action<T> change, Func<T, TResponse> shape, CancellationToken cancellation, string? happened = null)
        where T : StoreEntity, IIdentified => await db.Change(db.Set<T>().Where(row => row.Id == id.Value), change, shape, cancellation, happened);

    /// <inheritdoc cref="Change{T, TResponse}(AuraDb, Id{T}, Action{T}, Func{T, TResponse}, CancellationToken, string?)"/>
    public static async Task<TResponse> Change<T, TResponse>(
        this AuraDb db, IQueryable<T> rows, Action<T> change, Func<T, TResponse> shape, CancellationToken cancellation, string? happened = null)
        where T : StoreEntity, IIdentified
    {
        var row = await db.Load(rows, cancellation);
        change(row);
        await db.Save(row, happened, cancellation);
        return shape(row);
    }

    /// <summary>Takes a row away and answers 204.</summary>
    /// <inheritdoc cref="Change{T, TResponse}(AuraDb, Id{T}, Action{T}, Func{T, TResponse}, CancellationToken, string?)"/>
    public static Task<NoContent> Delete<T>(this AuraDb db, Id<T> id, CancellationToken cancellation) where T : StoreEntity, IIdentified =>
        db.Delete(db.Set<T>().Where(row => row.Id == id.Value), cancellation);

    /// <inheritdoc cref="Delete{T}(AuraDb, Id{T}, CancellationToken)"/>
    public static async Task<NoContent> Delete<T>(this AuraDb db, IQueryable<T> rows, CancellationToken cancellation) where T : StoreEntity, IIdentified
    {
        db.Remove(await db.Load(rows, cancellation));
        await db.SaveChangesAsync(cancellation);
        return TypedResults.NoContent();
    }

    /// <summary>Takes a row away, for dialects that answer 200.</summary>
    /// <inheritdoc cref="Delete{T}(AuraDb, Id{T}, CancellationToken)"/>
    public static async Task<TResponse> Remove<T, TResponse>(this AuraDb db, Id<T> id, Func<Id<T>, TResponse> shape, CancellationToken cancellation)
        where T : StoreEntity, IIdentified
    {
        await db.Delete(id, cancellation);
        return shape(id);
    }

    private static Task Save<T>(this AuraDb db, T row, string? happened, CancellationToken cancellation) where T : StoreEntity, IIdentified
    {
        if (happened is not null)
            db.Publish(happened, row);
        return db.SaveChangesAsync(cancellation);
    }
}
