using System.ComponentModel.DataAnnotations;
using Aura.Accounts;
using Aura.Connectors;
using Aura.Customers;
using Aura.Messages;
using Aura.Persistence;
using Aura.Server.Http;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback;

/// <summary>Browsers in which customers want notifications.</summary>
internal static class PushSubscriptions
{
    public static void MapPushSubscriptions(this RouteGroupBuilder api)
    {
        var push = api.MapGroup($"{MultiChannel.Path}/push-subscriptions").WithTags("Messages").Scope("messages");
        push.MapPost("/", Create);
        push.MapDelete("/{id}", Delete);
    }

    /// <summary>To subscribe is to agree.</summary>
    private static async Task<MadePushSubscription> Create(CreatePushSubscription request, AuraDb db, OutboundAddresses addresses, CancellationToken cancellation)
    {
        if (addresses.Objection(request.Endpoint) is { } objection)
            throw Refused.Invalid(nameof(request.Endpoint), objection);
        var shopper = await db.ShopperOf(request.CustomerId, cancellation);
        if (await db.PushSubscriptions.FirstOrDefaultAsync(p => p.Endpoint == request.Endpoint, cancellation) is { } former)
            db.PushSubscriptions.Remove(former);
        await db.SaveChangesAsync(cancellation);
        var made = PushAddress.Create(shopper, request.Endpoint, request.Keys.P256dh, request.Keys.Auth, db.Now);
        db.PushSubscriptions.Add(made);
        db.Consents.Add(Consent.Record(shopper, Consent.TypeFor(Channel.Push), true, "push_subscription", db.Now));
        await db.SaveChangesAsync(cancellation);
        return new(true, made.Id);
    }

    private static async Task<DeletedPushSubscription> Delete(Id<PushAddress> id, AuraDb db, CancellationToken cancellation) =>
        await db.PushSubscriptions.Where(p => p.Id == id.Value).ExecuteDeleteAsync(cancellation) == 1 ? new(true, id) : throw Refused.NotFound(PushAddress.Noun);
}

/// <summary>As browsers write it, with whose it is.</summary>
public sealed record CreatePushSubscription([StringLength(Shopper.MaxReference, MinimumLength = 1)] string CustomerId, [StringLength(2000, MinimumLength = 1)] string Endpoint, PushKeys Keys);

/// <param name="P256dh">The browser's public key, base64url.</param>
public sealed record PushKeys([RegularExpression("^[A-Za-z0-9_-]{87,88}=?$")] string P256dh, [RegularExpression("^[A-Za-z0-9_-]{22}={0,2}$")] string Auth);

public sealed record MadePushSubscription(bool Success, Id<PushAddress> SubscriptionId);

public sealed record DeletedPushSubscription(bool Deleted, Id<PushAddress> SubscriptionId);
