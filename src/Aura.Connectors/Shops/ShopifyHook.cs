using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Aura.Connectors.Shops;

/// <summary>A checkout as Shopify tells of it (<c>checkouts/create</c>, <c>checkouts/update</c>).</summary>
/// <param name="Keys">Whatever names it: its token, its number, the token of its cart.</param>
/// <param name="Total">What the goods cost after discounts, in major units.</param>
/// <param name="CompletedAt">When it became an order.</param>
/// <param name="Url">Where its owner goes on.</param>
public sealed record ShopifyCheckout(
    IReadOnlyList<string> Keys, ShopifyPerson Person, string Currency, decimal Total, IReadOnlyList<ShopifyLine> Lines, DateTime UpdatedAt, DateTime? CompletedAt, string? Url);

/// <summary>An order as Shopify tells of it (<c>orders/create</c>, <c>orders/updated</c>, <c>orders/cancelled</c>).</summary>
/// <param name="Keys">What names the checkout that it was; none for an order that was placed otherwise.</param>
/// <param name="Total">What the customer pays, in major units.</param>
public sealed record ShopifyOrder(
    string Id, IReadOnlyList<string> Keys, ShopifyPerson Person, string Currency, decimal Total, DateTime CreatedAt, DateTime UpdatedAt, DateTime? CancelledAt);

/// <param name="Id">Of the customer there.</param>
public sealed record ShopifyPerson(string? Id, string? Email, string? Phone, string? Name, string? Locale, string? Country);

/// <param name="Price">Of one unit.</param>
public sealed record ShopifyLine(string Title, string? Sku, int Quantity, decimal Price);

/// <summary>Reads what Shopify sends to webhooks. Source: Shopify Admin API, "Webhooks" and the resources Checkout and Order.</summary>
public static class ShopifyHook
{
    /// <summary>Whether the header <c>X-Shopify-Hmac-Sha256</c> is the base64 of HMAC-SHA256 over the raw body.</summary>
    public static bool IsSigned(ReadOnlySpan<byte> body, string? signature, string secret)
    {
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        return secret.Length > 0 && signature is not null && Convert.TryFromBase64String(signature, given, out var length) && length == given.Length &&
            CryptographicOperations.FixedTimeEquals(given, HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body));
    }

    /// <exception cref="FormatException">It is no checkout.</exception>
    public static ShopifyCheckout Checkout(JsonElement body) => new(
        Keys(body, "token", "id", "cart_token") is { Count: > 0 } keys ? keys : throw Wrong("token"), Person(body), Currency(body),
        Math.Max(0, Amount(body, "subtotal_price") ?? Amount(body, "total_price") ?? 0), [.. Lines(body)],
        Time(body, "updated_at") ?? Time(body, "created_at") ?? throw Wrong("updated_at"), Time(body, "completed_at"), Text(body, "abandoned_checkout_url"));

    /// <exception cref="FormatException">It is no order.</exception>
    public static ShopifyOrder Order(JsonElement body) => new(
        Text(body, "id") ?? throw Wrong("id"), Keys(body, "checkout_token", "checkout_id", "cart_token"), Person(body), Currency(body),
        Amount(body, "current_total_price") ?? Amount(body, "total_price") ?? throw Wrong("total_price"),
        Time(body, "created_at") ?? throw Wrong("created_at"), Time(body, "updated_at") ?? Time(body, "created_at") ?? throw Wrong("updated_at"), Time(body, "cancelled_at"));

    private static ShopifyPerson Person(JsonElement body)
    {
        var (customer, address) = (Part(body, "customer"), Part(body, "shipping_address") ?? Part(body, "billing_address"));
        var names = new[] { "first_name", "last_name" }.Select(name => customer is { } known ? Text(known, name) : null).OfType<string>();
        return new(
            customer is { } person ? Text(person, "id") : null,
            Text(body, "email") ?? Text(body, "contact_email") ?? (customer is { } writer ? Text(writer, "email") : null),
            Text(body, "phone") ?? (customer is { } caller ? Text(caller, "phone") : null) ?? (address is { } place ? Text(place, "phone") : null),
            string.Join(' ', names) is { Length: > 0 } name ? name : address is { } named ? Text(named, "name") : null,
            Text(body, "customer_locale"), address is { } home ? Text(home, "country_code") : null);
    }

    private static IEnumerable<ShopifyLine> Lines(JsonElement body)
    {
        if (body.TryGetProperty("line_items", out var lines) && lines.ValueKind == JsonValueKind.Array)
            foreach (var line in lines.EnumerateArray())
                if (line.ValueKind == JsonValueKind.Object && line.TryGetProperty("quantity", out var quantity) && quantity.TryGetInt32(out var count) && count > 0)
                    yield return new(Text(line, "title") ?? Text(line, "name") ?? "", Text(line, "sku"), count, Amount(line, "price") ?? 0);
    }

    private static List<string> Keys(JsonElement body, params string[] names) => [.. names.Select(name => Text(body, name)).OfType<string>().Distinct()];

    private static string Currency(JsonElement body) => Text(body, "currency") ?? Text(body, "presentment_currency") ?? throw Wrong("currency");

    private static JsonElement? Part(JsonElement body, string name) => body.TryGetProperty(name, out var part) && part.ValueKind == JsonValueKind.Object ? part : null;

    /// <summary>Numbers too, for ids are some; null for blank text.</summary>
    private static string? Text(JsonElement body, string name) => !body.TryGetProperty(name, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.String => value.GetString() is { } text && text.Trim() is { Length: > 0 } trimmed ? trimmed : null,
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    };

    private static decimal? Amount(JsonElement body, string name) =>
        decimal.TryParse(Text(body, name), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var amount) ? amount : null;

    private static DateTime? Time(JsonElement body, string name) =>
        DateTimeOffset.TryParse(Text(body, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.UtcDateTime : null;

    private static FormatException Wrong(string field) => new($"{field} is missing or cannot be read.");
}
