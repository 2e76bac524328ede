using Aura.Accounts;
using Aura.Connectors.Shops;
using Aura.Integrations;
using Aura.Jobs;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Winback.Recovery;

namespace Aura.Server.Winback;

/// <summary>Where a Shopify shop tells of its checkouts and orders. The address names the store; the signature says that it is the shop.</summary>
/// <remarks>The secret is the setting <c>webhookSecret</c> of the integration shopify.</remarks>
internal static class ShopifyWebhooks
{
    private const string Service = "shopify";

    public static void MapShopifyWebhooks(this RouteGroupBuilder api) => api.MapPost("/hooks/shopify/{store}", Receive).WithTags("Carts").Open();

    private static async Task<HookTaken> Receive(Id<Store> store, HttpRequest request, AccessDirectory stores, CurrentCaller current, KeyRing ring, CancellationToken cancellation)
    {
        var owner = await stores.Store(store.Value, cancellation) ?? throw Refused.NotFound("shop");
        current.Value = Caller.System(owner);
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellation);
        var db = request.HttpContext.RequestServices.GetRequiredService<AuraDb>();
        var settings = await db.CredentialOf(Service, ring, cancellation);
        if (settings?.Maybe("webhookSecret") is not { } secret || !ShopifyHook.IsSigned(body.GetBuffer().AsSpan(0, (int)body.Length), request.Headers["X-Shopify-Hmac-Sha256"], secret) ||
            settings.Maybe("shop") is { } shop && !shop.Equals(request.Headers["X-Shopify-Shop-Domain"], StringComparison.OrdinalIgnoreCase))
            throw new Refused(Refusal.Unauthenticated, null, "The message is not signed with the webhook secret of this store's Shopify integration, or comes from another shop.");
        return new(true, await db.TakeShopify(request.Headers["X-Shopify-Topic"].ToString(), body.ToArray(), cancellation));
    }
}

/// <param name="Changed">False: it was known already, is older than what is known, or is about something else.</param>
public sealed record HookTaken(bool Success, bool Changed);
