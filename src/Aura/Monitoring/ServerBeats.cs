using System.Globalization;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Monitoring;

/// <summary>Which servers were there, minute by minute.</summary>
public static class ServerBeats
{
    /// <param name="server">Unlike any other's name.</param>
    /// <param name="works">Whether it does jobs.</param>
    public static Task Beat(AuraDb db, string server, bool works, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"INSERT INTO server_beats VALUES (date_trunc('minute', now()), {server}, {works}) ON CONFLICT DO NOTHING", cancellation);

    /// <summary>Whether a server that does jobs was there in the last two minutes.</summary>
    public static Task<bool> AnyWorks(AuraDb db, CancellationToken cancellation) => db.Database
        .SqlQuery<bool>($"""SELECT EXISTS (SELECT FROM server_beats WHERE works AND minute > now() - interval '2 minutes') AS "Value" """).SingleAsync(cancellation);

    /// <summary>Of the minutes of the last thirty days, from the first beat on, those in which a server was there and could write: 99.9%.</summary>
    public static async Task<string> Uptime(AuraDb db, CancellationToken cancellation)
    {
        var share = await db.Database.SqlQuery<decimal>($"""
            SELECT coalesce(100.0 * count(DISTINCT minute) / greatest(1, extract(epoch FROM date_trunc('minute', now()) - min(minute)) / 60 + 1), 100) AS "Value"
            FROM server_beats WHERE minute > now() - interval '30 days'
            """).SingleAsync(cancellation);
        return $"{(Math.Floor(Math.Min(share, 100) * 100) / 100).ToString("0.##", CultureInfo.InvariantCulture)}%";
    }

    /// <summary>Jobs that ought to have been begun five minutes ago, of all stores.</summary>
    public static Task<int> LateJobs(AuraDb db, CancellationToken cancellation) => db.Database
        .SqlQuery<int>($"""SELECT count(*)::int AS "Value" FROM jobs WHERE state = 'queued' AND due_at < now() - interval '5 minutes'""").SingleAsync(cancellation);
}
