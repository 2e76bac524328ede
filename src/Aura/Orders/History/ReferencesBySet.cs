using Npgsql;

namespace Aura.Orders.History;

/// <summary>Copies rows whose foreign keys are looked at for all of them together.</summary>
/// <remarks>
/// PostgreSQL looks at each key of each row by a statement of its own, which takes more time than all else about lines of orders. Where the account
/// may, these looks rest while the rows come in, and <c>check_references</c> makes up for them before anything else happens: it looks at the same
/// keys, and holds what they refer to in the same way. Where it may not, or where a trigger wants to see the rows, nothing rests.
/// </remarks>
internal static class ReferencesBySet
{
    /// <summary>For the transaction at most, and only where keys are all that would rest: the table has no other triggers, of its own or of a constraint.</summary>
    private const string Rest = """
        SELECT set_config('session_replication_role', 'replica', true)
        WHERE has_parameter_privilege('session_replication_role', 'SET')
          AND NOT EXISTS (SELECT FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE t.tgrelid = $1::regclass AND p.proname NOT LIKE 'RI\_FKey\_%')
        """;

    /// <param name="ids">Of the rows that <paramref name="write"/> writes.</param>
    /// <exception cref="PostgresException">23503, as from the key itself; the transaction is lost.</exception>
    public static async Task Copy(
        NpgsqlConnection connection, long tenant, string table, string columns, long[] ids, Action<CopyRows> write, CancellationToken cancellation)
    {
        await using var rest = new NpgsqlCommand(Rest, connection) { Parameters = { new() { Value = table } } };
        var rested = await rest.ExecuteScalarAsync(cancellation) is not null;
        await using (var rows = await CopyRows.Into(connection, table, columns, cancellation))
        {
            write(rows);
            await rows.Complete(cancellation);
        }

        if (!rested)
            return;
        await using var check = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("SET LOCAL session_replication_role = origin"),
                new("SELECT check_references($1::regclass, $2, $3)") { Parameters = { new() { Value = table }, new() { Value = tenant }, new() { Value = ids } } },
            },
        };
        await check.ExecuteNonQueryAsync(cancellation);
    }
}
