namespace Aura.Jobs;

/// <summary>The jobs that a worker has at hand, and what it knows of their lanes.</summary>
/// <remarks>
/// A lane with a job that takes more than a second is slow until one of its jobs was quicker. Jobs of slow lanes run one at a time
/// for each lane, and take no place of the others', so that servers which do not answer hold up nobody else's.
/// </remarks>
/// <param name="places">Jobs at a time that are not known to be slow.</param>
/// <param name="perLane">Jobs of one lane at a time, about: they are taken a few at once.</param>
internal sealed class JobsAtHand(int places, int perLane, TimeProvider time)
{
    /// <summary>Slow jobs at a time; with so many no other lane's are taken either.</summary>
    public const int MostSlow = 96;

    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);

    private readonly Dictionary<Task, (string? Lane, long Since)> jobs = [];
    private readonly HashSet<string> slow = [];

    public ICollection<Task> Tasks => jobs.Keys;

    /// <summary>Jobs that may be added now, besides those of slow lanes.</summary>
    public int Free => jobs.Values.Count(IsSlow) is var waiting && waiting < MostSlow ? Math.Max(0, places - jobs.Count + waiting) : 0;

    /// <summary>Lanes of which there is enough at hand, and slow ones.</summary>
    public string[] Closed => [.. Lanes.GroupBy(lane => lane).Where(lane => lane.Count() >= perLane).Select(lane => lane.Key).Union(slow)];

    /// <summary>Slow lanes of which nothing is at hand: one of them may have one job.</summary>
    public string[] Slowed => slow.Count == 0 || jobs.Values.Count(IsSlow) >= MostSlow ? [] : [.. slow.Except(Lanes)];

    private IEnumerable<string> Lanes => jobs.Values.Select(job => job.Lane).OfType<string>();

    public void Add(Task job, string? lane) => jobs.Add(job, (lane, time.GetTimestamp()));

    /// <summary>Lets go of what is done, and notes who is slow.</summary>
    public void Tidy()
    {
        foreach (var (task, job) in jobs.ToList())
        {
            if (job.Lane is { } lane && IsSlow(job))
                slow.Add(lane);
            else if (job.Lane is { } quick && task.IsCompleted)
                slow.Remove(quick);
            if (task.IsCompleted)
                jobs.Remove(task);
        }
    }

    private bool IsSlow((string? Lane, long Since) job) => job.Lane is not null && time.GetElapsedTime(job.Since) > Slow;
}
