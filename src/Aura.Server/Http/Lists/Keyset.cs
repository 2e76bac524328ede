using System.Buffers.Text;
using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Http.Lists;

/// <summary>An order with the id as its last key, and cursors that name a place in it: rows added before the place move nothing.</summary>
internal sealed class Keyset<T> where T : class
{
    private static readonly MethodInfo RowLess = RowComparison(nameof(NpgsqlDbFunctionsExtensions.LessThan));
    private static readonly MethodInfo RowGreater = RowComparison(nameof(NpgsqlDbFunctionsExtensions.GreaterThan));

    private readonly List<(LambdaExpression Key, bool Descending)> keys = [];
    private readonly string spelled;

    private Keyset(string spelled) => this.spelled = spelled;

    /// <exception cref="Refused">400 for a field that cannot be sorted by.</exception>
    public static Keyset<T> Of(string sort, IReadOnlyDictionary<string, IField<T>> fields)
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
                : throw Refused.BadParameter(name, $"Is nothing to sort by. There is: {string.Join(", ", fields.Where(f => f.Value.SortKey is not null).Select(f => f.Key))}."));
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

    /// <summary>
    /// The rows behind the cursor's place, in stretches that follow each other: PostgreSQL sorts nulls last when ascending and first when descending, and
    /// an index is entered at one place only, so that the rows with a value and those without are asked for one after the other.
    /// </summary>
    /// <exception cref="Refused">400 for a cursor that is damaged or of another order.</exception>
    public IReadOnlyList<Expression<Func<T, bool>>> After(string cursor)
    {
        var values = Read(cursor);
        var row = Expression.Parameter(typeof(T), "row");
        IReadOnlyList<Expression> stretches = keys is [var (key, descending), (_, var last)] && descending == last && IsComparedAsRow(key.ReturnType)
            ? After(Expressions.Bind(key, row), values, descending, row)
            : [Behind(values, row)];
        return [.. stretches.Select(stretch => Expression.Lambda<Func<T, bool>>(stretch, row))];
    }

    /// <summary>One key and the id, in one direction: <c>(key, id) &gt; (value, last)</c>, which enters the index at its place and not at its beginning.</summary>
    private Expression[] After(Expression field, object?[] values, bool descending, ParameterExpression row)
    {
        var id = Expressions.Bind(keys[1].Key, row);
        if (values[0] is null)
        {
            var rest = Expression.AndAlso(Expression.Equal(field, None(field)), Behind(id, values[1], descending));
            return descending ? [rest, Expression.NotEqual(field, None(field))] : [rest];
        }

        var behind = Expression.Call(descending ? RowLess : RowGreater, Expression.Constant(EF.Functions),
            Tuple(field, id), Tuple(Value(values[0], field.Type), Value(values[1], typeof(long))));
        return Nullable(field.Type) && !descending ? [behind, Expression.Equal(field, None(field))] : [behind];
    }

    /// <summary>Several keys: key by key, and no row before the first of them, so that the index is entered near the place.</summary>
    private Expression Behind(object?[] values, ParameterExpression row)
    {
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

        var first = Expressions.Bind(keys[0].Key, row);
        return keys.Count == 1 || values[0] is null || Nullable(first.Type) ? behind! : Expression.AndAlso(From(first, values[0], keys[0].Descending), behind!); // there is always the id
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
            if (place is { Sort: not null, At: not null } && place.Sort == spelled && place.At.Length == keys.Count
                && keys.Index().All(key => place.At[key.Index] is not null || Nullable(key.Item.Key.ReturnType)))
                return [.. place.At.Select((value, i) => value is JsonElement json ? json.Deserialize(keys[i].Key.ReturnType) : null)];
        }
        catch (Exception damaged) when (damaged is FormatException or JsonException)
        {
        }

        throw Refused.BadRequest("The cursor is damaged, or belongs to another order. Start again without it.");
    }

    private static Expression Behind(Expression field, object? value, bool descending)
    {
        if (value is null)
            return descending ? Expression.NotEqual(field, None(field)) : Expression.Constant(false);
        var step = Compared(descending ? ExpressionType.LessThan : ExpressionType.GreaterThan, field, value);
        return Nullable(field.Type) && !descending ? Expression.OrElse(step, Expression.Equal(field, None(field))) : step;
    }

    private static ConstantExpression None(Expression field) => Expression.Constant(null, field.Type);

    private static Expression From(Expression field, object? value, bool descending) =>
        Compared(descending ? ExpressionType.LessThanOrEqual : ExpressionType.GreaterThanOrEqual, field, value);

    private static Expression Compared(ExpressionType how, Expression field, object? value)
    {
        if (field.Type.IsEnum)
            throw Refused.BadRequest("Pages by cursor cannot be sorted by a word.");
        var than = Value(value, field.Type);
        return field.Type == typeof(string)
            ? Expression.MakeBinary(how, Expression.Call(typeof(string), nameof(string.Compare), null, field, than), Expression.Constant(0))
            : Expression.MakeBinary(how, field, than);
    }

    private static bool Nullable(Type type) => !type.IsValueType || System.Nullable.GetUnderlyingType(type) is not null;

    private static bool IsComparedAsRow(Type type) =>
        Bare(type) is var bare && (bare == typeof(string) || bare == typeof(DateTime) || bare == typeof(long) || bare == typeof(int) || bare == typeof(decimal));

    private static Type Bare(Type type) => System.Nullable.GetUnderlyingType(type) ?? type;

    private static UnaryExpression Tuple(Expression key, Expression id)
    {
        var create = typeof(ValueTuple).GetMethods().Single(method => method.Name == nameof(ValueTuple.Create) && method.GetGenericArguments().Length == 2);
        return Expression.Convert(Expression.Call(create.MakeGenericMethod(key.Type, id.Type), key, id), typeof(ITuple));
    }

    private static Expression Value(object? value, Type type) =>
        (Expression)typeof(Expressions).GetMethod(nameof(Expressions.Captured))!.MakeGenericMethod(type).Invoke(null, [value])!; // returns one

    private static MethodInfo RowComparison(string name) =>
        typeof(NpgsqlDbFunctionsExtensions).GetMethod(name, [typeof(DbFunctions), typeof(ITuple), typeof(ITuple)])!; // is there

    private sealed record Place(string Sort, object?[] At);
}

internal sealed record Placed<TResponse>(TResponse Item, object?[] Position);
