using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Aura.Server.Http;

/// <summary>A response that knows its version: its ETag begins with it, and If-Match compares it.</summary>
public interface IVersioned
{
    int Version { get; }
    DateTime UpdatedAt { get; }
}

/// <summary>How long an answer may be kept by its caller; zero: not at all.</summary>
public sealed record Cached(TimeSpan MaxAge);

/// <summary>Answers GET requests with validators: ETag, Last-Modified, 304; and with the fields that were asked for.</summary>
internal sealed class Representation(IOptions<JsonOptions> json) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var result = await next(context);
        return result is null or IResult || !HttpMethods.IsGet(context.HttpContext.Request.Method)
            ? result
            : new Answer(result, json.Value.SerializerOptions);
    }

    private sealed class Answer(object value, JsonSerializerOptions json) : IResult
    {
        public async Task ExecuteAsync(HttpContext http)
        {
            var lists = http.GetEndpoint()!.Metadata.GetRequiredMetadata<Dialect>().Lists; // the dialect put this filter here
            var body = Serialise(lists.IsOpen ? http.Request.Query["fields"] : default(string), lists.Items);
            var version = value as IVersioned;
            var tag = $"\"{(version is null ? "" : $"{version.Version}-")}{Convert.ToHexStringLower(SHA256.HashData(body).AsSpan(0, 8))}\"";
            var headers = http.Response.GetTypedHeaders();
            headers.ETag = new(tag);
            headers.LastModified = version is null ? null : new DateTimeOffset(version.UpdatedAt);
            http.Response.Headers.CacheControl = Directives(http.GetEndpoint()?.Metadata.GetMetadata<Cached>());
            http.Response.Headers.Append(HeaderNames.Vary, "Authorization, X-Tenant-ID");
            if (http.GetEndpoint()?.Metadata.GetMetadata<Localised>() is not null)
                http.Response.Headers.Append(HeaderNames.Vary, "X-Currency, Accept-Language");
            if (NotModified(http.Request.GetTypedHeaders(), tag, version))
            {
                http.Response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }

            http.Response.ContentType = "application/json; charset=utf-8";
            http.Response.ContentLength = body.Length;
            await http.Response.Body.WriteAsync(body, http.RequestAborted);
        }

        private byte[] Serialise(string? fields, string items)
        {
            if (string.IsNullOrEmpty(fields))
                return JsonSerializer.SerializeToUtf8Bytes(value, value.GetType(), json);
            var names = fields.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToHashSet();
            var node = JsonSerializer.SerializeToNode(value, value.GetType(), json)!; // an object
            foreach (var item in node[items] as IEnumerable<JsonNode?> ?? [node])
                if (item is JsonObject thing)
                    foreach (var name in thing.Select(pair => pair.Key).Where(key => !names.Contains(key)).ToList())
                        thing.Remove(name);
            return JsonSerializer.SerializeToUtf8Bytes(node, json);
        }

        private static bool NotModified(Microsoft.AspNetCore.Http.Headers.RequestHeaders request, string tag, IVersioned? version)
        {
            if (request.IfNoneMatch.Count > 0)
                return request.IfNoneMatch.Any(known => known.Tag == "*" || known.Tag == tag);
            return version is not null && request.IfModifiedSince is { } since &&
                version.UpdatedAt.Ticks / TimeSpan.TicksPerSecond <= since.UtcTicks / TimeSpan.TicksPerSecond;
        }

        private static string Directives(Cached? cached) => cached switch
        {
            null => "private, no-cache",
            { MaxAge.Ticks: 0 } => "no-store",
            _ => string.Create(CultureInfo.InvariantCulture, $"private, max-age={cached.MaxAge.TotalSeconds:0}, must-revalidate"),
        };
    }
}

internal static class CachedExtensions
{
    /// <summary>Callers may keep the answers of these routes for a while.</summary>
    public static T Cached<T>(this T routes, TimeSpan maxAge) where T : IEndpointConventionBuilder => routes.WithMetadata(new Cached(maxAge));

    /// <summary>Settings and other things that seldom change are kept for an hour.</summary>
    public static T Configuration<T>(this T routes) where T : IEndpointConventionBuilder => routes.Cached(TimeSpan.FromHours(1));

    /// <summary>Nobody keeps the answers of these routes.</summary>
    public static T NeverCached<T>(this T routes) where T : IEndpointConventionBuilder => routes.WithMetadata(new Cached(TimeSpan.Zero));
}
