namespace Aura.Persistence;

/// <summary>Lets few callers of this server at a time at a row that many want.</summary>
/// <remarks>
/// Correctness never depends on it: the row's lock in the database does that work, over all servers. But each who waits for a lock there costs the
/// database time while it waits, more the more they are: sixty who wait make each single change several times as dear. Who waits here costs nothing.
/// </remarks>
internal sealed class Turns
{
    /// <summary>One writes, and the next is sent already when its lock is free.</summary>
    private const int AtOnce = 2;

    private readonly Lock gate = new();
    private readonly Dictionary<(long Tenant, long Row), Line> lines = [];

    /// <returns>Ends the turn when it is disposed.</returns>
    public async ValueTask<IDisposable> Take(long tenant, long row, CancellationToken cancellation)
    {
        TaskCompletionSource called;
        lock (gate)
        {
            if (!lines.TryGetValue((tenant, row), out var line))
                lines.Add((tenant, row), line = new());
            if (line.Inside < AtOnce)
            {
                line.Inside++;
                return new Turn(this, (tenant, row));
            }

            called = new(TaskCreationOptions.RunContinuationsAsynchronously);
            line.Waiting.Enqueue(called);
        }

        await using (cancellation.Register(() => called.TrySetCanceled(cancellation)))
            await called.Task;
        return new Turn(this, (tenant, row));
    }

    private void End((long, long) row)
    {
        lock (gate)
        {
            var line = lines[row];
            while (line.Waiting.TryDequeue(out var next))
                if (next.TrySetResult()) // it may have given up
                    return;
            if (--line.Inside == 0)
                lines.Remove(row);
        }
    }

    private sealed class Line
    {
        public int Inside { get; set; }
        public Queue<TaskCompletionSource> Waiting { get; } = [];
    }

    private sealed class Turn(Turns turns, (long, long) row) : IDisposable
    {
        private int ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref ended, 1) == 0)
                turns.End(row);
        }
    }
}
