using System.Text.Json;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Events;

/// <summary>Something that happened in a store, appended in the transaction that did it. Never edited.</summary>
/// <remarks>
/// The database stamps each row with its transaction. Readers go by (transaction, id) and stop before the oldest transaction
/// that still runs, so that a slow writer's event is never passed over.
/// </remarks>
public sealed partial class StoreEvent : StoreRow, IIdentified
{
    public static string Prefix => "evt";
    public static string Noun => "event";

    /// <summary>As webhooks name it: <c>order.created</c>.</summary>
    public string Type { get; private init; } = "";

    /// <summary>The noun of what it happened to.</summary>
    public string Subject { get; private init; } = "";

    public long SubjectId { get; private init; }

    /// <summary>What the event says besides its subject; snake_case.</summary>
    public JsonDocument? Facts { get; private init; }

    public string Actor { get; private init; } = "";
    public string? RequestId { get; private init; }
    public DateTime CreatedAt { get; private init; }

    /// <summary>The transaction that wrote the row (xid8); filled by the database.</summary>
    public ulong TransactionId { get; private init; }

    /// <summary>Where it stands in the log.</summary>
    public EventPlace Place => new(TransactionId, Id);

    internal static StoreEvent Of(string type, string subject, long subjectId, object? facts, AuraDb db) => new()
    {
        Type = type,
        Subject = subject,
        SubjectId = subjectId,
        Facts = facts is null ? null : JsonSerializer.SerializeToDocument(facts, Json),
        Actor = db.Caller.Actor,
        RequestId = db.Caller.RequestId,
        CreatedAt = db.Now,
    };

    private static readonly JsonSerializerOptions Json = new(JsonSerializerOptions.Default) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
}

internal sealed class StoreEventMapping : IEntityTypeConfiguration<StoreEvent>
{
    public void Configure(EntityTypeBuilder<StoreEvent> happened) =>
        happened.Property(e => e.TransactionId).HasColumnType("xid8").ValueGeneratedOnAdd();
}
