using System.Text.RegularExpressions;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Customers;

/// <summary>Somebody who buys. Known by an e-mail address, of which a store has each only once.</summary>
public sealed partial class Customer : StoreEntity, IAudited
{
    public static string Prefix => "cust";
    public static string[] OtherPrefixes => ["customer"];
    public static string Noun => "customer";

    public const int MaxTags = 250;
    private readonly List<CustomerAddress> addresses = [];

    public string Email { get; private set; } = "";

    /// <summary>Lower case: what is unique and searched.</summary>
    public string EmailKey { get; private set; } = "";

    public string? FirstName { get; private set; }
    public string? LastName { get; private set; }
    public string? Phone { get; private set; }
    public string? Note { get; private set; }
    public DateOnly? Birthday { get; private set; }
    public string[] Tags { get; private set; } = [];
    public bool TaxExempt { get; private set; }

    /// <summary>VAT or sales tax number; with one, a business in another country may owe the tax itself.</summary>
    public string? TaxId { get; private set; }

    public Dictionary<string, string> Metadata { get; private set; } = [];

    public IReadOnlyList<CustomerAddress> Addresses => addresses;

    /// <exception cref="Refused">422 for text that is no e-mail address.</exception>
    public static Customer Create(string email)
    {
        var customer = new Customer();
        customer.ChangeEmail(email);
        return customer;
    }

    /// <summary>Nothing is left that says who it was: for orders that have to keep their customer.</summary>
    public void Anonymize()
    {
        ChangeEmail($"erased-{Id}@erased.invalid");
        (FirstName, LastName, Phone, Note, Birthday, TaxId) = (null, null, null, null, null, null);
        (Tags, Metadata) = ([], []);
        addresses.Clear();
    }

    public void ChangeEmail(string email)
    {
        Email = CheckedEmail(email, nameof(Email));
        EmailKey = Email.ToLowerInvariant();
    }

    internal static string CheckedEmail(string email, string field) =>
        email.Trim() is var text && IsEmail(text) ? text : throw Refused.Invalid(field, "Must be a valid email address.");

    /// <summary>Whether a text is written as e-mail addresses are; nobody is asked whether it exists.</summary>
    public static bool IsEmail(string text) => EmailPattern.IsMatch(text);

    public void Name(string? first, string? last) => (FirstName, LastName) = (first, last);

    public void Reach(string? phone) => Phone = phone;

    public void Born(DateOnly? birthday) => Birthday = birthday;

    public void Annotate(string? note) => Note = note;

    /// <exception cref="Refused">422 for more than 250 tags or one over 50 characters.</exception>
    public void Tag(IReadOnlyList<string> tags)
    {
        var distinct = tags.Select(tag => tag.Trim().ToLowerInvariant()).Where(tag => tag != "").Distinct().ToArray();
        if (distinct.Length > MaxTags || distinct.Any(tag => tag.Length > 50))
            throw Refused.Invalid(nameof(Tags), $"At most {MaxTags} tags of at most 50 characters.");
        Tags = distinct;
    }

    public void Tax(bool exempt, string? taxId) => (TaxExempt, TaxId) = (exempt, taxId);

    public void Describe(Dictionary<string, string> metadata) => Metadata = Aura.Metadata.Checked(metadata);

    /// <summary>Adds an address; the first of a type is the default.</summary>
    public CustomerAddress Add(AddressType type, Address content, bool isDefault)
    {
        var address = CustomerAddress.Create(type, content);
        addresses.Add(address);
        if (isDefault || addresses.Count(a => a.Type == type) == 1)
            Prefer(address);
        return address;
    }

    /// <summary>Makes an address the default of its type, and no other.</summary>
    public void Prefer(CustomerAddress address)
    {
        foreach (var other in addresses.Where(a => a.Type == address.Type))
            other.IsDefault = other == address;
    }

    /// <summary>Makes a shipping address a billing address or the other way round; both sides keep a default.</summary>
    public void Retype(CustomerAddress address, AddressType type)
    {
        if (type == address.Type)
            return;
        Remove(address);
        address.Type = type;
        addresses.Add(address);
        address.IsDefault = addresses.Count(a => a.Type == type) == 1;
    }

    /// <summary>Removes an address; if it was the default, the oldest that is left becomes it.</summary>
    public void Remove(CustomerAddress address)
    {
        addresses.Remove(address);
        if (address.IsDefault && addresses.Where(a => a.Type == address.Type).MinBy(a => a.Id) is { } next)
            Prefer(next);
    }

    /// <exception cref="Refused">404 where the customer has no such address.</exception>
    public CustomerAddress Address(Id<CustomerAddress> id) =>
        addresses.FirstOrDefault(a => a.Id == id.Value) ?? throw Refused.NotFound(CustomerAddress.Noun);

    [GeneratedRegex(@"^(?=.{3,254}$)[^\s@,;<>""]+@[^\s@,;<>""]+\.[^\s@,;<>"".]{2,}$")]
    private static partial Regex EmailPattern { get; }
}

public enum AddressType
{
    Shipping,
    Billing,
}

public sealed class CustomerAddress : StoreEntity, IAudited
{
    public static string Prefix => "addr";
    public static string Noun => "address";

    public long CustomerId { get; private set; }
    public AddressType Type { get; internal set; }
    public Address Content { get; private set; } = new();
    public bool IsDefault { get; internal set; }

    internal static CustomerAddress Create(AddressType type, Address content) => new() { Type = type, Content = content };

    public void Move(Address content) => Content = content;
}

internal sealed class CustomerMapping : IEntityTypeConfiguration<Customer>
{
    public void Configure(EntityTypeBuilder<Customer> customer)
    {
        customer.HasIndex(c => new { c.TenantId, c.EmailKey }).IsUnique();
        customer.HasMany(c => c.Addresses).WithOne().HasForeignKey(a => new { a.TenantId, a.CustomerId });
        customer.Navigation(c => c.Addresses).HasField("addresses");
    }
}

internal sealed class CustomerAddressMapping : IEntityTypeConfiguration<CustomerAddress>
{
    public void Configure(EntityTypeBuilder<CustomerAddress> address) => address.Property(a => a.Content).Json();
}
