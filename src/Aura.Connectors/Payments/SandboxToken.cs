using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace Aura.Connectors.Payments;

/// <summary>What a sandbox payment method does when it is charged.</summary>
internal enum Scenario
{
    Succeeds,
    Declined,
    InsufficientFunds,
    Challenge,
    Disputed,
    RefundFails,
    Fails,
}

/// <summary>A sandbox vault token. There is no vault: the token itself says what it stands for, so it works on every server
/// and after every restart. Form: <c>sbx_card.succeeds.visa.4242.203012</c>, a dash where a part is absent.</summary>
internal sealed record SandboxToken(PaymentKind Kind, Scenario Scenario, string Brand, string? Last4, int? ExpMonth, int? ExpYear)
{
    private const string Prefix = "sbx_";

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Prefix}{Kind}.{Scenario}.{Brand}.{Last4 ?? "-"}.{(ExpYear is { } year ? $"{year:0000}{ExpMonth:00}" : "-")}").ToLowerInvariant();

    /// <summary>Equal for the same test card whatever its expiry.</summary>
    [JsonIgnore] public string Fingerprint =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Kind}.{Scenario}.{Brand}.{Last4}")))[..16];

    /// <summary>The last day of the month counts.</summary>
    public bool ExpiredAt(DateTime now) => ExpYear is { } year && (year, ExpMonth ?? 12).CompareTo((now.Year, now.Month)) < 0;

    /// <exception cref="GatewayRefused">It is not a token of this sandbox.</exception>
    public static SandboxToken Parse(string text)
    {
        var parts = text.StartsWith(Prefix, StringComparison.Ordinal) ? text[Prefix.Length..].Split('.') : [];
        if (parts.Length != 5
            || !Enum.TryParse<PaymentKind>(parts[0], ignoreCase: true, out var kind)
            || !Enum.TryParse<Scenario>(parts[1], ignoreCase: true, out var scenario))
            throw Unknown();

        var expires = int.TryParse(parts[4], NumberStyles.None, CultureInfo.InvariantCulture, out var yearMonth);
        var token = new SandboxToken(kind, scenario, parts[2], parts[3] == "-" ? null : parts[3],
            expires ? yearMonth % 100 : null, expires ? yearMonth / 100 : null);
        return token.ToString() == text ? token : throw Unknown();
    }

    private static GatewayRefused Unknown() => new("invalid_token", "payment_method", "This is no payment method of the sandbox.");
}
