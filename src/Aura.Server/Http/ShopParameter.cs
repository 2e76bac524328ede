using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Primitives;

namespace Aura.Server.Http;

/// <summary>The parameter <c>shop</c> of dialects that name the store with every request: in the query, or in the body of a write.</summary>
/// <remarks>Taken out of the body once it is read, so that no request record has to know it.</remarks>
internal static class ShopParameter
{
    public const string Name = "shop";

    private static readonly JsonDocumentOptions Bounds = new() { MaxDepth = 32 };

    /// <exception cref="Refused">400 without a shop; 422 for two different ones, or one that is no text.</exception>
    public static async Task<string> Read(HttpRequest request)
    {
        var query = request.Query[Name];
        var body = HttpMethods.IsGet(request.Method) ? null : await Body(request);
        if (query.Count > 1 || body is not null && !StringValues.IsNullOrEmpty(query) && query != body)
            throw Refused.Invalid(Name, "Must be one shop, wherever it stands.");
        var shop = body ?? query.ToString();
        return shop != "" ? shop : throw new Refused(Refusal.BadRequest, null, "Say which shop: ?shop=your-shop.example.com.") { Fields = [new(Name, "Is required.")] };
    }

    /// <summary>Takes the shop out of a body that has one.</summary>
    public static async Task Remove(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || await Body(request) is null)
            return;
        var node = (await JsonNode.ParseAsync(request.Body, documentOptions: Bounds, cancellationToken: request.HttpContext.RequestAborted))!.AsObject(); // it was one when it was read
        node.Remove(Name);
        var rest = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(rest))
            node.WriteTo(writer);
        rest.Position = 0;
        (request.Body, request.ContentLength) = (rest, rest.Length);
    }

    /// <returns>Null where the body names none: one that cannot be read is refused where it is bound.</returns>
    private static async Task<string?> Body(HttpRequest request)
    {
        if (!request.HasJsonContentType())
            return null;
        request.EnableBuffering();
        try
        {
            using var document = await JsonDocument.ParseAsync(request.Body, Bounds, request.HttpContext.RequestAborted);
            return document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty(Name, out var shop) ? null
                : shop.ValueKind == JsonValueKind.String ? shop.GetString()
                : throw Refused.Invalid(Name, "Must be text.");
        }
        catch (JsonException)
        {
            return null;
        }
        finally
        {
            request.Body.Position = 0;
        }
    }
}
