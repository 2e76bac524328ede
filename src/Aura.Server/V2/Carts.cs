using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using System.Text.Json.Serialization;
using Aura.Carts;
using Aura.Catalog;
using Aura.Customers;
using Aura.Persistence;
using Aura.Pricing;
using Aura.Promotions;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Aura.Server.V2;

internal static class Carts
{
    private static readonly Listing<Cart, CartSummary> Shape = new Listing<Cart, CartSummary>(CartSummary.From)
        .Field("customer_id", c => c.CustomerId, Found.ByValue)
        .Field("email", c => c.Email, Found.ByValue)
        .Field("created_at", c => c.CreatedAt)
        .Field("last_activity_at", c => c.LastActivityAt)
        .Field("completed_at", c => c.CompletedAt, Found.ByReading)
        .Parameter("customer_id")
        .Parameter("email");

    public static void MapCarts(this RouteGroupBuilder api)
    {
        var carts = api.MapGroup("/carts").WithTags("Carts").Scope("carts").NeverCached();
        carts.MapGet("/", List).Lists(Shape);
        carts.MapGet("/{id}", Show);
        carts.MapPost("/", Create);
        carts.MapPut("/{id}", Update);
        carts.MapPost("/{id}/items", AddItem);
        carts.MapPut("/{id}/items", ReplaceItems);
        carts.MapPatch("/{id}/items/{item}", ChangeItem);
        carts.MapDelete("/{id}/items/{item}", RemoveItem);
        carts.MapGet("/{id}/shipping-options", ShippingOptions);
    }

    private static Task<Listed<CartSummary>> List(ListRequest list, AuraDb db, CancellationToken cancellation) => Shape.List(db.Carts, list, cancellation);

    private static async Task<CartResponse> Show(Id<Cart> id, CartEditing carts, CancellationToken cancellation, bool explain = false)
    {
        var (cart, priced) = await carts.Read(id, cancellation, explain);
        return CartResponse.Of(cart, priced, explain);
    }

    private static async Task<Created<CartResponse>> Create(CreateCart request, CartEditing carts, AuraDb db, CancellationToken cancellation)
    {
        var (cart, priced) = await carts.Edit(null, request.Currency ?? db.Caller.Currency, request.ToChange(), cancellation);
        return TypedResults.Created($"/v2/carts/{new Id<Cart>(cart.Id)}", CartResponse.Of(cart, priced));
    }

    private static Task<CartResponse> Update(Id<Cart> id, UpdateCart request, CartEditing carts, CancellationToken cancellation) =>
        Edit(id, carts, request.ToChange(), cancellation);

    private static Task<CartResponse> AddItem(Id<Cart> id, CartItemBody request, CartEditing carts, CancellationToken cancellation) =>
        Edit(id, carts, Putting([request.ToItem()]), cancellation);

    private static Task<CartResponse> ReplaceItems(Id<Cart> id, ReplaceCartItems request, CartEditing carts, CancellationToken cancellation) =>
        Edit(id, carts, Putting(CartItemBody.ToItems(request.Items), instead: true), cancellation);

    private static Task<CartResponse> ChangeItem(Id<Cart> id, Id<CartLine> item, ChangeCartItem request, CartEditing carts, CancellationToken cancellation) =>
        Edit(id, carts, new((cart, _) => cart.Change(item, request.Quantity)), cancellation);

    private static Task<CartResponse> RemoveItem(Id<Cart> id, Id<CartLine> item, CartEditing carts, CancellationToken cancellation) =>
        Edit(id, carts, new((cart, _) => cart.Remove(item)), cancellation);

    private static CartChange Putting(CartItem[] items, bool instead = false) => new((cart, facts) =>
    {
        if (instead)
            cart.Empty();
        facts.Add(cart, items);
    }) { Items = items };

    private static async Task<Listed<ShippingOption>> ShippingOptions(Id<Cart> id, CartEditing carts, CancellationToken cancellation)
    {
        var (_, priced) = await carts.Read(id, cancellation);
        return new([.. priced.Quotes.Select(ShippingOption.Of)], new());
    }

    private static async Task<CartResponse> Edit(Id<Cart> id, CartEditing carts, CartChange change, CancellationToken cancellation)
    {
        var (cart, priced) = await carts.Edit(id, default, change, cancellation);
        return CartResponse.Of(cart, priced);
    }
}

public sealed record CartItemBody(
    Id<Product>? ProductId = null,
    Id<Variant>? VariantId = null,
    string? Sku = null,
    [Range(1, Cart.MaxQuantity)] int Quantity = 1,
    Dictionary<string, string>? Metadata = null)
{
    public CartItem ToItem() => new(new(VariantId?.Value, ProductId?.Value, Sku), Quantity, Metadata);

    public static CartItem[] ToItems(IReadOnlyList<CartItemBody>? items) => [.. (items ?? []).Select(item => item.ToItem())];
}

public sealed record ChangeCartItem([Range(0, Cart.MaxQuantity)] int Quantity);

public sealed record ReplaceCartItems([MaxLength(Cart.MaxLines)] IReadOnlyList<CartItemBody> Items);

/// <param name="Metadata">A visitor's <c>session_id</c> in it lets tests of promotions know somebody who has not said who they are.</param>
public sealed record CreateCart(
    Id<Customer>? CustomerId = null,
    [EmailAddress, StringLength(254)] string? Email = null,
    Currency? Currency = null,
    [MaxLength(Cart.MaxLines)] IReadOnlyList<CartItemBody>? Items = null,
    OrderAddress? ShippingAddress = null,
    OrderAddress? BillingAddress = null,
    [StringLength(50)] string? ShippingMethod = null,
    IReadOnlyList<string>? Coupons = null,
    Dictionary<string, string>? Metadata = null,
    [StringLength(40)] string? ReferralCode = null)
{
    public CartChange ToChange()
    {
        var items = CartItemBody.ToItems(Items);
        return new((cart, facts) => Apply(cart, facts, items)) { Items = items, CustomerId = CustomerId?.Value };
    }

    private void Apply(Cart cart, BasketFacts facts, CartItem[] items)
    {
        facts.Belong(cart, CustomerId?.Value, Email);
        facts.Add(cart, items);
        cart.Send(ShippingAddress?.ToAddress(), BillingAddress?.ToAddress());
        cart.Ship(ShippingMethod);
        cart.Apply(Coupons ?? []);
        cart.Refer(ReferralCode);
        cart.Describe(Metadata ?? []);
    }
}

/// <summary>Items replace those of the cart; a coupon is added to those that it has.</summary>
public sealed record UpdateCart
{
    public Change<Id<Customer>?> CustomerId { get; init; }
    [EmailAddress, StringLength(254)] public Change<string?> Email { get; init; }
    [MaxLength(Cart.MaxLines)] public Change<IReadOnlyList<CartItemBody>> Items { get; init; }
    public Change<OrderAddress?> ShippingAddress { get; init; }
    public Change<OrderAddress?> BillingAddress { get; init; }
    [StringLength(50)] public Change<string?> ShippingMethod { get; init; }
    public Change<string> Coupon { get; init; }
    public Change<IReadOnlyList<string>> Coupons { get; init; }
    public Change<Dictionary<string, string>> Metadata { get; init; }

    /// <summary>Of the customer who sent this one here. One that is good for nothing does no harm.</summary>
    [StringLength(40)] public Change<string?> ReferralCode { get; init; }

    public CartChange ToChange()
    {
        var items = CartItemBody.ToItems(Items.Or([]));
        return new((cart, facts) => Apply(cart, facts, items)) { Items = items, CustomerId = CustomerId.Or(null)?.Value };
    }

    private void Apply(Cart cart, BasketFacts facts, CartItem[] items)
    {
        if (CustomerId.IsGiven || Email.IsGiven)
            facts.Belong(cart, CustomerId.Or(cart.CustomerId)?.Value, Email.Or(CustomerId.IsGiven ? null : cart.Email));
        if (Items.IsGiven)
            cart.Empty();
        facts.Add(cart, items);
        ShippingAddress.Apply(address => cart.Send(address?.ToAddress(), cart.BillingAddress));
        BillingAddress.Apply(address => cart.Send(cart.ShippingAddress, address?.ToAddress()));
        ShippingMethod.Apply(cart.Ship);
        Coupons.Apply(cart.Apply);
        Coupon.Apply(code => cart.Apply([.. cart.Coupons, code]));
        Metadata.Apply(cart.Describe);
        ReferralCode.Apply(cart.Refer);
    }
}

public sealed record CartSummary(
    Id<Cart> Id, Id<Customer>? CustomerId, string? Email, Currency Currency, int Items, DateTime LastActivityAt, DateTime? CompletedAt,
    DateTime CreatedAt, DateTime UpdatedAt, int Version)
{
    public static readonly Expression<Func<Cart, CartSummary>> From = c => new(
        c.Id, c.CustomerId, c.Email, c.Currency, c.Lines.Sum(line => line.Quantity), c.LastActivityAt, c.CompletedAt, c.CreatedAt, c.UpdatedAt, c.Version);
}

public sealed record CartResponse(
    Id<Cart> Id, Id<Customer>? CustomerId, string? Email, Currency Currency, IReadOnlyList<CartItemResponse> Items,
    decimal Subtotal, IReadOnlyList<DiscountResponse> Discounts, decimal DiscountTotal, decimal ShippingTotal, decimal ShippingDiscount,
    decimal TaxTotal, decimal TaxIncluded, decimal Total, IReadOnlyList<string> Coupons, string? ReferralCode, string? ShippingMethod,
    OrderAddress? ShippingAddress, OrderAddress? BillingAddress, IReadOnlyList<CartWarning> Warnings, Dictionary<string, string> Metadata,
    DateTime LastActivityAt, DateTime? CompletedAt, DateTime CreatedAt, DateTime UpdatedAt, int Version) : IVersioned
{
    /// <summary>Every minor unit of the total with its cause, where it was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public IReadOnlyList<PriceEntryResponse>? Explain { get; init; }

    /// <summary>What became of each promotion of the store, where it was asked for: what applied, what did not and why.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public IReadOnlyList<ExplainedPromotion>? Promotions { get; init; }

    public static CartResponse Of(Cart cart, PricedBasket priced, bool explain = false)
    {
        var totals = priced.Totals;
        var lines = totals.Lines.ToDictionary(line => line.LineId);
        return new(cart.Id, cart.CustomerId, cart.Email, cart.Currency,
            [.. cart.Lines.Select(line => CartItemResponse.Of(line, priced.Variants.GetValueOrDefault(line.VariantId), lines.GetValueOrDefault(line.Id)))],
            totals.Subtotal.Amount, DiscountResponse.Of(totals), totals.DiscountTotal.Amount, totals.ShippingTotal.Amount, totals.ShippingDiscount.Amount,
            totals.TaxTotal.Amount, totals.TaxIncluded.Amount, totals.Total.Amount, cart.Coupons, cart.ReferralCode, cart.ShippingMethod,
            OrderAddress.Of(cart.ShippingAddress), OrderAddress.Of(cart.BillingAddress),
            [
                .. priced.Problems.Select(p => new CartWarning(p.LineId, p.Code, p.Message)),
                .. priced.RefusedCoupons.Where(c => c.IsHarmless).Select(c => new CartWarning(null, c.Reason, c.Message)),
            ], cart.Metadata,
            cart.LastActivityAt, cart.CompletedAt, cart.CreatedAt, cart.UpdatedAt, cart.Version)
        {
            Explain = explain ? [.. totals.Explain().Select(entry => PriceEntryResponse.Of(entry, cart.Currency))] : null,
            Promotions = explain ? [.. priced.Explained.Select(promotion => ExplainedPromotion.Of(promotion, cart.Currency))] : null,
        };
    }
}

/// <param name="UnitPrice">Null, as the amounts after it, while the item cannot be sold.</param>
public sealed record CartItemResponse(
    Id<CartLine> Id, Id<Product> ProductId, Id<Variant> VariantId, string? Sku, string? Name, Dictionary<string, string>? Attributes, int Quantity,
    decimal? UnitPrice, decimal? Subtotal, decimal? Discount, decimal? Tax, decimal? Total, Dictionary<string, string> Metadata)
{
    public static CartItemResponse Of(CartLine line, Variant? variant, LineTotals? totals) => new(
        line.Id, line.ProductId, line.VariantId, variant?.Sku, variant?.Product.Name, variant?.Attributes, line.Quantity,
        totals?.UnitPrice.Amount, totals?.Value.Amount, totals?.Discount.Amount, totals?.Tax.Amount, totals?.Gross.Amount, line.Metadata);
}

/// <summary>What one promotion or coupon took off in all.</summary>
public sealed record DiscountResponse(string Source, string Label, decimal Amount)
{
    public static IReadOnlyList<DiscountResponse> Of(CartTotals totals) =>
    [
        .. totals.Lines.SelectMany(line => line.Discounts).Concat(totals.Shipping?.Discounts ?? []).GroupBy(share => (share.SourceId, share.Label))
            .Select(source => new DiscountResponse(source.Key.SourceId, source.Key.Label, new Money(source.Sum(share => share.Amount), totals.Currency).Amount)),
    ];
}

/// <summary>Why the cart could not be bought as it is, or that a code does nothing.</summary>
public sealed record CartWarning(Id<CartLine>? ItemId, string Code, string Message);

/// <param name="Reason">Why it gives nothing, for programs; null where it gives something.</param>
/// <param name="Steps">How the amount came about.</param>
public sealed record ExplainedPromotion(
    Id<Promotion> PromotionId, string Name, bool Applied, decimal Amount, string? Reason, string Message, IReadOnlyList<ExplainedStep> Steps)
{
    public static ExplainedPromotion Of(ExplainedDiscount explained, Currency currency) => new(
        explained.PromotionId, explained.Name, explained.Reason is null, new Money(explained.Amount, currency).Amount, explained.Reason, explained.Text,
        [.. explained.Steps.Select(step => new ExplainedStep(step.Kind, step.Text, DiscountKinds.Major(step.Base, currency), DiscountKinds.Major(step.Amount, currency)))]);

}

/// <param name="Kind">computed, capped, allocated or competed.</param>
/// <param name="Base">What it was worked out from.</param>
public sealed record ExplainedStep(string Kind, string Text, decimal? Base, decimal? Amount);

/// <param name="Rounding">The part of the amount that only rounding explains.</param>
public sealed record PriceEntryResponse(PriceKind Kind, Id<CartLine>? ItemId, string Label, decimal Amount, string Reason, decimal Rounding)
{
    public static PriceEntryResponse Of(PriceEntry entry, Currency currency) => new(
        entry.Kind, entry.LineId, entry.Label, new Money(entry.Amount, currency).Amount, entry.Reason, entry.Rounding / currency.Scale);
}

/// <param name="Reason">Why it is not offered, or offered for nothing.</param>
public sealed record ShippingOption(string Code, string Name, bool Offered, decimal? Price, QuoteReason Reason, int? MinDays, int? MaxDays)
{
    public static ShippingOption Of(ShippingQuote quote) => new(
        quote.Code, quote.Name, quote.Offered, quote.Price?.Amount, quote.Reason, quote.MinDays, quote.MaxDays);
}
