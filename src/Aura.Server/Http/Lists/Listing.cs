using System.Linq.Expressions;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Http.Lists;

/// <summary>What a list route can do, declared once: the row's shape, the fields to filter and sort by, the named parameters.</summary>
/// <remarks>Every list asks the database the same number of commands, however many rows it has. Rows that are in no store (keys, tenants)
/// are those of the caller's account already.</remarks>
public sealed class Listing<T, TResponse>(Expression<Func<T, TResponse>> shape) : IListing where T : class
{
    private readonly Dictionary<string, IField<T>> fields = [];
    private readonly Dictionary<string, Parameter> parameters = [];
    private Expression<Func<T, Dictionary<string, string>>>? metadata;
    private string sort = "-id";

    public IReadOnlyCollection<string> Fields => fields.Keys;
    public IReadOnlyDictionary<string, Parameter> Parameters => parameters;
    public bool HasMetadata => metadata is not null;
    public Found MetadataFound { get; private set; }
    public ILookup<Found, string> FoundBy => fields.Where(one => one.Key[0] != '?').ToLookup(one => one.Value.Found, one => one.Key);
    internal Expression<Func<T, TResponse>> Shape => shape;
    internal IReadOnlyDictionary<string, IField<T>> All => fields;
    internal string UsualOrder => sort;

    /// <summary>A field to filter and sort by.</summary>
    public Listing<T, TResponse> Field<TValue>(string name, Expression<Func<T, TValue>> value, Found found = Found.Usually)
    {
        fields[name] = new Field<T, TValue>(value) { Found = found };
        return this;
    }

    /// <summary>An amount that callers write in major units and the table keeps in minor units of the store's currency.</summary>
    public Listing<T, TResponse> MoneyField(string name, Expression<Func<T, long>> minor, Found found = Found.Usually)
    {
        fields[name] = new Field<T, long>(minor) { IsMoney = true, Found = found };
        return this;
    }

    /// <summary>Values that a row has many of; filters with eq, ne, in and nin.</summary>
    /// <param name="has">The row has any of these.</param>
    /// <param name="first">The one that lists sort by; null: they do not.</param>
    public Listing<T, TResponse> Many(string name, Func<string[], Expression<Func<T, bool>>> has, Expression<Func<T, string?>>? first = null)
    {
        fields[name] = new Membership<T>(has, first);
        return this;
    }

    /// <summary>A query parameter of its own (<c>date_from</c>) that means a filter on a field.</summary>
    /// <param name="words">The values that it may have; null: any.</param>
    public Listing<T, TResponse> Parameter(string name, string? field = null, string op = "eq", IReadOnlyList<string>? words = null, string? about = null)
    {
        parameters[name] = new(field ?? name, op, words, about);
        return this;
    }

    /// <summary>A query parameter whose condition is no simple comparison, such as a search in several fields.</summary>
    public Listing<T, TResponse> Search(string name, Func<string, Expression<Func<T, bool>>> condition, string about)
    {
        fields[$"?{name}"] = new Membership<T>(values => condition(values[0]));
        parameters[name] = new($"?{name}", "eq", null, about);
        return this;
    }

    public Listing<T, TResponse> Metadata(Expression<Func<T, Dictionary<string, string>>> pairs, Found found = Found.ByValue)
    {
        (metadata, MetadataFound) = (pairs, found);
        return this;
    }

    /// <summary>The order without a wish: field names, minus for descending. The id breaks ties.</summary>
    public Listing<T, TResponse> SortedBy(string order)
    {
        sort = order;
        return this;
    }

    public async Task<PageOf<TResponse>> Page(IQueryable<T> rows, ListOptions options, CancellationToken cancellation)
    {
        if (options.Span is { } tenants && typeof(T).IsAssignableTo(typeof(StoreRow)))
            rows = rows.IgnoreQueryFilters().Where(row => tenants.Contains(EF.Property<long>(row, nameof(StoreRow.TenantId))));
        rows = Matching(rows.AsNoTracking(), options);
        if (options.IsNarrowed(parameters))
            rows = rows.PlannedByValue();
        var keys = (options.Sort ?? Newest(options)) is { } wish ? Keyset<T>.Of(wish, fields) : Own;
        return options.Cursor is null
            ? await keys.Order(rows).Page(options, shape, cancellation)
            : await ByCursor(rows, keys, options, cancellation);
    }

    /// <summary>Whether a page is the next one by cursor in the list's own order, of all rows of the store: what most callers want, and what a query
    /// that is compiled once can read. Only for lists whose own order is that of their ids, the newest first.</summary>
    /// <param name="before">The id that the page begins behind.</param>
    /// <exception cref="Refused">400 for a cursor that is damaged or of another order.</exception>
    public bool IsPlain(ListOptions options, out long before)
    {
        before = long.MaxValue;
        if (sort != "-id" || options is not { Cursor: { } cursor, Sort: null, Span: null } || options.IsNarrowed(parameters))
            return false;
        if (cursor.Length > 0)
            before = (long)Own.Read(cursor)[0]!; // an id is never null
        return true;
    }

    /// <summary>The plain page that begins with these rows.</summary>
    /// <param name="rows">One more than the page has room for, where there is one.</param>
    public PageOf<TResponse> PlainPage(List<TResponse> rows, Func<TResponse, long> id, ListOptions options)
    {
        var more = rows.Count > options.Limit;
        if (more)
            rows.RemoveAt(rows.Count - 1);
        return new(rows, null, options.Limit, null, more ? Own.Cursor([id(rows[^1])]) : null, more);
    }

    /// <summary>The list's own order.</summary>
    private Keyset<T> Own => field ??= Keyset<T>.Of(sort, fields);

    /// <summary>Rows of a span of time come by that time unless another order is wished: it is nearly that of their ids, and one index finds and sorts them.</summary>
    private string? Newest(ListOptions options) => sort != "-id" ? null : options.Filters.Select(filter => (filter.Field, filter.Op))
        .Concat(options.Parameters.Where(given => parameters.ContainsKey(given.Name)).Select(given => (parameters[given.Name].Field, parameters[given.Name].Op)))
        .Where(filter => filter.Op is "gt" or "gte" or "lt" or "lte" && fields.GetValueOrDefault(filter.Field)?.SortKey?.ReturnType is { } type && (type == typeof(DateTime) || type == typeof(DateTime?)))
        .Select(filter => $"-{filter.Field}").FirstOrDefault();

    /// <summary>The rows that the filters leave, without their order and pages.</summary>
    public IQueryable<T> Matching(IQueryable<T> rows, ListOptions options)
    {
        foreach (var (name, value) in options.Parameters)
            if (parameters.TryGetValue(name, out var parameter))
                rows = rows.Where(fields[parameter.Field].Compare(parameter.Op, parameter.Checked(name, value), options, name));
        foreach (var filter in options.Filters)
            rows = rows.Where(fields.TryGetValue(filter.Field, out var field) && filter.Field[0] != '?'
                ? field.Compare(filter.Op, filter.Value, options, filter.Field)
                : throw Refused.BadRequest($"There is no filter on '{filter.Field}'. There are: {string.Join(", ", fields.Keys.Where(f => f[0] != '?'))}."));
        foreach (var (key, value) in options.Metadata)
            rows = rows.Where(metadata is null
                ? throw Refused.BadRequest("This list has no metadata to filter by.")
                : Expressions.MetadataIs(metadata, key, value));
        return rows;
    }

    private async Task<PageOf<TResponse>> ByCursor(IQueryable<T> rows, Keyset<T> keys, ListOptions options, CancellationToken cancellation)
    {
        var stretches = options.Cursor is { Length: > 0 } cursor ? keys.After(cursor).Select(rows.Where) : [rows];
        var page = new List<Placed<TResponse>>();
        foreach (var stretch in stretches)
            if (page.Count <= options.Limit)
                page.AddRange(await keys.Order(stretch).Take(options.Limit + 1 - page.Count).Select(keys.WithPosition(shape)).ToListAsync(cancellation));
        var more = page.Count > options.Limit;
        if (more)
            page.RemoveAt(page.Count - 1);
        return new([.. page.Select(row => row.Item)], null, options.Limit, null, more ? keys.Cursor(page[^1].Position) : null, more);
    }
}

internal static class ListingExtensions
{
    /// <summary>Tells the API description what the list can do.</summary>
    public static RouteHandlerBuilder Lists(this RouteHandlerBuilder route, IListing listing) => route.WithMetadata(listing);

    /// <summary>One row as the list shows it.</summary>
    /// <exception cref="Refused">404 without the row.</exception>
    public static Task<TResponse> Show<T, TResponse>(
        this Listing<T, TResponse> listing, IQueryable<T> rows, Id<T> id, CancellationToken cancellation) where T : StoreRow, IIdentified where TResponse : class =>
        listing.Show(rows.Where(row => row.Id == id.Value), cancellation);

    /// <summary>The first of these rows as the list shows it.</summary>
    /// <exception cref="Refused">404 where there is none.</exception>
    public static async Task<TResponse> Show<T, TResponse>(
        this Listing<T, TResponse> listing, IQueryable<T> rows, CancellationToken cancellation) where T : StoreRow, IIdentified where TResponse : class =>
        await rows.AsNoTracking().Select(listing.Shape).FirstOrDefaultAsync(cancellation) ?? throw Refused.NotFound(T.Noun);

    /// <summary>A page by number of rows that are in their order.</summary>
    public static async Task<PageOf<TResponse>> Page<T, TResponse>(
        this IQueryable<T> rows, ListOptions options, Expression<Func<T, TResponse>> shape, CancellationToken cancellation)
    {
        var page = await rows.Skip((options.Page - 1) * options.Limit).Take(options.Limit).Select(WithTotal(rows, shape)).ToListAsync(cancellation);
        var total = page is [var first, ..] ? first.Total : options.Page == 1 ? 0 : await rows.LongCountAsync(cancellation);
        return new([.. page.Select(row => row.Item)], options.Page, options.Limit, total, null, options.Page * (long)options.Limit < total);
    }

    /// <summary>The shape of a row, and the number of all rows: counted once, in the same command.</summary>
    private static Expression<Func<T, Counted<TResponse>>> WithTotal<T, TResponse>(IQueryable<T> rows, Expression<Func<T, TResponse>> shape)
    {
        var total = Expression.Call(typeof(Queryable), nameof(Queryable.LongCount), [typeof(T)], rows.Expression);
        return Expression.Lambda<Func<T, Counted<TResponse>>>(Expression.New(typeof(Counted<TResponse>).GetConstructors()[0], shape.Body, total), shape.Parameters);
    }

    private sealed record Counted<TResponse>(TResponse Item, long Total);
}

/// <summary>What the API description needs to know of a list.</summary>
public interface IListing
{
    IReadOnlyCollection<string> Fields { get; }
    IReadOnlyDictionary<string, Parameter> Parameters { get; }
    bool HasMetadata { get; }

    /// <summary>The fields by how they are found.</summary>
    ILookup<Found, string> FoundBy { get; }
}

public sealed record Parameter(string Field, string Op, IReadOnlyList<string>? Words, string? About)
{
    public string Checked(string name, string value) => Words is null || Words.Contains(value)
        ? value
        : throw new Refused(Refusal.Invalid, null, $"'{name}' must be one of {string.Join(", ", Words)}.") { Fields = [new(name, $"Must be one of {string.Join(", ", Words)}.")] };
}

/// <summary>What a caller asks of a list, in no dialect's spelling.</summary>
public sealed record ListOptions
{
    public int Page { get; init; } = 1;
    public required int Limit { get; init; }

    /// <summary>Null: pages by number. Empty: the first page by cursor.</summary>
    public string? Cursor { get; init; }

    /// <summary>Field names joined by commas, minus for descending; null: the list's own order.</summary>
    public string? Sort { get; init; }

    public IReadOnlyList<(string Field, string Op, string Value)> Filters { get; init; } = [];
    public IReadOnlyList<(string Key, string Value)> Metadata { get; init; } = [];
    public IReadOnlyList<(string Name, string Value)> Parameters { get; init; } = [];

    /// <summary>Not the whole list is asked for.</summary>
    public bool IsNarrowed(IReadOnlyDictionary<string, Parameter> parameters) =>
        Filters.Count > 0 || Metadata.Count > 0 || Parameters.Any(given => parameters.ContainsKey(given.Name));

    /// <summary>The stores that the list spans; null: the caller's.</summary>
    public IReadOnlyList<long>? Span { get; init; }

    /// <summary>The currency that amounts in filters are in.</summary>
    public Currency Currency { get; init; } = Currency.Usd;
}

/// <param name="Number">Null: by cursor.</param>
/// <param name="Total">Rows in all; null: by cursor, where they are not counted.</param>
public sealed record PageOf<T>(IReadOnlyList<T> Items, int? Number, int Size, long? Total, string? NextCursor, bool HasMore)
{
    public long? TotalPages => (Total + Size - 1) / Size;
}
