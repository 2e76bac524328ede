using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Winback.Recovery;

/// <summary>An order of another shop, as far as it matters to the carts that are watched: it may be told before its checkout is.</summary>
public sealed class ShopOrder : StoreRow, IIdentified
{
    public static string Prefix => "shoporder";
    public static string Noun => "order of another shop";

    public CartSource Source { get; private init; }

    /// <summary>What its shop calls it; unique among its orders.</summary>
    public string ExternalId { get; private init; } = "";

    /// <summary>What names the checkout that it was.</summary>
    public string[] Keys { get; private set; } = [];

    /// <summary>Lower case.</summary>
    public string? Email { get; private set; }

    /// <summary>The last digits, as <see cref="Exits.Digits"/> gives them.</summary>
    public string? Phone { get; private set; }

    /// <summary>The reference of the customer.</summary>
    public string? Reference { get; private set; }

    public DateTime PlacedAt { get; private init; }
    public DateTime? CancelledAt { get; private set; }

    /// <summary>Of the newest message about it: older ones change nothing.</summary>
    public DateTime ToldAt { get; private set; }

    internal static ShopOrder Of(CartSource source, string externalId, DateTime placedAt) => new() { Source = source, ExternalId = externalId, PlacedAt = placedAt };

    /// <returns>Whether the message is news.</returns>
    internal bool Hears(DateTime told, IReadOnlyList<string> keys, CartOwner owner, DateTime? cancelledAt)
    {
        if (told <= ToldAt)
            return false;
        (ToldAt, Keys, CancelledAt) = (told, [.. keys], cancelledAt);
        (Email, Phone, Reference) = (owner.Email?.Trim().ToLowerInvariant(), Exits.Digits(owner.Phone), owner.Reference);
        return true;
    }

    internal void Forget() => (Email, Phone, Reference) = (null, null, null);
}

internal sealed class ShopOrderMapping : IEntityTypeConfiguration<ShopOrder>
{
    public void Configure(EntityTypeBuilder<ShopOrder> order) => order.HasIndex(o => new { o.TenantId, o.Source, o.ExternalId }).IsUnique();
}
