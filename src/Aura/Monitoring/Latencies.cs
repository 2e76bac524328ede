namespace Aura.Monitoring;

/// <summary>How long answers took: counts in buckets that grow by a tenth, so that histograms of several servers add up and a percentile is right within 10 %.</summary>
public sealed class Latencies
{
    public const int Buckets = 128;

    private readonly long[] counts = new long[Buckets];

    public long Total { get; private set; }

    /// <param name="milliseconds">Of one answer.</param>
    public static int BucketOf(double milliseconds) =>
        milliseconds <= 0.1 ? 0 : Math.Min(Buckets - 1, (int)Math.Ceiling(Math.Log(milliseconds / 0.1) / Math.Log(1.1)));

    public void Add(IReadOnlyList<int> others)
    {
        for (var i = 0; i < Math.Min(Buckets, others.Count); i++)
            (counts[i], Total) = (counts[i] + others[i], Total + others[i]);
    }

    /// <summary>The time within which this share of the answers came, in milliseconds.</summary>
    /// <param name="share">0 to 1.</param>
    /// <returns>Null without answers.</returns>
    public decimal? Percentile(double share)
    {
        long seen = 0;
        for (var i = 0; i < Buckets; i++)
            if ((seen += counts[i]) >= share * Total && seen > 0)
                return (decimal)Math.Round(0.1 * Math.Pow(1.1, i), 2);
        return null;
    }
}
