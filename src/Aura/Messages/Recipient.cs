using Aura.Customers;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using NodaTime;

namespace Aura.Messages;

/// <summary>Whom a message goes to, as far as sending must know.</summary>
/// <param name="Address">In the form that the provider takes; null: there is none for the channel.</param>
/// <param name="Zones">Where the clock may be looked at: one where the zone is known, else those of the country.</param>
public sealed record Recipient(string? Address, string? Name, string? Locale, IReadOnlyList<DateTimeZone> Zones)
{
    /// <summary>One spelling for one address: e-mail in lower case, numbers without anything between the digits.</summary>
    public static string Normal(Channel channel, string address) => channel switch
    {
        Channel.Email => address.Trim().ToLowerInvariant(),
        Channel.Sms => Number(address) ?? address.Trim(),
        _ => address.Trim(),
    };

    /// <summary>The same of what a caller wrote, who is told where it is no address.</summary>
    /// <exception cref="Refused">422 for text that is no e-mail address, or no number with its country.</exception>
    public static string Demand(Channel channel, string address, string field) => channel switch
    {
        Channel.Email when !Customer.IsEmail(address.Trim()) => throw Refused.Invalid(field, "Must be a valid email address."),
        Channel.Sms when Number(address) is null => throw Refused.Invalid(field, "Must be a telephone number with its country, such as +12025550123."),
        _ => Normal(channel, address),
    };

    /// <summary>A number in E.164, or null for text that is none. A number without its country is none.</summary>
    public static string? Number(string? phone)
    {
        if (phone is null)
            return null;
        var digits = string.Concat(phone.Where(char.IsAsciiDigit));
        var only = phone.Trim().All(c => char.IsAsciiDigit(c) || " +-()./".Contains(c, StringComparison.Ordinal));
        var number = phone.Trim().StartsWith('+') ? digits : digits.StartsWith("00", StringComparison.Ordinal) ? digits[2..] : "";
        return only && number.Length is >= 8 and <= 15 && number[0] != '0' ? $"+{number}" : null;
    }
}

public static class Recipients
{
    /// <summary>Where somebody is reached over a channel.</summary>
    public static async Task<Recipient> Reach(this AuraDb db, Shopper shopper, Channel channel, CancellationToken cancellation)
    {
        var contact = await db.Contact(shopper, cancellation);
        var address = channel switch
        {
            Channel.Email => contact.Email,
            Channel.Sms => Recipient.Number(contact.Phone),
            _ => (await db.PushSubscriptions.AsNoTracking().Where(s => s.ShopperId == shopper.Id).OrderByDescending(s => s.Id).FirstOrDefaultAsync(cancellation))?.ToJson(),
        };
        return new(address, contact.Name, shopper.Locale, RecipientZones.Of(shopper.TimeZone, await db.CountryOf(shopper, cancellation), db.Caller.Settings.TimeZone));
    }

    /// <summary>Of a customer of the store whose row does not say: that of an address of theirs.</summary>
    private static async Task<string?> CountryOf(this AuraDb db, Shopper shopper, CancellationToken cancellation) => shopper.Country ??
        (shopper.CustomerId is not { } customer ? null :
        (await db.CustomerAddresses.AsNoTracking().Where(a => a.CustomerId == customer).OrderByDescending(a => a.IsDefault).ThenBy(a => a.Id).FirstOrDefaultAsync(cancellation))?.Content.Country);
}
