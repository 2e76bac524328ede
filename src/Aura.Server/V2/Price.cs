using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Aura.Server.Http;

namespace Aura.Server.V2;

/// <summary>A price of the catalogue: a decimal of major units, or, where the caller has named a currency, an object.</summary>
/// <param name="Culture">Whose conventions the text follows; null: no text, a plain number.</param>
[JsonConverter(typeof(Json))]
public readonly record struct Price(Money Money, CultureInfo? Culture = null)
{
    private sealed class Json : JsonConverter<Price>
    {
        public override Price Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => throw new NotSupportedException("Prices of this form are only written.");

        public override void Write(Utf8JsonWriter writer, Price value, JsonSerializerOptions options)
        {
            if (value.Culture is { } culture)
                JsonSerializer.Serialize(writer, new LocalPrice(value.Money.Minor, value.Money.Currency, value.Money.Formatted(culture)), options);
            else
                JsonSerializer.Serialize(writer, value.Money.Amount, options);
        }
    }
}

/// <param name="Amount">Minor units.</param>
/// <param name="Formatted">As people write it in the language that was asked for.</param>
public sealed record LocalPrice(long Amount, Currency Currency, string Formatted);

/// <summary>How a caller wants prices: as plain numbers of each product's own currency, or as objects in the currency of X-Currency.</summary>
/// <remarks>A price is never converted: what has no price in that currency is shown with null.</remarks>
public sealed record PriceForm(Currency? Currency, CultureInfo? Culture)
{
    public static readonly PriceForm Plain = new(null, null);

    /// <exception cref="Refused">400 for a currency that ISO 4217 does not have.</exception>
    public static PriceForm From(HttpContext http) => http.Request.Headers["X-Currency"].ToString() switch
    {
        "" => Plain,
        var code when Aura.Currency.TryParse(code, out var currency) => new(currency, Languages.Of(http.Request)),
        _ => throw Refused.BadRequest("X-Currency must be an ISO 4217 currency code such as USD."),
    };

    /// <param name="price">What something costs in a currency; null where it has no price in it.</param>
    public Price? Of(Currency own, Func<Currency, Money?> price) => Of(price(Currency ?? own));

    /// <summary>An amount that is only known in one currency.</summary>
    public Price? Of(long? minor, Currency own) => minor is { } given && (Currency ?? own) == own ? Of(new Money(given, own)) : null;

    private Price? Of(Money? money) => money is { } given ? new Price(given, Culture) : null;
}
