using System.Collections.Concurrent;
using Npgsql;

namespace Aura.Persistence;

/// <summary>What a request writes: new rows that nothing is needed back of, and statements that have a step.</summary>
internal sealed record SharedWrite(IReadOnlyList<(RowMap Map, object Row)> Rows, IReadOnlyList<LaterStatement> Statements);

/// <summary>Writes what several requests of a store write at the same time in one transaction.</summary>
/// <remarks>
/// A row costs PostgreSQL a quarter when many are inserted by one statement, and they share a commit. Who comes while a transaction is under way goes with the next, so
/// that nobody waits for company: a request alone is written alone. One round trip is one transaction here: PostgreSQL ends it where the batch ends. It takes
/// its locks in the order of the steps, and within a step by key, as everybody does; those that make uses of promotions good are apart, for they and those that reserve them
/// take the same counters in two statements. Where a transaction fails by what one of them wrote, each is written alone.
/// </remarks>
internal sealed class SharedWrites(NpgsqlDataSource source)
{
    /// <summary>Rows in one transaction, of twenty orders of three lines: more would hold their locks for long, and gain little.</summary>
    private const int Most = 200;

    private readonly ConcurrentDictionary<(long Store, bool Confirms), SharedRoundTrips<SharedWrite, bool>> stores = new();

    /// <summary>Done when it is committed.</summary>
    /// <exception cref="PostgresException">It could not be written, and nothing of it was.</exception>
    public Task Write(long store, SharedWrite write) =>
        stores.GetOrAdd((store, write.Statements.Any(statement => statement.Step == SharedStep.PromotionUses)), _ => new(Most, write => Math.Max(1, write.Rows.Count), WriteAll)).Ask(write, CancellationToken.None);

    private async Task<IReadOnlyList<bool>> WriteAll(IReadOnlyList<SharedWrite> writes)
    {
        await using var batch = new NpgsqlBatch();
        var statements = LaterStatement.Joined(writes.SelectMany(write => write.Statements)).ToList();
        batch.Add(statements.Where(statement => statement.Step < SharedStep.Rows).Select(statement => statement.Command(0)));
        batch.Add(RowMap.InsertAll(writes.SelectMany(write => write.Rows)));
        batch.Add(statements.Where(statement => statement.Step > SharedStep.Rows).Select(statement => statement.Command(0)));
        await source.Ask(batch, reader => ByHand.ToTheEnd(reader, CancellationToken.None), CancellationToken.None);
        return new bool[writes.Count];
    }
}
