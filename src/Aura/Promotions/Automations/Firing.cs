using Aura.Customers;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions.Automations;

/// <summary>Fires rules, each once per occurrence.</summary>
/// <remarks>SQL by hand: a firing locks the row of its rule and subject, and all that it reads and writes is under that lock; so of two
/// that fire at once one finds that the other has.</remarks>
internal static class Firing
{
    /// <returns>What was noted; null where the occurrence was settled before.</returns>
    public static Task<AutomationFiring?> Fire(this AuraDb db, Automation rule, Happening happening, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        var state = await Lock(db, rule.Id, happening.Subject, cancellation);
        var known = await db.AutomationFirings.Where(f => f.AutomationId == rule.Id && f.Subject == happening.Subject && f.OccurrenceKey == happening.Key)
            .Select(f => f.Outcome).ToListAsync(cancellation);
        if (happening.IsSettled ? known.Count > 0 : known.Contains(FiringOutcome.Fired))
            return null;
        if (rule.RefusalFor(state.Triggers, state.LastFiredAt, db.Now) is { } refusal)
            return known.Contains(refusal) ? null : await Note(db, rule, happening, refusal, null, cancellation);
        var offer = rule.IsPersonal ? await GiveCoupon(db, rule, happening, cancellation) : Open(db, rule, happening);
        await db.Database.ExecuteSqlAsync($"""
            UPDATE automation_subjects SET triggers = triggers + 1, last_fired_at = {db.Now}
            WHERE tenant_id = {db.Tenant} AND automation_id = {rule.Id} AND subject = {happening.Subject}
            """, cancellation);
        await db.Database.ExecuteSqlAsync(
            $"UPDATE automations SET trigger_count = trigger_count + 1, last_triggered_at = {db.Now} WHERE tenant_id = {db.Tenant} AND id = {rule.Id}", cancellation);
        return await Note(db, rule, happening, FiringOutcome.Fired, offer, cancellation);
    }, cancellation);

    /// <summary>Notes that something happened which the rule does not ask for.</summary>
    public static Task Miss(this AuraDb db, Automation rule, Happening happening, CancellationToken cancellation) => db.Database.ExecuteSqlAsync($"""
        INSERT INTO automation_firings (tenant_id, id, automation_id, subject, occurrence_key, outcome, customer_id, created_at)
        VALUES ({db.Tenant}, nextval('ids'), {rule.Id}, {happening.Subject}, {happening.Key}, {Words<FiringOutcome>.Of(FiringOutcome.ConditionNotMet)}, {happening.CustomerId}, {db.Now})
        ON CONFLICT DO NOTHING
        """, cancellation);

    private static async Task<State> Lock(AuraDb db, long rule, string subject, CancellationToken cancellation)
    {
        await db.Database.ExecuteSqlAsync(
            $"INSERT INTO automation_subjects VALUES ({db.Tenant}, {rule}, {subject}, 0, NULL) ON CONFLICT DO NOTHING", cancellation);
        return (await db.Database.SqlQuery<State>($"""
            SELECT triggers AS "Triggers", last_fired_at AS "LastFiredAt" FROM automation_subjects
            WHERE tenant_id = {db.Tenant} AND automation_id = {rule} AND subject = {subject} FOR UPDATE
            """).ToListAsync(cancellation)).Single();
    }

    private static async Task<AutomationFiring?> Note(
        AuraDb db, Automation rule, Happening happening, FiringOutcome outcome, Offer? offer, CancellationToken cancellation)
    {
        var firing = AutomationFiring.Of(rule, happening, outcome, offer, db.Now);
        db.Add(firing);
        if (offer is not null)
            db.Publish("automation.triggered", rule, new
            {
                rule.Name, FiringId = $"{new Id<AutomationFiring>(firing.Id)}", Occasion = Words<Occasion>.Of(rule.Occasion), PromotionId = $"{new Id<Promotion>(offer.PromotionId)}",
                CustomerId = happening.CustomerId is { } customer ? $"{new Id<Customer>(customer)}" : null, offer.Code, offer.ExpiresAt,
            });
        await db.SaveChangesAsync(cancellation);
        return firing;
    }

    /// <summary>A code for one use by the customer; by whoever has it where the customer is another shop's.</summary>
    private static async Task<Offer> GiveCoupon(AuraDb db, Automation rule, Happening happening, CancellationToken cancellation)
    {
        var isOwn = await db.Customers.AnyAsync(c => c.Id == happening.CustomerId, cancellation);
        var end = End(rule, happening, db.Now);
        var coupon = await db.Issue(rule.Promotion, null, new()
        {
            MaxUses = 1, ExpiresAt = end, CustomerId = isOwn ? happening.CustomerId : null, Metadata = new() { ["automation_id"] = $"{new Id<Automation>(rule.Id)}" },
        }, cancellation);
        return new(rule.PromotionId, coupon.Code, end);
    }

    /// <summary>Opens a copy of the promotion to all, on the product that it is about where the rule names no goods.</summary>
    private static Offer Open(AuraDb db, Automation rule, Happening happening)
    {
        var terms = rule.Promotion.Terms;
        var promotion = Promotion.Create(terms with
        {
            StartsAt = db.Now,
            EndsAt = End(rule, happening, db.Now),
            Products = terms.Products.Count == 0 && terms.Categories.Count == 0 && happening.ProductId is { } product ? [product] : terms.Products,
        }, PromotionSource.Automation);
        db.Start(promotion);
        db.Activate(promotion);
        return new(promotion.Id, null, promotion.EndsAt);
    }

    private static DateTime End(Automation rule, Happening happening, DateTime now) =>
        rule.DurationHours is { } hours ? now.AddHours((double)hours) : happening.EndsAt ?? rule.Promotion.EndsAt;

    private sealed record State(int Triggers, DateTime? LastFiredAt);
}
