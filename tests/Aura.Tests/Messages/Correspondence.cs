using Aura.Customers;
using Aura.Messages;
using Aura.Persistence;
using Aura.Tests.Connectors.Messages;
using Aura.Accounts;
using Aura.Connectors.Messages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Aura.Tests.Messages;

/// <summary>What tests of messages do again and again.</summary>
internal static class Correspondence
{
    /// <summary>Somebody with an address and a number, who has agreed to everything.</summary>
    public static Task<long> Shopper(this Store store, string reference = "jane", bool? consent = true, string? zone = "UTC", string? email = null) => store.Database(async (db, _) =>
    {
        var shopper = await db.ShopperOf(reference, default);
        shopper.Reach(email ?? $"{reference}@example.com", "+15552223333", "Jane Doe");
        shopper.Live("en", zone, null);
        if (consent is { } granted)
            db.Consents.Add(Consent.Record(shopper, Consent.Marketing, granted, "test", db.Now));
        await db.SaveChangesAsync();
        return shopper.Id;
    });

    public static Task Queue(this Store store, MessageWish wish) => store.Database(db => db.Queue(wish, default));

    public static Task<List<Message>> Messages(this Store store) => store.Database((db, _) => db.Messages.AsNoTracking().OrderBy(m => m.Id).ToListAsync());

    public static Task Set(this Store store, Channel channel, Action<ChannelSetup> change) => store.Database(db => db.Configure(channel, change, default));

    /// <summary>Lets a channel go to a mail server that keeps what it gets.</summary>
    public static Task UseMailServer(this Store store, MailServer server, bool isTrap = true) => store.Database(async (db, services) => await db.Configure(Channel.Email, setup => setup.Use("smtp", new Dictionary<string, string?>
    {
        ["host"] = "localhost", ["port"] = $"{server.Port}", ["from"] = "shop@example.com", ["security"] = "none", ["catcher"] = isTrap ? "true" : null,
    }, null, services.GetRequiredService<KeyRing>(), services.GetRequiredService<MessageProviders>()), default));
}
