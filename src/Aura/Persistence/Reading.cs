using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Aura.Persistence;

/// <summary>Several questions that go to the database together.</summary>
/// <remarks>Each statement sees what was committed when it begins: what stands behind a lock is as it is after the wait for it.</remarks>
public sealed class Reading(AuraDb db)
{
    private readonly List<(NpgsqlBatchCommand Command, Action<NpgsqlDataReader>? Row, bool Answers)> questions = [];

    /// <param name="row">Called for each row; null: the statement locks, and nobody looks at what it gives back.</param>
    /// <param name="sql">Gives back rows with at least one column.</param>
    public Reading Ask(string sql, Action<NpgsqlDataReader>? row, params ReadOnlySpan<object> values)
    {
        questions.Add((ByHand.Command(sql, values), row, true));
        return this;
    }

    /// <param name="sql">Gives back nothing.</param>
    public Reading Do(string sql, params ReadOnlySpan<object> values)
    {
        db.DemandAlone();
        questions.Add((ByHand.Command(sql, values), null, false));
        return this;
    }

    /// <summary>Reads rows to change them: they are tracked as if EF Core had read them.</summary>
    /// <param name="from">What follows the table: WHERE and so on.</param>
    public Reading Track<T>(string from, Action<T>? each, params ReadOnlySpan<object> values) where T : StoreRow
    {
        var map = db.MapOf<T>();
        return Ask(Batches.Read(typeof(T), from, map), row =>
        {
            var entity = (T)map.Read(row);
            db.Entry(entity).State = EntityState.Unchanged;
            each?.Invoke(entity);
        }, values);
    }

    /// <summary>Reads rows only to look at them.</summary>
    /// <inheritdoc cref="Track"/>
    public Reading Look<T>(string from, Action<T> each, params ReadOnlySpan<object> values) where T : StoreRow
    {
        var map = db.MapOf<T>();
        return Ask(Batches.Read(typeof(T), from, map), row => each((T)map.Read(row)), values);
    }

    /// <summary>Asks, in one round trip.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        if (questions.Count == 0)
            return;
        await using var batch = new NpgsqlBatch();
        AddTo(batch);
        await db.Ask(batch, async reader =>
        {
            await Take(reader, cancellation);
            return true;
        }, cancellation);
    }

    /// <summary>Lets the questions go with others; their answers are <see cref="Take">taken</see> in their place.</summary>
    internal void AddTo(NpgsqlBatch batch) => batch.Add(questions.Select(question => question.Command));

    /// <param name="reader">At the first answer of these.</param>
    internal async Task Take(NpgsqlDataReader reader, CancellationToken cancellation)
    {
        foreach (var (_, row, _) in questions.Where(question => question.Answers))
        {
            while (await reader.ReadAsync(cancellation))
                row?.Invoke(reader);
            await reader.NextResultAsync(cancellation);
        }

        questions.Clear();
    }
}
