using Aura.Customers;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Messages;

/// <summary>What somebody was written and has agreed to.</summary>
internal sealed class CorrespondenceData : IPersonalData
{
    public string Name => "messages";

    public async Task<object?> Export(AuraDb db, Shopper shopper, CancellationToken cancellation) => new
    {
        Consents = await db.Consents.AsNoTracking().Where(c => c.ShopperId == shopper.Id).OrderBy(c => c.Id)
            .Select(c => new { c.Type, c.Granted, c.Source, c.TextVersion, c.GivenAt }).ToListAsync(cancellation),
        Messages = (await db.Messages.AsNoTracking().Where(m => m.ShopperId == shopper.Id).OrderBy(m => m.Id).ToListAsync(cancellation))
            .Select(m => new { Channel = Words<Channel>.Of(m.Channel), State = Words<MessageState>.Of(m.State), m.Address, m.Subject, m.Text, m.SentAt, m.OpenedAt, m.ClickedAt }),
        Browsers = await db.PushSubscriptions.AsNoTracking().Where(p => p.ShopperId == shopper.Id).Select(p => p.Endpoint).ToListAsync(cancellation),
    };

    /// <summary>Texts and addresses go, queued messages are skipped. That somebody objected is kept under no name; so are suppressed addresses, or they would be written to again.</summary>
    public async Task<string?> Forget(AuraDb db, Shopper shopper, CancellationToken cancellation)
    {
        foreach (var message in await db.Messages.Where(m => m.ShopperId == shopper.Id).ToListAsync(cancellation))
            message.Forget();
        db.PushSubscriptions.RemoveRange(await db.PushSubscriptions.Where(p => p.ShopperId == shopper.Id).ToListAsync(cancellation));
        var contact = await db.Contact(shopper, cancellation);
        string[] addresses = [.. new[] { contact.Email?.ToLowerInvariant(), Recipient.Number(contact.Phone) }.OfType<string>()];
        return await db.Suppressions.AnyAsync(s => addresses.Contains(s.Address), cancellation)
            ? "An address that must not be written to stays on the list of those, and nowhere else." : null;
    }
}
