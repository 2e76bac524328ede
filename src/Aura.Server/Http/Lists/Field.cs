using System.Globalization;
using System.Linq.Expressions;
using Aura.Persistence;

namespace Aura.Server.Http.Lists;

/// <summary>Something that rows can be filtered by, and perhaps sorted.</summary>
internal interface IField<T>
{
    Expression<Func<T, bool>> Compare(string op, string value, ListOptions options, string name);

    /// <summary>What to sort by; null: it cannot be sorted by.</summary>
    LambdaExpression? SortKey { get; }

    Found Found { get; }
}

/// <summary>How an index finds rows by a field, however many there are. What none does is found by reading the rows that the other conditions leave.</summary>
/// <remarks>An index costs every write of the table, so that a field has one where callers look by it. A test holds the lists to what is said here.</remarks>
[Flags]
public enum Found
{
    /// <summary>By none.</summary>
    ByReading = 0,

    /// <summary>By what it is.</summary>
    ByValue = 1,

    /// <summary>By spans, and in its order.</summary>
    InOrder = 2,

    /// <summary>By a part of the text.</summary>
    ByPart = 4,

    Usually = ByValue | InOrder,
    Always = Usually | ByPart,
}

/// <summary>A field with one value per row.</summary>
internal sealed class Field<T, TValue>(Expression<Func<T, TValue>> selector) : IField<T>
{
    private static readonly Type Bare = Nullable.GetUnderlyingType(typeof(TValue)) ?? typeof(TValue);

    public bool IsMoney { get; init; }
    public LambdaExpression SortKey => selector;
    public required Found Found { get; init; }

    public Expression<Func<T, bool>> Compare(string op, string value, ListOptions options, string name)
    {
        TValue Read(string text) => (TValue)Parse(text, options.Currency, name);
        Expression Than(string text) => Expressions.Captured(Read(text));
        var field = selector.Body;
        return Expression.Lambda<Func<T, bool>>(OnDay(op, value, field) ?? op switch
        {
            "eq" => Expression.Equal(field, Than(value)),
            "ne" => Expression.NotEqual(field, Than(value)),
            "gt" => Ordered(ExpressionType.GreaterThan, field, Than(value)),
            "gte" => Ordered(ExpressionType.GreaterThanOrEqual, field, Than(value)),
            "lt" => Ordered(ExpressionType.LessThan, field, Than(value)),
            "lte" => Ordered(ExpressionType.LessThanOrEqual, field, Than(value)),
            "in" => Expressions.In(field, [.. value.Split(',').Select(Read)]),
            "nin" => Expression.Not(Expressions.In(field, [.. value.Split(',').Select(Read)])),
            "contains" => Like(field, $"%{Expressions.Literal(value)}%", name),
            "starts_with" => Like(field, $"{Expressions.Literal(value)}%", name),
            "ends_with" => Like(field, $"%{Expressions.Literal(value)}", name),
            _ => throw Filters.Unknown(op),
        }, selector.Parameters);
    }

    /// <summary>A date without a time is the whole day (UTC): up to it is up to its end, after it begins with the next one.</summary>
    /// <returns>Null where that makes no difference.</returns>
    private static Expression? OnDay(string op, string value, Expression field)
    {
        if (Bare != typeof(DateTime) || Filters.ReadDay(value) is not { } day || day == DateTime.MaxValue.Date)
            return null;
        Expression From(DateTime time) => Expression.GreaterThanOrEqual(field, Expressions.Captured((TValue)(object)time));
        Expression Before(DateTime time) => Expression.LessThan(field, Expressions.Captured((TValue)(object)time));
        return op switch
        {
            "lte" => Before(day.AddDays(1)),
            "gt" => From(day.AddDays(1)),
            "eq" => Expression.AndAlso(From(day), Before(day.AddDays(1))),
            "ne" => Expression.OrElse(Before(day), From(day.AddDays(1))),
            _ => null,
        };
    }

    private static Expression Ordered(ExpressionType kind, Expression field, Expression than) => Bare == typeof(string)
        ? Expression.MakeBinary(kind, Expression.Call(typeof(string), nameof(string.Compare), null, field, than), Expression.Constant(0))
        : Expression.MakeBinary(kind, field, than);

    private static Expression Like(Expression field, string pattern, string name) => Bare == typeof(string)
        ? Expressions.ILike(field, pattern)
        : throw Refused.BadRequest($"'{name}' is not text; compare it with eq, ne, gt, gte, lt, lte, in or nin.");

    private object Parse(string text, Currency currency, string name)
    {
        if (IsMoney)
            return decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var amount) && Math.Abs(amount) <= Money.MaxMajor
                ? Money.Round(amount, currency).Minor
                : throw Wrong(name, "an amount");
        return Filters.Read(text, Bare) ?? throw Wrong(name, Filters.Describe(Bare));
    }

    private static Refused Wrong(string name, string what) => Refused.BadParameter(name, $"Is compared with {what}.");
}

/// <summary>A condition by word: the row has the tag, is in the category, matches the search.</summary>
/// <param name="has">The row has any of these.</param>
internal sealed class Membership<T>(Func<string[], Expression<Func<T, bool>>> has, LambdaExpression? sortKey = null) : IField<T>
{
    public LambdaExpression? SortKey => sortKey;
    public Found Found => Found.ByValue;

    public Expression<Func<T, bool>> Compare(string op, string value, ListOptions options, string name) => op switch
    {
        "eq" or "contains" => has([value]),
        "ne" => Expressions.Not(has([value])),
        "in" => has(value.Split(',')),
        "nin" => Expressions.Not(has(value.Split(','))),
        "gt" or "gte" or "lt" or "lte" or "starts_with" or "ends_with" => throw Refused.BadRequest($"'{name}' is compared with eq, ne, in or nin."),
        _ => throw Filters.Unknown(op),
    };
}

/// <summary>Reading the values of filters.</summary>
internal static class Filters
{
    public static readonly string[] Operators = ["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin", "contains", "starts_with", "ends_with"];

    public static Refused Unknown(string op) => Refused.BadRequest($"There is no operator '{op}'. There are: {string.Join(", ", Operators)}.");

    /// <summary>The value that a text stands for, or null where it stands for none of that type.</summary>
    public static object? Read(string text, Type type) => type switch
    {
        _ when type == typeof(string) => text,
        _ when type == typeof(int) => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null,
        _ when type == typeof(long) => ReadLong(text),
        _ when type == typeof(decimal) => decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number) ? number : null,
        _ when type == typeof(bool) => bool.TryParse(text, out var yes) ? yes : null,
        _ when type == typeof(DateTime) => ReadTime(text),
        _ when type == typeof(Currency) => Currency.TryParse(text, out var currency) ? currency : null,
        _ when type.IsEnum => typeof(Filters).GetMethod(nameof(ReadWord), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!
            .MakeGenericMethod(type).Invoke(null, [text]),
        _ => throw new NotSupportedException($"No filter reads a {type.Name}."),
    };

    /// <summary>A date (its first instant, UTC) or a time with or without a zone (then UTC).</summary>
    public static DateTime? ReadTime(string text) => DateTimeOffset.TryParse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time.UtcDateTime : null;

    /// <summary>A <see cref="ReadTime"/> that a query may leave out.</summary>
    /// <exception cref="Refused">422 for anything else.</exception>
    public static DateTime? Time(string? text, string field) => string.IsNullOrEmpty(text) ? null
        : ReadTime(text) ?? throw Refused.Invalid(field, "Must be a date such as 2026-01-15, or a time such as 2026-01-15T12:00:00Z.");

    /// <summary>A date without a time, such as 2026-01-15: its first instant (UTC).</summary>
    public static DateTime? ReadDay(string text) =>
        DateTime.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var day) ? day : null;

    public static string Describe(Type type) => type switch
    {
        _ when type == typeof(int) || type == typeof(long) => "an integer or an id",
        _ when type == typeof(decimal) => "a number",
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(DateTime) => "a date or an ISO 8601 time",
        _ when type == typeof(Currency) => "a currency code",
        _ => "one of its words",
    };

    /// <summary>A number, or an id with any prefix.</summary>
    private static object? ReadLong(string text) =>
        long.TryParse(text.AsSpan(text.LastIndexOf('_') + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static object? ReadWord<TEnum>(string text) where TEnum : struct, Enum => Words<TEnum>.TryParse(text, out var value) ? value : null;
}
