using Npgsql;

namespace Aura.Floor;

/// <summary>Ids from the product's sequence, in blocks: as the product takes them.</summary>
internal sealed class Ids(NpgsqlDataSource source)
{
    private const int Block = 100;

    private readonly SemaphoreSlim gate = new(1);
    private readonly Queue<long> blocks = [];
    private long next, end;

    /// <summary>The first of so many in a row.</summary>
    public async ValueTask<long> Take(int count)
    {
        await gate.WaitAsync();
        try
        {
            if (next + count > end)
            {
                if (blocks.Count == 0)
                    await Fetch();
                (next, end) = (blocks.Peek(), blocks.Dequeue() + Block);
            }

            var first = next;
            next += count;
            return first;
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task Fetch()
    {
        await using var command = source.CreateCommand("SELECT nextval('ids') FROM generate_series(1, 50)");
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
            blocks.Enqueue(rows.GetInt64(0));
    }
}
