using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Primitives;

namespace Aura.Server.Http.Lists;

/// <summary>How a dialect spells what callers ask of its lists.</summary>
public sealed partial record ListForm
{
    /// <summary>The parameter with the number of items on a page, of which there are so many without it, and never more than the most.</summary>
    public required string Size { get; init; }

    public required int UsualSize { get; init; }
    public required int MaxSize { get; init; }

    /// <summary>The parameter with the field to sort by, and the one with asc or desc.</summary>
    public required string Sort { get; init; }

    public required string Order { get; init; }

    /// <summary>The property of an answer that has the items.</summary>
    public required string Items { get; init; }

    /// <summary>Besides its named parameters a list takes <c>filter[field][operator]</c>, <c>metadata[key]</c>, <c>cursor</c>, <c>fields</c> and several sort fields.</summary>
    public bool IsOpen { get; init; }

    /// <exception cref="Refused">400 for what is no number from 1, and an order that is none.</exception>
    public ListOptions Read(IQueryCollection query) => new()
    {
        Page = Number(query, "page", 1, 1_000_000),
        Limit = Math.Min(Number(query, Size, UsualSize, int.MaxValue), MaxSize),
        Cursor = IsOpen && query.TryGetValue("cursor", out var cursor) ? cursor.ToString() : null,
        Sort = Sorted(query[Sort], query[Order]),
        Filters = !IsOpen ? [] : [.. query.Select(pair => (Match: FilterName.Match(pair.Key), pair.Value)).Where(f => f.Match.Success)
            .SelectMany(f => f.Value.Select(value => (f.Match.Groups[1].Value, f.Match.Groups[2].Success ? f.Match.Groups[2].Value : "eq", value ?? "")))],
        Metadata = !IsOpen ? [] : [.. query.Select(pair => (Match: MetadataName.Match(pair.Key), pair.Value)).Where(m => m.Match.Success)
            .Select(m => (m.Match.Groups[1].Value, m.Value.ToString()))],
        Parameters = [.. query.Where(pair => pair.Key.IndexOf('[') < 0 && !StringValues.IsNullOrEmpty(pair.Value)).Select(pair => (pair.Key, pair.Value.ToString()))],
    };

    private static int Number(IQueryCollection query, string name, int without, int most) => query[name].ToString() switch
    {
        "" => without,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most => number,
        _ => throw Refused.BadParameter(name, "Must be a whole number from 1."),
    };

    /// <summary>Either sort=price&amp;order=desc or the signed form sort=category,-price.</summary>
    private string? Sorted(string? sort, string? order) => (sort, order) switch
    {
        (null or "", null or "") => null,
        (null or "", "asc") => "id",
        (null or "", "desc") => "-id",
        (_, null or "" or "asc") => sort,
        (_, "desc") => string.Join(',', sort!.Split(',').Select(part => part.StartsWith('-') ? part : $"-{part}")),
        _ => throw Refused.BadParameter(Order, "Must be asc or desc."),
    };

    [GeneratedRegex(@"^filter\[([^\]]+)\](?:\[([^\]]*)\])?$")]
    private static partial Regex FilterName { get; }

    [GeneratedRegex(@"^metadata\[([^\]]+)\]$")]
    private static partial Regex MetadataName { get; }
}

/// <summary>The query of a list route, as its dialect spells it.</summary>
public sealed record ListRequest(ListOptions Options)
{
    public static ListRequest From(HttpContext http)
    {
        var caller = http.RequestServices.GetRequiredService<Jobs.CurrentCaller>().Value;
        var form = http.GetEndpoint()!.Metadata.GetRequiredMetadata<Dialect>().Lists; // only endpoints ask
        return new(form.Read(http.Request.Query) with { Span = caller.Span, Currency = caller.Currency });
    }
}
