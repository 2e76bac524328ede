using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Aura.Connectors.Payments;

/// <summary>What Stripe said: the object, or an error that is a definite answer.</summary>
internal readonly record struct StripeAnswer<T>(T? Value, StripeError? Error) where T : class
{
    /// <exception cref="GatewayRefused">Stripe's error, where an object was needed.</exception>
    public T Required() => Value ?? throw new GatewayRefused(Code, null, Error?.Message ?? "Stripe refused the request.");

    public string Code => Error?.Code switch
    {
        null => Error?.Type ?? "invalid_request_error",
        "resource_missing" => "not_found",
        var code => code,
    };
}

/// <summary>One exchange with Stripe's HTTP API: form in, JSON out, trouble as <see cref="GatewayException"/>. It tries once;
/// the caller repeats with the same key.</summary>
internal sealed class StripeApi(HttpClient http, StripeAccount account)
{
    public static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public Task<StripeAnswer<T>> Get<T>(string path, CancellationToken cancellation) where T : class =>
        Send<T>(new HttpRequestMessage(HttpMethod.Get, new Uri(account.Address, path)), cancellation);

    /// <param name="form">Entries without a value are left out.</param>
    public Task<StripeAnswer<T>> Post<T>(
        string path, IEnumerable<(string Name, string? Value)> form, string key, CancellationToken cancellation) where T : class
    {
        Checks.Key(key);
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(account.Address, path))
        {
            Content = new FormUrlEncodedContent(
                form.Where(entry => entry.Value is not null).Select(entry => KeyValuePair.Create(entry.Name, entry.Value))),
        };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return Send<T>(request, cancellation);
    }

    /// <summary>An id goes into an address: only Stripe's own alphabet, and the right kind of object.</summary>
    /// <exception cref="GatewayRefused">404-like, before anything is sent.</exception>
    public static string Id(string reference, params ReadOnlySpan<string> prefixes)
    {
        foreach (var prefix in prefixes)
            if (reference.StartsWith(prefix, StringComparison.Ordinal) && reference.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
                return reference;
        throw new GatewayRefused("not_found", null, $"Stripe's references of this kind start with {prefixes[0]}.");
    }

    private async Task<StripeAnswer<T>> Send<T>(HttpRequestMessage request, CancellationToken cancellation) where T : class
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", account.SecretKey);
        request.Headers.Add("Stripe-Version", account.ApiVersion);
        try
        {
            using (request)
            using (var response = await http.SendAsync(request, cancellation))
            {
                var body = await response.Content.ReadAsByteArrayAsync(cancellation);
                return response.IsSuccessStatusCode
                    ? new(JsonSerializer.Deserialize<T>(body, Json) ?? throw new JsonException("null"), null)
                    : new(null, Answered(response, Error(body)));
            }
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new GatewayException("timeout", "Stripe did not answer in time.", e) { Retryable = true, OutcomeUnknown = true };
        }
        catch (HttpRequestException e)
        {
            var neverSent = e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError;
            throw new GatewayException("connection", "Stripe could not be reached, or hung up.", e) { Retryable = true, OutcomeUnknown = !neverSent };
        }
        catch (JsonException e)
        {
            throw new GatewayException("gateway_error", "Stripe's answer cannot be read.", e) { Retryable = true, OutcomeUnknown = true };
        }
    }

    /// <summary>Lets through what is an answer (a decline, a wrong request), and throws what is trouble.</summary>
    private static StripeError Answered(HttpResponseMessage response, StripeError? error)
    {
        var said = string.Create(CultureInfo.InvariantCulture, $"Stripe answered {(int)response.StatusCode} ({RequestId(response)}).");
        return response.StatusCode switch
        {
            _ when error?.Type == "idempotency_error" && error.Code != "idempotency_key_in_use" => throw GatewayException.KeyReused("Stripe"),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => throw new GatewayException("authentication", said),
            HttpStatusCode.Conflict => throw new GatewayException("in_progress", said)
            {
                Retryable = true,
                OutcomeUnknown = error?.Code == "idempotency_key_in_use", // the first request with this key is still running
            },
            HttpStatusCode.TooManyRequests => throw new GatewayException("rate_limited", said) { Retryable = true },
            HttpStatusCode.BadRequest or HttpStatusCode.PaymentRequired or HttpStatusCode.NotFound when error is not null => error,
            _ => throw new GatewayException("gateway_error", said) { Retryable = MayRetry(response), OutcomeUnknown = true },
        };
    }

    /// <summary>Stripe says so itself where it knows better than the status does.</summary>
    private static bool MayRetry(HttpResponseMessage response) =>
        !response.Headers.TryGetValues("Stripe-Should-Retry", out var values) || values.First() != "false";

    private static string RequestId(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Request-Id", out var values) ? values.First() : "no request id";

    private static StripeError? Error(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize<StripeErrorBody>(body, Json)?.Error;
        }
        catch (JsonException)
        {
            return null; // a proxy's error page: the status alone decides
        }
    }
}
