namespace Aura.Connectors.Payments;

/// <param name="SecretKey"><c>sk_…</c> or a restricted key; never logged.</param>
/// <param name="WebhookSecret"><c>whsec_…</c> of the webhook endpoint that points at this store.</param>
public sealed record StripeAccount(string SecretKey, string WebhookSecret)
{
    /// <summary>Base address of the API.</summary>
    public Uri Address { get; init; } = new("https://api.stripe.com/");

    /// <summary>Sent as <c>Stripe-Version</c>, so that an upgrade of the account does not change the answers.</summary>
    public string ApiVersion { get; init; } = "2024-12-18.acacia";

    /// <summary>Leaves out the secrets.</summary>
    public override string ToString() => $"{nameof(StripeAccount)} {{ {Address} }}";
}
