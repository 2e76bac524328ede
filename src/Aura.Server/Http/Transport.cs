namespace Aura.Server.Http;

/// <summary>Where HTTPS is there, only HTTPS. Plain HTTP is refused and not redirected: the key has been sent in the clear already.</summary>
/// <remarks>With a certificate of its own the server knows how it was called. Where it must not be called in plain, and TLS ends in a proxy
/// before it, it goes by what the proxy says.</remarks>
internal sealed class Transport(RequestDelegate next, ServerOptions options)
{
    public Task Invoke(HttpContext http)
    {
        var forwarded = http.Request.Headers["X-Forwarded-Proto"].ToString();
        var isSecure = options.Certificate is not null || forwarded == "" ? http.Request.IsHttps : forwarded.Equals("https", StringComparison.OrdinalIgnoreCase);
        if (isSecure)
            http.Response.Headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
        else if ((options.RequireHttps || options.Certificate is not null) && !http.Request.Path.StartsWithSegments("/health"))
            throw Refused.Forbidden("Use HTTPS.");
        return next(http);
    }
}
