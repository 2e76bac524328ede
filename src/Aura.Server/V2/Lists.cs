using System.Globalization;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Aura.Jobs;
using Aura.Persistence;
using Aura.Server.Http.Lists;
using Microsoft.Extensions.Primitives;

namespace Aura.Server.V2;

/// <summary>A page of a list; pages by number say how many there are, pages by cursor say where to go on.</summary>
public sealed record Listed<T>(IReadOnlyList<T> Data, Pagination Pagination);

public sealed record Pagination
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public int? Page { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public int? Limit { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public long? TotalPages { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public long? TotalItems { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public bool? HasNext { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public bool? HasPrevious { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? NextCursor { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public bool? HasMore { get; init; }

    public static Pagination Of<T>(PageOf<T> page) => page.Number is { } number
        ? new() { Page = number, Limit = page.Size, TotalItems = page.Total, TotalPages = page.TotalPages, HasNext = page.HasMore, HasPrevious = number > 1 }
        : new() { Limit = page.Size, NextCursor = page.NextCursor, HasMore = page.HasMore };
}

/// <summary>The query of a list route, as this dialect spells it.</summary>
public sealed partial class ListRequest
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 200;

    public required ListOptions Options { get; init; }

    public static ValueTask<ListRequest> BindAsync(HttpContext http)
    {
        var (query, caller) = (http.Request.Query, http.RequestServices.GetRequiredService<CurrentCaller>().Value);
        var options = new ListOptions
        {
            Page = Number(query, "page", 1, 1_000_000),
            Limit = Math.Min(Number(query, "limit", DefaultLimit, int.MaxValue), MaxLimit),
            Cursor = query.TryGetValue("cursor", out var cursor) ? cursor.ToString() : null,
            Sort = Sorted(query["sort"], query["order"]),
            Filters = [.. query.Select(pair => (Match: FilterName.Match(pair.Key), pair.Value)).Where(f => f.Match.Success)
                .SelectMany(f => f.Value.Select(value => (f.Match.Groups[1].Value, f.Match.Groups[2].Success ? f.Match.Groups[2].Value : "eq", value ?? "")))],
            Metadata = [.. query.Select(pair => (Match: MetadataName.Match(pair.Key), pair.Value)).Where(m => m.Match.Success)
                .Select(m => (m.Match.Groups[1].Value, m.Value.ToString()))],
            Parameters = [.. query.Where(pair => pair.Key.IndexOf('[') < 0 && !StringValues.IsNullOrEmpty(pair.Value)).Select(pair => (pair.Key, pair.Value.ToString()))],
            Span = caller.Span,
            Currency = caller.Currency,
        };
        return ValueTask.FromResult(new ListRequest { Options = options });
    }

    private static int Number(IQueryCollection query, string name, int without, int most) => query[name].ToString() switch
    {
        "" => without,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most => number,
        _ => throw Refused.BadRequest($"'{name}' must be a whole number from 1."),
    };

    /// <summary>Either sort=price&amp;order=desc or the signed form sort=category,-price.</summary>
    private static string? Sorted(string? sort, string? order) => (sort, order) switch
    {
        (null or "", null or "") => null,
        (null or "", "asc") => "id",
        (null or "", "desc") => "-id",
        (_, null or "" or "asc") => sort,
        (_, "desc") => string.Join(',', sort!.Split(',').Select(part => part.StartsWith('-') ? part : $"-{part}")),
        _ => throw Refused.BadRequest("'order' is asc or desc."),
    };

    [GeneratedRegex(@"^filter\[([^\]]+)\](?:\[([^\]]*)\])?$")]
    private static partial Regex FilterName { get; }

    [GeneratedRegex(@"^metadata\[([^\]]+)\]$")]
    private static partial Regex MetadataName { get; }
}

internal static class PlatformLists
{
    /// <summary>Answers a list route of this dialect.</summary>
    public static async Task<Listed<TResponse>> List<T, TResponse>(
        this Listing<T, TResponse> listing, IQueryable<T> rows, ListRequest request, CancellationToken cancellation) where T : class =>
        (await listing.Page(rows, request.Options, cancellation)).Listed();

    public static Listed<T> Listed<T>(this PageOf<T> page) => new(page.Items, Pagination.Of(page));
}
