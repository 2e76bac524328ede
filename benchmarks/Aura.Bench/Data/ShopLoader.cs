using System.Diagnostics;
using Npgsql;

namespace Aura.Bench;

/// <summary>Fills the sandbox of the first account: whole tables in one statement each, the same rows for the same sizes.</summary>
/// <remarks>Foreign keys and triggers rest meanwhile; <c>./bench --check</c> shows that all numbers add up afterwards.</remarks>
internal sealed partial class ShopLoader(NpgsqlConnection connection, long store) : IAsyncDisposable
{
    /// <summary>Raised with every change of what is loaded: what was kept of before is not used any more.</summary>
    public const int Version = 1;

    public static async Task<ShopLoader> Open(string database, CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false, CommandTimeout = 3600 }.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var find = new NpgsqlCommand("""
            SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = '512MB';
            SELECT id FROM stores WHERE is_test ORDER BY id LIMIT 1
            """, connection);
        return new(connection, (long)(await find.ExecuteScalarAsync(cancellation))!); // the first account has made it
    }

    public async Task Load(DataSize size, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        await Run(Words, cancellation);
        await LoadProducts(size.Products, cancellation);
        await Run("DROP FUNCTION bench_pick; CREATE EXTENSION IF NOT EXISTS pg_stat_statements", cancellation);
        await Run("VACUUM (FREEZE, ANALYZE)", cancellation);
        Console.Error.WriteLine($"{size.Products} products loaded in {(int)clock.Elapsed.TotalSeconds} s");
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private Task Run(string sql, CancellationToken cancellation, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        return Run(command, cancellation);
    }

    private static async Task Run(NpgsqlCommand command, CancellationToken cancellation)
    {
        await using (command)
            await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>So many ids in a row, from the sequence of all ids.</summary>
    private async Task<long> Ids(long count, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT setval('ids', nextval('ids') + 100 * (@count / 100)) - 100 * (@count / 100)", connection);
        command.Parameters.AddWithValue("count", count);
        return (long)(await command.ExecuteScalarAsync(cancellation))!; // a function of the database
    }

    /// <summary>One of some words for a number: any, and the same for ever. The salt tells two questions about one number apart.</summary>
    private const string Words = """
        CREATE FUNCTION bench_pick(words text[], number bigint, salt integer) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN words[1 + (hashint8extended(number, salt) & 1073741823) % cardinality(words)]
        """;
}
