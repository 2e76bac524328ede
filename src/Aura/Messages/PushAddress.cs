using System.Text.Json;
using Aura.Customers;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Messages;

/// <summary>A browser in which somebody wants notifications.</summary>
public sealed class PushAddress : StoreRow, IIdentified
{
    public static string Prefix => "push";
    public static string Noun => "push subscription";

    public long ShopperId { get; private init; }
    public string Endpoint { get; private init; } = "";
    public string P256dh { get; private init; } = "";
    public string Auth { get; private init; } = "";
    public DateTime CreatedAt { get; private init; }

    /// <param name="endpoint">Where the push service of the browser takes messages.</param>
    /// <param name="p256dh">The browser's key, base64url.</param>
    /// <param name="auth">16 bytes, base64url.</param>
    public static PushAddress Create(Shopper shopper, string endpoint, string p256dh, string auth, DateTime now) =>
        new() { ShopperId = shopper.Id, Endpoint = endpoint, P256dh = p256dh, Auth = auth, CreatedAt = now };

    /// <summary>As browsers write it.</summary>
    public string ToJson() => JsonSerializer.Serialize(new { endpoint = Endpoint, keys = new { p256dh = P256dh, auth = Auth } });
}

internal sealed class PushAddressMapping : IEntityTypeConfiguration<PushAddress>
{
    public void Configure(EntityTypeBuilder<PushAddress> push)
    {
        push.HasIndex(p => new { p.TenantId, p.Endpoint }).IsUnique();
        push.HasOne<Shopper>().WithMany().HasForeignKey(p => new { p.TenantId, p.ShopperId });
    }
}
