using System.Globalization;
using Aura.Accounts;
using Aura.Jobs;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Monitoring;

/// <summary>Looks at every store's alerts, on one of the servers at a time.</summary>
/// <remarks>Whoever moves the next time forward, by a conditional UPDATE, looks: as recurring jobs are run.</remarks>
public sealed class AlertWatch(IDbContextFactory<AuraDb> contexts, AccessDirectory access, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>Watches until it is told to stop.</summary>
    public async Task Run(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await Look(stopping);
            await Task.Delay(Pause, time, stopping);
        }
    }

    private async Task Look(CancellationToken cancellation)
    {
        await using var db = (await contexts.CreateDbContextAsync(cancellation)).Enter(Caller.Server, time);
        if (await db.Database.ExecuteSqlAsync($"""
            INSERT INTO schedules AS s (name, next_at) VALUES ('alerts.watch', now() + {Pause})
            ON CONFLICT (name) DO UPDATE SET next_at = now() + {Pause} WHERE s.next_at <= now()
            """, cancellation) == 0)
            return;
        foreach (var tenant in await db.AlertRules.IgnoreQueryFilters().Where(rule => rule.Enabled).Select(rule => rule.TenantId).Distinct().ToListAsync(cancellation))
            if (await access.Store(tenant, cancellation) is { } store)
                await Evaluate(db.Enter(Caller.System(store), time), cancellation);
    }

    /// <summary>Looks at the alerts of the context's store now.</summary>
    public static async Task Evaluate(AuraDb db, CancellationToken cancellation)
    {
        foreach (var rule in await db.AlertRules.Where(rule => rule.Enabled).OrderBy(rule => rule.Id).ToListAsync(cancellation))
        {
            if (!rule.Judge(await StoreMetrics.Now(db, rule.Metric, TimeSpan.FromMinutes(rule.WindowMinutes), cancellation), db.Now))
                continue;
            var facts = new { rule.Name, rule.Metric, Operator = Words<AlertOperator>.Of(rule.Operator), rule.Threshold, rule.Value };
            db.Publish(rule.Status == AlertStatus.Firing ? "alert.firing" : "alert.resolved", rule, facts);
            if (rule.Channels.Contains("slack"))
                db.Enqueue<TellSlack>(new TellSlack.Order(Sentence(rule)), lane: "slack");
            foreach (var address in rule.Addresses)
                db.Enqueue<TellByEmail>(new TellByEmail.Order(address, rule.Name, Sentence(rule)));
        }

        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateConcurrencyException)
        {
            // Somebody changed a rule meanwhile. All of them are looked at again in a few seconds.
        }

        db.ChangeTracker.Clear();
    }

    private static string Sentence(AlertRule rule) => rule.Status == AlertStatus.Firing
        ? $"{rule.Name}: {rule.Metric} is {rule.Value:0.####}, the threshold is {rule.Threshold:0.####}."
        : $"{rule.Name} is over: {rule.Metric} is {rule.Value:0.####}.";
}
