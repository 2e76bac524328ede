using System.Globalization;
using Aura.Connectors.Payments;

namespace Aura.Payments;

/// <summary>What gateways refuse, as the store's own refusals.</summary>
internal static class Refusals
{
    public static Refused Of(GatewayRefused refused) => refused.Code switch
    {
        "unexpected_state" or "dispute_closed" or "already_disputed" => Refused.Conflict(refused.Code, refused.Message),
        "not_found" => new(Refusal.NotFound, null, refused.Message),
        _ => Refused.Invalid(refused.Field switch
        {
            null or "payment_method" => "PaymentMethod",
            "number" or "exp_month" or "exp_year" or "cvc" => $"Card.{Pascal(refused.Field)}",
            var field => Pascal(field),
        }, refused.Message, refused.Code),
    };

    /// <summary>Nothing happened, and it is not the caller's fault.</summary>
    public static Refused Of(GatewayException trouble) =>
        new(Refusal.Unavailable, "gateway_unavailable", $"The payment gateway cannot be used right now ({trouble.Code}). Nothing was charged; try again.");

    private static string Pascal(string field) =>
        string.Concat(field.Split('_').Select(word => char.ToUpper(word[0], CultureInfo.InvariantCulture) + word[1..]));
}
