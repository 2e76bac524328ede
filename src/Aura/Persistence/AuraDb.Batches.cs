using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Update;
using Npgsql;

namespace Aura.Persistence;

/// <summary>Writing in one round trip: rows that are tracked, statements by hand, and the COMMIT.</summary>
public sealed partial class AuraDb
{
    private readonly List<LaterStatement> later = [];
    private readonly List<StoreRow> appended = [];
    private bool inOneWrite, endsInCommit, waits;

    internal RowMap MapOf<T>() where T : StoreRow => RowMap.Of(Model.FindEntityType(typeof(T))!); // it has a DbSet

    private IEntityType TypeOf(StoreRow row) => Model.FindEntityType(row.GetType())!; // it has a DbSet

    /// <summary>Adds a row that is changed no more once it is written: one of a log, or of an order that is only shown. Where all is written in one round trip it is not tracked,
    /// which costs more than writing it; it has its id at once, and is written as it is by then.</summary>
    internal void Append<T>(T row) where T : StoreRow
    {
        if (!inOneWrite)
        {
            Add(row);
            return;
        }

        if (row.Id == 0)
            row.Identify(Tenant, NextId());
        appended.Add(row);
    }

    /// <summary>Runs a statement with the next save, behind its rows.</summary>
    internal void Later(LaterStatement statement) => later.Add(statement);

    /// <summary>The same, and all is undone where it does not touch exactly so many rows.</summary>
    /// <param name="sql">INSERT, UPDATE or DELETE without RETURNING and without a WITH.</param>
    internal void Demand(int rows, Func<Refused> otherwise, string sql, params object[] values) =>
        later.Add(new(sql, [.. values, (long)rows]) { Rows = $"${values.Length + 1}", Otherwise = otherwise });

    /// <summary>Runs in the transaction that is open, or in one of its own; what it tracks and leaves for <see cref="Later"/> is written at the
    /// end in one round trip, with the COMMIT where the transaction is its own.</summary>
    /// <param name="work">May run twice: the first time without a transaction, where it may be written together with what others write.</param>
    /// <param name="mayWait">Nobody asks the database for it in the same request: in a transaction that <see cref="Commit"/> ends it is written there, and
    /// what keeps it from being written is said there. Without one it is written together with what others write, where that is possible.</param>
    /// <exception cref="Refused">Of the demand that was not met.</exception>
    /// <exception cref="DbUpdateException">As from saving.</exception>
    public async Task<T> InOneWrite<T>(Func<Task<T>> work, CancellationToken cancellation, bool mayWait = false)
    {
        if (Shares && mayWait)
            return await Left(work, cancellation);
        DemandAlone();
        if (Database.CurrentTransaction is not null)
            return await Written(work, false, mayWait && endsInCommit, cancellation);
        if (mayWait && !ChangeTracker.Entries().Any() && await Together(Shared) is (true, var shared))
            return shared!; // what the work gave back
        closing.Clear(); // of one that did not end well
        await using var transaction = await Start(cancellation);
        return await Written(work, true, false, cancellation);

        async Task<T> Shared()
        {
            var result = await Left(work, cancellation);
            await WriteShared();
            return result;
        }
    }

    private async Task<T> Written<T>(Func<Task<T>> work, bool commit, bool mayWait, CancellationToken cancellation)
    {
        var before = (inOneWrite, ChangeTracker.AutoDetectChangesEnabled);
        (inOneWrite, ChangeTracker.AutoDetectChangesEnabled) = (true, false);
        try
        {
            var result = await work();
            waits = mayWait && !Changes().Any(change => change.Answers);
            if (!waits)
                await Write(commit, cancellation);
            return result;
        }
        catch
        {
            later.Clear(); // a caller who goes on behind a savepoint must not write it
            appended.Clear();
            throw;
        }
        finally
        {
            (inOneWrite, ChangeTracker.AutoDetectChangesEnabled) = before;
        }
    }

    /// <summary>Writes what is tracked and what was left for later.</summary>
    /// <param name="commit">And ends the transaction, which must be the caller's own.</param>
    private async Task Write(bool commit, CancellationToken cancellation)
    {
        ChangeTracker.DetectChanges();
        await NoteAll(cancellation);
        NoteAppended();
        await using var batch = new NpgsqlBatch();
        var answers = AddRows(batch);
        batch.Add(later.Select((statement, at) => statement.Command(at)));
        if (commit)
            AddClosing(batch);
        if (batch.BatchCommands.Count > 0)
            await Send(batch, answers, cancellation);
        later.Clear();
        appended.Clear();
        ChangeTracker.AcceptAllChanges();
    }

    /// <summary>What is to be written, rows that others may refer to first.</summary>
    private List<Change> Changes() =>
        [.. ChangeTracker.Entries().Where(entry => entry.State is EntityState.Added or EntityState.Modified or EntityState.Deleted)
            .Select(entry => new Change(Inside(entry), RowMap.Of(entry.Metadata), entry.Entity))
            .Concat(appended.Select(row => new Change(null, RowMap.Of(TypeOf(row)), row)))
            .OrderBy(change => change.Map.Rank)];

    /// <returns>For each command that answers, in their order: the row that gets columns back, or null.</returns>
    private List<(RowMap Map, object Entity)?> AddRows(NpgsqlBatch batch)
    {
        var answers = new List<(RowMap, object)?>(); // of what is deleted first: a row may take the place of another
        var changes = Changes();
        foreach (var (entry, map, _) in changes.Where(change => change.Entry?.EntityState == EntityState.Deleted).Reverse())
        {
            batch.BatchCommands.Add(map.Delete(entry!)); // it has one
            answers.Add(null);
        }

        foreach (var table in changes.GroupBy(change => change.Map))
        {
            foreach (var change in table)
                if (change.Answers)
                {
                    batch.BatchCommands.Add(change.Map.Insert(change.Row));
                    answers.Add((change.Map, change.Row));
                }
                else if (change.Entry is { EntityState: EntityState.Modified } entry && change.Map.Update(entry) is { } update)
                {
                    batch.BatchCommands.Add(update);
                    answers.Add(null);
                }

            batch.Add(table.Key.InsertAll(table.Where(change => change is { IsNew: true, Answers: false }).Select(change => change.Row)));
        }

        return answers;
    }

    /// <param name="Entry">Null: a row that is not tracked, and is new.</param>
    private readonly record struct Change(IUpdateEntry? Entry, RowMap Map, object Row)
    {
        public bool IsNew => Entry is null or { EntityState: EntityState.Added };

        /// <summary>It is new, and its insert gives columns back to who tracks it.</summary>
        public bool Answers => Entry is { EntityState: EntityState.Added } && Map.Returns(Row);
    }

    private async Task Send(NpgsqlBatch batch, List<(RowMap Map, object Entity)?> answers, CancellationToken cancellation)
    {
        try
        {
            await Ask(batch, async reader =>
            {
                foreach (var answer in answers)
                {
                    await reader.ReadAsync(cancellation);
                    answer?.Map.Return(reader, answer.Value.Entity);
                    await reader.NextResultAsync(cancellation);
                }

                return await ByHand.ToTheEnd(reader, cancellation);
            }, cancellation);
        }
        catch (PostgresException failure)
        {
            throw Batches.NameOf(failure) switch
            {
                null => new DbUpdateException("The rows could not be written.", failure),
                var name when int.TryParse(name, out var at) => later[at].Otherwise!(), // a demand has it
                _ => new DbUpdateConcurrencyException("A row was changed or deleted since it was read.", failure),
            };
        }
    }

#pragma warning disable EF1001 // the public face of an entry copies what it is asked for, value by value
    private static IUpdateEntry Inside(EntityEntry entry) => entry.GetInfrastructure();
#pragma warning restore EF1001
}
