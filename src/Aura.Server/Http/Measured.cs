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
