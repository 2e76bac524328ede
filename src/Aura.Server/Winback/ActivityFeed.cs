using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using Aura.Accounts;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback;

/// <summary>Who did what in the shop: the audit log, told for people.</summary>
internal static class ActivityFeed
{
    private static readonly Listing<AuditEntry, ActivityResponse> Shape = new Listing<AuditEntry, ActivityResponse>(ActivityResponse.From)
        .Field("timestamp", e => e.Timestamp)
        .Search("action", AuditWords.Is, "such as campaign_created")
        .Search("user", AuditWords.By, "a user, a key such as key_12, or system")
        .Parameter("from", "timestamp", "gte")
        .Parameter("to", "timestamp", "lte");

    public static void MapActivityFeed(this RouteGroupBuilder api)
    {
        var feed = api.MapGroup("/collaboration/activity-feed").WithTags("Activity Feed").Scope("collaboration");
        feed.MapGet("/", List).Lists(Shape);
        feed.MapGet("/{userId}", ListOf).Lists(Shape);
        feed.MapPost("/filter", Filter).Scope("collaboration:read");
        feed.MapGet("/export", Export).Produces<ExportedFeed>().Produces<string>(contentType: "text/csv").NeverCached().FromReplica();
    }

    private static Task<ActivityList> List(ListRequest list, AuraDb db, CancellationToken cancellation) =>
        Shape.List(db.AuditLogs, list, rows => new ActivityList(rows), cancellation);

    private static Task<ActivityList> ListOf(string userId, ListRequest list, AuraDb db, CancellationToken cancellation) =>
        Shape.List(db.AuditLogs.Where(AuditWords.By(userId)), list, rows => new ActivityList(rows), cancellation);

    /// <summary>The list, asked for in a body.</summary>
    private static Task<ActivityList> Filter(FilterActivity request, AuraDb db, CancellationToken cancellation) =>
        Shape.List(db.AuditLogs, new(request.Options), rows => new ActivityList(rows), cancellation);

    /// <summary>Takes the filters of the list; the newest first, without what happens meanwhile.</summary>
    private static IResult Export(string? format, ListRequest list, AuraDb db, CancellationToken cancellation) =>
        Shape.Matching(db.AuditLogs, list.Options).InPages(newestFirst: true, cancellation).Select(ActivityResponse.From.Compile()).As(Exporting.Read(format), "activity", rows => new ExportedFeed(rows, db.Now));
}

/// <param name="Action">Such as campaign_created.</param>
/// <param name="User">A user, a key or system.</param>
public sealed record FilterActivity(
    [StringLength(200)] string? Action = null, [StringLength(Member.MaxReference)] string? User = null, DateTime? From = null, DateTime? To = null,
    [Range(1, 1_000_000)] int Page = 1, [Range(1, 200)] int Limit = 50)
{
    internal ListOptions Options => new()
    {
        Page = Page,
        Limit = Limit,
        Parameters = [.. new (string, string?)[] { ("action", Action), ("user", User), ("from", $"{From:O}"), ("to", $"{To:O}") }.Where(one => !string.IsNullOrEmpty(one.Item2)).Select(one => (one.Item1, one.Item2!))], // is not null
    };
}

public sealed record ActivityList(IReadOnlyList<ActivityResponse> Activities) : Listed;

public sealed record ExportedFeed(IAsyncEnumerable<ActivityResponse> Activities, DateTime ExportedAt);

/// <param name="Details">What was done, as a sentence.</param>
/// <param name="User">The user who did it; where nobody said, the key or the server.</param>
public sealed record ActivityResponse(string Id, string Action, string User, string Key, string Details, string ResourceId, DateTime Timestamp)
{
    public static readonly Expression<Func<AuditEntry, ActivityResponse>> From = e => new(
        "activity_" + e.Id, AuditWords.Of(e.Action), e.Member ?? e.Actor, e.Actor, AuditWords.Told(e), e.ResourceId, e.Timestamp);
}
