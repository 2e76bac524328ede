using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.ValueGeneration;
using Npgsql;

namespace Aura.Persistence;

/// <summary>Ids for new rows, from the one sequence, ten thousand at a time.</summary>
/// <remarks>
/// Who has to fetch the next keeps all others waiting, and may be waiting for a connection that they hold: in a burst nobody would go on until somebody's patience
/// ends. So this has connections of its own, which nobody holds for anything else, and fetches before it runs out: the first before the server is ready, when
/// it is slow because nothing was run before, and more when half of them are gone.
/// </remarks>
public sealed class IdSource(string connectionString) : IAsyncDisposable
{
    private const int Blocks = 10;

    /// <summary>One to fetch ahead with, and one for who needs one at once.</summary>
    private readonly NpgsqlDataSource own = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString)
    {
        MinPoolSize = 0, MaxPoolSize = 2, Timeout = 5, CommandTimeout = 5, MaxAutoPrepare = 0, NoResetOnClose = true, ApplicationName = "aura ids",
    });

    private readonly Lock turn = new();
    private readonly Queue<long> blocks = new(Blocks);
    private long next = 1, last;
    private bool fetches;

    /// <summary>An id that no row has had.</summary>
    /// <exception cref="NpgsqlException">There are none left, and the database does not answer within five seconds.</exception>
    public long Next()
    {
        lock (turn)
        {
            if (next > last)
            {
                if (blocks.Count == 0)
                    Fetch();
                next = blocks.Dequeue();
                last = next + Conventions.IdBlock - 1;
                if (blocks.Count < Blocks / 2 && !fetches)
                    Begin();
            }

            return next++;
        }
    }

    private void Begin()
    {
        fetches = true;
        using (ExecutionContext.SuppressFlow()) // it is nobody's request
            _ = Task.Run(More);
    }

    /// <summary>Fetches the next ids before somebody needs them.</summary>
    /// <exception cref="NpgsqlException">The database does not answer within five seconds.</exception>
    public async Task FetchAhead()
    {
        var fetched = new List<long>(Blocks);
        await using (var command = Question())
        {
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                fetched.Add(reader.GetInt64(0));
        }

        lock (turn)
            fetched.ForEach(blocks.Enqueue);
    }

    private async Task More()
    {
        try
        {
            await FetchAhead();
        }
        catch (Exception away) when (away.IsPassing())
        {
            // who needs one asks again
        }
        finally
        {
            lock (turn)
                fetches = false;
        }
    }

    private void Fetch()
    {
        using var command = Question();
        using var reader = command.ExecuteReader();
        while (reader.Read())
            blocks.Enqueue(reader.GetInt64(0));
    }

    private NpgsqlCommand Question()
    {
        var command = own.CreateCommand("SELECT nextval('ids') FROM generate_series(1, $1)");
        command.Parameters.Add(new() { Value = Blocks });
        return command;
    }

    public ValueTask DisposeAsync() => own.DisposeAsync();
}

/// <summary>Gives EF Core the ids of <see cref="IdSource"/>.</summary>
internal sealed class IdGenerator : ValueGenerator<long>
{
    public override bool GeneratesTemporaryValues => false;

    public override long Next(EntityEntry entry) => ((AuraDb)entry.Context).NextId();
}
