using System.ComponentModel.DataAnnotations;
using Aura.Carts;
using Aura.Connectors.Payments;
using Aura.Orders;
using Aura.Payments;
using Aura.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Aura.Server.V2;

internal static class Checkouts
{
    public static void MapCheckouts(this RouteGroupBuilder api)
    {
        var carts = api.MapGroup("/carts/{id}").WithTags("Carts").Scope("carts").WithMetadata(new Staged());
        carts.MapPost("/checkout", Run);
        carts.MapDelete("/checkout", Abandon);
        carts.MapPost("/complete", Continue);
    }

    private static async Task<Results<Created<OrderResponse>, Ok<OrderResponse>, Accepted<CheckoutResponse>>> Run(
        Id<Cart> id, CheckoutCart request, Checkout checkout, CancellationToken cancellation) => Shown(await checkout.Run(id, request.ToWish(), cancellation));

    private static async Task<Results<Created<OrderResponse>, Ok<OrderResponse>, Accepted<CheckoutResponse>>> Continue(
        Id<Cart> id, CompleteCheckout request, Checkout checkout, CancellationToken cancellation) => Shown(await checkout.Continue(id, request.Challenge, cancellation));

    private static async Task<NoContent> Abandon(Id<Cart> id, Checkout checkout, CancellationToken cancellation)
    {
        await checkout.Abandon(id, cancellation);
        return TypedResults.NoContent();
    }

    /// <summary>201 for a new order, 200 for the order that the cart had become already, 202 while the payment waits.</summary>
    private static Results<Created<OrderResponse>, Ok<OrderResponse>, Accepted<CheckoutResponse>> Shown(CheckoutState state)
    {
        if (state.Payment is { } payment)
            return TypedResults.Accepted((string?)null, CheckoutResponse.Of(state.Order, payment));
        var order = OrderResponse.Of(state.Order);
        return state.IsReplay ? TypedResults.Ok(order) : TypedResults.Created($"/v2/orders/{order.Id}", order);
    }
}

/// <param name="PaymentMethod">A kind (card, paypal, wire, cash_on_delivery) or a saved method (pm_12).</param>
/// <param name="PaymentToken">What the gateway's browser script handed out for this payment.</param>
/// <param name="ExpectedTotal">What the customer was shown; another total is refused.</param>
/// <param name="UseCredit">Pay with the customer's store credit first; the payment method is for the rest, and not needed where there is none.</param>
/// <param name="MaxCredit">The most credit to use; without it as much as there is.</param>
public sealed record CheckoutCart(
    [StringLength(255)] string? PaymentMethod = null,
    [StringLength(255)] string? PaymentToken = null,
    CaptureMethod CaptureMethod = CaptureMethod.Automatic,
    [StringLength(2000)] string? ReturnUrl = null,
    [StringLength(50)] string? ShippingMethod = null,
    OrderAddress? ShippingAddress = null,
    OrderAddress? BillingAddress = null,
    [EmailAddress, StringLength(254)] string? Email = null,
    decimal? ExpectedTotal = null,
    bool UseCredit = false,
    [Range(0, 1e12)] decimal? MaxCredit = null)
{
    public CheckoutWish ToWish() => new()
    {
        Method = Method(),
        Capture = CaptureMethod,
        ReturnUrl = ReturnUrl,
        ShippingMethod = ShippingMethod,
        ShippingAddress = ShippingAddress?.ToAddress(),
        BillingAddress = BillingAddress?.ToAddress(),
        Email = Email,
        ExpectedTotal = ExpectedTotal,
        UseCredit = UseCredit,
        MaxCredit = MaxCredit,
    };

    private PayWith? Method()
    {
        if (PaymentMethod is null)
            return null;
        var method = PayWith.Parse(PaymentMethod);
        return PaymentToken is { } token && method is { Kind: { } kind, Details: null } ? PayWith.With(new(kind) { Token = token }) : method;
    }
}

/// <param name="Challenge">How the payer's challenge ended; without it the gateway knows.</param>
public sealed record CompleteCheckout(Challenge? Challenge = null);

/// <param name="Credit">The part that the customer's store credit pays.</param>
/// <summary>A checkout that waits: for the payer (requires_action, requires_payment_method) or for the gateway (processing).</summary>
public sealed record CheckoutResponse(
    IntentStatus Status, Id<Order> OrderId, Id<Cart>? CartId, Id<Payment> PaymentId, string ClientSecret, CheckoutAction? NextAction, decimal Total, decimal Credit, decimal AmountDue, Currency Currency)
{
    public static CheckoutResponse Of(Order order, PaymentIntent payment) => new(
        payment.Status, order.Id, order.CartId, payment.Id, payment.ClientSecret,
        payment.NextAction is { } next ? new(next.Type, next.Url) : null, new Money(order.Total, order.Currency).Amount,
        new Money(order.Credit, order.Currency).Amount, new Money(payment.Amount, payment.Currency).Amount, order.Currency);
}

public sealed record CheckoutAction(string Type, string? Url);
