using Aura.Persistence;

namespace Aura.Inventory;

/// <summary>Stock kept for a cart or a channel for a while. When its time is over it holds nothing; nobody has to remove it.</summary>
public sealed class Reservation : StoreEntity, IIdentified
{
    public static string Prefix => "res";
    public static string Noun => "reservation";

    public static readonly TimeSpan Longest = TimeSpan.FromDays(90);

    public long VariantId { get; private init; }
    public long WarehouseId { get; private init; }
    public long Quantity { get; private set; }

    /// <summary>Where the buyer is: web, pos, ebay.</summary>
    public string? Channel { get; private init; }

    public long? CartId { get; private init; }

    /// <summary>What the channel calls it, such as the number of its order.</summary>
    public string? Reference { get; private init; }

    public DateTime ExpiresAt { get; private init; }
    public DateTime? ReleasedAt { get; private set; }

    internal static Reservation Create(long variantId, long warehouseId, long quantity, ReservationTerms terms) => new()
    {
        VariantId = variantId,
        WarehouseId = warehouseId,
        Quantity = quantity,
        Channel = terms.Channel,
        CartId = terms.CartId,
        Reference = terms.Reference,
        ExpiresAt = terms.ExpiresAt,
    };

    public bool IsActive(DateTime now) => ReleasedAt is null && ExpiresAt > now;

    /// <summary>Gives back some of it, or all.</summary>
    internal void Release(long quantity, DateTime now)
    {
        if (quantity >= Quantity)
            ReleasedAt = now;
        else
            Quantity -= quantity;
    }
}

/// <param name="ExpiresAt">By the store's clock.</param>
public sealed record ReservationTerms(DateTime ExpiresAt, string? Channel = null, long? CartId = null, string? Reference = null);
