using Aura.Persistence;
using Aura.Statistics;
using Microsoft.EntityFrameworkCore;

namespace Aura.Winback.Insights;

/// <summary>Something to do, with what it is about and what it might bring.</summary>
/// <param name="Action">For programs.</param>
/// <param name="Evidence">The figures that speak for it.</param>
/// <param name="Impact">In minor units of the store's currency for the period that was looked at; null: nothing that was measured says how much.</param>
public sealed record CartAdvice(string Title, string Action, string Evidence, Interval? Impact);

/// <summary>Advice by stated rules over what was measured; where nothing was measured there is none.</summary>
public static class CartAdvisor
{
    /// <summary>Fewer carts that were left give no advice.</summary>
    public const int LeastCarts = 30;

    public static async Task<IReadOnlyList<CartAdvice>> Advise(this AuraDb db, DateTime from, DateTime to, CancellationToken cancellation)
    {
        var all = await db.CartsOf(from, to, cancellation);
        if (all.Abandoned < LeastCarts)
            return [];
        var stages = (await db.CartsBy(CartGrouping.Stage, from, to, cancellation)).Where(group => group.Group is not null).ToDictionary(group => group.Group!);
        var reach = await db.Reach(from, to, cancellation);
        var advice = new List<CartAdvice?>
        {
            FailedPayments(stages.GetValueOrDefault("payment_failed"), all, await db.HasWorkflowFor("payment_failed", cancellation)),
            Unreachable(stages.GetValueOrDefault("cart"), stages.GetValueOrDefault("checkout"), all),
            Untold(reach),
            Reasons(await db.CartsBy(CartGrouping.Reason, from, to, cancellation), all),
        };
        return [.. advice.OfType<CartAdvice>().OrderByDescending(one => one.Impact?.Lower ?? 0)];
    }

    /// <summary>Carts of which a journey sent something, and those that could be reached and of which none did.</summary>
    private static Task<Reached> Reach(this AuraDb db, DateTime from, DateTime to, CancellationToken cancellation) => db.Database.SqlQuery<Reached>($"""
        SELECT count(*) FILTER (WHERE told) AS "Told", count(*) FILTER (WHERE told AND recovered_at IS NOT NULL) AS "ToldBought",
          count(*) FILTER (WHERE NOT told) AS "Untold", count(*) FILTER (WHERE NOT told AND recovered_at IS NOT NULL) AS "UntoldBought",
          coalesce(avg(value) FILTER (WHERE NOT told AND recovered_at IS NULL), 0)::double precision AS "Worth"
        FROM (
          SELECT c.recovered_at, c.value, EXISTS (SELECT FROM recovery_journeys j WHERE j.tenant_id = c.tenant_id AND j.cart_id = c.id AND j.messages > 0) AS told
          FROM watched_carts c
          WHERE c.tenant_id = {db.Tenant} AND c.created_at >= {from} AND c.created_at < {to} AND c.currency = {db.Caller.Currency.Code} AND c.abandoned_at IS NOT NULL AND c.has_contact) c
        """).SingleAsync(cancellation);

    private static async Task<bool> HasWorkflowFor(this AuraDb db, string stage, CancellationToken cancellation) =>
        (await db.RecoveryWorkflows.AsNoTracking().Where(w => w.Status == Recovery.WorkflowStatus.Active).Select(w => w.Triggers).ToListAsync(cancellation))
            .Exists(triggers => triggers.Any(trigger => trigger.Contains(stage, StringComparison.Ordinal)));

    private static CartAdvice? FailedPayments(CartGroup? failed, CartGroup all, bool isCovered) => failed is not { Abandoned: >= 5 } || isCovered ? null : new(
        "Ask those whose payment failed to try again", "create_workflow:abandonment == 'payment_failed'",
        FormattableString.Invariant($"{failed.Abandoned} of {all.Abandoned} carts were left after a failed payment, and no workflow is for them."), null);

    /// <summary>Carts without an address cannot be won back at all: those with one show what would be possible.</summary>
    private static CartAdvice? Unreachable(CartGroup? unknown, CartGroup? known, CartGroup all)
    {
        if (unknown is not { Abandoned: >= LeastCarts } || unknown.Abandoned * 2 < all.Abandoned)
            return null;
        var gain = known is { Abandoned: >= LeastCarts } ? TwoProportionTest.Of(unknown.Recovered, unknown.Abandoned, known.Recovered, known.Abandoned).Difference95() : (Interval?)null;
        var worth = unknown.Abandoned == unknown.Recovered ? 0 : (double)unknown.Lost / (unknown.Abandoned - unknown.Recovered);
        return new("Ask for the e-mail address earlier", "capture_email_earlier",
            FormattableString.Invariant($"{unknown.Abandoned} of {all.Abandoned} carts were left before anybody knew how to reach their owner."), Scaled(gain, worth * (unknown.Abandoned - unknown.Recovered)));
    }

    private static CartAdvice? Untold(Reached reach) => reach.Untold < LeastCarts ? null : new(
        "Write to those who can be reached", "create_workflow:has_email",
        FormattableString.Invariant($"{reach.Untold} carts were left by people who could be reached and got no message."),
        reach.Told < LeastCarts ? null : Scaled(TwoProportionTest.Of(reach.UntoldBought, reach.Untold, reach.ToldBought, reach.Told).Difference95(), reach.Worth * (reach.Untold - reach.UntoldBought)));

    private static CartAdvice? Reasons(List<CartGroup> reasons, CartGroup all) =>
        reasons.Where(reason => reason.Group is not null && reason.Abandoned >= 5).MaxBy(reason => reason.Abandoned) is { } first && first.Abandoned * 10 >= all.Abandoned
            ? new(FormattableString.Invariant($"Look at the reason that is given most: {first.Group}"), "review_reason",
                FormattableString.Invariant($"{first.Abandoned} of {all.Abandoned} carts were left for it."), null)
            : null;

    private static Interval Difference95(this TwoProportionTest test) => test.DifferenceInterval(0.05);

    private static Interval? Scaled(Interval? rate, double worth) => rate is { } known ? worth * known : null;

    private sealed record Reached(long Told, long ToldBought, long Untold, long UntoldBought, double Worth);
}
