using Aura.Persistence.Verification;

namespace Aura.Promotions.Automations;

/// <summary>How often rules fired, counted again from their firings.</summary>
public static class AutomationAudit
{
    public static readonly IReadOnlyList<Check> Checks =
    [
        new("Automations", "Firings of each rule, by its log.", """
            SELECT a.tenant_id, 'auto_' || a.id AS subject, a.trigger_count AS kept, coalesce(f.fired, 0) AS reckoned
            FROM automations a
            LEFT JOIN (SELECT tenant_id, automation_id, count(*) AS fired FROM automation_firings
              WHERE outcome = 'fired' AND ($1 IS NULL OR tenant_id = $1) GROUP BY tenant_id, automation_id) f ON f.tenant_id = a.tenant_id AND f.automation_id = a.id
            WHERE $1 IS NULL OR a.tenant_id = $1
            """),
        new("Automation subjects", "Firings of each rule for each customer or product, by its log.", """
            SELECT coalesce(s.tenant_id, f.tenant_id) AS tenant_id, 'auto_' || coalesce(s.automation_id, f.automation_id) || ' ' || coalesce(s.subject, f.subject) AS subject,
              coalesce(s.triggers, 0) AS kept, coalesce(f.fired, 0) AS reckoned
            FROM (SELECT * FROM automation_subjects WHERE $1 IS NULL OR tenant_id = $1) s
            FULL JOIN (SELECT tenant_id, automation_id, subject, count(*) AS fired FROM automation_firings
              WHERE outcome = 'fired' AND ($1 IS NULL OR tenant_id = $1) GROUP BY tenant_id, automation_id, subject) f
              ON f.tenant_id = s.tenant_id AND f.automation_id = s.automation_id AND f.subject = s.subject
            """),
    ];
}
