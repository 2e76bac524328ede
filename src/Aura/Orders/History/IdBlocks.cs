using Aura.Persistence;
using Npgsql;

namespace Aura.Orders.History;

/// <summary>Ids from the store's one sequence for thousands of rows at a time, in the blocks that HiLo takes.</summary>
internal sealed class IdBlocks(NpgsqlConnection connection)
{
    private readonly Queue<long> blocks = [];
    private long next, last = -1;

    /// <summary>Fetches enough for so many calls of <see cref="Next"/>.</summary>
    public async Task Prepare(int count, CancellationToken cancellation)
    {
        var missing = count - (last - next + 1) - blocks.Count * (long)Conventions.IdBlock;
        if (missing <= 0)
            return;
        await using var command = new NpgsqlCommand("SELECT nextval('ids') FROM generate_series(1, $1)", connection);
        command.Parameters.Add(new() { Value = (missing + Conventions.IdBlock - 1) / Conventions.IdBlock });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            blocks.Enqueue(reader.GetInt64(0));
    }

    public long Next()
    {
        if (next > last)
        {
            next = blocks.Dequeue();
            last = next + Conventions.IdBlock - 1;
        }

        return next++;
    }
}
