using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Customers;

/// <summary>Somebody whom the store may win back: a customer of its own, or a person whom another shop knows by a reference.</summary>
public sealed class Shopper : StoreEntity, IAudited
{
    public static string Prefix => "shopper";
    public static string Noun => "customer";

    public const int MaxReference = 100;
    public const int MaxSegments = 50;

    /// <summary><c>customer_12</c> of the store's own customers; any text of others. Unique in the store.</summary>
    public string Reference { get; private set; } = "";

    /// <summary>The store's own customer, of whom the row knows nothing but this: see <see cref="ShopperRows.Contact"/>.</summary>
    public long? CustomerId { get; private set; }

    public string? Email { get; private set; }

    /// <summary>Lower case: what is searched.</summary>
    public string? EmailKey { get; private set; }

    public string? Phone { get; private set; }
    public string? Name { get; private set; }

    /// <summary>A language tag such as <c>en-GB</c>.</summary>
    public string? Locale { get; private set; }

    /// <summary>An IANA time zone such as <c>Europe/London</c>.</summary>
    public string? TimeZone { get; private set; }

    /// <summary>ISO 3166-1 alpha-2.</summary>
    public string? Country { get; private set; }

    /// <summary>What another shop says the person belongs to, lower case.</summary>
    public string[] Segments { get; private set; } = [];

    /// <exception cref="Refused">422 for a reference that is blank or longer than 100 characters.</exception>
    internal static Shopper Create(string reference, long? customer) => new() { Reference = Checked(reference), CustomerId = customer };

    /// <summary>Learns how to reach the person; what is null stays as it is.</summary>
    /// <exception cref="Refused">422 for text that is no e-mail address.</exception>
    public void Reach(string? email, string? phone, string? name)
    {
        if (email is not null)
        {
            Email = Customer.CheckedEmail(email, nameof(Email));
            EmailKey = Email.ToLowerInvariant();
        }

        (Phone, Name) = (phone ?? Phone, name ?? Name);
    }

    /// <summary>Learns where the person lives; what is null stays as it is.</summary>
    /// <exception cref="Refused">422 for a zone or country that is none.</exception>
    public void Live(string? locale, string? timeZone, string? country)
    {
        if (timeZone is not null && !TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out _))
            throw Refused.Invalid(nameof(TimeZone), "Must be a time zone such as Europe/London.");
        if (country is not null && !(country.Length == 2 && country.All(char.IsAsciiLetter)))
            throw Refused.Invalid(nameof(Country), "Must be a country code such as GB.");
        (Locale, TimeZone, Country) = (locale ?? Locale, timeZone ?? TimeZone, country?.ToUpperInvariant() ?? Country);
    }

    /// <exception cref="Refused">422 for more than 50 segments, or one that is longer than 100 characters.</exception>
    public void Join(IReadOnlyList<string> segments)
    {
        var named = segments.Select(segment => segment.Trim().ToLowerInvariant()).Where(segment => segment != "").Distinct().ToArray();
        if (named.Length > MaxSegments || named.Any(segment => segment.Length > 100))
            throw Refused.Invalid(nameof(Segments), $"At most {MaxSegments} segments of at most 100 characters.");
        Segments = named;
    }

    /// <summary>Nothing is left that says who it was; numbers that were counted stay.</summary>
    public void Forget()
    {
        if (Reference.Contains('@') || Reference.StartsWith('+') || Reference == Phone) // that itself says who it was
            Reference = $"anonymous_{Id}";
        (Email, EmailKey, Phone, Name, Locale, TimeZone, Country, Segments) = (null, null, null, null, null, null, null, []);
    }

    /// <summary>Nobody finds the row by the reference any more, and the store's customer is another person from now on.</summary>
    public void Vanish() => (Reference, CustomerId) = ($"erased_{Id}", null);

    internal static string Checked(string reference) => reference.Trim() is { Length: > 0 and <= MaxReference } text
        ? text
        : throw Refused.Invalid("CustomerId", $"Must have 1 to {MaxReference} characters.");
}

/// <summary>How to reach somebody, wherever that is kept.</summary>
public sealed record ShopperContact(string? Email, string? Phone, string? Name);

public static class ShopperRows
{
    /// <summary>The person of a reference, who is made where nobody had it yet. A customer of the store is known by <c>customer_12</c> and <c>cust_12</c>.</summary>
    /// <remarks>SQL by hand, for two may name somebody for the first time at once.</remarks>
    /// <exception cref="Refused">422 for a reference that is blank or too long.</exception>
    public static async Task<Shopper> ShopperOf(this AuraDb db, string reference, CancellationToken cancellation)
    {
        var (name, customer) = await db.Canonical(Shopper.Checked(reference), cancellation);
        if (await db.Shoppers.FirstOrDefaultAsync(s => s.Reference == name, cancellation) is { } known)
            return known;
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO shoppers (tenant_id, id, reference, customer_id, segments, created_at, updated_at, version)
            VALUES ({db.Tenant}, {db.NextId()}, {name}, {customer}, ARRAY[]::text[], {db.Now}, {db.Now}, 1) ON CONFLICT DO NOTHING
            """, cancellation);
        return await db.Shoppers.FirstAsync(s => s.Reference == name, cancellation);
    }

    /// <summary>The person of a reference; null where nobody has it.</summary>
    public static async Task<Shopper?> FindShopper(this AuraDb db, string reference, CancellationToken cancellation)
    {
        var (name, _) = await db.Canonical(reference.Trim(), cancellation);
        return await db.Shoppers.FirstOrDefaultAsync(s => s.Reference == name, cancellation);
    }

    /// <summary>The person who buys as this customer of the store.</summary>
    public static Task<Shopper> ShopperOf(this AuraDb db, Id<Customer> customer, CancellationToken cancellation) => db.ShopperOf(ReferenceOf(customer.Value), cancellation);

    /// <summary>How to reach a person: what the store's customer says, and of others what the row says.</summary>
    public static async Task<ShopperContact> Contact(this AuraDb db, Shopper shopper, CancellationToken cancellation) =>
        await db.Customers.AsNoTracking().FirstOrDefaultAsync(c => c.Id == shopper.CustomerId, cancellation) is { } customer
            ? new(customer.Email, customer.Phone, string.Join(' ', new[] { customer.FirstName, customer.LastName }.Where(part => !string.IsNullOrEmpty(part))) is { Length: > 0 } name ? name : null)
            : new(shopper.Email, shopper.Phone, shopper.Name);

    private static string ReferenceOf(long customer) => $"customer_{customer}";

    private static async Task<(string Reference, long? Customer)> Canonical(this AuraDb db, string reference, CancellationToken cancellation) =>
        Id<Customer>.ToNumber(reference) is { } number && await db.Customers.AnyAsync(c => c.Id == number, cancellation) ? (ReferenceOf(number), number) : (reference, null);
}

internal sealed class ShopperMapping : IEntityTypeConfiguration<Shopper>
{
    public void Configure(EntityTypeBuilder<Shopper> shopper)
    {
        shopper.HasIndex(s => new { s.TenantId, s.Reference }).IsUnique();
        shopper.HasIndex(s => new { s.TenantId, s.CustomerId }).IsUnique();
        shopper.HasIndex(s => new { s.TenantId, s.EmailKey });
    }
}
