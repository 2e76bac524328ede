using Aura.Customers;
using Aura.Messages;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Winback.Recovery;

public enum CartSource
{
    /// <summary>A cart of this store; it has the same number there.</summary>
    Store,
    /// <summary>Told over this API.</summary>
    Api,
    Shopify,
}

public enum WatchedStatus
{
    Active,
    Abandoned,
    /// <summary>Abandoned, and bought in the end.</summary>
    Recovered,
    /// <summary>Every attempt to win it back is over.</summary>
    Lost,
    /// <summary>Bought without having been abandoned, or its owner bought something else.</summary>
    Closed,
}

/// <summary>How far its owner had come.</summary>
public enum Abandonment
{
    Cart,
    /// <summary>How to reach the owner is known.</summary>
    Checkout,
    PaymentFailed,
}

/// <summary>Who may say that an order is owed to it.</summary>
public enum Attribution
{
    /// <summary>The customer came through a link and ordered within seven days.</summary>
    Direct,
    /// <summary>A message arrived within five days before the order.</summary>
    Assisted,
    /// <summary>The customer came back alone.</summary>
    Unaided,
}

/// <summary>A cart, of this store or of another shop, that may be abandoned and won back. Changed only with its row locked.</summary>
public sealed class WatchedCart : StoreEntity, IIdentified, IPriced
{
    public static string Prefix => "cart";
    public static string[] OtherPrefixes => ["checkout"];
    public static string Noun => "cart";

    public const int MaxItems = 500;

    /// <summary>A cart without its owner's address is abandoned after this time, and one with it after <see cref="CheckoutPatience"/>.</summary>
    public static readonly TimeSpan CartPatience = TimeSpan.FromMinutes(30);

    public static readonly TimeSpan CheckoutPatience = TimeSpan.FromMinutes(10);

    public CartSource Source { get; private init; }

    /// <summary>What the other shop calls it; unique among its carts.</summary>
    public string? ExternalId { get; private init; }

    /// <summary>Whatever names it in the messages of the other shop.</summary>
    public string[] Keys { get; private set; } = [];

    /// <summary>Whose it is, where that is known.</summary>
    public long? ShopperId { get; private set; }

    public Shopper? Shopper { get; private init; }

    public Currency Currency { get; private set; }

    /// <summary>What the goods cost after their discounts.</summary>
    [MinorUnits] public long Value { get; private set; }

    public CartContents Contents { get; private set; } = new([]);

    /// <summary>What the other shop says the customer belongs to.</summary>
    public string? Segment { get; private set; }

    /// <summary>Where the other shop shows it again.</summary>
    public string? ResumeUrl { get; private set; }

    public bool HasContact { get; private set; }
    public WatchedStatus Status { get; private set; }
    public DateTime LastActivityAt { get; private set; }

    /// <summary>When it is looked at next; null: nobody waits for anything.</summary>
    public DateTime? LookAt { get; private set; }

    public Abandonment? Abandonment { get; private set; }
    public DateTime? AbandonedAt { get; private set; }

    /// <summary>Why, in the words of who said so.</summary>
    public string? Reason { get; private set; }

    /// <summary>When it was bought.</summary>
    public DateTime? RecoveredAt { get; private set; }

    /// <summary>The order of this store that it became.</summary>
    public long? OrderId { get; private set; }

    /// <summary>The order as its shop calls it.</summary>
    public string? OrderReference { get; private set; }

    /// <summary>What the order cost, in the cart's currency; 0 once it is cancelled.</summary>
    [MinorUnits] public long Revenue { get; private set; }

    public Attribution? Attribution { get; private set; }

    /// <summary>The channel of the message that it is owed to; null: to none.</summary>
    public Channel? CreditedChannel { get; private set; }

    /// <summary>The message that it is owed to, of a campaign or sent directly; null: one of a journey, or none.</summary>
    public long? CreditedMessageId { get; private set; }

    /// <summary>The segment that it is counted under: the one that was told, or else the first of the customer's.</summary>
    public string? CountedSegment { get; private set; }

    /// <summary>Of the newest message of the other shop about it: older ones change nothing.</summary>
    public DateTime? ToldAt { get; private set; }

    public static WatchedCart Create(CartSource source, string? externalId, Currency currency, DateTime now) =>
        new() { Source = source, ExternalId = externalId, Currency = currency, LastActivityAt = now };

    /// <summary>How long it may rest before it counts as abandoned.</summary>
    public TimeSpan Patience => HasContact ? CheckoutPatience : CartPatience;

    /// <summary>When it counts as abandoned if nothing happens.</summary>
    public DateTime IdleAt => LastActivityAt + Patience;

    /// <summary>Whether it, or something in its stead, was bought.</summary>
    public bool IsOver => Status is WatchedStatus.Recovered or WatchedStatus.Closed;

    /// <summary>Says what is in it and what that costs.</summary>
    /// <exception cref="Refused">422 for more than 500 items.</exception>
    public void Fill(CartContents contents, Money value)
    {
        if (contents.Items.Count > MaxItems)
            throw Refused.Invalid("Items", $"At most {MaxItems} items.");
        (Contents, Value, Currency) = (contents, value.Minor, value.Currency);
    }

    public void Belong(long? shopper, bool hasContact, string? segment) => (ShopperId, HasContact, Segment) = (shopper, hasContact, segment);

    public void Name(IReadOnlyList<string> keys) => Keys = [.. Keys.Union(keys)];

    public void Resume(string? url) => ResumeUrl = url;

    /// <summary>Its owner did something: the time counts from there, and it is open again.</summary>
    /// <exception cref="Refused">409 <c>cart_closed</c> after it was bought.</exception>
    public void Touch(DateTime at)
    {
        if (IsOver)
            throw Refused.Conflict("cart_closed", "The cart was bought. Begin a new one.");
        if (at > LastActivityAt)
            (LastActivityAt, Status) = (at, WatchedStatus.Active);
    }

    /// <summary>Takes a message of the other shop, unless a newer one was taken.</summary>
    /// <returns>Whether it is to be taken.</returns>
    public bool Hears(DateTime told)
    {
        if (told <= ToldAt)
            return false;
        ToldAt = told;
        return true;
    }

    internal void Await(DateTime? at) => LookAt = at;

    /// <param name="lastActivity">Where the caller knows better since when nothing happened.</param>
    /// <exception cref="Refused">409 unless it is open.</exception>
    public void Abandon(Abandonment how, DateTime now, DateTime? lastActivity = null, string? reason = null)
    {
        if (Status is not (WatchedStatus.Active or WatchedStatus.Lost))
            throw Refused.Conflict("cart_not_active", $"The cart is {Words<WatchedStatus>.Of(Status)} already.");
        (Status, Abandonment, AbandonedAt, Reason, LookAt) = (WatchedStatus.Abandoned, how, now, reason, null);
        if (lastActivity < LastActivityAt)
            LastActivityAt = lastActivity.Value;
    }

    public void CountUnder(string? segment) => CountedSegment = segment;

    /// <summary>It was bought.</summary>
    /// <exception cref="Refused">409 where that is known already.</exception>
    public void Buy(BoughtCart order, Credit credit, DateTime now)
    {
        if (IsOver)
            throw Refused.Conflict("cart_closed", "The cart was bought already.");
        var wasAbandoned = AbandonedAt is not null;
        (Status, LookAt, OrderId, OrderReference) = (wasAbandoned ? WatchedStatus.Recovered : WatchedStatus.Closed, null, order.OrderId, order.Reference);
        if (wasAbandoned)
            (RecoveredAt, Revenue, Attribution, CreditedChannel, CreditedMessageId) =
                (now, order.Total is { } total && total.Currency == Currency ? total.Minor : order.Total is null ? Value : 0, credit.Attribution, credit.Channel, credit.Message);
    }

    /// <summary>What its shop calls the order that it became, where that was not known when it was bought.</summary>
    public void Call(string order)
    {
        if (IsOver && OrderId is null)
            OrderReference ??= order;
    }

    /// <summary>Nothing is done about it any more.</summary>
    public void Close() => (Status, LookAt) = (WatchedStatus.Closed, null);

    public void Lose() => (Status, LookAt) = (WatchedStatus.Lost, null);

    /// <summary>The order was cancelled: nothing was earned.</summary>
    public void Reverse() => Revenue = 0;

    /// <summary>Nothing is left that tells whose it was, and nothing more is done about it.</summary>
    public void Forget()
    {
        (ShopperId, Segment, CountedSegment, ResumeUrl, Reason, HasContact) = (null, null, null, null, null, false);
        if (!IsOver)
            Close();
    }

}

/// <summary>What an order is owed to.</summary>
/// <param name="Channel">Of the last message before it, where one helped.</param>
/// <param name="Message">Whose link was followed, if no journey sent it.</param>
public sealed record Credit(Attribution Attribution, Channel? Channel, long? Message = null);

/// <param name="OrderId">Of this store; null: the order is another shop's.</param>
/// <param name="Total">Null: nobody said, and the cart's own value counts.</param>
public sealed record BoughtCart(long? OrderId, string? Reference, Money? Total);

/// <summary>What is in a cart. Kept whole as JSON.</summary>
public sealed record CartContents(IReadOnlyList<CartContent> Items)
{
    /// <summary>Units.</summary>
    public int Count => Items.Sum(item => item.Quantity);
}

/// <param name="Price">Of one unit, in major units of the cart's currency; null: not known.</param>
/// <param name="VariantId">Of this store; null: another shop's goods.</param>
public sealed record CartContent(string Name, int Quantity, decimal? Price = null, string? Sku = null, long? VariantId = null);

internal sealed class WatchedCartMapping : IEntityTypeConfiguration<WatchedCart>
{
    public void Configure(EntityTypeBuilder<WatchedCart> cart)
    {
        cart.HasOne(c => c.Shopper).WithMany().HasForeignKey(c => new { c.TenantId, c.ShopperId });
        cart.HasOne<Message>().WithMany().HasForeignKey(c => new { c.TenantId, c.CreditedMessageId });
        cart.HasIndex(c => new { c.TenantId, c.Source, c.ExternalId }).IsUnique();
        cart.Property(c => c.Contents).Json();
        cart.Ignore(c => c.Patience).Ignore(c => c.IdleAt).Ignore(c => c.IsOver);
    }
}
