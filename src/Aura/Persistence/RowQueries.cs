using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;

namespace Aura.Persistence;

/// <summary>Questions about one row of a list. To change a row, <see cref="AuraDb.Load{T}(Id{T}, CancellationToken)"/> it.</summary>
public static class RowQueries
{
    private const int PageSize = 200;

    /// <summary>All of these rows in the order of their ids, to be looked at, a page at a time: neither they nor a connection to the database are held while somebody takes his time over them.</summary>
    /// <remarks>A row that is there from the beginning to the end comes once, as it is when its page is read; one that comes or goes meanwhile, once or not at all.</remarks>
    /// <param name="rows">Without an order.</param>
    public static async IAsyncEnumerable<T> InPages<T>(this IQueryable<T> rows, bool newestFirst = false, [EnumeratorCancellation] CancellationToken cancellation = default) where T : StoreRow
    {
        for (var last = newestFirst ? long.MaxValue : 0; ;)
        {
            var rest = newestFirst ? rows.Where(row => row.Id < last).OrderByDescending(row => row.Id) : rows.Where(row => row.Id > last).OrderBy(row => row.Id);
            var page = await rest.Take(PageSize).AsNoTracking().ToListAsync(cancellation);
            foreach (var row in page)
                yield return row;
            if (page.Count < PageSize)
                yield break;
            last = page[^1].Id;
        }
    }

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
