using System.Globalization;
using System.Net;
using Aura.Accounts;
using Aura.Jobs;
using Aura.Persistence;
using Aura.Winback.Recovery;

namespace Aura.Server.Winback;

/// <summary>Where the links in recovery messages lead: back into the cart, in the shop or, where it has no page for that, on one of ours.</summary>
/// <remarks>It asks for no key, for customers have none: the link says which cart, and only this server can have made it.</remarks>
internal static class RecoveryLinks
{
    public static void MapRecoveryLinks(this IEndpointRouteBuilder app) => app.MapGet($"{RecoveryLink.Path}/{{token}}", Follow).ExcludeFromDescription();

    private static async Task<IResult> Follow(
        string token, HttpContext http, AccessDirectory stores, CurrentCaller current, KeyRing ring, TimeProvider time, CancellationToken cancellation)
    {
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["Referrer-Policy"] = "no-referrer"; // the link is a key
        if (RecoveryLink.Read(token, ring) is not { } link || await stores.Store(link.Store, cancellation) is not { Status: StoreStatus.Active } store)
            return Page(http.Response, "<p>This link leads nowhere.</p>", StatusCodes.Status404NotFound);
        if (link.ExpiresAt <= time.GetUtcNow().UtcDateTime + store.ClockOffset)
            return Page(http.Response, "<p>This link is no longer good.</p>", StatusCodes.Status410Gone);
        current.Value = Caller.System(store);
        var cart = await http.RequestServices.GetRequiredService<CartReturn>().Follow(link.Journey, cancellation);
        return cart is null ? Page(http.Response, "<p>This cart is gone.</p>", StatusCodes.Status410Gone)
            : Target(cart, store) is { } target ? TypedResults.Redirect(target)
            : Page(http.Response, Shown(cart, store), StatusCodes.Status200OK);
    }

    private static string? Target(WatchedCart cart, Store store) => cart.Source == CartSource.Store
        ? store.Settings.CartUrl?.Replace("{cart}", $"{new Id<WatchedCart>(cart.Id)}", StringComparison.Ordinal)
        : cart.ResumeUrl;

    private static string Shown(WatchedCart cart, Store store)
    {
        var items = cart.Contents.Items.Select(item => string.Create(CultureInfo.InvariantCulture, $"<li>{item.Quantity} × {WebUtility.HtmlEncode(item.Name)}</li>"));
        var total = new Money(cart.Value, cart.Currency).Formatted(CultureInfo.GetCultureInfo("en-US"));
        return cart.IsOver
            ? "<p>Thank you: you have bought what was in this cart.</p>"
            : $"<h1>{WebUtility.HtmlEncode(store.Name)}</h1><p>Your cart is still here.</p><ul>{string.Concat(items)}</ul><p class=\"amount\">{WebUtility.HtmlEncode(total)}</p>";
    }

    private static IResult Page(HttpResponse response, string content, int status)
    {
        response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        return TypedResults.Text($$"""
            <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Your cart</title>
            <style>body{font:1rem/1.5 system-ui;max-width:30rem;margin:15vh auto;padding:0 1rem}.amount{font-size:2rem}</style>
            {{content}}
            """, "text/html; charset=utf-8", null, status);
    }
}
