using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Aura.Persistence;

/// <summary>Writing together with other requests.</summary>
public sealed partial class AuraDb
{
    private readonly List<WatchedRow> watched = [];
    private LaterStatement? ahead;
    private (SecondHalf Half, Task Written)? begun;

    /// <summary>There is no transaction: what is read is not locked, and what is written waits for <see cref="WriteShared"/>.</summary>
    internal bool Shares { get; private set; }

    /// <summary>The number of an order that was not written after all; who does it again alone gets it, so that none is missing.</summary>
    internal long? Drawn { get; set; }

    /// <summary>Does something that is written together with what others write, or not at all.</summary>
    /// <param name="work">Reads, writes once (<see cref="InOneWrite"/>) and ends with <see cref="WriteShared"/>. What needs a transaction of its own throws <see cref="NotShared"/>.</param>
    /// <param name="unless">A question that goes with the first that is asked: where it finds a row, there is nothing to share.</param>
    /// <returns>False where it did not come about, for whatever reason: nothing happened, and alone it will, or it will be said why not.</returns>
    public async Task<(bool Succeeded, T? Result)> Together<T>(Func<Task<T>> work, LaterStatement? unless = null)
    {
        (Shares, ahead) = (true, unless);
        try
        {
            var result = await work();
            Service<SharingCounts>().Count();
            return (true, result);
        }
        catch (Exception trouble) when (trouble.IsUndone())
        {
            Service<SharingCounts>().Count(trouble);
            return default;
        }
        finally
        {
            DoAlone();
        }
    }

    /// <summary>Writes what one <see cref="InOneWrite"/> left, together with what others write now, and with these statements; or these as the second half of what has begun.</summary>
    /// <exception cref="NotShared">Nothing was left, or something that cannot be shared.</exception>
    public async Task WriteShared(params IEnumerable<LaterStatement> more)
    {
        var (rows, changes) = (Changes(), watched.Select(row => row.Change()).OfType<LaterStatement>().ToList());
        var isEmpty = rows.Count + changes.Count == 0;
        if (ahead is not null || isEmpty != begun.HasValue || closing.Count > 0 || later.Exists(statement => statement.Step is null) || rows.Exists(row => !row.IsNew || row.Answers))
            throw new NotShared();
        if (begun is { } first)
        {
            first.Half.Write([.. later, .. more]);
            await first.Written;
        }
        else
            await Service<SharedWrites>().Write(Tenant, new([.. rows.Select(row => (row.Map, row.Row))], [.. changes, .. later, .. more]));
        Drawn = null;
    }

    /// <summary>What was begun in a transaction with others ends with <see cref="WriteShared"/>.</summary>
    internal void Follow(SecondHalf half, Task written) => begun = (half, written);

    /// <summary>Writes one statement together with what others write now.</summary>
    public Task WriteAlong(LaterStatement statement) => Service<SharedWrites>().Write(Tenant, new([], [statement]));

    /// <summary>From now on, what changes of this row is written with <see cref="WriteShared"/>.</summary>
    internal void Watch(StoreEntity row, SharedStep step) => watched.Add(new(row, TypeOf(row), step));

    /// <summary>Forgets what was to be shared; from now on this context has transactions of its own.</summary>
    private void DoAlone()
    {
        var drawn = Drawn;
        begun?.Half.GiveUp();
        begun = null;
        ChangeTracker.Clear();
        Enter(Caller, time);
        Drawn = drawn;
    }

    /// <exception cref="NotShared">This context shares, and what comes next needs a transaction.</exception>
    internal void DemandAlone()
    {
        if (Shares)
            throw new NotShared();
    }

    /// <summary>Leaves what this wrote to <see cref="WriteShared"/>.</summary>
    private async Task<T> Left<T>(Func<Task<T>> work, CancellationToken cancellation)
    {
        var before = (inOneWrite, ChangeTracker.AutoDetectChangesEnabled);
        (inOneWrite, ChangeTracker.AutoDetectChangesEnabled) = (true, false);
        try
        {
            var result = await work();
            ChangeTracker.DetectChanges();
            await NoteAll(cancellation);
            NoteAppended();
            return result;
        }
        finally
        {
            (inOneWrite, ChangeTracker.AutoDetectChangesEnabled) = before;
        }
    }
}

/// <summary>It needs a transaction of its own.</summary>
public sealed class NotShared : Exception;

/// <summary>Keeps a context that shares from writing past <see cref="AuraDb.WriteShared"/>, for that could not be undone.</summary>
internal sealed class SharingGuard : DbCommandInterceptor, IDbTransactionInterceptor
{
    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) => Guarded(eventData, result);

    public ValueTask<InterceptionResult<DbTransaction>> TransactionStartingAsync(
        DbConnection connection, TransactionStartingEventData eventData, InterceptionResult<DbTransaction> result, CancellationToken cancellationToken = default) => Guarded(eventData, result);

    private static ValueTask<T> Guarded<T>(DbContextEventData happens, T result)
    {
        (happens.Context as AuraDb)?.DemandAlone();
        return new(result);
    }
}
