using Microsoft.EntityFrameworkCore;

namespace Aura.Persistence;

/// <summary>Questions about one row of a list. To change a row, <see cref="AuraDb.Load{T}(Id{T}, CancellationToken)"/> it.</summary>
public static class RowQueries
{
    /// <summary>Reads one row; what is done to it is not saved.</summary>
    /// <exception cref="Refused">404 where it is not among these.</exception>
    public static async Task<T> Read<T>(this IQueryable<T> rows, Id<T> id, CancellationToken cancellation) where T : StoreRow, IIdentified =>
        await rows.AsNoTracking().FirstOrDefaultAsync(row => row.Id == id.Value, cancellation) ?? throw Refused.NotFound(T.Noun);

    /// <summary>Goes on only where the row is there.</summary>
    /// <exception cref="Refused">404 where it is not among these.</exception>
    public static async Task Demand<T>(this IQueryable<T> rows, Id<T> id, CancellationToken cancellation) where T : StoreRow, IIdentified
    {
        if (!await rows.AnyAsync(row => row.Id == id.Value, cancellation))
            throw Refused.NotFound(T.Noun);
    }
}
