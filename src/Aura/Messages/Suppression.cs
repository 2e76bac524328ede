using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Messages;

public enum SuppressionReason
{
    HardBounce,
    Complaint,
    /// <summary>A reply such as STOP.</summary>
    StopWord,
    /// <summary>Somebody of the store said so.</summary>
    Manual,
}

/// <summary>An address that gets nothing any more, whatever its owner has agreed to.</summary>
public sealed class Suppression : StoreRow, IIdentified
{
    public static string Prefix => "suppression";
    public static string Noun => "suppression";

    public Channel Channel { get; private init; }

    /// <summary>As <see cref="Recipient.Normal"/> writes it.</summary>
    public string Address { get; private init; } = "";

    public SuppressionReason Reason { get; private init; }
    public DateTime CreatedAt { get; private init; }
}

public static class Suppressions
{
    /// <summary>Puts an address on the list, at once; one that is there already stays as it is.</summary>
    public static Task Suppress(this AuraDb db, Channel channel, string address, SuppressionReason reason, CancellationToken cancellation) => db.Database.ExecuteSqlAsync($"""
        INSERT INTO suppressions (tenant_id, id, channel, address, reason, created_at)
        VALUES ({db.Tenant}, {db.NextId()}, {Words<Channel>.Of(channel)}, {Recipient.Normal(channel, address)}, {Words<SuppressionReason>.Of(reason)}, {db.Now}) ON CONFLICT DO NOTHING
        """, cancellation);
}

internal sealed class SuppressionMapping : IEntityTypeConfiguration<Suppression>
{
    public void Configure(EntityTypeBuilder<Suppression> suppression) =>
        suppression.HasIndex(s => new { s.TenantId, s.Channel, s.Address }).IsUnique();
}
