namespace Aura.Server.Http;

/// <summary>How long the answers of the last five minutes took, kept as a histogram per ten seconds.</summary>
/// <remarks>Buckets grow by 10 %, so a percentile is right within 10 %. Recording takes no lock.</remarks>
public sealed class ServerMetrics(TimeProvider time, ServerPaths paths)
{
    private const int Slices = 30;
    private const int Buckets = 128;
    private static readonly long SliceTicks = TimeSpan.TicksPerSecond * 10;

    private readonly Slice[] slices = [.. Enumerable.Range(0, Slices).Select(_ => new Slice())];
    private readonly DateTimeOffset startedAt = time.GetUtcNow();
    private long down;

    public void Record(TimeSpan took, int status)
    {
        var slice = Current();
        Interlocked.Increment(ref slice.Counts[Bucket(took.TotalMilliseconds)]);
        if (status >= 500)
            Interlocked.Increment(ref slice.Errors);
    }

    /// <summary>Notes that the database did not answer for a while.</summary>
    public void Unavailable(TimeSpan span) => Interlocked.Add(ref down, span.Ticks);

    /// <summary>Percent of the life of this process in which it could serve.</summary>
    public double Uptime()
    {
        var life = (time.GetUtcNow() - startedAt).Ticks;
        return life <= 0 ? 100 : Math.Round(Math.Max(0, 100.0 * (life - Interlocked.Read(ref down)) / life), 2);
    }

    public bool StorageWritable()
    {
        try
        {
            var probe = Path.Combine(paths.Data, $".probe-{Environment.ProcessId}");
            File.WriteAllText(probe, "");
            File.Delete(probe);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public (double P50, double P95, double P99, double ErrorRate, double PerSecond) Snapshot()
    {
        var oldest = time.GetUtcNow().Ticks / SliceTicks - Slices + 1;
        var counts = new long[Buckets];
        long errors = 0;
        foreach (var slice in slices.Where(slice => slice.Number >= oldest))
        {
            for (var i = 0; i < Buckets; i++)
                counts[i] += slice.Counts[i];
            errors += slice.Errors;
        }

        var total = counts.Sum();
        var seconds = Math.Clamp((time.GetUtcNow() - startedAt).TotalSeconds, 1, Slices * 10);
        return (Percentile(counts, total, 0.5), Percentile(counts, total, 0.95), Percentile(counts, total, 0.99),
            total == 0 ? 0 : Math.Round((double)errors / total, 6), Math.Round(total / seconds, 2));
    }

    private Slice Current()
    {
        var number = time.GetUtcNow().Ticks / SliceTicks;
        var slice = slices[number % Slices];
        var before = Interlocked.Read(ref slice.Number);
        if (before != number && Interlocked.CompareExchange(ref slice.Number, number, before) == before)
        {
            Array.Clear(slice.Counts);
            Interlocked.Exchange(ref slice.Errors, 0);
        }

        return slice;
    }

    private static double Percentile(long[] counts, long total, double share)
    {
        long seen = 0;
        for (var i = 0; i < Buckets; i++)
            if ((seen += counts[i]) >= share * total && seen > 0)
                return Math.Round(0.1 * Math.Pow(1.1, i), 2);
        return 0;
    }

    private static int Bucket(double milliseconds) =>
        milliseconds <= 0.1 ? 0 : Math.Min(Buckets - 1, (int)Math.Ceiling(Math.Log(milliseconds / 0.1) / Math.Log(1.1)));

    private sealed class Slice
    {
        public readonly long[] Counts = new long[Buckets];
        public long Number;
        public long Errors;
    }
}

/// <summary>Where the server keeps what is not in the database.</summary>
public sealed record ServerPaths(string Data);
