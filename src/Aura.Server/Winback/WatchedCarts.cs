using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using System.Text.Json.Serialization;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Aura.Winback.Recovery;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback;

/// <summary>Carts that may be abandoned: those of other shops are told here, the store's own appear once they have rested for a while.</summary>
internal static class WatchedCarts
{
    private static readonly Listing<WatchedCart, CartResponse> Shape = new Listing<WatchedCart, CartResponse>(CartResponse.From)
        .Field("status", c => c.Status)
        .Field("customerId", c => c.Shopper!.Reference, Found.ByReading) // null without one, in SQL
        .Field("abandonedAt", c => c.AbandonedAt)
        .Field("createdAt", c => c.CreatedAt)
        .Parameter("status", words: Words<WatchedStatus>.All)
        .Parameter("customerId");

    public static void MapWatchedCarts(this RouteGroupBuilder api)
    {
        var carts = api.MapGroup("/carts").WithTags("Carts").Scope("carts");
        carts.MapGet("/", List).Lists(Shape);
        carts.MapGet("/{id}", Show);
        carts.MapPost("/", Create);
        carts.MapPut("/{id}", Update);
        carts.MapPost("/{id}/abandon", Abandon);
        carts.MapPost("/{id}/recover", Recover);
    }

    private static Task<CartList> List(ListRequest list, AuraDb db, CancellationToken cancellation) => Shape.List(db.WatchedCarts, list, rows => new CartList(rows), cancellation);

    private static async Task<OneCart> Show(Id<WatchedCart> id, AuraDb db, CancellationToken cancellation) => new(await Shape.Show(db.WatchedCarts, id, cancellation));

    private static Task<MadeCart> Create(CreateCart request, AuraDb db, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        var cart = WatchedCart.Create(CartSource.Api, null, request.CurrencyIn(db), db.Now);
        db.Add(cart);
        await db.Tell(cart, request.ToTold(), cancellation);
        await db.SaveChangesAsync(cancellation);
        return MadeCart.Of(cart);
    }, cancellation);

    private static Task<ChangedCart> Update(Id<WatchedCart> id, UpdateCart request, AuraDb db, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        var cart = db.Expect(await db.LockWatched(id.Value, cancellation));
        cart.DemandForeign();
        cart.Touch(db.Now);
        await db.Tell(cart, request.ToTold(cart), cancellation);
        await db.SaveChangesAsync(cancellation);
        return new ChangedCart(true, cart.Id);
    }, cancellation);

    private static Task<MadeCart> Abandon(Id<WatchedCart> id, CartWatch watch, AuraDb db, CancellationToken cancellation, AbandonCart? request = null) => db.InTransaction(async () =>
    {
        if (request?.AbandonedAt > db.Now)
            throw Refused.Invalid(nameof(request.AbandonedAt), "Must not lie in the future.");
        var cart = await watch.Lock(id, cancellation);
        await db.Abandon(cart, cart.HasContact ? Abandonment.Checkout : Abandonment.Cart, request?.Reason, request?.AbandonedAt, cancellation);
        await db.SaveChangesAsync(cancellation);
        return MadeCart.Of(cart);
    }, cancellation);

    private static Task<MadeCart> Recover(Id<WatchedCart> id, CartWatch watch, AuraDb db, CancellationToken cancellation, RecoverCart? request = null) => db.InTransaction(async () =>
    {
        await db.LockCredit(request?.OrderId, cancellation);
        var cart = await watch.Lock(id, cancellation);
        if (request is { Success: false })
            await db.GiveUp(cart, cancellation);
        else
            await db.Claim(cart, request?.OrderId, cancellation);
        await db.SaveChangesAsync(cancellation);
        return MadeCart.Of(cart);
    }, cancellation);
}

/// <param name="CustomerId">As the shop calls its customer; of a customer of this store <c>customer_12</c>.</param>
/// <param name="CartValue">In major units; left out: what the items cost together.</param>
/// <param name="Currency">ISO 4217; left out: the store's.</param>
/// <param name="RecoverUrl">Where the shop shows the cart again: recovery links lead there.</param>
public sealed record CreateCart(
    [StringLength(100, MinimumLength = 1)] string? CustomerId = null, [Range(0, 1e12)] decimal? CartValue = null, [MaxLength(WatchedCart.MaxItems)] IReadOnlyList<CartItemInput>? Items = null,
    [StringLength(254)] string? Email = null, [StringLength(100)] string? Segment = null, [StringLength(50)] string? Phone = null, [StringLength(200)] string? CustomerName = null,
    string? Currency = null, [Url, StringLength(2000)] string? RecoverUrl = null)
{
    internal Currency CurrencyIn(AuraDb db) => Currency is null ? db.Caller.Currency : Aura.Currency.Of(Currency);

    internal ToldCart ToTold() => new(new(CustomerId, null, Email, Phone, CustomerName), [.. (Items ?? []).Select(item => item.ToContent())], CartValue, Segment, RecoverUrl);
}

/// <inheritdoc cref="CreateCart"/>
public sealed record UpdateCart
{
    [StringLength(100, MinimumLength = 1)] public Change<string?> CustomerId { get; init; }
    [Range(0, 1e12)] public Change<decimal?> CartValue { get; init; }
    [MaxLength(WatchedCart.MaxItems)] public Change<IReadOnlyList<CartItemInput>> Items { get; init; }
    [StringLength(254)] public Change<string?> Email { get; init; }
    [StringLength(100)] public Change<string?> Segment { get; init; }
    [StringLength(50)] public Change<string?> Phone { get; init; }
    [Url, StringLength(2000)] public Change<string?> RecoverUrl { get; init; }

    internal ToldCart ToTold(WatchedCart cart) => new(
        CustomerId.IsGiven || Email.IsGiven || Phone.IsGiven ? new(CustomerId.Or(null), null, Email.Or(null), Phone.Or(null)) : null,
        Items.IsGiven ? [.. Items.Or([]).Select(item => item.ToContent())] : cart.Contents.Items,
        CartValue.IsGiven ? CartValue.Or(null) : Items.IsGiven ? null : new Money(cart.Value, cart.Currency).Amount,
        Segment.Or(cart.Segment), RecoverUrl.Or(cart.ResumeUrl));
}

/// <param name="Name">Or <c>title</c>, as some shops call it.</param>
/// <param name="Price">Of one, in major units.</param>
public sealed record CartItemInput(
    [StringLength(500)] string? Name = null, [StringLength(500)] string? Title = null, [StringLength(100)] string? ProductId = null, [StringLength(100)] string? Sku = null,
    [Range(1, 1_000_000)] int Quantity = 1, [Range(0, 1e12)] decimal? Price = null)
{
    internal CartContent ToContent() => new(Name ?? Title ?? ProductId ?? Sku ?? "", Quantity, Price, Sku ?? ProductId);
}

/// <param name="AbandonedAt">Since when nothing happened, where the shop knows better.</param>
public sealed record AbandonCart([StringLength(500)] string? Reason = null, DateTime? AbandonedAt = null);

/// <param name="OrderId">As the shop calls it, or <c>ord_12</c>.</param>
/// <param name="Success">False: nobody tries any longer.</param>
public sealed record RecoverCart([StringLength(200, MinimumLength = 1)] string? OrderId = null, bool Success = true);

public sealed record CartList(IReadOnlyList<CartResponse> Carts) : Listed;

public sealed record OneCart(CartResponse Cart) : IVersioned
{
    [JsonIgnore] public int Version => Cart.Version;
    [JsonIgnore] public DateTime UpdatedAt => Cart.UpdatedAt;
}

public sealed record MadeCart(bool Success, Id<WatchedCart> CartId, WatchedStatus Status)
{
    public static MadeCart Of(WatchedCart cart) => new(true, cart.Id, cart.Status);
}

public sealed record ChangedCart(bool Success, Id<WatchedCart> CartId);

/// <param name="Price">Of one.</param>
public sealed record CartItemResponse(string Name, int Quantity, decimal? Price, string? Sku);

public sealed record CartResponse(
    Id<WatchedCart> CartId, CartSource Source, string? CustomerId, decimal CartValue, string Currency, IReadOnlyList<CartItemResponse> Items, string? Segment, WatchedStatus Status,
    Abandonment? Abandonment, string? Reason, DateTime LastActivityAt, DateTime? AbandonedAt, DateTime? RecoveredAt, string? OrderId, decimal? Revenue, Attribution? Attribution,
    DateTime CreatedAt, [property: JsonIgnore] DateTime UpdatedAt, [property: JsonIgnore] int Version) : IVersioned
{
    public static readonly Expression<Func<WatchedCart, CartResponse>> From = c => new(
        c.Id, c.Source, c.Shopper!.Reference, new Money(c.Value, c.Currency).Amount, c.Currency.Code, ItemsOf(c.Contents), c.Segment, c.Status, // null without one, in SQL
        c.Abandonment, c.Reason, c.LastActivityAt, c.AbandonedAt, c.RecoveredAt, OrderOf(c.OrderId, c.OrderReference), c.RecoveredAt == null ? null : new Money(c.Revenue, c.Currency).Amount,
        c.Attribution, c.CreatedAt, c.UpdatedAt, c.Version);

    private static IReadOnlyList<CartItemResponse> ItemsOf(CartContents contents) => [.. contents.Items.Select(item => new CartItemResponse(item.Name, item.Quantity, item.Price, item.Sku))];

    private static string? OrderOf(long? own, string? other) => own is { } order ? $"{new Id<Aura.Orders.Order>(order)}" : other;
}
