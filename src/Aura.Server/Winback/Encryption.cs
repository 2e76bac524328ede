using System.Buffers.Text;
using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using Aura.Accounts;
using Aura.Connectors.Payments;
using Aura.Persistence;
using Aura.Server.Http;

namespace Aura.Server.Winback;

/// <summary>Text that is sealed for one shop: AES-256-GCM, with a key that is derived from the server's ring for this shop alone.</summary>
internal static class Encryption
{
    private const string Mark = "AES256:", Algorithm = "AES-256-GCM", Purpose = "text";

    public static void MapEncryption(this RouteGroupBuilder api)
    {
        var encryption = api.MapGroup("/security/encryption").WithTags("Encryption").Scope("security").NeverCached();
        encryption.MapPost("/encrypt", Encrypt);
        encryption.MapPost("/decrypt", Decrypt).Scope("security:decrypt");
        encryption.MapGet("/status", Show);
    }

    private static EncryptedText Encrypt(EncryptText request, AuraDb db, KeyRing ring)
    {
        if (CardNumber.Appears(request.Data))
            throw Refused.Invalid(nameof(request.Data), "This looks like a card number. Cards are kept as payment methods only, never as text.", "card_number");
        return new($"{Mark}{Base64Url.EncodeToString(ring.Seal(request.Data, Purpose, db.Caller.TenantId))}", Algorithm);
    }

    private static async Task<DecryptedText> Decrypt(DecryptText request, AuraDb db, KeyRing ring, CancellationToken cancellation)
    {
        var (text, key) = Opened(request.Encrypted, db.Caller.TenantId, ring);
        db.AuditLogs.Add(AuditEntry.Of("encryption", "decrypted", $"key {key}", db));
        await db.SaveChangesAsync(cancellation);
        return new(text);
    }

    private static EncryptionStatus Show(KeyRing ring, TimeProvider time)
    {
        var newest = ring.Keys[^1];
        return new(true, Algorithm, newest.Name, newest.CreatedAt, newest.CreatedAt + KeyRing.KeyAge, ring.Keys.Count, time.GetUtcNow().UtcDateTime - newest.CreatedAt >= KeyRing.KeyAge);
    }

    /// <exception cref="Refused">422 for what was not sealed here for this shop, or was altered.</exception>
    private static (string Text, string Key) Opened(string encrypted, long store, KeyRing ring)
    {
        try
        {
            var box = encrypted.StartsWith(Mark, StringComparison.Ordinal) ? Base64Url.DecodeFromChars(encrypted.AsSpan(Mark.Length)) : throw new FormatException();
            return (ring.Open(box, Purpose, store), KeyRing.KeyOf(box));
        }
        catch (Exception wrong) when (wrong is FormatException or CryptographicException or InvalidOperationException)
        {
            throw Refused.Invalid(nameof(DecryptText.Encrypted), "This was not encrypted here for this shop, or was altered.", "not_decryptable");
        }
    }
}

/// <param name="Data">No card numbers: those are refused.</param>
public sealed record EncryptText([StringLength(65_536, MinimumLength = 1)] string Data);

/// <param name="Encrypted">As it was answered: AES256:….</param>
public sealed record DecryptText([StringLength(400_000, MinimumLength = 1)] string Encrypted);

public sealed record EncryptedText(string Encrypted, string Algorithm);

public sealed record DecryptedText(string Data);

/// <param name="KeyId">The name of the newest key, with which all is sealed; what it is, nobody is shown.</param>
/// <param name="LastRotated">When it was made; null: the keys were given as text.</param>
/// <param name="RotationDue">When a starting server adds the next one.</param>
/// <param name="Keys">How many there are: what the older ones sealed still opens.</param>
public sealed record EncryptionStatus(bool Enabled, string Algorithm, string KeyId, DateTime? LastRotated, DateTime? RotationDue, int Keys, bool Overdue);
