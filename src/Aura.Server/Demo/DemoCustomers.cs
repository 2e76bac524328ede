using System.Globalization;
using System.Text;
using Aura.Customers;
using Aura.Persistence;

namespace Aura.Server.Demo;

/// <summary>A customer with what the year of orders wants to know about them.</summary>
/// <param name="Since">The day from which on they buy.</param>
/// <param name="Loyalty">1 to 12: how often they come, compared with the others.</param>
internal sealed record DemoBuyer(Customer Customer, Address Address, Currency Currency, DateTime Since, int Loyalty);

/// <summary>Invents the people who buy in the demo shop.</summary>
internal static class DemoCustomers
{
    public static List<DemoBuyer> Fill(AuraDb db, int count, DateTime opened, DateTime today, Dice dice)
    {
        var days = (int)(today - opened).TotalDays;
        var buyers = new List<DemoBuyer>();
        for (var i = 0; i < count; i++)
        {
            // A third knew the shop from the first day; the others found it over the year.
            var since = opened.AddDays(i % 3 == 0 ? dice.Below(7) : dice.Below(Math.Max(days - 2, 1))).AddMinutes(dice.Between(7 * 60, 23 * 60));
            var buyer = Invent(i, since, dice);
            db.Customers.Add(buyer.Customer).Property(c => c.CreatedAt).CurrentValue = since;
            buyers.Add(buyer);
        }

        return buyers;
    }

    private static DemoBuyer Invent(int number, DateTime since, Dice dice)
    {
        var people = DemoContent.People.Value;
        var country = dice.Pick(people.Countries, c => c.Weight);
        var (first, last) = (dice.Pick(country.First), dice.Pick(country.Last));
        var customer = Customer.Create(string.Create(CultureInfo.InvariantCulture, $"{Plain(first)}.{Plain(last)}{number + 1}@{dice.Pick(people.Mailboxes)}"));
        customer.Name(first, last);
        var phone = dice.Digits(country.Phone);
        if (dice.Chance(60))
            customer.Reach(phone);
        var address = Home(country, $"{first} {last}", phone, dice);
        customer.Add(AddressType.Shipping, address, true);
        if (dice.Chance(70))
            customer.Add(AddressType.Billing, address, true);

        var loyalty = dice.Chance(10) ? dice.Between(8, 12) : dice.Chance(35) ? dice.Between(3, 6) : 1;
        customer.Tag([.. loyalty >= 8 ? ["vip"] : Array.Empty<string>(), .. dice.Chance(40) ? ["newsletter"] : Array.Empty<string>()]);
        if (dice.Chance(4))
            customer.Annotate(dice.Pick(people.Notes));
        return new(customer, address, Currency.Of(country.Currency), since, loyalty);
    }

    private static Address Home(DemoCountry country, string name, string phone, Dice dice)
    {
        var city = dice.Pick(country.Cities);
        var number = dice.Between(1, 180).ToString(CultureInfo.InvariantCulture);
        return new()
        {
            Name = name,
            Line1 = country.Street.Replace("{n}", number).Replace("{street}", dice.Pick(country.Streets)),
            City = city[0]!, // the file has name and postal code of each
            State = city[1],
            Zip = dice.Digits(city[2]!),
            Country = country.Code,
            Phone = phone,
        };
    }

    /// <summary>Lower-case ASCII for a mailbox: "Lefèvre" is "lefevre", "Krüger" is "kruger", "van Dijk" is "vandijk".</summary>
    private static string Plain(string name) => string.Concat(name.Replace("ß", "ss").Replace('ı', 'i').Normalize(NormalizationForm.FormD)
        .Where(char.IsAsciiLetter).Select(char.ToLowerInvariant));
}
