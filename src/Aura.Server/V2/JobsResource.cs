using System.Text.Json;
using Aura.Jobs;
using Aura.Persistence;
using Aura.Server.Http;

namespace Aura.Server.V2;

/// <summary>Long work that was asked for: poll it here.</summary>
internal static class JobsResource
{
    public static void MapJobs(this RouteGroupBuilder api) =>
        api.MapGet("/jobs/{id}", Show).WithTags("Jobs").Scope("jobs").NeverCached();

    private static async Task<JobResponse> Show(Id<Job> id, AuraDb db, CancellationToken cancellation) =>
        JobResponse.Of(await db.Jobs.Read(id, cancellation));
}

/// <param name="Progress">Percent.</param>
public sealed record JobResponse(
    Id<Job> Id, string Type, JobState Status, int Progress, JsonElement? Result, string? Error, DateTime RunAt, DateTime CreatedAt, DateTime? FinishedAt)
{
    public static JobResponse Of(Job j) =>
        new(j.Id, j.Kind, j.State, j.Progress, j.Result?.RootElement, j.Error, j.RunAt, j.CreatedAt, j.FinishedAt);
}
