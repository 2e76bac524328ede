using System.Globalization;
using Aura.Accounts;
using Aura.Messages;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Winback.Recovery;

/// <summary>The messages of journeys. Whether and when one is sent is the business of the gate.</summary>
internal sealed class RecoveryMessages(AuraDb db, KeyRing ring, PublicAddress address)
{
    /// <summary>What is said first, next, and from then on.</summary>
    private static readonly string[] Usual = ["template_recovery_001", "template_recovery_002", "template_recovery_003"];

    /// <summary>Asks for the message of a step, in the transaction that takes the step.</summary>
    /// <returns>Whether there is anybody to send it to.</returns>
    public async Task<bool> Ask(Journey journey, WatchedCart cart, WorkflowStep step, CancellationToken cancellation)
    {
        if (cart.ShopperId is null)
            return false;
        var wish = new MessageWish(cart.ShopperId, ChannelOf(step.Type), step.Template ?? Usual[Math.Min(journey.Messages, Usual.Length - 1)], KeyOf(journey.Id, journey.Done))
        {
            Values = ValuesOf(cart, journey),
            Exit = new(RecoveryExit.Called, FormattableString.Invariant($"{journey.Id}")),
        };
        try
        {
            await db.Queue(wish, cancellation);
        }
        catch (Refused) when (step.Template is not null) // it was changed or deleted since the workflow was saved
        {
            await db.Queue(wish with { Template = Usual[0] }, cancellation);
        }

        return true;
    }

    public static Channel ChannelOf(StepType step) => step switch
    {
        StepType.SendEmail => Channel.Email,
        StepType.SendSms => Channel.Sms,
        StepType.SendPush => Channel.Push,
        _ => throw new ArgumentOutOfRangeException(nameof(step), step, "This sends nothing."),
    };

    public static string KeyOf(long journey, int step) => FormattableString.Invariant($"journey:{journey}:{step}");

    private Dictionary<string, object?> ValuesOf(WatchedCart cart, Journey journey) => new()
    {
        ["cartValue"] = new Money(cart.Value, cart.Currency).Formatted(CultureInfo.GetCultureInfo("en-US")),
        ["cartItems"] = cart.Contents.Count,
        ["items"] = cart.Contents.Items.Select(item => new { name = item.Name, quantity = item.Quantity }).ToList(),
        ["discountCode"] = journey.CouponCode,
        ["url"] = $"{address.Base}{RecoveryLink.Path}/{RecoveryLink.TokenFor(journey, ring, db.Now)}",
    };
}

/// <summary>Asked when a message of a journey is about to go: the customer may have bought since it was asked for.</summary>
internal sealed class RecoveryExit : IExitCondition
{
    public const string Called = "recovery";

    public string Name => Called;

    public async Task<string?> ReasonNotToSend(AuraDb db, Message message, CancellationToken cancellation)
    {
        if (!long.TryParse(message.ExitSubject, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ||
            await db.RecoveryJourneys.AsNoTracking().FirstOrDefaultAsync(j => j.Id == id, cancellation) is not { } journey ||
            await db.WatchedCarts.AsNoTracking().FirstOrDefaultAsync(c => c.Id == journey.CartId, cancellation) is not { } cart)
            return "workflow_deleted";
        if (journey.Exit is { } left)
            return Words<JourneyExit>.Of(left);
        if (await db.ExitOf(cart, cancellation) is { } exit)
            return Words<JourneyExit>.Of(exit);
        return await db.IsBack(cart, message.CreatedAt, cancellation) ? "customer_returned"
            : await db.PaymentOf(cart, cancellation) == CartPayment.Pending ? "payment_pending"
            : null;
    }
}
