using Aura.Persistence;
using Aura.Server.Http.Lists;

namespace Aura.Server.Winback;

/// <summary>A page of a list. Each list is a record of its own, for here the rows stand under their name: <c>{brands: […], total, page, limit}</c>.</summary>
public abstract record Listed
{
    /// <summary>Of all pages.</summary>
    public long Total { get; set; }

    public int Page { get; set; }
    public int Limit { get; set; }
}

internal static class WinbackLists
{
    /// <summary>Answers a list route of this dialect.</summary>
    /// <param name="named">Puts the rows under their name.</param>
    public static async Task<TList> List<T, TResponse, TList>(
        this Listing<T, TResponse> listing, IQueryable<T> rows, ListRequest request, Func<IReadOnlyList<TResponse>, TList> named, CancellationToken cancellation)
        where T : class where TList : Listed
    {
        var page = await listing.Page(rows, request.Options, cancellation);
        var list = named(page.Items);
        (list.Total, list.Page, list.Limit) = (page.Total ?? 0, request.Options.Page, page.Size); // by number, so there is a total
        return list;
    }
}
