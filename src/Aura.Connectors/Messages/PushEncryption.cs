using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Aura.Connectors.Messages;

/// <summary>Encrypts a notification for one browser: ECDH on P-256, HKDF-SHA-256, AES-128-GCM in one record. Source: RFC 8291, RFC 8188.</summary>
internal static class PushEncryption
{
    /// <summary>Bytes of a notification: what every push service takes is 4096 with the frame around it.</summary>
    public const int MaxContent = 4096 - HeadSize - TagSize - 1;

    private const int PointSize = 65, SaltSize = 16, TagSize = 16, RecordSize = 4096, HeadSize = SaltSize + 4 + 1 + PointSize;

    public static byte[] Encrypt(ReadOnlySpan<byte> content, PushSubscription subscription)
    {
        using var own = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        return Encrypt(content, subscription, own, RandomNumberGenerator.GetBytes(SaltSize));
    }

    /// <param name="own">A key pair for this message alone.</param>
    public static byte[] Encrypt(ReadOnlySpan<byte> content, PushSubscription subscription, ECDiffieHellman own, byte[] salt)
    {
        using var theirs = ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = Point(subscription.PublicKey) });
        var ownPoint = Uncompressed(own.PublicKey.ExportParameters().Q);
        var shared = own.DeriveRawSecretAgreement(theirs.PublicKey);
        byte[] about = [.. "WebPush: info\0"u8, .. subscription.PublicKey, .. ownPoint];
        var material = HKDF.DeriveKey(HashAlgorithmName.SHA256, shared, 32, subscription.Secret, about);
        var key = HKDF.DeriveKey(HashAlgorithmName.SHA256, material, 16, salt, [.. "Content-Encoding: aes128gcm\0"u8]);
        var nonce = HKDF.DeriveKey(HashAlgorithmName.SHA256, material, 12, salt, [.. "Content-Encoding: nonce\0"u8]);

        byte[] plain = [.. content, 2]; // 2 ends the last record
        var message = new byte[HeadSize + plain.Length + TagSize];
        salt.CopyTo(message, 0);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(SaltSize), RecordSize);
        message[SaltSize + 4] = PointSize;
        ownPoint.CopyTo(message, SaltSize + 5);
        using var cipher = new AesGcm(key, TagSize);
        cipher.Encrypt(nonce, plain, message.AsSpan(HeadSize, plain.Length), message.AsSpan(HeadSize + plain.Length));
        return message;
    }

    internal static ECPoint Point(byte[] uncompressed) => new() { X = uncompressed[1..33], Y = uncompressed[33..] };

    internal static byte[] Uncompressed(ECPoint point) => [4, .. point.X!, .. point.Y!]; // of a public key both are there
}
