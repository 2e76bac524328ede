using System.Globalization;

namespace Aura.Accounts;

/// <summary>How long audit entries and events stay, by the plan of the account and the clock of the store.</summary>
/// <remarks>Statements that delete the oldest rows of every store, at most so many in all; each store's are found by an index that begins with it.</remarks>
public static class Retention
{
    /// <summary>The time before which rows of the store <c>s</c> with the account <c>a</c> are too old.</summary>
    private static readonly string Limit = string.Create(CultureInfo.InvariantCulture, $"""
        now() + s.clock_offset - interval '1 day' * CASE a.plan {string.Join(' ', Enum.GetValues<Plan>().Select(plan => $"WHEN '{Words<Plan>.Of(plan)}' THEN {PlanLimits.Of(plan).AuditDays}"))} END
        """);

    public static string AuditLogs(int most) => Delete("audit_logs", $"""
        SELECT ctid FROM audit_logs WHERE tenant_id = s.id AND timestamp < {Limit} ORDER BY timestamp LIMIT {most} FOR UPDATE SKIP LOCKED
        """, most);

    /// <summary>Events go in the order in which they are read, and none that some reader has not taken.</summary>
    public static string Events(int most) => Delete("events", $"""
        SELECT ctid FROM (
          SELECT ctid, created_at FROM events
          WHERE tenant_id = s.id AND transaction_id < (SELECT min(transaction_id) FROM event_cursors) AND EXISTS (
            SELECT FROM (SELECT created_at FROM events WHERE tenant_id = s.id ORDER BY transaction_id, id LIMIT 1) first WHERE created_at < {Limit})
          ORDER BY transaction_id, id LIMIT {most} FOR UPDATE SKIP LOCKED) oldest
        WHERE created_at < {Limit}
        """, most);

    private static string Delete(string table, string tooOld, int most) => $"""
        DELETE FROM {table} WHERE ctid = ANY (ARRAY (
          SELECT old.ctid FROM stores s JOIN accounts a ON a.id = s.account_id CROSS JOIN LATERAL ({tooOld}) old LIMIT {most}))
        """;
}
