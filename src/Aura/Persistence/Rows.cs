using System.Text.Json;
using Npgsql;

namespace Aura.Persistence;

/// <summary>What names a row among those of all stores.</summary>
public readonly record struct RowKey(long TenantId, long Id);

/// <summary>Reading the columns of queries that were written by hand.</summary>
internal static class Rows
{
    public static string? TextOrNull(this NpgsqlDataReader row, int at) => row.IsDBNull(at) ? null : row.GetString(at);

    /// <summary>A JSON object. Most are empty, and are not worth a parser.</summary>
    public static Dictionary<string, T> Pairs<T>(this NpgsqlDataReader row, int at) =>
        row.GetString(at) is var json && json == "{}" ? [] : JsonSerializer.Deserialize<Dictionary<string, T>>(json) ?? [];
}
