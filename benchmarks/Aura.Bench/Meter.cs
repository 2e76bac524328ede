using Npgsql;

namespace Aura.Bench;

/// <summary>Reads what a server and the database have used so far.</summary>
internal sealed class Meter(NpgsqlDataSource source, int postmaster)
{
    private const string Count = """
        SELECT coalesce(sum(calls) FILTER (WHERE NOT control), 0)::bigint, coalesce(sum(calls) FILTER (WHERE control), 0)::bigint
        FROM (
          SELECT s.calls, s.query ~* '^\s*(begin|start|commit|rollback|savepoint|release|set|reset|discard|deallocate|close|unlisten|select pg_advisory_unlock_all)' AS control
          FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid
          WHERE r.rolname = $1 AND s.query NOT LIKE '%pg_stat_statements%') said
        """;

    public async Task<Usage> Read(Contestant contestant, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(Count);
        command.Parameters.Add(new() { Value = contestant.Role });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        var (commands, control) = (row.GetInt64(0), row.GetInt64(1));
        return new(Usage.OfProcess(contestant.ProcessId), Usage.OfDatabase(postmaster), commands, control);
    }
}
