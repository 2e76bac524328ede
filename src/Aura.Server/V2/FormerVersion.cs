using Aura.Server.Http;

namespace Aura.Server.V2;

/// <summary>/v1, the version before this one. The server has never spoken it, and tells its callers where to go.</summary>
internal static class FormerVersion
{
    /// <summary>Its end of life is March 2027 by the document of 2026-01-01, which declares it deprecated.</summary>
    private const string Deprecation = "@1767225600", Sunset = "Wed, 31 Mar 2027 23:59:59 GMT";

    public static void MapFormerVersion(this IEndpointRouteBuilder app) => app.Map("/v1/{**rest}", Refuse).ExcludeFromDescription();

    /// <remarks>The headers are those of RFC 9745, RFC 8594 and RFC 8288.</remarks>
    private static void Refuse(HttpResponse response)
    {
        response.Headers["Deprecation"] = Deprecation;
        response.Headers["Sunset"] = Sunset;
        response.Headers.Link = $"<{PlatformApi.Dialect.Prefix}>; rel=\"successor-version\"";
        throw new Refused(Refusal.Gone, null, "Version 1 is not served here. Use /v2.");
    }
}
