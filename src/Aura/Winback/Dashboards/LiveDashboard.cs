using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Npgsql;

namespace Aura.Winback.Dashboards;

/// <summary>What the dashboard of a store shows: which figures, and what they were last.</summary>
public sealed class LiveDashboard : StoreRow
{
    public const int UsualRefreshSeconds = 30;

    /// <summary>Names of <see cref="DashboardFigures.Names"/>; none: all.</summary>
    public string[] Metrics { get; private set; } = [];

    /// <summary>How often streams look without being told, for figures move by time alone.</summary>
    public int RefreshSeconds { get; private set; } = UsualRefreshSeconds;

    /// <summary>Moves by one whenever a figure moves: the same number means the same figures, on every server.</summary>
    public long Seq { get; private init; }

    /// <summary>As of <see cref="Seq"/>.</summary>
    public DashboardFigures? Figures { get; private init; }

    public DateTime? FiguresAt { get; private init; }

    /// <exception cref="Refused">422 for a figure that there is not, or an interval below a second or above an hour.</exception>
    public void Configure(IReadOnlyList<string> metrics, int refreshSeconds)
    {
        if (metrics.FirstOrDefault(name => !DashboardFigures.Names.Contains(name)) is { } unknown)
            throw Refused.Invalid(nameof(Metrics), $"'{unknown}' is no metric. There are: {string.Join(", ", DashboardFigures.Names)}.");
        if (refreshSeconds is < 1 or > 3600)
            throw Refused.Invalid("RefreshInterval", "From 1 to 3600 seconds.");
        (Metrics, RefreshSeconds) = ([.. metrics.Distinct()], refreshSeconds);
    }
}

/// <summary>The figures of the last 24 hours. Amounts are in minor units of the store's currency.</summary>
/// <param name="RecoveriesInProgress">Journeys that run now.</param>
/// <param name="ConversionRate">Percent of the carts that were left in that time and were bought after all; null: none was left.</param>
/// <param name="Revenue">Of carts that were won back in that time.</param>
/// <param name="AbandonedValue">What is in the carts that were left in that time and not bought.</param>
public sealed record DashboardFigures(long CartsAbandoned, long RecoveriesInProgress, long Revenue, double? ConversionRate, long CartsRecovered, long AbandonedValue, long MessagesSent)
{
    public static readonly TimeSpan Window = TimeSpan.FromHours(24);

    public static IReadOnlyList<string> Names { get; } = ["cartsAbandoned", "recoveriesInProgress", "revenue", "conversionRate", "cartsRecovered", "abandonedValue", "messagesSent"];
}

public static class LiveDashboards
{
    /// <summary>The dashboard with figures of now. Whoever finds that they moved counts on; of many who find it at once, one.</summary>
    /// <remarks>SQL by hand: one look at three tables, and a counter that many servers move.</remarks>
    public static async Task<LiveDashboard> Dashboard(this AuraDb db, CancellationToken cancellation)
    {
        while (true)
        {
            if (await db.LiveDashboards.AsNoTracking().FirstOrDefaultAsync(cancellation) is not { } kept)
            {
                await db.Database.ExecuteSqlAsync($"""
                    INSERT INTO live_dashboards (tenant_id, id, metrics, refresh_seconds, seq)
                    VALUES ({db.Tenant}, {db.NextId()}, ARRAY[]::text[], {LiveDashboard.UsualRefreshSeconds}, 0) ON CONFLICT DO NOTHING
                    """, cancellation);
                continue;
            }

            var now = await db.FiguresNow(cancellation);
            if (now == kept.Figures)
                return kept;
            await using var batch = new NpgsqlBatch();
            batch.Add("UPDATE live_dashboards SET seq = seq + 1, figures = $3, figures_at = $4 WHERE tenant_id = $1 AND seq = $2", db.Tenant, kept.Seq, ByHand.Json(now), db.Now);
            await db.Tell(batch, cancellation);
            if (await db.LiveDashboards.AsNoTracking().FirstAsync(cancellation) is var moved && moved.Seq > kept.Seq)
                return moved;
        }
    }

    private static Task<DashboardFigures> FiguresNow(this AuraDb db, CancellationToken cancellation)
    {
        var (since, currency) = (db.Now - DashboardFigures.Window, db.Caller.Currency.Code);
        return db.Database.SqlQuery<DashboardFigures>($"""
            SELECT abandoned AS "CartsAbandoned", (SELECT count(*) FROM recovery_journeys WHERE tenant_id = {db.Tenant} AND status = 'running') AS "RecoveriesInProgress",
              won.revenue AS "Revenue", round(100.0 * bought / nullif(abandoned, 0), 1)::double precision AS "ConversionRate", won.carts AS "CartsRecovered", worth AS "AbandonedValue",
              (SELECT count(*) FROM messages WHERE tenant_id = {db.Tenant} AND sent_at > {since}) AS "MessagesSent"
            FROM (
              SELECT count(*) AS abandoned, count(*) FILTER (WHERE recovered_at IS NOT NULL) AS bought,
                coalesce(sum(value) FILTER (WHERE recovered_at IS NULL AND currency = {currency}), 0)::bigint AS worth
              FROM watched_carts WHERE tenant_id = {db.Tenant} AND abandoned_at > {since}) been
            CROSS JOIN (
              SELECT count(*) AS carts, coalesce(sum(revenue) FILTER (WHERE currency = {currency}), 0)::bigint AS revenue
              FROM watched_carts WHERE tenant_id = {db.Tenant} AND recovered_at > {since}) won
            """).SingleAsync(cancellation);
    }
}

internal sealed class LiveDashboardMapping : IEntityTypeConfiguration<LiveDashboard>
{
    public void Configure(EntityTypeBuilder<LiveDashboard> dashboard)
    {
        dashboard.HasIndex(d => d.TenantId).IsUnique();
        dashboard.Property(d => d.Figures).Json();
    }
}
