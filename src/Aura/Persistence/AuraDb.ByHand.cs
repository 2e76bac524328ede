using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;

namespace Aura.Persistence;

/// <summary>SQL that is written by hand, on the connection and in the transaction of this context.</summary>
public sealed partial class AuraDb
{
    private readonly List<NpgsqlBatchCommand> closing = [];

    private IdSource? ids;
    private IDisposable? turn;

    /// <summary>An id for a row that is written by hand.</summary>
    internal long NextId() => (ids ??= Service<IdSource>()).Next();

    /// <summary>Waits until this context's turn at a row that many want. It lasts until <see cref="EndTurn"/>, and in a transaction until that is committed or given up.</summary>
    /// <remarks>With a connection, for who waited for one during their turn might wait for those who wait for the turn. One turn at a time, for the same reason.</remarks>
    internal async Task TakeTurn(long row, CancellationToken cancellation)
    {
        DemandAlone();
        if (turn is not null)
            return;
        await Database.OpenConnectionAsync(cancellation);
        try
        {
            turn = await Service<Turns>().Take(Tenant, row, cancellation);
        }
        catch
        {
            await Database.CloseConnectionAsync();
            throw;
        }
    }

    internal async Task EndTurn()
    {
        if (turn is null)
            return;
        turn.Dispose();
        turn = null;
        await Database.CloseConnectionAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await EndTurn();
        await base.DisposeAsync();
    }

    internal T Service<T>() where T : notnull => this.GetService<IDbContextOptions>().FindExtension<CoreOptionsExtension>()!.ApplicationServiceProvider!
        .GetRequiredService<T>(); // who makes contexts to write with gives them the services

    /// <summary>Sends commands together and reads what they answer.</summary>
    public async Task<T> Ask<T>(NpgsqlBatch batch, Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancellation)
    {
        if (ahead is { } question)
        {
            ahead = null;
            batch.BatchCommands.Insert(0, question.Command(0));
            return await Ask(batch, async reader =>
            {
                if (await reader.ReadAsync(cancellation))
                    throw new NotShared();
                await reader.NextResultAsync(cancellation);
                return await read(reader);
            }, cancellation);
        }

        var connection = (NpgsqlConnection)Database.GetDbConnection();
        var closed = connection.State == ConnectionState.Closed;
        if (closed)
            await Database.OpenConnectionAsync(cancellation);
        try
        {
            return await connection.Ask(batch, read, cancellation);
        }
        finally
        {
            if (closed)
                await Database.CloseConnectionAsync();
        }
    }

    /// <summary>Sends commands together.</summary>
    /// <returns>How many rows they touched.</returns>
    public Task<int> Tell(NpgsqlBatch batch, CancellationToken cancellation)
    {
        DemandAlone();
        return Ask(batch, reader => ByHand.ToTheEnd(reader, cancellation), cancellation);
    }

    /// <summary>Keeps a command for the end of the transaction that is open: it goes to the database in one round trip with COMMIT.</summary>
    /// <remarks>For the last that a transaction writes: what follows in it does not see it, and a lock that it takes is held for the shortest
    /// time. Where it may find nothing to change, it has to fail by itself, for nobody looks at how many rows it touched.</remarks>
    public void AtCommit(string sql, params ReadOnlySpan<object> values) => closing.Add(ByHand.Command(sql, values));

    /// <summary>Begins a transaction that <see cref="Commit"/> ends.</summary>
    public Task<IDbContextTransaction> Begin(CancellationToken cancellation)
    {
        endsInCommit = true;
        return Start(cancellation);
    }

    /// <summary>Begins a transaction.</summary>
    /// <remarks>EF Core counts who opened the connection, and keeps the count of one who is cancelled between that and the beginning: whoever gets this context out of the pool next would hold a connection from their
    /// first question to their end, also while they wait for others who need one.</remarks>
    public async Task<IDbContextTransaction> Start(CancellationToken cancellation, IsolationLevel isolation = IsolationLevel.Unspecified)
    {
        await Database.OpenConnectionAsync(cancellation);
        try
        {
            return await Database.BeginTransactionAsync(isolation, CancellationToken.None); // nothing is sent yet
        }
        finally
        {
            await Database.CloseConnectionAsync(); // the transaction holds it now
        }
    }

    /// <summary>Ends a transaction of this context, with what was kept for its end.</summary>
    /// <exception cref="Refused">What waited for this could not be written; nothing of the transaction was.</exception>
    public async Task Commit(IDbContextTransaction transaction, CancellationToken cancellation)
    {
        if (waits)
            await Written(() => Task.FromResult(true), true, false, cancellation);
        else if (closing.Count == 0)
            await transaction.CommitAsync(cancellation);
        else
        {
            await using var batch = new NpgsqlBatch();
            AddClosing(batch);
            await Tell(batch, cancellation);
        }

        endsInCommit = false;
        await EndTurn();
    }

    private void AddClosing(NpgsqlBatch batch)
    {
        batch.Add(closing);
        batch.Add("COMMIT");
        closing.Clear();
    }
}

/// <summary>Putting commands together that are written by hand.</summary>
/// <remarks>A value that may be missing has to say of which type it is (<see cref="Maybe(long?)"/>): a connection keeps a statement prepared for one list of types.</remarks>
public static class ByHand
{
    /// <summary>Adds a command to those that go to the database together.</summary>
    public static void Add(this NpgsqlBatch batch, string sql, params ReadOnlySpan<object> values) => batch.BatchCommands.Add(Command(sql, values));

    /// <summary>Sends commands together over a connection of their own and reads what they answer.</summary>
    public static async Task<T> Ask<T>(this NpgsqlDataSource source, NpgsqlBatch batch, Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        return await connection.Ask(batch, read, cancellation);
    }

    internal static async Task<T> Ask<T>(this NpgsqlConnection connection, NpgsqlBatch batch, Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancellation)
    {
        batch.Connection = connection;
        try
        {
            await using var reader = await batch.ExecuteReaderAsync(cancellation);
            return await read(reader);
        }
        catch (Exception failure) when (failure is not (Refused or NotShared))
        {
            await FailedCommands.Unprepare(batch, failure);
            throw;
        }
    }

    /// <summary>Reads past all answers.</summary>
    /// <returns>How many rows were touched.</returns>
    internal static async Task<int> ToTheEnd(NpgsqlDataReader reader, CancellationToken cancellation)
    {
        while (await reader.NextResultAsync(cancellation)) ;
        return reader.RecordsAffected;
    }

    public static NpgsqlParameter Maybe(long? value) => Maybe(value, NpgsqlDbType.Bigint);

    public static NpgsqlParameter Maybe(int? value) => Maybe(value, NpgsqlDbType.Integer);

    public static NpgsqlParameter Maybe(DateTime? value) => Maybe(value, NpgsqlDbType.TimestampTz);

    public static NpgsqlParameter Maybe(string? value) => Maybe(value, NpgsqlDbType.Text);

    public static NpgsqlParameter Json(object? value) => Maybe(value, NpgsqlDbType.Jsonb);

    private static NpgsqlParameter Maybe(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };

    /// <summary>A value for a statement that is written for several.</summary>
    public static T[] One<T>(T value) => [value];

    internal static void Add(this NpgsqlBatch batch, IEnumerable<NpgsqlBatchCommand> commands)
    {
        foreach (var command in commands)
            batch.BatchCommands.Add(command);
    }

    /// <summary>Ids to look for among; to few of them come ids that no row has.</summary>
    /// <remarks>PostgreSQL plans a prepared statement anew each time while a plan for the list at hand looks cheaper than one for any list. For any
    /// list it reckons with ten, so that a shorter one would always look cheaper, and planning costs more than reading.</remarks>
    internal static long[] Several(IEnumerable<long> ids)
    {
        long[] some = [.. ids];
        if (some.Length < 10)
            Array.Resize(ref some, 10);
        return some;
    }

    internal static NpgsqlBatchCommand Command(string sql, ReadOnlySpan<object> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(Parameter(value));
        return command;
    }

    /// <param name="value">Itself, or a parameter that says of which type it is.</param>
    internal static NpgsqlParameter Parameter(object value) => value as NpgsqlParameter ?? new() { Value = value };
}
