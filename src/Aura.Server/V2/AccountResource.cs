using Aura.Accounts;
using Aura.Persistence;
using Aura.Server.Http;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.V2;

/// <summary>The account of the caller: its plan, limits and usage.</summary>
internal static class AccountResource
{
    public static void MapAccount(this RouteGroupBuilder api)
    {
        var account = api.MapGroup("/account").WithTags("Account").Scope("account");
        account.MapGet("/", Show);
        account.MapPatch("/", Update);
    }

    private static async Task<AccountResponse> Show(AuraDb db, TimeProvider time, CancellationToken cancellation) =>
        await Shaped(db, await Own(db, cancellation), time, cancellation);

    private static async Task<AccountResponse> Update(
        UpdateAccount request, AuraDb db, AccessDirectory access, TimeProvider time, CancellationToken cancellation)
    {
        var account = await Own(db, cancellation);
        request.Plan.Apply(account.Choose);
        request.Settings.Apply(account.Set);
        db.Audit(Account.Noun, "updated", account, account.Id);
        await db.SaveChangesAsync(cancellation);
        access.Forget();
        return await Shaped(db, account, time, cancellation);
    }

    private static Task<Account> Own(AuraDb db, CancellationToken cancellation) =>
        db.Accounts.SingleAsync(a => a.Id == db.Caller.AccountId, cancellation);

    private static async Task<AccountResponse> Shaped(AuraDb db, Account account, TimeProvider time, CancellationToken cancellation)
    {
        var limits = PlanLimits.Of(account.Plan);
        var usage = await RequestUsage.Of(db, account.Id, time.GetUtcNow().UtcDateTime, cancellation);
        return new(
            account.Id, account.Name, account.Plan,
            new(account.PerHour, account.PerDay, limits.StorageBytes, limits.AuditDays, limits.SupportHours),
            usage, account.Settings, account.CreatedAt);
    }
}

public sealed record UpdateAccount
{
    public Change<Plan> Plan { get; init; }
    public Change<Dictionary<string, string>> Settings { get; init; }
}

public sealed record AccountResponse(
    Id<Account> Id, string Name, Plan Plan, AccountLimits Limits, RequestUsage Usage, Dictionary<string, string> Settings, DateTime CreatedAt);

/// <summary>Null: unlimited.</summary>
public sealed record AccountLimits(int? Hour, int? Day, long? StorageBytes, int AuditRetentionDays, int SupportResponseHours);

/// <summary>Requests admitted in the current hour and day. Not counted where there is no limit.</summary>
public sealed record RequestUsage(long Hour, long Day)
{
    public static async Task<RequestUsage> Of(AuraDb db, long subject, DateTime now, CancellationToken cancellation)
    {
        var (hour, day) = (now.Date.AddHours(now.Hour), now.Date);
        var used = await db.Database.SqlQuery<SpanUsage>($"""
            SELECT span AS "Span", used AS "Used" FROM rate_windows
            WHERE subject = {subject} AND ((span = 'hour' AND starts_at = {hour}) OR (span = 'day' AND starts_at = {day}))
            """).ToDictionaryAsync(row => row.Span, row => row.Used, cancellation);
        return new(used.GetValueOrDefault("hour"), used.GetValueOrDefault("day"));
    }

    private sealed record SpanUsage(string Span, long Used);
}
