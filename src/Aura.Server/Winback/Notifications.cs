using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using Aura.Accounts;
using Aura.Collaboration;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback;

/// <summary>What the users of a shop are told. With a user's key they see what is for them; other keys see everything, or what <c>userId</c> sees.</summary>
internal static class Notifications
{
    /// <param name="member">Whose reading is told; null: that of the store itself.</param>
    private static Listing<Notification, NotificationResponse> Shape(AuraDb? db, string? member) => new Listing<Notification, NotificationResponse>(NotificationResponse.From(db!, member)) // the description of the list reads no rows
        .Field("type", n => n.Type, Found.ByReading)
        .Field("createdAt", n => n.CreatedAt, Found.ByReading);

    public static void MapNotifications(this RouteGroupBuilder api)
    {
        var notifications = api.MapGroup("/notifications").WithTags("Notifications").Scope("collaboration");
        notifications.MapGet("/", List).Lists(Shape(null, null)).NeverCached();
        notifications.MapPost("/", Create);
        notifications.MapPost("/broadcast", Broadcast);
        notifications.MapPut("/{id}/read", Read).Scope("collaboration:read"); // whoever may read it may say that they have
        notifications.MapDelete("/{id}", Delete);
    }

    private static Task<NotificationList> List(ListRequest list, bool? unread, string? userId, AuraDb db, CancellationToken cancellation)
    {
        var member = Reader(db, userId);
        var rows = db.NotificationsFor(member);
        if (unread is { } wanted)
            rows = rows.Where(n => wanted != db.NotificationReads.Any(read => read.NotificationId == n.Id && read.Reader == (member ?? (n.Recipients!.Length == 1 ? n.Recipients[0] : ""))));
        return Shape(db, member).List(rows, list, page => new NotificationList(page), cancellation);
    }

    private static async Task<MadeNotification> Create(CreateNotification request, AuraDb db, CancellationToken cancellation) => await db.Make(
        Notification.Create(request.Type, request.Title, request.Message, request.UserId is { } user ? [await db.Member(user, nameof(request.UserId), cancellation)] : null), MadeNotification.Of, cancellation);

    private static async Task<SentBroadcast> Broadcast(BroadcastNotification request, AuraDb db, CancellationToken cancellation)
    {
        var recipients = request.Recipients is { Count: > 0 } named ? await db.Members(named, nameof(request.Recipients), cancellation) : null;
        var made = await db.Make(Notification.Create(request.Type, request.Title, request.Message, recipients), MadeNotification.Of, cancellation);
        return new(true, made.NotificationId, recipients?.Length ?? await db.Members.CountAsync(cancellation));
    }

    private static async Task<ReadNotification> Read(Id<Notification> id, ReadBy? request, AuraDb db, CancellationToken cancellation)
    {
        var member = Reader(db, request?.UserId);
        var notification = await db.Load(db.NotificationsFor(member).Where(n => n.Id == id.Value), cancellation);
        return new(true, id, true, await db.Read(notification, member, cancellation));
    }

    private static async Task<DeletedNotification> Delete(Id<Notification> id, AuraDb db, CancellationToken cancellation)
    {
        await db.Delete(db.NotificationsFor(db.Caller.Member).Where(n => n.Id == id.Value), cancellation);
        return new(true, id);
    }

    private static string? Reader(AuraDb db, string? userId) => db.Caller.Member is not { } own || userId is null || userId == own
        ? db.Caller.Member ?? userId?.Trim()
        : throw Refused.Invalid(nameof(userId), $"This key reads for {own} and nobody else.");
}

/// <param name="UserId">Whom it is for; null: the whole shop.</param>
public sealed record CreateNotification(
    [StringLength(200, MinimumLength = 1)] string Title,
    [StringLength(5000, MinimumLength = 1)] string Message,
    [StringLength(50, MinimumLength = 1)] string Type = "info",
    [StringLength(Member.MaxReference, MinimumLength = 1)] string? UserId = null);

/// <param name="Recipients">Users; null or none: the whole shop, whoever joins it later too.</param>
public sealed record BroadcastNotification(
    [StringLength(200, MinimumLength = 1)] string Title,
    [StringLength(5000, MinimumLength = 1)] string Message,
    [StringLength(50, MinimumLength = 1)] string Type = "info",
    [MaxLength(Notification.MaxRecipients)] IReadOnlyList<string>? Recipients = null);

/// <param name="UserId">Who has read it; with a user's key it is they. Null with another key: the shop itself.</param>
public sealed record ReadBy([StringLength(Member.MaxReference, MinimumLength = 1)] string? UserId = null);

public sealed record NotificationList(IReadOnlyList<NotificationResponse> Notifications) : Listed;

public sealed record MadeNotification(bool Success, Id<Notification> NotificationId)
{
    public static MadeNotification Of(Notification notification) => new(true, notification.Id);
}

/// <param name="Recipients">How many users it is told to now.</param>
public sealed record SentBroadcast(bool Success, Id<Notification> NotificationId, int Recipients);

public sealed record ReadNotification(bool Success, Id<Notification> Id, bool Read, DateTime ReadAt);

public sealed record DeletedNotification(bool Deleted, Id<Notification> Id);

/// <param name="Recipients">Null: the whole shop.</param>
/// <param name="Read">By the user who asks, or for whom is asked.</param>
public sealed record NotificationResponse(
    Id<Notification> Id, string Type, string Title, string Message, IReadOnlyList<string>? Recipients, bool Read, DateTime? ReadAt, DateTime CreatedAt)
{
    public static Expression<Func<Notification, NotificationResponse>> From(AuraDb db, string? member) => n => new(
        n.Id, n.Type, n.Title, n.Message, n.Recipients,
        db.NotificationReads.Any(read => read.NotificationId == n.Id && read.Reader == (member ?? (n.Recipients!.Length == 1 ? n.Recipients[0] : ""))),
        db.NotificationReads.Where(read => read.NotificationId == n.Id && read.Reader == (member ?? (n.Recipients!.Length == 1 ? n.Recipients[0] : ""))).Select(read => (DateTime?)read.ReadAt).FirstOrDefault(),
        n.CreatedAt);
}
