using System.ComponentModel.DataAnnotations;
using Aura.Customers;
using Aura.Persistence;
using Aura.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.V2;

internal static class CustomerAddresses
{
    public static void MapCustomerAddresses(this RouteGroupBuilder api)
    {
        var addresses = api.MapGroup("/customers/{id}/addresses").WithTags("Customers").Scope("customers").Cached(TimeSpan.FromMinutes(1));
        addresses.MapGet("/", List);
        addresses.MapPost("/", Create);
        addresses.MapPut("/{addressId}", Update);
        addresses.MapDelete("/{addressId}", Delete);
        addresses.MapPost("/{addressId}/set-default", SetDefault);
    }

    private static async Task<AddressList> List(Id<Customer> id, AuraDb db, CancellationToken cancellation)
    {
        var customer = await db.Customers.Include(c => c.Addresses).Read(id, cancellation);
        return new([.. customer.Addresses.OrderBy(a => a.Id).Select(CustomerAddressResponse.Of)]);
    }

    private static async Task<Created<CustomerAddressResponse>> Create(
        Id<Customer> id, CustomerAddressBody request, AuraDb db, CancellationToken cancellation)
    {
        var customer = await Load(id, db, cancellation);
        var address = customer.Add(request.Type, request.ToAddress(), request.IsDefault);
        await Save(customer, db, cancellation);
        return TypedResults.Created($"/v2/customers/{id}/addresses/{new Id<CustomerAddress>(address.Id)}", CustomerAddressResponse.Of(address));
    }

    private static async Task<CustomerAddressResponse> Update(
        Id<Customer> id, Id<CustomerAddress> addressId, UpdateCustomerAddress request, AuraDb db, CancellationToken cancellation)
    {
        var customer = await Load(id, db, cancellation);
        var address = customer.Address(addressId);
        address.Move(request.Over(address.Content));
        request.Type.Apply(type => customer.Retype(address, type));
        request.IsDefault.Apply(wanted => { if (wanted) customer.Prefer(address); });
        await Save(customer, db, cancellation);
        return CustomerAddressResponse.Of(address);
    }

    private static async Task<NoContent> Delete(Id<Customer> id, Id<CustomerAddress> addressId, AuraDb db, CancellationToken cancellation)
    {
        var customer = await Load(id, db, cancellation);
        customer.Remove(customer.Address(addressId));
        await Save(customer, db, cancellation);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<CustomerAddressResponse>> SetDefault(Id<Customer> id, Id<CustomerAddress> addressId, AuraDb db, CancellationToken cancellation)
    {
        var customer = await Load(id, db, cancellation);
        var address = customer.Address(addressId);
        customer.Prefer(address);
        await Save(customer, db, cancellation);
        return TypedResults.Ok(CustomerAddressResponse.Of(address));
    }

    /// <summary>With all addresses: which is the default is a matter of all of them, and the customer's version guards it.</summary>
    private static Task<Customer> Load(Id<Customer> id, AuraDb db, CancellationToken cancellation) =>
        db.Load(db.Customers.Include(c => c.Addresses).Where(c => c.Id == id.Value), cancellation);

    private static Task Save(Customer customer, AuraDb db, CancellationToken cancellation)
    {
        db.Entry(customer).Property(c => c.UpdatedAt).IsModified = true;
        db.Publish("customer.updated", customer);
        return db.SaveChangesAsync(cancellation);
    }
}

public sealed record AddressList(IReadOnlyList<CustomerAddressResponse> Data);

public sealed record UpdateCustomerAddress
{
    [StringLength(200, MinimumLength = 1)] public Change<string> Line1 { get; init; }
    [StringLength(100, MinimumLength = 1)] public Change<string> City { get; init; }
    [RegularExpression("^[A-Za-z]{2}$", ErrorMessage = "Must be an ISO 3166-1 code such as US.")] public Change<string> Country { get; init; }
    public Change<AddressType> Type { get; init; }
    [StringLength(200)] public Change<string?> Name { get; init; }
    [StringLength(200)] public Change<string?> Company { get; init; }
    [StringLength(200)] public Change<string?> Line2 { get; init; }
    [StringLength(100)] public Change<string?> State { get; init; }
    [StringLength(20)] public Change<string?> Zip { get; init; }
    [StringLength(50)] public Change<string?> Phone { get; init; }

    /// <summary>True makes it the default; only another default ends that.</summary>
    public Change<bool> IsDefault { get; init; }

    public Address Over(Address current) => current with
    {
        Line1 = Line1.Or(current.Line1),
        City = City.Or(current.City),
        Country = Country.Or(current.Country).ToUpperInvariant(),
        Name = Name.Or(current.Name),
        Company = Company.Or(current.Company),
        Line2 = Line2.Or(current.Line2),
        State = State.Or(current.State),
        Zip = Zip.Or(current.Zip),
        Phone = Phone.Or(current.Phone),
    };
}
