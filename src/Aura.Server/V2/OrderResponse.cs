using System.Linq.Expressions;
using Aura.Carts;
using Aura.Catalog;
using Aura.Customers;
using Aura.Orders;
using Aura.Pricing;
using Aura.Server.Http;

namespace Aura.Server.V2;

/// <summary>An order, wherever this dialect shows one. Amounts are in major units of the order's currency.</summary>
/// <param name="Subtotal">Unit prices times quantities, before any discount.</param>
/// <param name="TaxIncluded">The part of the tax that the prices contain.</param>
public sealed record OrderResponse(
    Id<Order> Id, long Number, Id<Customer>? CustomerId, string? Email, OrderStatus Status, OrderPaymentStatus PaymentStatus,
    FulfillmentStatus FulfillmentStatus, Currency Currency, IReadOnlyList<OrderItemResponse> Items, decimal Subtotal, decimal DiscountTotal,
    decimal ShippingTotal, decimal ShippingDiscount, decimal TaxTotal, decimal TaxIncluded, decimal Total, decimal AmountPaid, decimal AmountRefunded,
    decimal AmountDue, OrderAddress? ShippingAddress, OrderAddress? BillingAddress, string? PaymentMethod, string? ShippingMethod,
    OrderShippingResponse? Shipping, IReadOnlyList<string> Coupons, IReadOnlyList<string> Tags, string? HoldReason, string? CancelReason,
    DateTime? CancelledAt, Id<Cart>? CartId, Dictionary<string, string> Metadata, DateTime? PlacedAt, DateTime CreatedAt, DateTime UpdatedAt, int Version) : IVersioned
{
    public static readonly Expression<Func<Order, OrderResponse>> From = o => new(
        o.Id, o.Number, o.CustomerId, o.Email, o.Status, o.PaymentStatus, o.FulfillmentStatus, o.Currency,
        o.Lines.OrderBy(line => line.Position).Select(line => OrderItemResponse.Of(line, o.Currency)).ToList(),
        Major(o.Subtotal, o.Currency), Major(o.DiscountTotal, o.Currency), Major(o.ShippingTotal, o.Currency), Major(o.ShippingDiscount, o.Currency),
        Major(o.TaxTotal, o.Currency), Major(o.TaxIncluded, o.Currency), Major(o.Total, o.Currency), Major(o.Paid, o.Currency), Major(o.Refunded, o.Currency),
        Major(o.Due, o.Currency), OrderAddress.Of(o.ShippingAddress), OrderAddress.Of(o.BillingAddress), o.PaymentMethod, o.ShippingMethod,
        OrderShippingResponse.Of(o.Shipping, o.Currency), o.Coupons, o.Tags, o.HoldReason, o.CancelReason, o.CancelledAt, o.CartId, o.Metadata,
        o.PlacedAt, o.CreatedAt, o.UpdatedAt, o.Version);

    public static readonly Func<Order, OrderResponse> Of = From.Compile();

    internal static decimal Major(long minor, Currency currency) => new Money(minor, currency).Amount;
}

/// <param name="Price">Of one unit, before discounts.</param>
/// <param name="Total">Net and tax, for all units.</param>
public sealed record OrderItemResponse(
    Id<OrderLine> Id, Id<Product> ProductId, Id<Variant> VariantId, string Sku, string Name, Dictionary<string, string> Attributes, int Quantity,
    decimal Price, decimal Subtotal, decimal Discount, decimal Tax, decimal Total, IReadOnlyList<TaxResponse> Taxes, int FulfilledQuantity,
    int ReturnedQuantity, int RefundedQuantity, Dictionary<string, string> Metadata)
{
    public static OrderItemResponse Of(OrderLine line, Currency currency)
    {
        decimal Major(long minor) => new Money(minor, currency).Amount;
        return new(line.Id, line.ProductId, line.VariantId, line.Sku, line.Name, line.Attributes, line.Quantity, Major(line.UnitPrice), Major(line.Value),
            Major(line.Discount), Major(line.Tax), Major(line.Gross), TaxResponse.Of(line.Taxes, currency), line.Fulfilled, line.Returned, line.Refunded, line.Metadata);
    }
}

/// <param name="Rate">Percent.</param>
public sealed record TaxResponse(string Name, decimal Rate, decimal Amount, string Jurisdiction, TaxReason Reason, bool Inclusive)
{
    public static IReadOnlyList<TaxResponse> Of(TaxLine[] taxes, Currency currency) =>
        [.. taxes.Select(tax => new TaxResponse(tax.Name, tax.Rate, new Money(tax.Amount, currency).Amount, tax.Jurisdiction, tax.Reason, tax.Inclusive))];
}

public sealed record OrderShippingResponse(string Name, decimal Price, decimal Discount, decimal Tax, decimal Total, IReadOnlyList<TaxResponse> Taxes)
{
    public static OrderShippingResponse? Of(OrderShipping? shipping, Currency currency)
    {
        decimal Major(long minor) => new Money(minor, currency).Amount;
        return shipping is null ? null : new(
            shipping.Name, Major(shipping.Price), Major(shipping.Discount), Major(shipping.Tax), Major(shipping.Gross), TaxResponse.Of(shipping.Taxes, currency));
    }
}
