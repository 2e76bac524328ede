using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Collaboration;

/// <summary>Something that the members of a store are told. One row, however many it is told to; who has read it is noted apart.</summary>
public sealed class Notification : StoreEntity, IAudited
{
    public static string Prefix => "notification";
    public static string Noun => "notification";

    public const int MaxRecipients = 1000;

    public string Type { get; private init; } = "";
    public string Title { get; private init; } = "";
    public string Message { get; private init; } = "";

    /// <summary>References of members; null: the whole store.</summary>
    public string[]? Recipients { get; private init; }

    public static Notification Create(string type, string title, string message, IReadOnlyList<string>? recipients) => new()
    {
        Type = type,
        Title = title,
        Message = message,
        Recipients = recipients is null ? null : [.. recipients],
    };

    /// <summary>As whom somebody reads it: themselves, and the store's own keys for the only one whom it is for. Empty: the store itself.</summary>
    public string ReaderFor(string? member) => member ?? (Recipients is [var only] ? only : "");
}

/// <summary>Somebody has read a notification.</summary>
public sealed class NotificationRead : StoreRow
{
    public long NotificationId { get; private init; }

    /// <summary>A member; empty: the store itself.</summary>
    public string Reader { get; private init; } = "";

    public DateTime ReadAt { get; private init; }
}

public static class NotificationRows
{
    /// <summary>What a member is told; null: all that is told in the store.</summary>
    public static IQueryable<Notification> NotificationsFor(this AuraDb db, string? member) => member is null
        ? db.Notifications
        : db.Notifications.Where(told => told.Recipients == null || told.Recipients.Contains(member));

    /// <summary>Somebody has read it; once is enough.</summary>
    /// <remarks>SQL by hand, for two may read it at once.</remarks>
    /// <returns>When it was read first.</returns>
    public static async Task<DateTime> Read(this AuraDb db, Notification notification, string? member, CancellationToken cancellation)
    {
        var reader = notification.ReaderFor(member);
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO notification_reads (tenant_id, id, notification_id, reader, read_at) VALUES ({db.Tenant}, {db.NextId()}, {notification.Id}, {reader}, {db.Now}) ON CONFLICT DO NOTHING
            """, cancellation);
        return await db.NotificationReads.Where(read => read.NotificationId == notification.Id && read.Reader == reader).Select(read => read.ReadAt).SingleAsync(cancellation);
    }
}

internal sealed class NotificationReadMapping : IEntityTypeConfiguration<NotificationRead>
{
    public void Configure(EntityTypeBuilder<NotificationRead> read) => read.HasIndex(r => new { r.TenantId, r.NotificationId, r.Reader }).IsUnique();
}
