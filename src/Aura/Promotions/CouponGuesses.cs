using System.Security.Cryptography;
using System.Text;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions;

/// <summary>Holds up who tries codes that do not exist. Only such codes count: a known code that cannot be used is no guess.</summary>
/// <remarks>
/// Counted are who tries (key, address and session) and, with far more room, the key as a whole, so that changing sessions does not
/// help; the counts are in the database and so hold for all servers. Beyond the room each failure doubles the wait, up to an hour. A
/// good code forgives the failures of who tried it, not those of the key: who knows one good code must not guess on behind it.
/// Requests in flight at the same moment do not see each other, so a burst may try as many codes as are sent at once.
/// </remarks>
public sealed class CouponGuesses
{
    /// <summary>Failures in a day without a wait.</summary>
    public const int Room = 10;

    /// <summary>Failures of a whole key in an hour without a wait.</summary>
    public const int RoomOfKey = 1_000;

    private const int LongestWait = 3_600; // seconds

    private readonly AuraDb db;
    private readonly string[] subjects;
    private bool hasFailures;

    internal CouponGuesses(AuraDb db, string? session)
    {
        this.db = db;
        subjects = [Hash($"{db.Caller.Actor} {db.Caller.IpAddress} {session}"), Hash(db.Caller.Actor)];
    }

    /// <summary>As who tries is counted.</summary>
    internal string Shopper => subjects[0];

    /// <summary>As the key with which is tried is counted.</summary>
    internal string Key => subjects[1];

    /// <summary>Asks whether the caller may try another code.</summary>
    /// <param name="session">Of the shopper on whose behalf the caller asks; null: unknown.</param>
    /// <exception cref="Refused">429 <c>too_many_wrong_codes</c> while the caller has to wait.</exception>
    public static async Task<CouponGuesses> Admit(AuraDb db, string? session, CancellationToken cancellation)
    {
        var guesses = new CouponGuesses(db, session);
        var known = await db.Database.SqlQuery<Counted>($"""
            SELECT subject AS "Subject", blocked_until AS "BlockedUntil" FROM coupon_guesses WHERE tenant_id = {db.Tenant} AND subject = ANY ({guesses.subjects})
            """).ToListAsync(cancellation);
        guesses.Admit(known.Max(counted => counted.BlockedUntil), known.Exists(counted => counted.Subject == guesses.Shopper));
        return guesses;
    }

    /// <param name="until">How long the shopper or the key has to wait, if one has.</param>
    /// <param name="failed">Whether failures of the shopper are counted.</param>
    /// <inheritdoc cref="Admit(AuraDb, string?, CancellationToken)"/>
    internal void Admit(DateTime? until, bool failed)
    {
        hasFailures = failed;
        if (until > db.Now)
            throw new Refused(Aura.Refusal.TooMany, "too_many_wrong_codes", "Too many codes that do not exist were tried. Wait before trying another.") { RetryAfter = until - db.Now };
    }

    /// <summary>The code exists.</summary>
    public async Task Right(CancellationToken cancellation)
    {
        if (hasFailures)
            await db.Database.ExecuteSqlAsync($"DELETE FROM coupon_guesses WHERE tenant_id = {db.Tenant} AND subject = {subjects[0]}", cancellation);
    }

    /// <summary>There is no such code.</summary>
    public Task Wrong(CancellationToken cancellation)
    {
        var (now, rooms, hours) = (db.Now, (int[])[Room, RoomOfKey], (int[])[24, 1]);
        return db.Database.ExecuteSqlAsync($"""
            INSERT INTO coupon_guesses AS g (tenant_id, subject, failures, since)
            SELECT {db.Tenant}, subject, 1, {now} FROM unnest({subjects}) AS subject ORDER BY subject
            ON CONFLICT (tenant_id, subject) DO UPDATE SET (failures, since, blocked_until) = (
              SELECT counted.failures, CASE WHEN counted.failures = 1 THEN {now} ELSE g.since END,
                CASE WHEN counted.failures > w.room THEN {now} + interval '1 second' * least({LongestWait}, power(2, least(counted.failures - w.room - 1, 20))) END
              FROM unnest({subjects}, {rooms}, {hours}) AS w (subject, room, hours)
              CROSS JOIN LATERAL (SELECT CASE WHEN g.since <= {now} - interval '1 hour' * w.hours THEN 1 ELSE g.failures + 1 END AS failures) AS counted
              WHERE w.subject = g.subject)
            """, cancellation);
    }

    /// <summary>There is no such code, and the request is refused for it: the failure must not be forgotten with the transaction.</summary>
    /// <returns>404, to be thrown.</returns>
    public async Task<Refused> Refusal(CancellationToken cancellation)
    {
        if (db.Database.CurrentTransaction is { } transaction)
            await transaction.RollbackAsync(cancellation);
        await Wrong(cancellation);
        return Refused.NotFound(Coupon.Noun);
    }

    private static string Hash(string text) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)), 0, 18);

    private sealed record Counted(string Subject, DateTime? BlockedUntil);
}
