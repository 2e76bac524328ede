using System.Text.Json;
using System.Xml;
using Aura.Accounts;
using Aura.Jobs;
using Aura.Persistence;
using Aura.Server.Http;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.V2;

/// <summary>The clock of a sandbox: trials, retries, expiry and schedules follow it.</summary>
internal static class TestClockResource
{
    public static void MapTestClock(this RouteGroupBuilder api)
    {
        var clock = api.MapGroup("/test-clock").WithTags("Test clock").Scope("test_clock").NeverCached();
        clock.MapGet("/", Show);
        clock.MapPost("/advance", Advance).WithMetadata(new Staged());
    }

    private static TestClockResponse Show(AuraDb db) => db.Caller.IsTest
        ? new(db.Now, XmlConvert.ToString(db.Caller.ClockOffset))
        : throw Refused.Conflict("not_a_sandbox", "Only a sandbox has a test clock; use a test key.");

    private static async Task<AdvancedClock> Advance(AdvanceClock request, AuraDb db, TestClock clock, CancellationToken cancellation)
    {
        if (!db.Caller.IsTest)
            throw Refused.Conflict("not_a_sandbox", "Only a sandbox has a test clock; use a test key.");
        var to = request.Target(db.Now);
        var ran = await clock.Advance(db, to, cancellation);
        return new(to, [.. ran.Select(job => new RanJob(job.Id, job.Kind, job.RunAt, job.State, job.Error))]);
    }
}

/// <param name="By">An ISO 8601 duration such as PT2H.</param>
/// <param name="To">A time.</param>
public sealed record AdvanceClock(string? By = null, DateTime? To = null)
{
    public DateTime Target(DateTime now) => (By, To) switch
    {
        ({ } by, null) => now + Duration(by),
        (null, { } to) when to >= now => to,
        (null, not null) => throw Refused.Invalid(nameof(To), "The clock moves forward only."),
        _ => throw Refused.Invalid(nameof(By), "Give either 'by' or 'to'."),
    };

    private static TimeSpan Duration(string text)
    {
        try
        {
            return XmlConvert.ToTimeSpan(text) is var by && by >= TimeSpan.Zero && by <= TimeSpan.FromDays(3660)
                ? by
                : throw Refused.Invalid(nameof(By), "The clock moves forward, ten years at most.");
        }
        catch (Exception bad) when (bad is FormatException or OverflowException)
        {
            throw Refused.Invalid(nameof(By), "Must be an ISO 8601 duration such as PT2H.");
        }
    }
}

public sealed record TestClockResponse(DateTime Now, string Offset);

public sealed record AdvancedClock(DateTime Now, IReadOnlyList<RanJob> Ran);

public sealed record RanJob(Id<Job> Id, string Type, DateTime RunAt, JobState Status, string? Error);
