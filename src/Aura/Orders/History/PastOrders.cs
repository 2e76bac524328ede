using System.Security.Cryptography;
using Aura.Payments;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Aura.Orders.History;

/// <summary>Writes orders of the past into the books of a store: with lines, fulfilment, payment, refunds and returns, dated as they were.</summary>
/// <remarks>
/// Rows go into the tables by COPY, past the entities: a year of orders takes seconds. What the entities would have seen to is seen
/// to here, and <c>aura verify</c> compares it. No stock moves, for what was sold long ago is not on the shelves of today; no event
/// is published for each order, for nobody wants mails about them.
/// </remarks>
public sealed class PastOrders(AuraDb db)
{
    /// <summary>The gateway of what was paid elsewhere: money can be given back, by hand.</summary>
    private const string Gateway = "manual";

    private const string NoPairs = "{}", NoItems = "[]";

    private long Tenant => db.Caller.TenantId;

    /// <summary>Writes those that are not there yet, in one transaction.</summary>
    /// <param name="source">Where they come from; a number is written once per source.</param>
    /// <returns>How many were new.</returns>
    public Task<int> Write(string source, IReadOnlyList<PastOrder> orders, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        var known = await Known(connection, source, [.. orders.Select(order => order.Number)], cancellation);
        var booked = orders.Where(order => !known.ContainsKey(order.Number)).Select(order => new Booked(order)).ToList();
        if (booked.Count == 0)
            return 0;

        var ids = new IdBlocks(connection);
        await ids.Prepare(booked.Sum(one => one.Rows), cancellation);
        foreach (var one in booked)
            one.Number(ids);
        await Orders(connection, booked, cancellation);
        await Lines(connection, booked, cancellation);
        await Histories(connection, booked, ids, cancellation);
        await Fulfillments(connection, booked, ids, cancellation);
        await Payments(connection, booked, ids, cancellation);
        await Returns(connection, booked, ids, cancellation);
        await Invoices(connection, source, booked, cancellation);
        return booked.Count;
    }, cancellation);

    /// <summary>Those of these numbers that were written before, with their amounts in minor units.</summary>
    internal async Task<Dictionary<string, long>> Known(NpgsqlConnection connection, string source, string[] numbers, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT number, amount FROM past_invoices WHERE tenant_id = $1 AND source = $2 AND number = ANY($3)", connection)
        {
            Parameters = { new() { Value = Tenant }, new() { Value = source }, new() { Value = numbers } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var known = new Dictionary<string, long>();
        while (await reader.ReadAsync(cancellation))
            known[reader.GetString(0)] = reader.GetInt64(1);
        return known;
    }

    private async Task Orders(NpgsqlConnection connection, List<Booked> booked, CancellationToken cancellation)
    {
        await using var rows = await CopyRows.Into(connection, "orders", """
            tenant_id, id, customer_id, email, currency, placed_at, status, payment_status, fulfillment_status, shipping_address, billing_address, payment_method,
            shipping_method, shipping, coupons, tags, metadata, subtotal, discount_total, shipping_total, shipping_discount, tax_total, tax_included, total,
            authorized, paid, refunded, disputed, cancel_reason, cancelled_at, checkout_attempt, created_at, updated_at, version
            """, cancellation);
        foreach (var (order, id, _) in booked)
        {
            var taxes = order.Lines.SelectMany(line => line.Taxes).Concat(order.Shipping?.Taxes ?? []).Where(tax => tax.Inclusive).Sum(tax => tax.Amount);
            rows.Row().Add(Tenant).Add(id).Add(order.CustomerId).Add(order.Email).Add(order.Currency).Add(order.PlacedAt)
                .Word(order.Status).Word(PaymentStatusOf(order)).Word(order.ShippedAt is null ? FulfillmentStatus.Unfulfilled : FulfillmentStatus.Fulfilled)
                .Json(order.ShippingAddress).Json(order.BillingAddress ?? order.ShippingAddress)
                .Add(order.Method is { } method ? Words<Connectors.Payments.PaymentKind>.Of(method.Kind) : null)
                .Add(order.ShippingMethod).Json(order.Shipping).Add([]).Add(order.Tags).Json(order.Metadata)
                .Add(order.Lines.Sum(line => line.Value)).Add(order.Lines.Sum(line => line.Discount))
                .Add(order.Shipping?.Price ?? 0).Add(order.Shipping?.Discount ?? 0)
                .Add(order.Lines.Sum(line => line.Tax) + (order.Shipping?.Tax ?? 0)).Add(taxes).Add(order.Total)
                .Add(0L).Add(order.Paid).Add(order.Refunds.Sum(refund => refund.Amount)).Add(0L)
                .Add(order.CancelReason).Add(order.CancelledAt).Add(0).Add(order.PlacedAt).Add(order.LastChange).Add(1);
        }

        await rows.Complete(cancellation);
    }

    /// <summary>By the same rule as <see cref="Order"/>.</summary>
    private static OrderPaymentStatus PaymentStatusOf(PastOrder order) =>
        order.Paid > 0 && order.Refunds.Sum(refund => refund.Amount) >= order.Paid ? OrderPaymentStatus.Refunded
        : order.Paid >= order.Total ? OrderPaymentStatus.Paid
        : OrderPaymentStatus.Pending;

    private Task Lines(NpgsqlConnection connection, List<Booked> booked, CancellationToken cancellation) => ReferencesBySet.Copy(
        connection, Tenant, "order_lines", """
            tenant_id, id, order_id, position, product_id, variant_id, sku, name, attributes, quantity, unit_price, value, discount, net, tax, gross,
            discounts, taxes, weight, requires_shipping, metadata, fulfilled, returned, refunded
            """, [.. booked.SelectMany(one => one.Lines)], rows =>
        {
            foreach (var (order, id, lineIds) in booked)
                foreach (var (place, line) in order.Lines.Index())
                {
                    var returned = order.Refunds.Count == 0 ? 0 : order.Refunds.SelectMany(refund => refund.Returned).Where(part => part.Line == place).Sum(part => part.Units);
                    rows.Row().Add(Tenant).Add(lineIds[place]).Add(id).Add(place + 1).Add(line.ProductId).Add(line.VariantId).Add(line.Sku).Add(line.Name)
                        .Json(line.Attributes.Count == 0 ? NoPairs : line.Attributes).Add(line.Quantity).Add(line.UnitPrice).Add(line.Value).Add(line.Discount)
                        .Add(line.Net).Add(line.Tax).Add(line.Gross).Json(line.Discounts.Count == 0 ? NoItems : line.Discounts)
                        .Json(line.Taxes.Count == 0 ? NoItems : line.Taxes).Add(line.Weight).Add(line.RequiresShipping).Json(NoPairs)
                        .Add(order.ShippedAt is null ? 0 : line.Quantity)
                        .Add(returned).Add(returned);
                }
        }, cancellation);

    private async Task Histories(NpgsqlConnection connection, List<Booked> booked, IdBlocks ids, CancellationToken cancellation)
    {
        await using var rows = await CopyRows.Into(connection, "order_history", "tenant_id, id, order_id, kind, from_status, to_status, note, actor, created_at", cancellation);
        foreach (var (order, id, _) in booked)
        {
            void Add(OrderFact fact, DateTime? at, string? note = null)
            {
                if (at is not null)
                    rows.Row().Add(Tenant).Add(ids.Next()).Add(id).Word(fact).Add((string?)null).Add((string?)null).Add(note).Add("history").Add(at);
            }

            Add(OrderFact.Created, order.PlacedAt);
            Add(OrderFact.Fulfilled, order.ShippedAt);
            Add(OrderFact.Delivered, order.DeliveredAt);
            Add(OrderFact.Cancelled, order.CancelledAt, order.CancelReason);
            foreach (var refund in order.Refunds)
                Add(OrderFact.Refunded, refund.At, $"{new Money(refund.Amount, order.Currency)}");
        }

        await rows.Complete(cancellation);
    }

    private async Task Fulfillments(NpgsqlConnection connection, List<Booked> booked, IdBlocks ids, CancellationToken cancellation)
    {
        var shipped = booked.Where(one => one.Order.ShippedAt is not null).Select(one => (one, Id: ids.Next())).ToList();
        await using (var rows = await CopyRows.Into(connection, "fulfillments",
            "tenant_id, id, order_id, status, shipped_at, delivered_at, created_at, updated_at, version", cancellation))
        {
            foreach (var ((order, orderId, _), id) in shipped)
                rows.Row().Add(Tenant).Add(id).Add(orderId).Word(order.DeliveredAt is null ? ParcelStatus.Shipped : ParcelStatus.Delivered)
                    .Add(order.ShippedAt).Add(order.DeliveredAt).Add(order.ShippedAt).Add(order.DeliveredAt ?? order.ShippedAt).Add(1);
            await rows.Complete(cancellation);
        }

        var lines = shipped.SelectMany(parcel => parcel.one.Order.Lines.Zip(parcel.one.Lines, (line, lineId) => (Id: ids.Next(), Parcel: parcel.Id, lineId, line.Quantity))).ToList();
        await ReferencesBySet.Copy(connection, Tenant, "fulfillment_lines", "tenant_id, id, fulfillment_id, order_line_id, quantity, restocked", [.. lines.Select(line => line.Id)], rows =>
        {
            foreach (var (id, parcel, lineId, quantity) in lines)
                rows.Row().Add(Tenant).Add(id).Add(parcel).Add(lineId).Add(quantity).Add(0);
        }, cancellation);
    }

    private async Task Payments(NpgsqlConnection connection, List<Booked> booked, IdBlocks ids, CancellationToken cancellation)
    {
        var paid = booked.Where(one => one.Order.Paid > 0).Select(one => (one, Id: ids.Next())).ToList();
        await using (var rows = await CopyRows.Into(connection, "payment_intents", """
            tenant_id, id, amount, currency, order_id, customer_id, kind, method, capture_method, status, payment_status, client_secret, gateway,
            gateway_reference, authorized, captured, refunded, disputed, refunding, captured_at, attempts, metadata, created_at, updated_at, version
            """, cancellation))
        {
            foreach (var ((order, orderId, _), id) in paid)
            {
                var refunded = order.Refunds.Sum(refund => refund.Amount);
                var method = order.Method ?? new(Connectors.Payments.PaymentKind.Wire, Gateway, "wire");
                rows.Row().Add(Tenant).Add(id).Add(order.Paid).Add(order.Currency).Add(orderId).Add(order.CustomerId)
                    .Word(method.Kind).Json(method).Word(CaptureMethod.Automatic).Word(IntentStatus.Succeeded)
                    .Word(refunded == 0 ? PaymentStatus.Succeeded : refunded < order.Paid ? PaymentStatus.PartiallyRefunded : PaymentStatus.Refunded)
                    .Add($"secret_{RandomNumberGenerator.GetHexString(32, lowercase: true)}").Add(Gateway).Add($"past_{id}")
                    .Add(0L).Add(order.Paid).Add(refunded).Add(0L).Add(refunded).Add(order.PaidAt).Add(1).Json(NoPairs)
                    .Add(order.PlacedAt).Add(order.LastChange).Add(1);
            }

            await rows.Complete(cancellation);
        }

        await using (var entries = await CopyRows.Into(connection, "payment_entries", "tenant_id, id, intent_id, order_id, kind, minor, gateway_reference, at", cancellation))
        {
            foreach (var ((order, orderId, _), id) in paid)
            {
                entries.Row().Add(Tenant).Add(ids.Next()).Add(id).Add(orderId).Word(PaymentFact.Captured).Add(order.Paid).Add($"past_{id}").Add(order.PaidAt);
                foreach (var (place, refund) in order.Refunds.Index())
                    entries.Row().Add(Tenant).Add(ids.Next()).Add(id).Add(orderId).Word(PaymentFact.Refunded).Add(refund.Amount).Add($"past_{id}_{place}").Add(refund.At);
            }

            await entries.Complete(cancellation);
        }

        await using var refunds = await CopyRows.Into(connection, "refunds", """
            tenant_id, id, intent_id, amount, currency, reason, status, estimated_arrival, refund_application_fee, gateway_reference, gateway_key, created_at, updated_at, version
            """, cancellation);
        foreach (var ((order, _, _), id) in paid)
            foreach (var (place, refund) in order.Refunds.Index())
                refunds.Row().Add(Tenant).Add(ids.Next()).Add(id).Add(refund.Amount).Add(order.Currency).Add(refund.Reason).Word(RefundStatus.Succeeded)
                    .Add(Refund.Arrival(order.Method?.Kind ?? Connectors.Payments.PaymentKind.Wire, DateOnly.FromDateTime(refund.At))).Add(false)
                    .Add($"past_{id}_{place}").Add($"past_{id}_{place}").Add(refund.At).Add(refund.At).Add(1);
        await refunds.Complete(cancellation);
    }

    private async Task Returns(NpgsqlConnection connection, List<Booked> booked, IdBlocks ids, CancellationToken cancellation)
    {
        var returned = booked.SelectMany(one => one.Order.Refunds.Where(refund => refund.Returned.Count > 0).Select(refund => (one, refund, Id: ids.Next()))).ToList();
        if (returned.Count == 0)
            return;
        await using (var rows = await CopyRows.Into(connection, "returns", """
            tenant_id, id, order_id, customer_id, currency, status, reason, refund_amount, refund_parts, refund_attempt, refund_begun_at, received_at, refunded_at, created_at, updated_at, version
            """, cancellation))
        {
            foreach (var ((order, orderId, _), refund, id) in returned)
                rows.Row().Add(Tenant).Add(id).Add(orderId).Add(order.CustomerId).Add(order.Currency).Word(ReturnStatus.Refunded).Add(refund.Reason).Add(refund.Amount)
                    .Json(NoItems).Add(1).Add(refund.At).Add(refund.At).Add(refund.At).Add(refund.At.AddDays(-5)).Add(refund.At).Add(1);
            await rows.Complete(cancellation);
        }

        await using var lines = await CopyRows.Into(connection, "return_lines", "tenant_id, id, return_id, order_line_id, quantity, received, resellable", cancellation);
        foreach (var ((_, _, lineIds), refund, id) in returned)
            foreach (var (line, units) in refund.Returned)
                lines.Row().Add(Tenant).Add(ids.Next()).Add(id).Add(lineIds[line]).Add(units).Add(units).Add(0);
        await lines.Complete(cancellation);
    }

    private async Task Invoices(NpgsqlConnection connection, string source, List<Booked> booked, CancellationToken cancellation)
    {
        await using var rows = await CopyRows.Into(connection, "past_invoices", "tenant_id, source, number, order_id, amount", cancellation);
        foreach (var (order, id, _) in booked)
            rows.Row().Add(Tenant).Add(source).Add(order.Number).Add(id).Add(order.Total);
        await rows.Complete(cancellation);
    }

    /// <summary>An order with the ids that it gets.</summary>
    private sealed class Booked(PastOrder order)
    {
        private long id;
        private long[] lines = [];

        public PastOrder Order => order;

        public IReadOnlyList<long> Lines => lines;

        /// <summary>At most so many rows with an id are written for it.</summary>
        public int Rows => 7 + 2 * order.Lines.Count + order.Refunds.Sum(refund => 4 + refund.Returned.Count);

        public void Number(IdBlocks ids)
        {
            id = ids.Next();
            lines = [.. order.Lines.Select(_ => ids.Next())];
        }

        public void Deconstruct(out PastOrder booked, out long orderId, out long[] lineIds) => (booked, orderId, lineIds) = (order, id, lines);
    }
}
