using System.Buffers.Text;
using System.Linq.Expressions;
using System.Text.Json;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Http.Lists;

/// <summary>An order with the id as its last key, and cursors that name a place in it: rows added before the place move nothing.</summary>
internal sealed class Keyset<T> where T : class
{
    private readonly List<(LambdaExpression Key, bool Descending)> keys = [];
    private readonly string spelled;

    private Keyset(string spelled) => this.spelled = spelled;

    /// <exception cref="Refused">400 for a field that cannot be sorted by.</exception>
    public static Keyset<T> Of(string sort, Dictionary<string, IField<T>> fields)
    {
        var keyset = new Keyset<T>(sort);
        var idDescending = true;
        foreach (var part in sort.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var (name, descending) = part[0] == '-' ? (part[1..], true) : (part, false);
            idDescending = descending;
            if (name == "id")
                continue;
            keyset.keys.Add(fields.TryGetValue(name, out var field) && field.SortKey is { } key
                ? (key, descending)
                : throw Refused.BadRequest($"There is no sorting by '{name}'. There is: {string.Join(", ", fields.Where(f => f.Value.SortKey is not null).Select(f => f.Key))}."));
        }

        Expression<Func<T, long>> id = row => EF.Property<long>(row, nameof(StoreRow.Id));
        keyset.keys.Add((id, idDescending));
        return keyset;
    }

    public IQueryable<T> Order(IQueryable<T> rows)
    {
        var ordered = rows.Expression;
        var first = true;
        foreach (var (key, descending) in keys)
        {
            var method = (first, descending) switch
            {
                (true, false) => nameof(Queryable.OrderBy),
                (true, true) => nameof(Queryable.OrderByDescending),
                (false, false) => nameof(Queryable.ThenBy),
                _ => nameof(Queryable.ThenByDescending),
            };
            ordered = Expression.Call(typeof(Queryable), method, [typeof(T), key.ReturnType], ordered, Expression.Quote(key));
            first = false;
        }

        return rows.Provider.CreateQuery<T>(ordered);
    }

    /// <summary>The rows behind the cursor's place: (a, b, id) compared key by key, nulls where PostgreSQL sorts them.</summary>
    /// <exception cref="Refused">400 for a cursor that is damaged or of another order.</exception>
    public Expression<Func<T, bool>> After(string cursor)
    {
        var values = Read(cursor);
        var row = Expression.Parameter(typeof(T), "row");
        Expression? behind = null;
        Expression? same = null;
        for (var i = 0; i < keys.Count; i++)
        {
            var field = Expressions.Bind(keys[i].Key, row);
            var step = Behind(field, values[i], keys[i].Descending);
            var both = same is null ? step : Expression.AndAlso(same, step);
            behind = behind is null ? both : Expression.OrElse(behind, both);
            var equal = Expression.Equal(field, Value(values[i], field.Type));
            same = same is null ? equal : Expression.AndAlso(same, equal);
        }

        return Expression.Lambda<Func<T, bool>>(behind!, row); // there is always the id
    }

    /// <summary>The shape of a row together with its place in the order.</summary>
    public Expression<Func<T, Placed<TResponse>>> WithPosition<TResponse>(Expression<Func<T, TResponse>> shape)
    {
        var row = shape.Parameters[0];
        var position = Expression.NewArrayInit(typeof(object), keys.Select(key => Expression.Convert(Expressions.Bind(key.Key, row), typeof(object))));
        var constructor = typeof(Placed<TResponse>).GetConstructors()[0];
        return Expression.Lambda<Func<T, Placed<TResponse>>>(Expression.New(constructor, shape.Body, position), row);
    }

    public string Cursor(object?[] position) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(new Place(spelled, position)));

    /// <exception cref="Refused">400 for a cursor that is damaged or of another order.</exception>
    public object?[] Read(string cursor)
    {
        try
        {
            var place = JsonSerializer.Deserialize<Place>(Base64Url.DecodeFromChars(cursor));
            if (place is { Sort: not null, At: not null } && place.Sort == spelled && place.At.Length == keys.Count)
                return [.. place.At.Select((value, i) => value is JsonElement json
                    ? json.Deserialize(keys[i].Key.ReturnType) : null)];
        }
        catch (Exception damaged) when (damaged is FormatException or JsonException)
        {
        }

        throw Refused.BadRequest("The cursor is damaged, or belongs to another order. Start again without it.");
    }

    /// <summary>PostgreSQL sorts nulls last when ascending and first when descending.</summary>
    private static Expression Behind(Expression field, object? value, bool descending)
    {
        var nullable = !field.Type.IsValueType || Nullable.GetUnderlyingType(field.Type) is not null;
        var none = Expression.Constant(null, nullable ? field.Type : typeof(object));
        if (value is null)
            return descending ? Expression.NotEqual(field, none) : Expression.Constant(false);
        var than = Value(value, field.Type);
        if (field.Type.IsEnum)
            throw Refused.BadRequest("Pages by cursor cannot be sorted by a word.");
        var (left, right) = field.Type == typeof(string)
            ? (Expression.Call(typeof(string), nameof(string.Compare), null, field, than), Expression.Constant(0))
            : (field, than);
        var step = descending ? Expression.LessThan(left, right) : Expression.GreaterThan(left, right);
        return nullable && !descending ? Expression.OrElse(step, Expression.Equal(field, none)) : step;
    }

    private static Expression Value(object? value, Type type) =>
        (Expression)typeof(Expressions).GetMethod(nameof(Expressions.Captured))!.MakeGenericMethod(type).Invoke(null, [value])!; // returns one

    private sealed record Place(string Sort, object?[] At);
}

internal sealed record Placed<TResponse>(TResponse Item, object?[] Position);
