using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Aura.Persistence;

/// <summary>Lets PostgreSQL plan a query for the values that it comes with.</summary>
/// <remarks>
/// A statement that is prepared is planned once, for values that are not known. For a filter that nearly all rows pass that plan is as good as any; for one
/// that few pass it may walk through a whole table to fill a page. Connections prepare by themselves what they have seen before, so that these queries are
/// made to look new each time: planning costs them a few tenths of a millisecond.
/// </remarks>
public sealed class PlannedByValue : DbCommandInterceptor
{
    internal const string Mark = "planned by value";
    private static long count;

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        if (command.CommandText.StartsWith($"-- {Mark}", StringComparison.Ordinal))
            command.CommandText = $"{command.CommandText}\n-- {Interlocked.Increment(ref count)}";
        return new(result);
    }
}

/// <inheritdoc cref="PlannedByValue"/>
public static class PlannedByValueExtensions
{
    /// <inheritdoc cref="Persistence.PlannedByValue"/>
    public static IQueryable<T> PlannedByValue<T>(this IQueryable<T> rows) => rows.TagWith(Persistence.PlannedByValue.Mark);
}
