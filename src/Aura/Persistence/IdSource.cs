using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.ValueGeneration;
using Npgsql;

namespace Aura.Persistence;

/// <summary>Ids for new rows, from the one sequence, a thousand at a time.</summary>
/// <remarks>
/// Who fetches the next thousand keeps all others waiting, and may be waiting for a connection that they hold: in a burst nobody would
/// go on until somebody's patience ends. So this has a connection of its own, which nobody holds for anything else.
/// </remarks>
public sealed class IdSource(string connectionString) : IAsyncDisposable
{
    private const int Blocks = 10;

    private readonly NpgsqlDataSource own = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString)
    {
        MinPoolSize = 0, MaxPoolSize = 1, Timeout = 5, CommandTimeout = 5, MaxAutoPrepare = 0, NoResetOnClose = true, ApplicationName = "aura ids",
    });

    private readonly Lock turn = new();
    private readonly Queue<long> blocks = new(Blocks);
    private long next = 1, last;

    /// <summary>An id that no row has had.</summary>
    /// <exception cref="NpgsqlException">The database does not answer within five seconds.</exception>
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
            }

            return next++;
        }
    }

    private void Fetch()
    {
        using var command = own.CreateCommand("SELECT nextval('ids') FROM generate_series(1, $1)");
        command.Parameters.Add(new() { Value = Blocks });
        using var reader = command.ExecuteReader();
        while (reader.Read())
            blocks.Enqueue(reader.GetInt64(0));
    }

    public ValueTask DisposeAsync() => own.DisposeAsync();
}

/// <summary>Gives EF Core the ids of <see cref="IdSource"/>.</summary>
internal sealed class IdGenerator : ValueGenerator<long>
{
    public override bool GeneratesTemporaryValues => false;

    public override long Next(EntityEntry entry) => ((AuraDb)entry.Context).NextId();
}
