namespace Aura.Tests.Orders;

/// <summary>All that is written when an order is placed and paid, to compare one way of writing it with another.</summary>
internal static class OrderRows
{
    public static Task<List<string>> Of(Store store, long order) => store.Server.Rows(
        string.Join("\nUNION ALL ", Tables.Select(table => $"""
            SELECT '{table.Name} ' || coalesce(jsonb_agg({table.Content} - '{Volatile}'::text[] ORDER BY ({table.Content} - '{Volatile}'::text[])::text), '[]')::text FROM {table.Name} t WHERE t.tenant_id = $1 AND {table.Where}
            """)), store.Account.Sandbox.Id, order);

    private static readonly (string Name, string Where, string Content)[] Tables =
    [
        ("orders", "t.id = $2", "to_jsonb(t)"), ("order_lines", "t.order_id = $2", "to_jsonb(t)"), ("stock_allocations", "t.order_id = $2", "to_jsonb(t)"),
        ("stock_movements", "t.order_id = $2", "to_jsonb(t)"), ("order_history", "t.order_id = $2", "to_jsonb(t)"), ("promotion_uses", "t.order_id = $2", "to_jsonb(t)"),
        ("carts", "t.id = (SELECT cart_id FROM orders WHERE id = $2)", "to_jsonb(t)"), ("payment_intents", "t.order_id = $2", "to_jsonb(t)"),
        ("payment_entries", "t.order_id = $2", "to_jsonb(t)"), ("jobs", $"t.payload::text LIKE '%' || (SELECT id FROM payment_intents WHERE order_id = $2) || '%'", "to_jsonb(t)"),
        ("events", "(t.subject = 'order' AND t.subject_id = $2 OR t.subject = 'payment' AND t.subject_id = (SELECT id FROM payment_intents WHERE order_id = $2))",
            $"jsonb_set(to_jsonb(t), '{{facts}}', t.facts - '{Volatile}'::text[])"),
        ("audit_logs", "t.resource_id IN ('ord_' || $2, 'pay_' || (SELECT id FROM payment_intents WHERE order_id = $2))", $"jsonb_set(to_jsonb(t), '{{changes}}', t.changes - '{Volatile}'::text[])"),
    ];

    /// <summary>What names a row, when it was, and whose.</summary>
    private const string Volatile = """
        {id,actor,ip_address,user_agent,number,order_id,order_line_id,subject_id,resource_id,reference,stripe,transaction_id,request_id,created_at,updated_at,placed_at,timestamp,cart_id,intent_id,at,
        completed_at,last_activity_at,captured_at,gateway_reference,once_key,client_secret,method,payment_method_id}
        """;
}
