using System.Diagnostics;

namespace Aura.Server.Http;

/// <summary>Takes the time of every answer.</summary>
internal sealed class Measured(RequestDelegate next, ServerMetrics metrics)
{
    public async Task Invoke(HttpContext http)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            await next(http);
        }
        finally
        {
            metrics.Record(Stopwatch.GetElapsedTime(started), http.Response.StatusCode);
        }
    }
}

/// <summary>Refuses what a proxy says came over plain HTTP. It does not redirect: the key has been sent in the clear already.</summary>
internal sealed class HttpsOnly(RequestDelegate next)
{
    public Task Invoke(HttpContext http)
    {
        var scheme = http.Request.Headers["X-Forwarded-Proto"].ToString() is { Length: > 0 } forwarded ? forwarded : http.Request.Scheme;
        if (!scheme.Equals("https", StringComparison.OrdinalIgnoreCase) && !http.Request.Path.StartsWithSegments("/health"))
            throw Refused.Forbidden("Use HTTPS.");
        http.Response.Headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
        return next(http);
    }
}
