using Aura.Customers;
using Aura.Messages;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Winback.Intent;

/// <summary>What to do about somebody, by how likely they buy and how they may be written to. A channel is named only where the send gate would let advertising pass:
/// it is switched on, there is an address, nobody has put it on the list of those not written to, and its owner has agreed.</summary>
public static class RecommendedActions
{
    private static readonly Channel[] Quickest = [Channel.Sms, Channel.Push, Channel.Email], Quietest = [Channel.Email, Channel.Push, Channel.Sms];

    public static string Of(Likelihood likelihood, IReadOnlyCollection<Channel> open)
    {
        string Through(Channel[] preferred, string when) => preferred.Where(open.Contains).Select(channel => $"send_{Words<Channel>.Of(channel)}_{when}").FirstOrDefault() ?? "remind_on_site";
        return likelihood switch
        {
            Likelihood.VeryHigh => Through(Quickest, "immediately"),
            Likelihood.High => Through(Quietest, "within_one_hour"),
            Likelihood.Medium => Through(Quietest, "with_incentive"),
            Likelihood.Low => "offer_help_on_site",
            _ => "no_action",
        };
    }

    /// <summary>Over which channels somebody may be sent advertising now, quiet hours and caps left out: these are of the moment of sending.</summary>
    public static async Task<List<Channel>> OpenChannels(this AuraDb db, Shopper shopper, CancellationToken cancellation)
    {
        var consents = await db.Consents.AsNoTracking().Where(c => c.ShopperId == shopper.Id).ToListAsync(cancellation);
        List<Channel> open = [];
        foreach (var setup in await db.AllChannels(cancellation))
            if (setup.Enabled && (Consent.Of(consents, setup.Channel) ?? setup.Consent == ConsentRule.Implied)
                && (await db.Reach(shopper, setup.Channel, cancellation)).Address is { } address && !await db.IsSuppressed(setup.Channel, address, cancellation))
                open.Add(setup.Channel);
        return open;
    }

    private static Task<bool> IsSuppressed(this AuraDb db, Channel channel, string address, CancellationToken cancellation)
    {
        var normal = Recipient.Normal(channel, address);
        return db.Suppressions.AnyAsync(s => s.Channel == channel && s.Address == normal, cancellation);
    }
}
