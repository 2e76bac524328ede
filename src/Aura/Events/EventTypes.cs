namespace Aura.Events;

/// <summary>Every type of event that a store publishes, on one page: what webhooks can ask for.</summary>
public static class EventTypes
{
    public static IReadOnlyList<EventType> All { get; } =
    [
        new("order.created", "An order was placed."),
        new("order.updated", "An order changed, for instance its status."),
        new("order.cancelled", "An order was cancelled."),
        new("order.fulfilled", "Everything in an order has been shipped."),
        new("order.refunded", "Money of an order was paid back."),
        new("return.requested", "A customer asked to send goods back."),
        new("return.approved", "A return was approved."),
        new("return.rejected", "A return was rejected."),
        new("return.received", "Goods of a return arrived."),
        new("return.refunded", "The received goods were paid back."),
        new("product.created", "A product was added to the catalogue."),
        new("product.updated", "A product changed."),
        new("product.deleted", "A product was removed from the catalogue."),
        new("products.imported", "A product file was imported. A file over 1 MiB says only this, not what became of each product."),
        new("inventory.low", "The stock of a variant fell to its alert threshold."),
        new("inventory.out_of_stock", "The stock of a variant reached zero."),
        new("customer.created", "A customer was added."),
        new("customer.updated", "A customer changed."),
        new("customer.deleted", "A customer was removed."),
        new("payment.succeeded", "A payment was captured."),
        new("payment.failed", "A payment was declined."),
        new("payment.refunded", "A payment was refunded, wholly or in part."),
        new("dispute.opened", "A cardholder disputed a payment."),
        new("dispute.updated", "A dispute moved on."),
        new("dispute.closed", "A dispute was decided."),
        new("shipment.created", "A shipment was made ready."),
        new("shipment.in_transit", "A shipment is on its way."),
        new("shipment.delivered", "A shipment has arrived."),
        new("subscription.trial_ending", "A trial ends within three days."),
        new("subscription.renewed", "A subscription began its next period."),
        new("subscription.canceled", "A subscription was canceled."),
        new("promotion.created", "A promotion was made."),
        new("promotion.activated", "A promotion is given from now on."),
        new("promotion.paused", "A promotion is not given until it is resumed, or until its schedule's next occurrence."),
        new("promotion.ended", "A promotion is over: its end passed, its uses ran out, or somebody ended it."),
        new("coupon.used", "A coupon was used."),
        new("referral.completed", "A referral was rewarded."),
        new("ab_test.started", "An A/B test was started."),
        new("ab_test.ended", "An A/B test has ended."),
        new("automation.triggered", "A rule made an offer; to a customer, with the code to send them."),
        new("campaign.sent", "The messages of a campaign were queued."),
        new("message.sent", "A message went out."),
        new("message.skipped", "A message was not sent, for a reason that the event names."),
        new("message.failed", "A message was refused by its provider."),
        new("message.bounced", "A message came back."),
        new("message.unknown", "Nobody knows whether a message went out; it is not sent again."),
        new("message.clicked", "A link in a message was followed for the first time."),
        new("cart.abandoned", "Somebody left a cart or a checkout and did not come back in time."),
        new("recovery.success", "An abandoned cart was bought after all; its attribution says what a message had to do with it."),
        new("recovery.failed", "What was done to win a cart back ended without a purchase."),
        new("workflow.triggered", "A recovery workflow began for somebody."),
        new("approval.requested", "Somebody's approval was asked for."),
        new("approval.completed", "What was to be approved was approved or rejected."),
        new("alert.firing", "A metric passed the threshold of an alert."),
        new("alert.resolved", "A metric came back from beyond the threshold of an alert."),
        new("webhook.failed", "A webhook was given up after hours of failures."),
        new("webhook.disabled", "A webhook's receiver said that it is gone (410)."),
    ];

    private static readonly HashSet<string> Names = [.. All.Select(type => type.Type)];

    public static bool Has(string type) => Names.Contains(type);

    /// <summary>Whether a pattern covers a type: the type itself, <c>order.*</c> or <c>*</c>.</summary>
    public static bool Covers(string pattern, string type) =>
        pattern == "*" || pattern == type || pattern.EndsWith(".*", StringComparison.Ordinal) && type.StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal);

    /// <exception cref="Refused">422 for a pattern that covers no type.</exception>
    internal static string Known(string pattern, string field) => All.Any(type => Covers(pattern, type.Type))
        ? pattern
        : throw Refused.Invalid(field, $"'{pattern}' is no event. There are: {string.Join(", ", Names)}; also order.* and *.");
}

/// <param name="Type">Such as <c>order.created</c>.</param>
/// <param name="Description">When it happens.</param>
public sealed record EventType(string Type, string Description);
