using Aura.Persistence;
using Aura.Server.Http;

namespace Aura.Server.Winback;

/// <summary>Writing one row, answered with 200 and what the dialect says of it.</summary>
internal static class Writes
{
    /// <summary>Saves a new row.</summary>
    /// <param name="happened">The event that tells of it; null: none does.</param>
    public static async Task<TResponse> Make<T, TResponse>(this AuraDb db, T row, Func<T, TResponse> shape, CancellationToken cancellation, string? happened = null)
        where T : StoreEntity, IIdentified
    {
        db.Add(row);
        if (happened is not null)
            db.Publish(happened, row);
        await db.SaveChangesAsync(cancellation);
        return shape(row);
    }

    /// <summary>Takes a row away.</summary>
    /// <exception cref="Refused">404 without the row, 409 when it is not of the version that If-Match names.</exception>
    public static async Task<TResponse> Remove<T, TResponse>(this AuraDb db, Id<T> id, Func<Id<T>, TResponse> shape, CancellationToken cancellation)
        where T : StoreEntity, IIdentified
    {
        await db.Delete(id, cancellation);
        return shape(id);
    }
}
