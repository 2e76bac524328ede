using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Aura.Connectors.Payments;

/// <summary>References of the sandbox. All of them lead back to one payment: <c>sbx_pi_2f…</c> has the dispute
/// <c>sbx_dp_2f…</c> and the refunds <c>sbx_re_2f…_0</c>, <c>_1</c>.</summary>
internal static class SandboxReference
{
    private const string Payment = "sbx_pi_", Refund = "sbx_re_", Dispute = "sbx_dp_", Event = "sbx_evt_";

    /// <summary>The same key is the same payment: this is what makes a repeated authorization a replay.</summary>
    public static string OfPayment(string idempotencyKey) =>
        Payment + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(idempotencyKey)))[..24];

    public static string OfRefund(string payment, int number) => $"{Refund}{Stem(payment)}_{number}";

    public static string OfDispute(string payment) => Dispute + Stem(payment);

    public static string OfEvent(string payment, int number) => $"{Event}{Stem(payment)}_{number}";

    public static string PaymentOfDispute(string dispute) =>
        dispute.StartsWith(Dispute, StringComparison.Ordinal) ? Payment + dispute[Dispute.Length..] : throw NotFound("dispute");

    /// <returns>The payment and the number of its refund; -1 when the reference is the payment's own.</returns>
    public static (string Payment, int Refund) Parse(string reference)
    {
        if (!reference.StartsWith(Refund, StringComparison.Ordinal))
            return (reference, -1);
        var split = reference.LastIndexOf('_');
        return split > Refund.Length && int.TryParse(reference.AsSpan(split + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (Payment + reference[Refund.Length..split], number)
            : ("", -1);
    }

    public static GatewayRefused NotFound(string what) => new("not_found", null, $"The sandbox has no such {what}.");

    private static string Stem(string payment) => payment[Payment.Length..];
}
