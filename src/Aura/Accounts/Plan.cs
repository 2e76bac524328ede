namespace Aura.Accounts;

/// <summary>What an account pays for; it decides limits, storage and how long the audit log is kept.</summary>
public enum Plan
{
    Free,
    Starter,
    Professional,
    Enterprise,
}

/// <param name="PerHour">Requests in an hour; null: unlimited. Bursts may reach twice as much.</param>
/// <param name="PerDay">Requests in a day (UTC); null: unlimited.</param>
/// <param name="StorageBytes">File storage; null: unlimited.</param>
/// <param name="AuditDays">How long audit entries are kept.</param>
/// <param name="SupportHours">Time to the first answer of the support desk.</param>
public sealed record PlanLimits(int? PerHour, int? PerDay, long? StorageBytes, int AuditDays, int SupportHours)
{
    private const long Gigabyte = 1L << 30;

    public static PlanLimits Of(Plan plan) => plan switch
    {
        Plan.Free => new(100, 1_000, 1 * Gigabyte, 90, 72),
        Plan.Starter => new(1_000, 10_000, 10 * Gigabyte, 90, 48),
        Plan.Professional => new(5_000, 100_000, 100 * Gigabyte, 365, 24),
        _ => new(null, null, null, 7 * 365, 4),
    };
}
