namespace Aura.Server.Http;

/// <summary>Answers HEAD wherever there is a GET: everything behind sees a GET, and Kestrel, which read the request line, sends no body.</summary>
internal sealed class HeadRequests(RequestDelegate next)
{
    public Task Invoke(HttpContext http)
    {
        if (HttpMethods.IsHead(http.Request.Method))
            http.Request.Method = HttpMethods.Get;
        return next(http);
    }
}
