using System.Collections.Concurrent;
using System.Globalization;
using Aura.Accounts;
using Npgsql;

namespace Aura.Server.Http;

/// <summary>Counts requests per hour and day, for an account or for a key with limits of its own, across all servers.</summary>
/// <remarks>
/// Each server takes requests from the shared window in leases of one percent, by one conditional UPDATE: the sum that all servers
/// admit never exceeds the limit. An hour may burst to twice its limit, slowed down, unless the hour before did; a day may not,
/// nor may the classes of requests that a dialect limits by themselves.
/// </remarks>
public sealed class RateLimits(NpgsqlDataSource source, TimeProvider time)
{
    /// <summary>What each request beyond the limit, and within the burst, waits.</summary>
    private static readonly TimeSpan Slowdown = TimeSpan.FromMilliseconds(50);

    /// <summary>What the headers say where there is no limit.</summary>
    private const long Unlimited = 1_000_000_000;

    private readonly ConcurrentDictionary<(long Subject, string Span), Window> windows = new();

    /// <exception cref="Refused">429 beyond the limits, with Retry-After on the response.</exception>
    public async Task Admit(HttpContext http, Access entry, Endpoint endpoint)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var taken = await Take(entry, endpoint.Metadata.GetMetadata<LimitClass>(), now);
        var told = taken.MinBy(verdict => verdict.Remaining);
        var headers = http.Response.Headers;
        headers["X-RateLimit-Limit"] = told.Limit.ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Remaining"] = told.Remaining.ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Reset"] = endpoint.Metadata.GetRequiredMetadata<Dialect>().Reset(told.EndsAt);
        if (taken.Exists(verdict => !verdict.Admitted))
        {
            var ends = taken.Where(verdict => !verdict.Admitted).Max(verdict => verdict.EndsAt);
            headers.RetryAfter = Math.Max(1, (long)Math.Ceiling((ends - now).TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            throw new Refused(Refusal.TooMany, null, "Too many requests. Wait until the limit is reset.");
        }

        if (taken.Exists(verdict => verdict.Slowed))
            await Task.Delay(Slowdown, time, http.RequestAborted);
    }

    /// <summary>What a class refuses does not count for the plan.</summary>
    private async Task<List<Verdict>> Take(Access entry, LimitClass? kind, DateTime now)
    {
        var (hour, day) = (now.Date.AddHours(now.Hour), now.Date);
        if (kind is not null)
        {
            int? most = entry.Account.PerHour is null ? null : kind.For(entry.Account.Plan); // a plan without limits has none here
            var own = await Take(kind.SubjectOf(entry.Key), kind.Span, most, false, new(now.Ticks - now.Ticks % kind.Length.Ticks, DateTimeKind.Utc), kind.Length);
            return own.Admitted ? [own, .. await Take(entry, null, now)] : [own];
        }

        var limited = entry.Key.RequestsPerHour is not null || entry.Key.RequestsPerDay is not null;
        var subject = limited ? entry.Key.Id : entry.Account.Id;
        return
        [
            await Take(subject, "hour", limited ? entry.Key.RequestsPerHour : entry.Account.PerHour, true, hour, TimeSpan.FromHours(1)),
            await Take(subject, "day", limited ? entry.Key.RequestsPerDay : entry.Account.PerDay, false, day, TimeSpan.FromDays(1)),
        ];
    }

    private async ValueTask<Verdict> Take(long subject, string span, int? limit, bool bursts, DateTime startsAt, TimeSpan length)
    {
        if (limit is not { } most)
            return new(true, false, Unlimited, Unlimited, startsAt + length);
        var window = windows.AddOrUpdate(
            (subject, span), _ => new(startsAt, most), (_, former) => former.StartsAt == startsAt && former.Limit == most ? former : new(startsAt, most));
        await window.Turn.WaitAsync();
        try
        {
            if (window.Leased == 0)
                await Lease(window, subject, span, bursts, length);
            var admitted = window.Leased > 0;
            if (admitted)
                window.Leased--;
            var used = window.Used - window.Leased;
            return new(admitted, admitted && used > most, most, Math.Max(0, most - used), startsAt + length);
        }
        finally
        {
            window.Turn.Release();
        }
    }

    private async Task Lease(Window window, long subject, string span, bool bursts, TimeSpan length)
    {
        var limit = window.Limit;
        window.Cap ??= bursts && await UsedBefore(subject, span, window.StartsAt - length) <= limit ? 2L * limit : limit;
        foreach (var lease in (int[])[Math.Clamp(limit / 100, 1, 100), 1])
        {
            await using var command = source.CreateCommand("""
                INSERT INTO rate_windows AS w (subject, span, starts_at, used) SELECT $1, $2, $3, $4 WHERE $4 <= $5
                ON CONFLICT (subject, span, starts_at) DO UPDATE SET used = w.used + $4 WHERE w.used + $4 <= $5
                RETURNING used
                """);
            foreach (var value in (object[])[subject, span, window.StartsAt, (long)lease, window.Cap.Value])
                command.Parameters.Add(new() { Value = value });
            if (await command.ExecuteScalarAsync() is not long used)
                continue;
            (window.Leased, window.Used) = (lease, used);
            return;
        }
    }

    private async Task<long> UsedBefore(long subject, string span, DateTime startsAt)
    {
        await using var command = source.CreateCommand("SELECT used FROM rate_windows WHERE subject = $1 AND span = $2 AND starts_at = $3");
        foreach (var value in (object[])[subject, span, startsAt])
            command.Parameters.Add(new() { Value = value });
        return await command.ExecuteScalarAsync() as long? ?? 0;
    }

    /// <summary>What this server knows of an hour or a day, under one limit: another limit begins anew from what the database counted.</summary>
    private sealed class Window(DateTime startsAt, int limit)
    {
        public DateTime StartsAt { get; } = startsAt;
        public int Limit { get; } = limit;
        public SemaphoreSlim Turn { get; } = new(1);

        /// <summary>Requests that this server may still admit without asking.</summary>
        public int Leased;

        /// <summary>Requests of all servers, as of the last lease.</summary>
        public long Used;

        public long? Cap;
    }

    private readonly record struct Verdict(bool Admitted, bool Slowed, long Limit, long Remaining, DateTime EndsAt);
}

/// <summary>Requests of one kind, which a dialect limits by themselves: for each key, where its account's plan has limits at all.</summary>
/// <param name="Name">As its description calls it.</param>
/// <param name="Number">From 1 to 15, another for each class of all dialects.</param>
/// <param name="Requests">In an hour, or in what <see cref="Span"/> says.</param>
public sealed record LimitClass(string Name, int Number, int Requests)
{
    /// <summary>An hour or a minute.</summary>
    public string Span { get; init; } = "hour";

    /// <summary>For the professional plan; null: the same.</summary>
    public int? Professional { get; init; }

    internal TimeSpan Length => Span == "minute" ? TimeSpan.FromMinutes(1) : TimeSpan.FromHours(1);

    internal int For(Plan plan) => plan == Plan.Professional ? Professional ?? Requests : Requests;

    /// <summary>What is counted under: below zero, where no account and no key is.</summary>
    internal long SubjectOf(ApiKey key) => -(key.Id * 16 + Number);
}

internal static class RateLimitExtensions
{
    /// <summary>These routes are in a class of their own, not in that of their dialect.</summary>
    public static T Limited<T>(this T routes, LimitClass limit) where T : IEndpointConventionBuilder => routes.WithMetadata(limit);
}
