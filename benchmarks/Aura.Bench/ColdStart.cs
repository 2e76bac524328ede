using System.Diagnostics;

namespace Aura.Bench;

/// <param name="Seconds">From the start of the process until <c>/health/ready</c>, on a cluster that is there but does not run.</param>
/// <param name="IdleMemory">Bytes that the server's process keeps a few seconds later, without PostgreSQL.</param>
internal sealed record ColdStart(double Seconds, long IdleMemory)
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    /// <summary>The server as <c>./run</c> starts it, with a private cluster of its own.</summary>
    public static async Task<ColdStart> Measure(BenchOptions options, CancellationToken cancellation)
    {
        var data = Path.Combine(options.Data, "cold");
        await using (await Contestant.Alone(options, data, cancellation))
        {
            // The first start makes the cluster.
        }

        var starts = new List<(double Seconds, long Memory)>();
        for (var start = 0; start < 3; start++)
        {
            var clock = Stopwatch.StartNew();
            await using var server = await Contestant.Alone(options, data, cancellation);
            var seconds = clock.Elapsed.TotalSeconds;
            await Task.Delay(Settling, cancellation);
            starts.Add((seconds, Usage.Memory(server.ProcessId).Now));
        }

        Cluster.Remove(data);
        return new(Result.Middle(starts.Select(s => s.Seconds)), (long)Result.Middle(starts.Select(s => (double)s.Memory)));
    }
}
