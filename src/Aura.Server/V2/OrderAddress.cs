using System.ComponentModel.DataAnnotations;

namespace Aura.Server.V2;

/// <summary>An address as it stands on carts and orders, in requests and answers alike.</summary>
public sealed record OrderAddress(
    [StringLength(200, MinimumLength = 1)] string Line1,
    [StringLength(100, MinimumLength = 1)] string City,
    [RegularExpression("^[A-Za-z]{2}$", ErrorMessage = "Must be an ISO 3166-1 code such as US.")] string Country,
    [StringLength(200)] string? Name = null,
    [StringLength(200)] string? Company = null,
    [StringLength(200)] string? Line2 = null,
    [StringLength(100)] string? State = null,
    [StringLength(20)] string? Zip = null,
    [StringLength(50)] string? Phone = null)
{
    public Address ToAddress() => new()
    {
        Name = Name, Company = Company, Line1 = Line1, Line2 = Line2, City = City, State = State, Zip = Zip, Country = Country.ToUpperInvariant(), Phone = Phone,
    };

    public static OrderAddress? Of(Address? a) => a is null ? null : new(a.Line1, a.City, a.Country, a.Name, a.Company, a.Line2, a.State, a.Zip, a.Phone);
}
