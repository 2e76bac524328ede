using Npgsql;

namespace Aura.Persistence;

/// <summary>The parts of what requests write in one transaction, in the order in which every transaction takes its locks.</summary>
public enum SharedStep
{
    Key,
    Payments,
    Carts,
    Orders,
    StockLevels,
    Reservations,
    Rows,
    StockMovements,
    PromotionCustomers,
    PromotionCounters,
    PromotionUses,
    Jobs,
    Answer,
}

/// <summary>A statement that is sent with the rows of a save.</summary>
/// <param name="Sql">Where its rows are counted: INSERT, UPDATE or DELETE without RETURNING and without a WITH.</param>
/// <param name="Values">The first is the store.</param>
public sealed record LaterStatement(string Sql, object[] Values)
{
    /// <summary>Other parts of its WITH, ending in a comma.</summary>
    public string With { get; init; } = "";

    /// <summary>All is undone where it does not touch so many rows, an expression. Null: nobody counts them.</summary>
    public string? Rows { get; init; }

    /// <summary>What is thrown then.</summary>
    public Func<Exception>? Otherwise { get; init; }

    /// <summary>Where it stands when several requests write together: its values behind the first are arrays of one length then, and mean the same when they are joined
    /// with those of others. Null: it can only be said for one.</summary>
    public SharedStep? Step { get; init; }

    /// <param name="name">By which its failure is known.</param>
    public NpgsqlBatchCommand Command(int name) => Rows is null
        ? ByHand.Command(Sql, Values)
        : ByHand.Command(Batches.Demanding(Sql, Rows, $"${Values.Length + 1}", With), [.. Values, $"{name}"]);

    /// <summary>Each text once, in the order of the steps.</summary>
    /// <param name="statements">Of one store, each with a step.</param>
    internal static IEnumerable<LaterStatement> Joined(IEnumerable<LaterStatement> statements) => statements.GroupBy(statement => (statement.Step, statement.Sql)).OrderBy(same => same.Key.Step)
        .Select(same => same.First() with { Values = Joined([.. same.Select(statement => statement.Values)]) });

    private static object[] Joined(IReadOnlyList<object[]> all) => all is [var one] ? one
        : [all[0][0], .. Enumerable.Range(1, all[0].Length - 1).Select(at => Joined([.. all.Select(values => values[at])]))];

    private static object Joined(IReadOnlyList<object> parts) => parts[0] is NpgsqlParameter typed
        ? new NpgsqlParameter { Value = Joined([.. parts.Select(part => (Array)((NpgsqlParameter)part).Value!)]), NpgsqlDbType = typed.NpgsqlDbType } // each has an array
        : Joined([.. parts.Cast<Array>()]);

    private static Array Joined(IReadOnlyList<Array> parts)
    {
        var joined = Array.CreateInstance(parts[0].GetType().GetElementType()!, parts.Sum(part => part.Length)); // an array has elements
        var at = 0;
        foreach (var part in parts)
        {
            part.CopyTo(joined, at);
            at += part.Length;
        }

        return joined;
    }
}
