using System.Text.Json;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Jobs;

public enum JobState
{
    Queued,
    Processing,
    Completed,
    Failed,
}

/// <summary>Work to be done later, enqueued in the transaction that needs it. A job may run twice; it must bear that.</summary>
public sealed class Job : StoreRow, IIdentified
{
    public static string Prefix => "job";
    public static string Noun => "job";

    /// <summary>Attempts before a job that throws is given up.</summary>
    public const int MaxAttempts = 8;

    /// <summary>Attempts before a job is given up at which each time the server ended: it may be what ends them.</summary>
    public const int MostBegun = 40;

    public string Kind { get; private init; } = "";

    /// <summary>Of the jobs of one kind with the same key only one can be waiting or running.</summary>
    public string Key { get; private init; } = "";

    /// <summary>Jobs of one lane run a few at a time in a process, apart from the jobs without one. For those that call somebody's server: its name.</summary>
    public string? Lane { get; private init; }

    public JsonDocument Payload { get; private init; } = null!; // set by Of and by EF
    public JobState State { get; private set; }

    /// <summary>When it falls due, by the store's clock.</summary>
    public DateTime RunAt { get; private init; }

    /// <summary>The same by the world's clock.</summary>
    public DateTime DueAt { get; private set; }

    public int Attempts { get; private set; }

    /// <summary>Percent.</summary>
    public int Progress { get; private set; }

    public DateTime? LeaseUntil { get; private set; }
    public JsonDocument? Result { get; private set; }
    public string? Error { get; private set; }
    public DateTime CreatedAt { get; private init; }
    public DateTime? FinishedAt { get; private set; }

    internal static Job Of(string kind, string key, object payload, DateTime runAt, string? lane, AuraDb db) => new()
    {
        Kind = kind,
        Key = key,
        Lane = lane,
        Payload = JsonSerializer.SerializeToDocument(payload),
        RunAt = runAt,
        DueAt = runAt - db.Caller.ClockOffset,
        CreatedAt = db.Now,
    };

    /// <summary>What it came to, as the type that its handler gave back; null while there is none.</summary>
    public T? ResultAs<T>() where T : class => Result?.Deserialize<T>(JobKinds.ResultJson);

    public T Read<T>() => Payload.Deserialize<T>() ?? throw new JsonException($"Job {Kind} has no payload.");
}

/// <summary>Does the jobs of one kind. Made anew for each job, in a scope of its own, in the job's store.</summary>
public interface IJobHandler
{
    static abstract string Kind { get; }

    /// <returns>What the job's reader sees as its result, or null.</returns>
    /// <exception cref="Refused">The job cannot succeed, now or later; it is not tried again.</exception>
    Task<object?> Run(Job job, CancellationToken cancellation);
}

public static class JobQueue
{
    /// <summary>Adds a job to the next save.</summary>
    /// <param name="key">See <see cref="Job.Key"/>. Null: the job is like no other.</param>
    /// <param name="at">By the store's clock; null: now.</param>
    /// <param name="lane">See <see cref="Job.Lane"/>.</param>
    public static Job Enqueue<T>(this AuraDb db, object payload, DateTime? at = null, string? key = null, string? lane = null) where T : IJobHandler
    {
        var job = Job.Of(T.Kind, key ?? Guid.CreateVersion7().ToString("n"), payload, at ?? db.Now, lane, db);
        db.Jobs.Add(job);
        return job;
    }

    /// <summary>Takes a job that nobody has begun out of the queue, with the next save: there is nothing left to do for it.</summary>
    internal static void Dequeue<T>(this AuraDb db, string key) where T : IJobHandler =>
        db.Later(new("""
            DELETE FROM jobs USING unnest($2::text[], $3::text[]) AS asked (kind, key)
            WHERE jobs.tenant_id = $1 AND jobs.kind = asked.kind AND jobs.key = asked.key AND jobs.state = 'queued'
            """, [db.Tenant, ByHand.One(T.Kind), ByHand.One(key)]) { Step = SharedStep.Jobs });

    /// <summary>Tells those who poll the job how far it is. By hand, for the worker writes the same row meanwhile.</summary>
    /// <param name="percent">0 to 100.</param>
    public static Task Progress(this AuraDb db, long job, int percent, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"UPDATE jobs SET progress = {percent} WHERE tenant_id = {db.Tenant} AND id = {job}", cancellation);
}

internal sealed class JobMapping : IEntityTypeConfiguration<Job>
{
    public void Configure(EntityTypeBuilder<Job> job) =>
        job.HasIndex(j => new { j.TenantId, j.Kind, j.Key }).IsUnique().HasFilter("state IN ('queued', 'processing')");
}
