using Aura.Persistence;
using Aura.Server.Http.Lists;

namespace Aura.Server.PromotionsV1;

/// <summary>A page of a list.</summary>
public sealed record Listed<T>(IReadOnlyList<T> Items, Pagination Pagination);

public sealed record Pagination(int Page, int PerPage, long TotalItems, long TotalPages, bool HasNext, bool HasPrev);

internal static class PromotionsLists
{
    /// <summary>Answers a list route of this dialect.</summary>
    public static async Task<Listed<TResponse>> List<T, TResponse>(
        this Listing<T, TResponse> listing, IQueryable<T> rows, ListRequest request, CancellationToken cancellation) where T : StoreRow
    {
        var page = await listing.Page(rows, request.Options, cancellation);
        var number = request.Options.Page;
        return new(page.Items, new(number, page.Size, page.Total ?? 0, page.TotalPages ?? 0, page.HasMore, number > 1)); // by number, so there is a total
    }
}
