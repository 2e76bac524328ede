using System.Globalization;

namespace Aura.Accounts;

/// <summary>How long audit entries stay, by the plan of the account and the clock of the store.</summary>
public static class AuditRetention
{
    /// <summary>Deletes what is too old, in every store.</summary>
    public static string Sql { get; } = string.Create(CultureInfo.InvariantCulture, $"""
        DELETE FROM audit_logs USING stores JOIN accounts ON accounts.id = stores.account_id
        WHERE audit_logs.tenant_id = stores.id AND audit_logs.timestamp < now() + stores.clock_offset - interval '1 day' *
          CASE accounts.plan {string.Join(' ', Enum.GetValues<Plan>().Select(plan => $"WHEN '{Words<Plan>.Of(plan)}' THEN {PlanLimits.Of(plan).AuditDays}"))} END
        """);
}
