using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Aura.Accounts;
using Microsoft.AspNetCore.Http.Features;
using Npgsql;

namespace Aura.Server.Http;

/// <summary>Verifies X-Signature: HMAC-SHA256 over method, target, time, nonce and the hash of the body, keyed with the API key itself.</summary>
/// <remarks>Whoever signs is held to it, also with keys that do not ask for it. See docs/decisions/0013. SQL by hand: the unique row of a
/// nonce decides between two that come with the same one, on whatever server.</remarks>
public sealed class RequestSignatures(NpgsqlDataSource source, TimeProvider time)
{
    /// <summary>How far the time of a request may be from the world's, either way. A nonce is kept for longer than that.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private const int MaxNonce = 200;

    /// <param name="secret">The key as it was sent.</param>
    /// <exception cref="Refused">401 for a signature that is missing, wrong, old or used.</exception>
    public async Task Verify(HttpRequest request, ApiKey key, string secret)
    {
        string signature = request.Headers["X-Signature"].ToString(), seconds = request.Headers["X-Timestamp"].ToString(), nonce = request.Headers["X-Nonce"].ToString();
        if (signature == "" && !key.SignedOnly)
            return;
        if (signature == "" || seconds == "" || nonce.Length is 0 or > MaxNonce)
            throw Wrong($"Sign the request: X-Signature, X-Timestamp and X-Nonce (at most {MaxNonce} characters).");
        if (!long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var at) || Math.Abs(time.GetUtcNow().ToUnixTimeSeconds() - at) > Tolerance.TotalSeconds)
            throw Wrong("X-Timestamp must be the time in Unix seconds, within 5 minutes.");
        var expected = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(await Signed(request, seconds, nonce)));
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(expected)), Encoding.UTF8.GetBytes(signature)))
            throw Wrong("X-Signature does not fit the request.");
        if (!await IsNew(key, nonce))
            throw Wrong("A request with this X-Nonce was taken already.");
    }

    private static async Task<string> Signed(HttpRequest request, string seconds, string nonce)
    {
        request.EnableBuffering();
        var body = await SHA256.HashDataAsync(request.Body, request.HttpContext.RequestAborted);
        request.Body.Position = 0;
        var target = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        return $"{request.Method}\n{target}\n{seconds}\n{nonce}\n{Convert.ToHexStringLower(body)}";
    }

    private async Task<bool> IsNew(ApiKey key, string nonce)
    {
        await using var command = source.CreateCommand("INSERT INTO request_nonces VALUES ($1, $2, now()) ON CONFLICT DO NOTHING");
        command.Parameters.Add(new() { Value = key.Id });
        command.Parameters.Add(new() { Value = nonce });
        return await command.ExecuteNonQueryAsync() == 1;
    }

    private static Refused Wrong(string message) => new(Refusal.Unauthenticated, null, message);
}
