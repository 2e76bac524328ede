using Aura.Jobs;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Aura.Promotions.Automations;

internal static class AutomationServices
{
    public static void AddAutomations(this IServiceCollection services)
    {
        services.AddSingleton<IEventReader, AutomationReader>();
        services.AddJob<TakeEvent>();
        services.AddJob<TakeStock>();
        services.AddJob<TakeFact>();
        services.AddJob<SweepAutomation>();
    }
}

/// <summary>The steps of a rule's life.</summary>
public static class AutomationLife
{
    /// <summary>Starts a rule: what it gives to customers is active from now on, for whoever has a coupon.</summary>
    public static async Task Start(this AuraDb db, Automation rule, CancellationToken cancellation)
    {
        rule.Promotion.NeedsCoupon();
        db.Start(rule.Promotion);
        if (rule.IsPersonal)
            db.Activate(rule.Promotion);
        db.Add(rule);
        Sweep.Plan(db, rule, db.Now);
        await db.InTransaction(async () =>
        {
            await db.SaveChangesAsync(cancellation);
            await db.Watch(rule, cancellation);
        }, cancellation);
    }

    /// <summary>Saves what was changed of a rule, and looks at the world anew where it asks for something else, or again.</summary>
    public static async Task Revise(this AuraDb db, Automation rule, bool asksAnew, CancellationToken cancellation)
    {
        if (asksAnew)
            Sweep.Plan(db, rule, db.Now);
        await db.InTransaction(async () =>
        {
            await db.SaveChangesAsync(cancellation);
            if (asksAnew)
                await db.Watch(rule, cancellation);
        }, cancellation);
    }

    /// <summary>Deletes a rule with its firings. Coupons that it gave are worth nothing from then on; what it opened to all goes on to its end.</summary>
    public static async Task Withdraw(this AuraDb db, Automation rule, CancellationToken cancellation)
    {
        db.Remove(rule);
        await db.Withdraw(rule.Promotion, cancellation);
        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>Takes a fact of another shop.</summary>
    public static void Feed(this AuraDb db, AutomationFact fact)
    {
        db.Add(fact);
        db.Enqueue<TakeFact>(new TakeFact.Payload(fact.Id), key: FormattableString.Invariant($"{fact.Id}"));
    }

    /// <summary>Does now what is due now: facts that nobody has taken, and a look in the calendar.</summary>
    /// <returns>The active rules that were asked.</returns>
    public static async Task<int> Process(this AuraDb db, TriggerType? type, CancellationToken cancellation)
    {
        foreach (var fact in await db.AutomationFacts.AsNoTracking().Where(f => f.TakenAt == null).OrderBy(f => f.Id).ToListAsync(cancellation))
            await db.Take(fact, cancellation);
        var rules = await db.Rules().Where(r => type == null || r.TriggerType == type).OrderBy(r => r.Id).ToListAsync(cancellation);
        foreach (var rule in rules.Where(rule => rule.IsSwept))
            await Sweep.Run(db, rule, Sweep.Today(db), db.Now, cancellation);
        return rules.Count;
    }

    /// <summary>The firings that nobody was told of yet, oldest first; from now on somebody was.</summary>
    public static async Task<List<AutomationFiring>> Report(this AuraDb db, TriggerType? type, int most, CancellationToken cancellation)
    {
        var only = type is { } wanted ? Words<TriggerType>.Of(wanted) : null;
        var told = await db.AutomationFirings.FromSql($"""
            UPDATE automation_firings SET reported_at = {db.Now}
            WHERE (tenant_id, id) IN (
              SELECT f.tenant_id, f.id FROM automation_firings f JOIN automations a ON a.tenant_id = f.tenant_id AND a.id = f.automation_id
              WHERE f.tenant_id = {db.Tenant} AND f.outcome = 'fired' AND f.reported_at IS NULL AND ({only}::text IS NULL OR a.trigger_type = {only})
              ORDER BY f.id LIMIT {most} FOR UPDATE OF f)
            RETURNING *
            """).IgnoreQueryFilters().AsNoTracking().ToListAsync(cancellation);
        return [.. told.OrderBy(firing => firing.Id)];
    }
}
