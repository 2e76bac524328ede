using Aura.Messages;
using Aura.Orders;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Winback.Recovery;

/// <summary>An order that is owed to a message of a campaign, or to one that was sent directly: see <see cref="Recovering"/>. An order has one at most.</summary>
public sealed class MessageSale : StoreRow, IIdentified, IPriced
{
    public static string Prefix => "sale";
    public static string Noun => "sale";

    public long MessageId { get; private init; }

    /// <summary>The cart that was won back by it; null: none had been abandoned.</summary>
    public long? CartId { get; private init; }

    /// <summary>Of this store; null: another shop's.</summary>
    public long? OrderId { get; private init; }

    /// <summary>The order as its shop calls it.</summary>
    public string? OrderReference { get; private init; }

    public Currency Currency { get; private init; }

    /// <summary>What the order cost; 0 once it is cancelled.</summary>
    [MinorUnits] public long Revenue { get; private set; }

    public DateTime PlacedAt { get; private init; }

    internal static MessageSale Of(long message, long? cart, BoughtCart order, Money revenue, DateTime at) => new()
    {
        MessageId = message, CartId = cart, OrderId = order.OrderId, OrderReference = order.Reference, Currency = revenue.Currency, Revenue = revenue.Minor, PlacedAt = at,
    };

    /// <inheritdoc cref="WatchedCart.Reverse"/>
    public void Reverse() => Revenue = 0;
}

internal sealed class MessageSaleMapping : IEntityTypeConfiguration<MessageSale>
{
    public void Configure(EntityTypeBuilder<MessageSale> sale)
    {
        sale.HasOne<Message>().WithMany().HasForeignKey(s => new { s.TenantId, s.MessageId });
        sale.HasOne<WatchedCart>().WithMany().HasForeignKey(s => new { s.TenantId, s.CartId });
        sale.HasOne<Order>().WithMany().HasForeignKey(s => new { s.TenantId, s.OrderId });
        sale.HasIndex(s => new { s.TenantId, s.OrderId }).IsUnique();
        sale.HasIndex(s => new { s.TenantId, s.CartId }).IsUnique();
    }
}
