using System.Security.Cryptography;
using System.Text;

namespace Aura.Promotions;

/// <summary>Tells whether two buyers are one, be they customers or guests: limits per customer count by it.</summary>
public static class CustomerKey
{
    /// <summary>The same for every spelling of an address that reaches one mailbox: case, a tag behind a plus, dots at Gmail.</summary>
    /// <returns>SHA-256 of store and address, 43 characters; null without an address.</returns>
    public static string? Of(long tenant, string? email) => email is null
        ? null
        : Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{tenant}:{Canonical(email)}")))).TrimEnd('=');

    /// <summary>Stands for the address of a customer whom only another system knows.</summary>
    public static string ByNumber(long customer) => FormattableString.Invariant($"customer:{customer}");

    public static string Canonical(string email)
    {
        email = email.Trim().ToLowerInvariant();
        var at = email.LastIndexOf('@');
        if (at < 1)
            return email;
        var (name, host) = (email[..at], email[(at + 1)..]);
        var plus = name.IndexOf('+', StringComparison.Ordinal);
        if (plus > 0)
            name = name[..plus];
        if (host is "gmail.com" or "googlemail.com")
            (name, host) = (name.Replace(".", "", StringComparison.Ordinal), "gmail.com");
        return $"{name}@{host}";
    }
}
