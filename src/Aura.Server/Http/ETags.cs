using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace Aura.Server.Http;

/// <summary>What an answer may be kept by, and how long: ETag, Last-Modified, 304.</summary>
internal static class ETags
{
    /// <param name="hash">Of all that the answer shows; its beginning is enough.</param>
    /// <param name="version">Of the thing that is shown; null: it has none.</param>
    public static string Of(ReadOnlySpan<byte> hash, int? version)
    {
        var text = Convert.ToHexStringLower(hash[..8]);
        return version is null ? $"\"{text}\"" : string.Create(CultureInfo.InvariantCulture, $"\"{version}-{text}\"");
    }

    /// <inheritdoc cref="Of(ReadOnlySpan{byte}, int?)"/>
    public static string Of(IncrementalHash hash, int? version)
    {
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(bytes);
        return Of(bytes, version);
    }

    /// <summary>Writes the headers that an answer is kept by.</summary>
    /// <param name="updatedAt">Of the thing that is shown; null: nobody can say.</param>
    /// <returns>Whether the caller has this answer already. It is told so: there is nothing more to write.</returns>
    public static bool IsKnown(this HttpContext http, string tag, DateTime? updatedAt)
    {
        var (headers, metadata) = (http.Response.Headers, http.GetEndpoint()!.Metadata); // an endpoint answers
        headers.ETag = tag;
        if (updatedAt is { } at)
            headers.LastModified = HeaderUtilities.FormatDate(at);
        headers.CacheControl = metadata.GetMetadata<Cached>()?.Directives ?? Cached.Unnamed;
        headers.Append(HeaderNames.Vary, "Authorization, X-Tenant-ID");
        if (metadata.GetMetadata<Localised>() is not null)
            headers.Append(HeaderNames.Vary, "X-Currency, Accept-Language");
        if (!Matches(http.Request, tag, updatedAt))
            return false;
        http.Response.StatusCode = StatusCodes.Status304NotModified;
        return true;
    }

    public static void StartJson(this HttpContext http, int length)
    {
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = length;
    }

    private static bool Matches(HttpRequest request, string tag, DateTime? updatedAt)
    {
        if (request.Headers.IfNoneMatch.Count == 0 && request.Headers.IfModifiedSince.Count == 0)
            return false;
        var headers = request.GetTypedHeaders();
        if (headers.IfNoneMatch.Count > 0)
            return headers.IfNoneMatch.Any(known => known.Tag == "*" || known.Tag == tag);
        return updatedAt is { } at && headers.IfModifiedSince is { } since && at.Ticks / TimeSpan.TicksPerSecond <= since.UtcTicks / TimeSpan.TicksPerSecond;
    }
}

/// <summary>How long an answer may be kept by its caller; zero: not at all.</summary>
public sealed record Cached(TimeSpan MaxAge)
{
    /// <summary>Of an answer that nobody said anything of.</summary>
    internal const string Unnamed = "private, no-cache";

    internal string Directives { get; } = MaxAge == TimeSpan.Zero
        ? "no-store"
        : string.Create(CultureInfo.InvariantCulture, $"private, max-age={MaxAge.TotalSeconds:0}, must-revalidate");
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
