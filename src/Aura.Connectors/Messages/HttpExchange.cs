using System.Text.Json;

namespace Aura.Connectors.Messages;

/// <summary>One request to a provider's API; what goes wrong on the way becomes an answer.</summary>
internal static class HttpExchange
{
    /// <remarks>429 and 503 say that nothing was taken; any other 5xx may come from a proxy whose server took it.</remarks>
    /// <param name="read">Makes an answer of the response; not called for 408, 429 and 5xx.</param>
    public static async Task<SendAnswer> Exchange(
        this HttpClient http, HttpRequestMessage request, string provider, Func<HttpResponseMessage, string, SendAnswer> read, CancellationToken cancellation)
    {
        try
        {
            using (request)
            using (var response = await http.SendAsync(request, cancellation))
            {
                var body = await response.Content.ReadAsStringAsync(cancellation);
                var said = $"{provider} answered {(int)response.StatusCode}.";
                return (int)response.StatusCode switch
                {
                    429 or 503 => SendAnswer.TryAgain(said, Wait(response)),
                    408 or >= 500 => SendAnswer.Unknown(said),
                    _ => read(response, body),
                };
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return SendAnswer.Unknown($"{provider} did not answer in time.");
        }
        catch (PrivateAddressException refused)
        {
            return SendAnswer.Refused(refused.Message);
        }
        catch (HttpRequestException failure)
        {
            if (failure.InnerException is PrivateAddressException own)
                return SendAnswer.Refused(own.Message);
            var neverSent = failure.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError;
            return neverSent ? SendAnswer.TryAgain($"{provider} cannot be reached.") : SendAnswer.Unknown($"{provider} hung up before it answered.");
        }
    }

    /// <summary>A value of a JSON answer, or null where the answer is something else.</summary>
    public static string? Text(string json, params ReadOnlySpan<string> path)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var at = document.RootElement;
            foreach (var step in path)
                if (at.ValueKind == JsonValueKind.Array && at.GetArrayLength() > 0 ? (at = at[0]).TryGetProperty(step, out at) : at.ValueKind == JsonValueKind.Object && at.TryGetProperty(step, out at))
                    continue;
                else
                    return null;
            return at.ValueKind == JsonValueKind.String ? at.GetString() : at.ValueKind == JsonValueKind.Number ? at.GetRawText() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static TimeSpan? Wait(HttpResponseMessage response) => response.Headers.RetryAfter?.Delta;
}
