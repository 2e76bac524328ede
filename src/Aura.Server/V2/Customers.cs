using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using Aura.Customers;
using Aura.Orders;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.V2;

internal static class Customers
{
    private static readonly Listing<Customer, CustomerResponse> Shape = new Listing<Customer, CustomerResponse>(CustomerResponse.From)
        .Field("email", c => c.EmailKey, Found.Always)
        .Field("first_name", c => c.FirstName, Found.ByReading)
        .Field("last_name", c => c.LastName)
        .Field("phone", c => c.Phone)
        .Field("created_at", c => c.CreatedAt)
        .Field("updated_at", c => c.UpdatedAt)
        .Many("tags", tags => c => c.Tags.Any(tag => tags.Contains(tag)))
        .Search("email", text => c => EF.Functions.ILike(c.EmailKey, "%" + Expressions.Literal(text) + "%", Expressions.Escape), "Part of the e-mail address")
        .Search("name", text => c => EF.Functions.ILike((c.FirstName ?? "") + " " + (c.LastName ?? ""), "%" + Expressions.Literal(text) + "%", Expressions.Escape), "Part of the name")
        .Parameter("tags", "tags", "in", about: "Any of these tags, joined by commas")
        .Parameter("created_from", "created_at", "gte")
        .Parameter("created_to", "created_at", "lte")
        .Metadata(c => c.Metadata);

    public static void MapCustomers(this RouteGroupBuilder api)
    {
        var customers = api.MapGroup("/customers").WithTags("Customers").Scope("customers").Cached(TimeSpan.FromMinutes(1));
        customers.MapGet("/", List).Lists(Shape);
        customers.MapGet("/{id}", Show);
        customers.MapPost("/", Create);
        customers.MapPut("/{id}", Update);
        customers.MapDelete("/{id}", Delete);
    }

    private static Task<Listed<CustomerResponse>> List(ListRequest list, AuraDb db, CancellationToken cancellation) =>
        Shape.List(db.Customers, list, cancellation);

    private static async Task<CustomerProfile> Show(Id<Customer> id, AuraDb db, CancellationToken cancellation)
    {
        var customer = await Shape.Show(db.Customers, id, cancellation);
        return CustomerProfile.Of(customer, await db.Bought(id, cancellation));
    }

    internal static Task<Created<CustomerResponse>> Create(CreateCustomer request, AuraDb db, CancellationToken cancellation) =>
        db.Create(request.ToCustomer(), CustomerResponse.Of, customer => $"/v2/customers/{customer.Id}", cancellation, "customer.created");

    internal static Task<CustomerResponse> Update(Id<Customer> id, UpdateCustomer request, AuraDb db, CancellationToken cancellation) =>
        db.Change(db.Customers.Include(c => c.Addresses).Where(c => c.Id == id.Value), request.Apply, CustomerResponse.Of, cancellation, "customer.updated");

    internal static async Task<NoContent> Delete(Id<Customer> id, AuraDb db, CancellationToken cancellation)
    {
        await db.Delete(id, cancellation);
        await db.SaveChangesAsync(cancellation);
        return TypedResults.NoContent();
    }
}

public sealed record CreateCustomer(
    string Email,
    [StringLength(100)] string? FirstName = null,
    [StringLength(100)] string? LastName = null,
    [StringLength(50)] string? Phone = null,
    [MaxLength(50)] IReadOnlyList<CustomerAddressBody>? Addresses = null,
    IReadOnlyList<string>? Tags = null,
    [StringLength(5000)] string? Note = null,
    DateOnly? Birthday = null,
    bool TaxExempt = false,
    [StringLength(50)] string? TaxId = null,
    Dictionary<string, string>? Metadata = null)
{
    public Customer ToCustomer()
    {
        var customer = Customer.Create(Email);
        customer.Name(FirstName, LastName);
        customer.Reach(Phone);
        customer.Annotate(Note);
        customer.Born(Birthday);
        customer.Tag(Tags ?? []);
        customer.Tax(TaxExempt, TaxId);
        customer.Describe(Metadata ?? []);
        foreach (var address in Addresses ?? [])
            customer.Add(address.Type, address.ToAddress(), address.IsDefault);
        return customer;
    }
}

public sealed record UpdateCustomer
{
    public Change<string> Email { get; init; }
    [StringLength(100)] public Change<string?> FirstName { get; init; }
    [StringLength(100)] public Change<string?> LastName { get; init; }
    [StringLength(50)] public Change<string?> Phone { get; init; }
    public Change<IReadOnlyList<string>> Tags { get; init; }
    [StringLength(5000)] public Change<string?> Note { get; init; }
    public Change<DateOnly?> Birthday { get; init; }
    public Change<bool> TaxExempt { get; init; }
    [StringLength(50)] public Change<string?> TaxId { get; init; }
    public Change<Dictionary<string, string>> Metadata { get; init; }

    public void Apply(Customer customer)
    {
        Email.Apply(customer.ChangeEmail);
        customer.Name(FirstName.Or(customer.FirstName), LastName.Or(customer.LastName));
        Phone.Apply(customer.Reach);
        Tags.Apply(customer.Tag);
        Note.Apply(customer.Annotate);
        Birthday.Apply(customer.Born);
        customer.Tax(TaxExempt.Or(customer.TaxExempt), TaxId.Or(customer.TaxId));
        Metadata.Apply(customer.Describe);
    }
}

public sealed record CustomerAddressBody(
    [StringLength(200, MinimumLength = 1)] string Line1,
    [StringLength(100, MinimumLength = 1)] string City,
    [RegularExpression("^[A-Za-z]{2}$", ErrorMessage = "Must be an ISO 3166-1 code such as US.")] string Country,
    AddressType Type = AddressType.Shipping,
    [StringLength(200)] string? Name = null,
    [StringLength(200)] string? Company = null,
    [StringLength(200)] string? Line2 = null,
    [StringLength(100)] string? State = null,
    [StringLength(20)] string? Zip = null,
    [StringLength(50)] string? Phone = null,
    bool IsDefault = false)
{
    public Address ToAddress() => new()
    {
        Name = Name, Company = Company, Line1 = Line1, Line2 = Line2, City = City, State = State, Zip = Zip, Country = Country.ToUpperInvariant(), Phone = Phone,
    };
}

public sealed record CustomerAddressResponse(
    Id<CustomerAddress> Id, AddressType Type, string? Name, string? Company, string Line1, string? Line2, string City, string? State, string? Zip,
    string Country, string? Phone, bool IsDefault)
{
    public static CustomerAddressResponse Of(CustomerAddress a) => new(
        a.Id, a.Type, a.Content.Name, a.Content.Company, a.Content.Line1, a.Content.Line2, a.Content.City, a.Content.State, a.Content.Zip,
        a.Content.Country, a.Content.Phone, a.IsDefault);
}

public sealed record CustomerResponse(
    Id<Customer> Id, string Email, string? FirstName, string? LastName, string? Phone, IReadOnlyList<CustomerAddressResponse> Addresses,
    IReadOnlyList<string> Tags, string? Note, DateOnly? Birthday, bool TaxExempt, string? TaxId, Dictionary<string, string> Metadata,
    DateTime CreatedAt, DateTime UpdatedAt, int Version) : IVersioned
{
    public static readonly Expression<Func<Customer, CustomerResponse>> From = c => new(
        c.Id, c.Email, c.FirstName, c.LastName, c.Phone, c.Addresses.OrderBy(a => a.Id).Select(a => CustomerAddressResponse.Of(a)).ToList(),
        c.Tags, c.Note, c.Birthday, c.TaxExempt, c.TaxId, c.Metadata, c.CreatedAt, c.UpdatedAt, c.Version);

    public static readonly Func<Customer, CustomerResponse> Of = From.Compile();
}

/// <summary>A customer with a summary of what they bought.</summary>
public sealed record CustomerProfile(
    Id<Customer> Id, string Email, string? FirstName, string? LastName, string? Phone, IReadOnlyList<CustomerAddressResponse> Addresses,
    IReadOnlyList<string> Tags, string? Note, DateOnly? Birthday, bool TaxExempt, string? TaxId, Dictionary<string, string> Metadata,
    int OrdersCount, decimal TotalSpent, DateTime? LastOrderAt, IReadOnlyList<SpentResponse> Spent,
    DateTime CreatedAt, DateTime UpdatedAt, int Version) : IVersioned
{
    public static CustomerProfile Of(CustomerResponse c, PurchaseHistory bought) => new(
        c.Id, c.Email, c.FirstName, c.LastName, c.Phone, c.Addresses, c.Tags, c.Note, c.Birthday, c.TaxExempt, c.TaxId, c.Metadata,
        bought.Orders, bought.InStoreCurrency.Amount, bought.LastOrderAt, [.. bought.Spent.Select(spent => new SpentResponse(spent.Currency, spent.Amount))],
        c.CreatedAt, c.UpdatedAt, c.Version);
}

/// <summary>What somebody bought in one currency, less what was given back.</summary>
public sealed record SpentResponse(Currency Currency, decimal Amount);
