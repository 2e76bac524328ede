using System.Text.Json;
using System.Text.Json.Serialization;
using Aura.Connectors.Payments;
using Aura.Payments;

namespace Aura.Server.V2;

/// <summary>How somebody wants to pay: a word (<c>card</c>), a saved method (<c>pm_12</c>), or the details themselves.</summary>
[JsonConverter(typeof(Reader))]
public sealed record PaymentMethodInput
{
    private PaymentMethodInput(string? word, PaymentDetails? details) => (Word, Details) = (word, details);

    private string? Word { get; }
    private PaymentDetails? Details { get; }

    /// <exception cref="Refused">422 for a word that is none.</exception>
    public PayWith ToPayWith() => Details is { } details ? PayWith.With(details) : PayWith.Parse(Word ?? "");

    /// <summary>Leaves out what it holds, so that a log line cannot carry it.</summary>
    public override string ToString() => nameof(PaymentMethodInput);

    private sealed class Reader : JsonConverter<PaymentMethodInput>
    {
        public override PaymentMethodInput? Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => reader.TokenType switch
        {
            JsonTokenType.String => new(reader.GetString(), null),
            JsonTokenType.StartObject => new(null, JsonSerializer.Deserialize<PaymentMethodBody>(ref reader, options)?.ToDetails()),
            _ => throw new JsonException("Must be the id of a payment method (pm_123), its type, or an object with type and card or token."),
        };

        public override void Write(Utf8JsonWriter writer, PaymentMethodInput value, JsonSerializerOptions options) =>
            throw new NotSupportedException("Means of payment are only read.");
    }
}

/// <param name="Token">What the wallet, bank or lender, or the gateway's browser script handed out.</param>
public sealed record PaymentMethodBody(PaymentKind Type, CardBody? Card = null, string? Token = null)
{
    public PaymentDetails ToDetails() => new(Type)
    {
        Number = Card?.Number,
        ExpMonth = Card?.ExpMonth,
        ExpYear = Card?.ExpYear,
        Cvc = Card?.Cvc,
        Token = Token,
    };

    public override string ToString() => $"{nameof(PaymentMethodBody)} {{ {Type} }}";
}

/// <summary>Lives only for the length of the request.</summary>
public sealed record CardBody(string? Number = null, int? ExpMonth = null, int? ExpYear = null, string? Cvc = null)
{
    public override string ToString() => nameof(CardBody);
}
