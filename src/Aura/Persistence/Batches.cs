using System.Collections.Concurrent;

namespace Aura.Persistence;

/// <summary>Texts of statements for batches; the same text is the same prepared statement.</summary>
internal static class Batches
{
    private const string Unmet = "unmet ";
    private static readonly ConcurrentDictionary<(Type, string), string> Reads = new();

    /// <summary>The statement that reads rows of a type.</summary>
    public static string Read(Type type, string from, RowMap map) =>
        Reads.GetOrAdd((type, from), static (key, map) => $"SELECT {map.Columns} FROM {map.Table} {key.Item2}", map);

    /// <summary>A statement that fails unless it touches exactly so many rows, for a COMMIT may stand behind it in the same batch.</summary>
    /// <param name="with">Other parts of its WITH, ending in a comma.</param>
    /// <param name="rows">An expression.</param>
    /// <param name="name">An expression: by it the failure is known.</param>
    public static string Demanding(string sql, string rows, string name, string with = "") =>
        $"WITH {with} done AS ({sql} RETURNING 1) SELECT CASE WHEN count(*) = {rows} THEN 0 ELSE ('{Unmet}' || {name} || ' ' || count(*))::int END FROM done";

    /// <summary>The name of the demand that a failure tells of; null: it tells of something else.</summary>
    public static string? NameOf(Npgsql.PostgresException failure) =>
        failure.SqlState == Npgsql.PostgresErrorCodes.InvalidTextRepresentation && failure.MessageText.IndexOf(Unmet, StringComparison.Ordinal) is >= 0 and var at
            ? failure.MessageText[(at + Unmet.Length)..].Split(' ')[0]
            : null;
}
