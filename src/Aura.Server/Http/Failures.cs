namespace Aura.Server.Http;

/// <summary>Gives every request an id and every failure the envelope of its dialect.</summary>
internal sealed class Failures(RequestDelegate next, Dialects dialects, ILogger<Failures> log)
{
    public async Task Invoke(HttpContext http)
    {
        http.TraceIdentifier = $"req_{Guid.CreateVersion7():n}";
        http.Response.Headers["X-Request-Id"] = http.TraceIdentifier;
        try
        {
            await next(http);
            if (http.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null, ContentLength: null })
                await Write(http, Failure.Of(http.Response.StatusCode, http.TraceIdentifier));
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            log.LogDebug("The caller of {Method} {Path} hung up", http.Request.Method, http.Request.Path);
        }
        catch (Exception exception) when (!http.Response.HasStarted)
        {
            var failure = Failure.Of(exception, http.TraceIdentifier);
            if (failure.Status == 500)
                log.LogError(exception, "{Method} {Path} failed ({RequestId})", http.Request.Method, http.Request.Path, http.TraceIdentifier);
            else
                log.LogDebug(exception, "{Method} {Path} was refused ({RequestId})", http.Request.Method, http.Request.Path, http.TraceIdentifier);
            await Write(http, failure);
        }
    }

    private async Task Write(HttpContext http, Failure failure)
    {
        var response = http.Response;
        var (retryAfter, limits) = (response.Headers.RetryAfter, response.Headers.Where(h => h.Key.StartsWith("X-", StringComparison.Ordinal)).ToList());
        response.Clear();
        foreach (var (name, value) in limits)
            response.Headers[name] = value;
        response.Headers.RetryAfter = failure.Status == 503 && retryAfter.Count == 0 ? "1" : retryAfter;
        response.Headers.CacheControl = "no-store";
        if (failure.Status == 401)
            response.Headers.WWWAuthenticate = "Bearer";
        response.StatusCode = failure.Status;
        if (!HttpMethods.IsHead(http.Request.Method))
            await response.WriteAsJsonAsync(dialects.For(http.Request.Path).Error(failure), http.RequestAborted);
    }
}
