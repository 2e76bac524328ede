using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Aura.Statistics;

/// <summary>Which arm of a test a unit belongs to: always the same for a unit, in the planned shares over all units, and independent between tests.</summary>
/// <remarks>SHA-256 (FIPS 180-4), because every language has it, and so any client works out the same bucket in three lines. A remainder of
/// 64 bits by 10,000 favours no bucket by more than 1 in 10¹⁵. The decision is written down in docs/decisions/0017.</remarks>
public static class Bucket
{
    public const int Count = 10_000;

    /// <summary>The first eight bytes of SHA-256 over salt, a zero byte and unit (UTF-8), as a big-endian number, modulo 10,000.</summary>
    /// <param name="salt">Of the test, or of a phase of it: other shares need another salt, or units would change arms. A second question
    /// about the same units (are they in the test at all?) needs a salt of its own.</param>
    /// <param name="unit">Who is assigned: a customer's or a session's id.</param>
    /// <returns>0 to 9999: hundredths of a percent.</returns>
    /// <exception cref="ArgumentException">The salt has a zero character, or one of the two is empty.</exception>
    public static int Of(string salt, string unit)
    {
        ArgumentException.ThrowIfNullOrEmpty(salt);
        ArgumentException.ThrowIfNullOrEmpty(unit);
        if (salt.Contains('\0'))
            throw new ArgumentException("The zero character ends the salt.", nameof(salt));

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{salt}\0{unit}"));
        return (int)(BinaryPrimitives.ReadUInt64BigEndian(hash) % Count);
    }

    /// <summary>The arm whose half-open range of buckets, in the order of the shares, holds the bucket: 34, 33, 33 are [0, 3400), [3400, 6700)
    /// and [6700, 10000).</summary>
    /// <param name="bucket">0 to 9999.</param>
    /// <param name="shares">Percent, zero or more, with a sum of 100. The ends of ranges are rounded to a hundredth of a percent.</param>
    /// <returns>The index of the arm.</returns>
    /// <exception cref="ArgumentException">The bucket is out of its range, a share is negative, or their sum is not 100.</exception>
    public static int Arm(int bucket, IReadOnlyList<decimal> shares)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bucket);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(bucket, Count);
        if (shares.Any(share => share < 0) || shares.Sum() != 100)
            throw new ArgumentException("Shares are zero or more and add up to 100.", nameof(shares));

        var (arm, end) = (0, shares[0]);
        while (bucket >= Math.Round(end * (Count / 100), MidpointRounding.AwayFromZero))
            end += shares[++arm];
        return arm;
    }
}
