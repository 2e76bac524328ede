using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Aura.Persistence;

/// <summary>Brings a database to the schema of this version: the numbered SQL files, each once, in order, each in a transaction.</summary>
public static class Migrator
{
    /// <summary>Serialises servers that start together. Any number does; this one spells "aura".</summary>
    private const long Lock = 0x61757261;

    /// <exception cref="InvalidOperationException">A file that was applied has been edited since, or the database is newer than this server.</exception>
    public static async Task<int> Migrate(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await Run(connection, $"SELECT pg_advisory_lock({Lock})", cancellation);
        try
        {
            await Run(connection, """
                CREATE TABLE IF NOT EXISTS schema_migrations (
                  name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())
                """, cancellation);
            var applied = await Applied(connection, cancellation);
            var files = Files();
            if (applied.Keys.Except(files.Select(file => file.Name)).FirstOrDefault() is { } unknown)
                throw new InvalidOperationException($"The database has {unknown}, which this version does not know. Start a newer server.");

            var count = 0;
            foreach (var (name, sql) in files)
                count += await Apply(connection, name, sql, applied, cancellation) ? 1 : 0;
            return count;
        }
        finally
        {
            await Run(connection, $"SELECT pg_advisory_unlock({Lock})", CancellationToken.None);
        }
    }

    private static async Task<bool> Apply(
        NpgsqlConnection connection, string name, string sql, Dictionary<string, string> applied, CancellationToken cancellation)
    {
        var checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)));
        if (applied.TryGetValue(name, out var before))
            return before == checksum ? false : throw new InvalidOperationException($"{name} was changed after it had been applied. Add a new file instead.");

        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await Run(connection, sql, cancellation);
        await using var record = new NpgsqlCommand("INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2)", connection)
        {
            Parameters = { new() { Value = name }, new() { Value = checksum } },
        };
        await record.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    private static async Task<Dictionary<string, string>> Applied(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT name, checksum FROM schema_migrations", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var applied = new Dictionary<string, string>();
        while (await reader.ReadAsync(cancellation))
            applied[reader.GetString(0)] = reader.GetString(1);
        return applied;
    }

    private static List<(string Name, string Sql)> Files()
    {
        var assembly = typeof(Migrator).Assembly;
        return [.. assembly.GetManifestResourceNames().Where(name => name.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
            .Select(name => (name, new StreamReader(assembly.GetManifestResourceStream(name)!).ReadToEnd()))]; // listed by the assembly itself
    }

    private static async Task Run(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
