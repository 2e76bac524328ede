using System.Text.Json.Serialization;
using Aura.Persistence;
using Aura.Server.Http.Lists;

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

internal static class PlatformLists
{
    /// <summary>Answers a list route of this dialect.</summary>
    public static async Task<Listed<TResponse>> List<T, TResponse>(
        this Listing<T, TResponse> listing, IQueryable<T> rows, ListRequest request, CancellationToken cancellation) where T : class =>
        (await listing.Page(rows, request.Options, cancellation)).Listed();

    public static Listed<T> Listed<T>(this PageOf<T> page) => new(page.Items, Pagination.Of(page));
}
