using System.Net;
using Aura.Accounts;
using Aura.Connectors.Messages;
using Aura.Jobs;
using Aura.Messages;
using Aura.Persistence;

namespace Aura.Server;

/// <summary>Where links in messages lead, and where providers tell what became of messages. Nobody here has a key: links carry sealed tokens, providers sign.</summary>
internal static class MessageLinkPages
{
    private const int MaxNotice = 1024 * 1024;

    private static readonly byte[] Pixel = Convert.FromBase64String("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7");

    public static void MapMessageLinks(this IEndpointRouteBuilder app)
    {
        var links = app.MapGroup(MessageLinks.Path).ExcludeFromDescription();
        links.MapGet("/c/{token}", Click);
        links.MapGet("/o/{token}", Open);
        links.MapGet("/u/{token}", Ask);
        links.MapPost("/u/{token}", Unsubscribe);
        links.MapPost("/n/{tenant}/{channel}", Receive);
    }

    /// <summary>Leads to nowhere but to what stood in the message.</summary>
    private static async Task<IResult> Click(string token, MessageLinks links, Entrance entrance, AuraDb db, CancellationToken cancellation) =>
        links.Read(token) is { } link && await entrance.Enter(link.Tenant, cancellation) && await db.Enter(entrance.Caller, entrance.Time).Follow(link.Message, link.Link, cancellation) is { } target
            ? Results.Redirect(target)
            : Page("This link leads nowhere.", "It may have been cut off: copy all of it.", StatusCodes.Status404NotFound);

    private static async Task<IResult> Open(string token, HttpResponse response, MessageLinks links, Entrance entrance, AuraDb db, CancellationToken cancellation)
    {
        if (links.Read(token) is { } link && await entrance.Enter(link.Tenant, cancellation))
            await db.Enter(entrance.Caller, entrance.Time).Follow(link.Message, null, cancellation);
        response.Headers.CacheControl = "no-store";
        return Results.Bytes(Pixel, "image/gif");
    }

    /// <summary>A link is fetched by scanners too, so that only the button, or the POST of a mail program, ends the subscription.</summary>
    private static IResult Ask(string token, MessageLinks links) => links.Read(token) is null
        ? Page("This link leads nowhere.", "It may have been cut off: copy all of it.", StatusCodes.Status404NotFound)
        : Page("Unsubscribe?", "<form method=\"post\"><button>Yes, no more of these messages</button></form>");

    private static async Task<IResult> Unsubscribe(string token, MessageLinks links, Entrance entrance, AuraDb db, CancellationToken cancellation) =>
        links.Read(token) is { } link && await entrance.Enter(link.Tenant, cancellation) && await db.Enter(entrance.Caller, entrance.Time).Unsubscribe(link.Message, "unsubscribe_link", cancellation)
            ? Page("Done.", "You get no more of these messages.")
            : Page("This link leads nowhere.", "It may have been cut off: copy all of it.", StatusCodes.Status404NotFound);

    /// <exception cref="Refused">400 for a store or channel that takes no notices, or a signature that is wrong.</exception>
    private static async Task<IResult> Receive(
        Id<Store> tenant, string channel, HttpRequest request, Entrance entrance, AuraDb db, KeyRing ring, PublicAddress address, CancellationToken cancellation)
    {
        if (!Words<Channel>.TryParse(channel, out var kind) || !await entrance.Enter(tenant.Value, cancellation))
            throw Refused.BadRequest("There is no such store or channel.");
        db.Enter(entrance.Caller, entrance.Time);
        var setup = await db.Channel(kind, cancellation);
        try
        {
            var reader = setup.Provider is { } name ? MessageProviders.Notices(name, await db.SettingsOf(setup, ring, cancellation)) : null;
            if (reader is null)
                throw Refused.BadRequest("The provider of this channel has no notices.");
            var notices = reader.Read(await Read(request, address, cancellation), entrance.Time.GetUtcNow().UtcDateTime);
            await db.Take(kind, setup.Provider!, notices, cancellation); // it has a reader
            return Results.Ok(new { received = notices.Count });
        }
        catch (Exception wrong) when (wrong is UnverifiedDelivery or WrongSettings or System.Text.Json.JsonException or InvalidOperationException)
        {
            throw Refused.BadRequest(wrong is UnverifiedDelivery or WrongSettings ? wrong.Message : "The notice cannot be read.");
        }
    }

    private static async Task<NoticeRequest> Read(HttpRequest request, PublicAddress address, CancellationToken cancellation)
    {
        if (request.ContentLength > MaxNotice)
            throw new Refused(Refusal.TooLarge, null, "A notice has at most 1 MiB.");
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellation);
        return new($"{address.Base}{request.Path}{request.QueryString}", request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString()), body.ToArray());
    }

    private static IResult Page(string title, string content, int status = StatusCodes.Status200OK) => Results.Content($$"""
        <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><title>{{WebUtility.HtmlEncode(title)}}</title>
        <style>body{font:1rem/1.5 system-ui;max-width:26rem;margin:15vh auto;padding:0 1rem}button{font:inherit;padding:.5rem 1rem}</style>
        <h1>{{WebUtility.HtmlEncode(title)}}</h1><p>{{content}}</p>
        """, "text/html; charset=utf-8", statusCode: status);
}

/// <summary>Lets a request without a key into the store that its address names.</summary>
internal sealed class Entrance(AccessDirectory stores, CurrentCaller current, TimeProvider time)
{
    public TimeProvider Time => time;
    public Caller Caller => current.Value;

    public async Task<bool> Enter(long tenant, CancellationToken cancellation)
    {
        if (await stores.Store(tenant, cancellation) is not { } store)
            return false;
        current.Value = Caller.System(store);
        return true;
    }
}
