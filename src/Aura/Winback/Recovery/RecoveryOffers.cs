using Aura.Messages;
using Aura.Persistence;
using Aura.Promotions;
using Aura.Promotions.Engine;
using Aura.Winback.Incentives;
using Microsoft.EntityFrameworkCore;

namespace Aura.Winback.Recovery;

/// <summary>The coupons that workflows give: of a promotion, for one use, bound to the customer where the cart has one.</summary>
public static class RecoveryOffers
{
    /// <summary>Sees that what the steps of a workflow name is there, and makes a promotion for each discount that names none. To be saved by the caller.</summary>
    /// <exception cref="Refused">422 for a promotion or template that is not there, or a template that says nothing over the channel.</exception>
    public static async Task PrepareOffers(this AuraDb db, RecoveryWorkflow workflow, CancellationToken cancellation)
    {
        foreach (var (index, step) in workflow.Plan.Steps.Index())
            if (step.PromotionId is { } named && !await db.Promotions.AnyAsync(p => p.Id == named, cancellation))
                throw Refused.Invalid($"Actions[{index}].PromotionId", "There is no such promotion.");
            else if (step.IncentiveId is { } rule && !await db.Incentives.AnyAsync(i => i.Id == rule, cancellation))
                throw Refused.Invalid($"Actions[{index}].IncentiveId", "There is no such incentive.");
            else if (step is { Template: { } template, IsMessage: true })
                await db.DemandTemplate(template, RecoveryMessages.ChannelOf(step.Type), $"Actions[{index}].TemplateId", cancellation);
        if (workflow.Plan.Steps.Any(Needs))
            workflow.Do(new([.. workflow.Plan.Steps.Select(step => Needs(step) ? step with { PromotionId = db.Offer(workflow, step) } : step)]));
    }

    /// <summary>A coupon for the owner of a cart; null where the promotion is over.</summary>
    internal static async Task<string?> GiveCoupon(this AuraDb db, Journey journey, WatchedCart cart, WorkflowStep step, CancellationToken cancellation)
    {
        if (step.IncentiveId is { } rule)
            return await db.Decide(rule, journey, cart, promotion => db.Coupon(promotion, journey, cart, step, cancellation), cancellation);
        if (await db.Promotions.FirstOrDefaultAsync(p => p.Id == step.PromotionId, cancellation) is not { } promotion || promotion.StatusAt(db.Now) != PromotionStatus.Active)
            return null;
        return await db.Coupon(promotion, journey, cart, step, cancellation);
    }

    private static async Task<string> Coupon(this AuraDb db, Promotion promotion, Journey journey, WatchedCart cart, WorkflowStep step, CancellationToken cancellation)
    {
        var coupon = await db.Issue(promotion, null, new()
        {
            MaxUses = 1,
            ExpiresAt = db.Now.AddHours(step.ValidHours ?? WorkflowStep.UsualValidHours),
            CustomerId = await db.BuyerOf(cart, cancellation),
            Metadata = new() { ["journey_id"] = $"{new Id<Journey>(journey.Id)}" },
        }, cancellation);
        return coupon.Code;
    }

    private static async Task DemandTemplate(this AuraDb db, string reference, Channel channel, string field, CancellationToken cancellation)
    {
        try
        {
            (await db.Template(reference, cancellation)).Demand(channel);
        }
        catch (Refused refused)
        {
            throw Refused.Invalid(field, refused.Message);
        }
    }

    /// <summary>Who will check out: a guest of the store has no number, even if the address is a customer's.</summary>
    private static Task<long?> BuyerOf(this AuraDb db, WatchedCart cart, CancellationToken cancellation) => cart.Source == CartSource.Store
        ? db.Carts.Where(c => c.Id == cart.Id).Select(c => c.CustomerId).FirstOrDefaultAsync(cancellation)
        : db.Shoppers.Where(s => s.Id == cart.ShopperId).Select(s => s.CustomerId).FirstOrDefaultAsync(cancellation);

    private static bool Needs(WorkflowStep step) => step is { Type: StepType.ApplyDiscount, PromotionId: null, IncentiveId: null };

    private static long Offer(this AuraDb db, RecoveryWorkflow workflow, WorkflowStep step) =>
        db.BeginOffer($"Recovery: {workflow.Name}", PromotionType.PercentageDiscount, DiscountType.Percentage, step.Percent ?? WorkflowStep.UsualPercent, null).Id;

    /// <summary>A promotion that is given by coupons alone, from now on. To be saved by the caller.</summary>
    /// <param name="most">What it takes off an order at most, in major units; null: no limit.</param>
    internal static Promotion BeginOffer(this AuraDb db, string name, PromotionType type, DiscountType discount, decimal value, decimal? most)
    {
        var promotion = Promotion.Create(new(name.Beginning(200), type, discount, value, db.Caller.Currency, db.Now, Promotion.NoEnd)
        {
            RequiresCoupon = true,
            MaximumDiscountAmount = most,
        }, PromotionSource.Automation);
        db.Start(promotion);
        db.Activate(promotion);
        return promotion;
    }
}
