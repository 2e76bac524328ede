using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Aura.Events;

/// <summary>When a webhook message that was not taken is sent again: six attempts in all, each wait up to 10 % longer by chance.</summary>
/// <remarks>The chance comes from the delivery and the attempt, so that reckoning again gives the same time.</remarks>
public static class RetrySchedule
{
    public const int MaxAttempts = 6;

    /// <summary>A receiver that wants a longer wait (Retry-After) gets at most this.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromHours(24);

    /// <summary>An endpoint that has taken nothing for so long is given up with the next message that is. All six attempts take longer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromHours(8.5);

    private static readonly TimeSpan[] Waits =
        [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(6)];

    /// <summary>When to try again after a failure, or null: not again.</summary>
    /// <param name="attempt">The attempt that failed, from 1.</param>
    /// <param name="now">By the store's clock.</param>
    public static DateTime? Next(long delivery, int attempt, WebhookAnswer answer, DateTime now)
    {
        if (attempt >= MaxAttempts || answer.IsGone || answer.IsRefusal && attempt >= 2)
            return null;
        var wait = Waits[attempt - 1] * (1 + 0.1 * Chance(delivery, attempt));
        return now + (answer.RetryAfter is { } wanted && wanted > wait ? (wanted < MaxWait ? wanted : MaxWait) : wait);
    }

    /// <summary>From 0 to 1.</summary>
    private static double Chance(long delivery, int attempt)
    {
        Span<byte> seed = stackalloc byte[12], hash = stackalloc byte[SHA256.HashSizeInBytes];
        BinaryPrimitives.WriteInt64BigEndian(seed, delivery);
        BinaryPrimitives.WriteInt32BigEndian(seed[8..], attempt);
        SHA256.HashData(seed, hash);
        return BinaryPrimitives.ReadUInt32BigEndian(hash) / (double)uint.MaxValue;
    }
}
