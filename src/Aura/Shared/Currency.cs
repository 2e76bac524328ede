using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aura;

/// <summary>An ISO 4217 currency with the number of its decimal places.</summary>
[JsonConverter(typeof(Json))]
public readonly record struct Currency
{
    private readonly string? code;

    private Currency(string code) => this.code = code;

    /// <summary>Three upper-case letters.</summary>
    public string Code => code ?? "XXX";

    /// <summary>Decimal places: 2 for most, 0 for JPY, 3 for KWD (ISO 4217, list one).</summary>
    public int Exponent => Exponents.GetValueOrDefault(Code, 2);

    /// <summary>Minor units in one major unit.</summary>
    public int Scale => Exponent switch { 0 => 1, 2 => 100, 3 => 1000, _ => 10_000 };

    public static readonly Currency Usd = new("USD");
    public static readonly Currency Eur = new("EUR");
    public static readonly Currency Gbp = new("GBP");
    public static readonly Currency Jpy = new("JPY");

    /// <summary>Reads a code in either case.</summary>
    /// <exception cref="Refused">422 for a code that ISO 4217 does not have.</exception>
    public static Currency Of(string code, string field = "Currency") => TryParse(code, out var currency)
        ? currency
        : throw Refused.Invalid(field, "Must be an ISO 4217 currency code such as USD.");

    public static bool TryParse(string? text, out Currency currency)
    {
        var upper = text?.Trim().ToUpperInvariant();
        var known = upper is not null && Codes.Contains(upper);
        currency = known ? new(upper!) : default; // known implies not null
        return known;
    }

    public override string ToString() => Code;

    /// <summary>As its code. Without this a stored amount would come back in no currency at all.</summary>
    private sealed class Json : JsonConverter<Currency>
    {
        public override Currency Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            TryParse(reader.GetString(), out var currency) ? currency : throw new JsonException("Not an ISO 4217 currency code.");

        public override void Write(Utf8JsonWriter writer, Currency currency, JsonSerializerOptions options) =>
            writer.WriteStringValue(currency.Code);
    }

    private static readonly FrozenDictionary<string, int> Exponents = new Dictionary<string, int>
    {
        ["BIF"] = 0, ["CLP"] = 0, ["DJF"] = 0, ["GNF"] = 0, ["ISK"] = 0, ["JPY"] = 0, ["KMF"] = 0, ["KRW"] = 0, ["PYG"] = 0,
        ["RWF"] = 0, ["UGX"] = 0, ["UYI"] = 0, ["VND"] = 0, ["VUV"] = 0, ["XAF"] = 0, ["XOF"] = 0, ["XPF"] = 0,
        ["BHD"] = 3, ["IQD"] = 3, ["JOD"] = 3, ["KWD"] = 3, ["LYD"] = 3, ["OMR"] = 3, ["TND"] = 3,
        ["CLF"] = 4, ["UYW"] = 4,
    }.ToFrozenDictionary();

    private static readonly FrozenSet<string> Codes = ("AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN " +
        "BWP BYN BZD CAD CDF CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD " +
        "HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD " +
        "MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR " +
        "SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYI UYU UYW UZS VED VES VND VUV " +
        "WST XAF XCD XOF XPF YER ZAR ZMW ZWG").Split(' ').ToFrozenSet();
}
