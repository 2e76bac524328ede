using System.Globalization;
using System.Net.Http.Headers;
using Aura.Accounts;
using Aura.Jobs;
using Aura.Server.Http.Lists;

namespace Aura.Server.Http;

/// <summary>The scope that a route asks of its caller: <c>orders</c> means orders:read for GET and orders:write for the rest.</summary>
public sealed record NeededScope(string Area)
{
    public string For(string method) => Area.Contains(':') ? Area : HttpMethods.IsGet(method) ? $"{Area}:read" : $"{Area}:write";
}

/// <summary>The route is open to anybody, without a key and without a store.</summary>
public sealed record OpenToAll;

/// <summary>The route works for a store that is suspended too.</summary>
public sealed record OpenToSuspended;

/// <summary>Who calls, in which store, how often, and whether they may: before any endpoint of a dialect runs.</summary>
internal sealed class Gate(
    RequestDelegate next, AccessDirectory access, StoreOpening opening, StreamTickets tickets, RequestSignatures signatures, RateLimits limits, DatabaseWatch watch, TimeProvider time)
{
    /// <summary>X-Tenant-ID for lists over all stores that the key opens.</summary>
    private const string AllTenants = "*";

    public async Task Invoke(HttpContext http, CurrentCaller current)
    {
        var endpoint = http.GetEndpoint();
        if (endpoint?.Metadata.GetMetadata<Dialect>() is not { } dialect || endpoint.Metadata.GetMetadata<OpenToAll>() is not null)
        {
            await next(http);
            return;
        }

        watch.Demand();
        var (secret, entry, home) = await Identify(http, dialect, endpoint);
        await limits.Admit(http, entry, endpoint);
        await signatures.Verify(http.Request, entry.Key, secret);
        var store = dialect.NamesShop ? await Shop(http.Request, entry) : Tenant(http.Request, entry, home);
        if (store.Status != StoreStatus.Active && endpoint.Metadata.GetMetadata<OpenToSuspended>() is null)
            throw Refused.Forbidden("The store is suspended.");
        current.Value = CallerOf(http, entry, store);
        if (!dialect.NamesShop && http.Request.Headers["X-Tenant-ID"] == AllTenants)
            current.Value = Spanning(current.Value, entry, endpoint);
        if (endpoint.Metadata.GetMetadata<NeededScope>() is { } scope)
            current.Value.Demand(scope.For(http.Request.Method));
        access.Used(entry.Key, time.GetUtcNow().UtcDateTime);
        await next(http);
    }

    /// <returns>The key as it was sent, what it opens, and the store that it works on by itself.</returns>
    /// <exception cref="Refused">401 without a valid key.</exception>
    private async Task<(string, Access, Store)> Identify(HttpContext http, Dialect dialect, Endpoint endpoint)
    {
        var secret = Secret(http.Request.Headers, dialect);
        var hash = secret is not null ? ApiKey.HashOf(secret)
            : endpoint.Metadata.GetMetadata<TakesTicket>() is not null && http.Request.Query["ticket"].ToString() is { Length: > 0 } ticket ? await tickets.Take(ticket, http.RequestAborted)
            : throw new Refused(Refusal.Unauthenticated, null, $"Send your API key as 'Authorization: Bearer KEY'{(dialect.KeyHeader is { } other ? $" or '{other}: KEY'" : "")}.");
        var entry = hash is null ? null : await access.Find(hash, http.RequestAborted);
        var home = entry?.Stores.FirstOrDefault(store => store.Id == entry.Key.StoreId);
        return entry is not null && home is not null && entry.Key.Opens(hash!, time.GetUtcNow().UtcDateTime + home.ClockOffset)
            ? (secret ?? "", entry, home)
            : throw new Refused(Refusal.Unauthenticated, null, "The API key is not valid.");
    }

    private static string? Secret(IHeaderDictionary headers, Dialect dialect) =>
        AuthenticationHeaderValue.TryParse(headers.Authorization, out var header) && header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) && !string.IsNullOrEmpty(header.Parameter)
            ? header.Parameter
            : dialect.KeyHeader is { } other && headers[other].ToString() is { Length: > 0 } key ? key : null;

    /// <exception cref="Refused">403 for a store that the key may not enter.</exception>
    private static Store Tenant(HttpRequest request, Access entry, Store home)
    {
        var wanted = request.Headers["X-Tenant-ID"].ToString();
        var store = wanted is "" or AllTenants ? home : entry.Stores.FirstOrDefault(store => Names(store, wanted));
        return store is not null && entry.Key.MayEnter(store) ? store : throw Refused.Forbidden("This key does not open that tenant.");
    }

    /// <exception cref="Refused">400 without a shop, 404 for one that the key may not enter, 422 for what is no domain.</exception>
    private async Task<Store> Shop(HttpRequest request, Access entry)
    {
        var shop = await ShopParameter.Read(request);
        await ShopParameter.Remove(request);
        var store = entry.Stores.FirstOrDefault(store => store.Domain.Equals(shop.Trim(), StringComparison.OrdinalIgnoreCase)) ??
            await opening.OnFirstUse(entry, shop, request.HttpContext.RequestAborted);
        return store is not null && entry.Key.MayEnter(store) ? store : throw Refused.NotFound("shop");
    }

    /// <exception cref="Refused">403 without the scope; 400 for a route that is no list.</exception>
    private static Caller Spanning(Caller caller, Access entry, Endpoint endpoint)
    {
        caller.Demand("tenants:cross");
        return endpoint.Metadata.GetMetadata<IListing>() is not null
            ? caller with { Span = [.. entry.Stores.Where(entry.Key.MayEnter).Select(store => store.Id)] }
            : throw Refused.BadRequest("Only lists span tenants; name one in X-Tenant-ID.");
    }

    private static bool Names(Store store, string wanted) =>
        Id<Store>.ToNumber(wanted) == store.Id || store.Domain.Equals(wanted, StringComparison.OrdinalIgnoreCase);

    private static Caller CallerOf(HttpContext http, Access entry, Store store) => new()
    {
        AccountId = entry.Account.Id,
        TenantId = store.Id,
        Actor = $"key_{entry.Key.Id}",
        Member = entry.Key.Member,
        IsTest = store.IsTest,
        Plan = entry.Account.Plan,
        Currency = store.Currency,
        Settings = store.Settings,
        ClockOffset = store.ClockOffset,
        Scopes = entry.Scopes,
        Address = $"{http.Request.Scheme}://{http.Request.Host}",
        RequestId = http.TraceIdentifier,
        IpAddress = http.Connection.RemoteIpAddress?.MapToIPv4().ToString(),
        UserAgent = http.Request.Headers.UserAgent.ToString() is { Length: > 0 } agent ? agent[..Math.Min(agent.Length, 500)] : null,
        ExpectedVersion = ExpectedVersion(http.Request.Headers.IfMatch),
    };

    /// <summary>The version at the start of an ETag of ours; 0, which nothing has, where the tag is no such tag.</summary>
    private static int? ExpectedVersion(string? match) => match switch
    {
        null or "" or "*" => null,
        _ => int.TryParse(match.Trim('W', '/', '"').Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0,
    };
}

internal static class GateExtensions
{
    /// <summary>The routes need <c>area:read</c> for GET and <c>area:write</c> for the rest, or exactly the scope that is named.</summary>
    public static T Scope<T>(this T routes, string area) where T : IEndpointConventionBuilder => routes.WithMetadata(new NeededScope(area));

    /// <summary>Anybody may call these routes.</summary>
    public static T Open<T>(this T routes) where T : IEndpointConventionBuilder => routes.WithMetadata(new OpenToAll());
}
