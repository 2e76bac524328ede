using System.Globalization;
using Aura.Persistence;
using Microsoft.AspNetCore.Connections;
using Microsoft.Net.Http.Headers;

namespace Aura.Server.Http;

/// <summary>Gives every request an id and every failure the envelope of its dialect.</summary>
internal sealed class Failures(RequestDelegate next, Dialects dialects, TimeProvider time, ILogger<Failures> log)
{
    /// <summary>Headers that say something about a failure; the others were about the answer that it replaces.</summary>
    private static readonly HashSet<string> Kept =
        [HeaderNames.Allow, HeaderNames.RetryAfter, HeaderNames.StrictTransportSecurity, HeaderNames.Link, HeaderNames.Upgrade, "Deprecation", "Sunset"];

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
        catch (Exception gone) when (gone is ConnectionResetException || gone is OperationCanceledException && http.RequestAborted.IsCancellationRequested)
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
            if (failure.Status == 503 && exception is not Refused)
                log.LogWarning("{Method} {Path} has to be asked again ({RequestId}): {Reason}", http.Request.Method, http.Request.Path, http.TraceIdentifier, exception.Reasons());
            if (exception is Refused { RetryAfter: { } wait })
                http.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            await Write(http, failure);
        }
    }

    private async Task Write(HttpContext http, Failure failure)
    {
        var (response, dialect) = (http.Response, dialects.For(http.Request.Path));
        if (failure.IsAbsence != failure.IsMisread) // a parameter that is missing is 400 everywhere
            failure = failure with { Status = failure.IsAbsence ? dialect.Absence : dialect.Misreading };
        var kept = response.Headers.Where(header => header.Key.StartsWith("X-", StringComparison.Ordinal) || Kept.Contains(header.Key)).ToList();
        response.Clear();
        foreach (var (name, value) in kept)
            response.Headers[name] = value;
        if (failure.Status == 503 && response.Headers.RetryAfter.Count == 0)
            response.Headers.RetryAfter = "1";
        response.Headers.CacheControl = "no-store";
        if (failure.Status == 401)
            response.Headers.WWWAuthenticate = "Bearer";
        response.StatusCode = failure.Status;
        await response.WriteAsJsonAsync(dialect.Error(failure, time.GetUtcNow().UtcDateTime), http.RequestAborted);
    }
}
