using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Aura.Connectors;

namespace Aura.Events;

/// <summary>Sends signed messages to receivers' endpoints. The only way in which a webhook leaves the server, tests of it included.</summary>
public sealed class WebhookSender : IDisposable
{
    /// <summary>For the whole exchange.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private const int MaxRead = 64 * 1024;
    private const int MaxKept = 1024;

    private readonly HttpClient client;
    private readonly TimeProvider time;
    private readonly TimeSpan timeout;

    public WebhookSender(OutboundAddresses addresses, TimeProvider time, TimeSpan? timeout = null)
    {
        (this.time, this.timeout) = (time, timeout ?? Timeout);
        var handler = addresses.Handler();
        (handler.MaxResponseDrainSize, handler.PooledConnectionIdleTimeout) = (MaxRead, TimeSpan.FromSeconds(30));
        client = new(handler) { Timeout = System.Threading.Timeout.InfiniteTimeSpan }; // Send has its own
        client.DefaultRequestHeaders.UserAgent.Add(new("Aura-Webhooks", "1"));
    }

    /// <param name="id">The same for every attempt, so that the receiver knows a message that it has.</param>
    /// <param name="secrets">The current one first; another while it is being changed.</param>
    /// <param name="prefix">Of the plain signature.</param>
    /// <returns>What came of it; failures of the network are answers too.</returns>
    public async Task<WebhookAnswer> Send(string url, string id, string body, IReadOnlyList<string> secrets, string prefix, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        var started = time.GetTimestamp();
        try
        {
            using var request = Request(url, id, Encoding.UTF8.GetBytes(body), secrets, prefix);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            var text = await Beginning(response, limit.Token);
            return new((int)response.StatusCode, response.IsSuccessStatusCode ? null : Reason(response), text, time.GetElapsedTime(started))
            {
                RetryAfter = Wait(response.Headers.RetryAfter),
            };
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(null, $"No answer within {timeout.TotalSeconds:0.#} seconds.", null, time.GetElapsedTime(started));
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return new(null, (failure.InnerException ?? failure).Message, null, time.GetElapsedTime(started));
        }
    }

    public void Dispose() => client.Dispose();

    /// <summary>The time in the signature is the world's, even of a sandbox whose clock is ahead: receivers compare it with theirs.</summary>
    private HttpRequestMessage Request(string url, string id, byte[] body, IReadOnlyList<string> secrets, string prefix)
    {
        var seconds = time.GetUtcNow().ToUnixTimeSeconds();
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json") { CharSet = "utf-8" };
        request.Headers.Add("X-Webhook-Signature", prefix + WebhookSignature.Plain(body, secrets[0]));
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", seconds.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", string.Join(' ', secrets.Select(secret => WebhookSignature.Standard(id, seconds, body, secret))));
        return request;
    }

    /// <summary>Reads a little of the answer and keeps less: enough to see what went wrong.</summary>
    private static async Task<string?> Beginning(HttpResponseMessage response, CancellationToken cancellation)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var buffer = new byte[MaxRead];
        var read = await stream.ReadAtLeastAsync(buffer, MaxRead, throwOnEndOfStream: false, cancellation);
        return read == 0 ? null : Encoding.UTF8.GetString(buffer, 0, Math.Min(read, MaxKept)).Replace('\0', '\uFFFD'); // PostgreSQL keeps no U+0000
    }

    private static string Reason(HttpResponseMessage response) => (int)response.StatusCode is >= 300 and < 400
        ? $"The endpoint redirects to {response.Headers.Location?.ToString() ?? "elsewhere"}; give its final address."
        : $"The endpoint answered {(int)response.StatusCode}.";

    private TimeSpan? Wait(RetryConditionHeaderValue? header) => header?.Delta ?? (header?.Date is { } date ? date - time.GetUtcNow() : null);
}

/// <summary>What came of sending a message.</summary>
/// <param name="StatusCode">Null: there was no answer.</param>
/// <param name="Error">For people; null: it was taken.</param>
/// <param name="Body">The first 1024 bytes of the answer.</param>
public sealed record WebhookAnswer(int? StatusCode, string? Error, string? Body, TimeSpan Duration)
{
    /// <summary>How long the receiver wants to be left alone.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public bool IsTaken => StatusCode is >= 200 and < 300;

    /// <summary>The receiver says that the endpoint will never be back.</summary>
    public bool IsGone => StatusCode is 410;

    /// <summary>Sending the same again will hardly help.</summary>
    public bool IsRefusal => StatusCode is >= 300 and < 500 and not (408 or 429);
}
