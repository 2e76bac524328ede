using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Accounts;

/// <summary>A key to an account's stores: all live ones, or all sandboxes, or those it names.</summary>
/// <remarks>The key itself is shown once; the database has its SHA-256, which is enough for so many random bits.</remarks>
public sealed class ApiKey : IIdentified
{
    public static string Prefix => "key";
    public static string Noun => "API key";

    /// <summary>How long the former key works after a rotation.</summary>
    public static readonly TimeSpan RotationGrace = TimeSpan.FromHours(24);

    /// <summary>When a key ought to be rotated.</summary>
    public static readonly TimeSpan RotationAdvised = TimeSpan.FromDays(90);

    public long Id { get; private init; }
    public long AccountId { get; private init; }
    public string Name { get; private set; } = "";
    public bool IsTest { get; private init; }

    /// <summary>The store that a call without X-Tenant-ID works on.</summary>
    public long StoreId { get; private init; }

    /// <summary>The stores that the key may use; null: every store of the account in its environment.</summary>
    public long[]? StoreIds { get; private set; }

    public string[] Scopes { get; private set; } = [];
    public int? RequestsPerHour { get; private set; }
    public int? RequestsPerDay { get; private set; }

    /// <summary>The reference of the member of the home store whose key it is: it may do what both itself and their roles allow. Null: it is nobody's.</summary>
    public string? Member { get; private set; }

    /// <summary>Whether only signed requests are taken.</summary>
    public bool SignedOnly { get; private set; }

    /// <summary>The first characters, to recognise it by.</summary>
    public string Start { get; private set; } = "";

    [Secret] public byte[] Hash { get; private set; } = [];
    [Secret] public byte[]? PreviousHash { get; private set; }
    public DateTime? PreviousExpiresAt { get; private set; }
    public DateTime? ExpiresAt { get; private set; }
    public DateTime? LastUsedAt { get; private set; }
    public DateTime? RevokedAt { get; private set; }
    public DateTime RotatedAt { get; private set; }
    public DateTime CreatedAt { get; private init; }

    /// <summary>A new key and its secret.</summary>
    public static (ApiKey Key, string Secret) Create(
        Store store, string name, IReadOnlyList<string> scopes, DateTime now, DateTime? expiresAt = null, string? secret = null)
    {
        if (expiresAt <= now)
            throw Refused.Invalid(nameof(ExpiresAt), "A key must end in the future.");
        secret ??= NewSecret(store.IsTest);
        var key = new ApiKey
        {
            AccountId = store.AccountId,
            StoreId = store.Id,
            IsTest = store.IsTest,
            Name = name,
            Hash = HashOf(secret),
            Start = secret[..Math.Min(secret.Length, 12)],
            ExpiresAt = expiresAt,
            RotatedAt = now,
            CreatedAt = now,
        };
        key.Grant(scopes);
        return (key, secret);
    }

    public void Rename(string name) => Name = name;

    /// <exception cref="Refused">422 for a scope that is not <c>area:read</c>, <c>area:write</c> or a wildcard.</exception>
    public void Grant(IReadOnlyList<string> scopes) => Scopes = Accounts.Scopes.Checked(scopes, nameof(Scopes));

    /// <summary>The key becomes a member's, for this store only.</summary>
    public void GiveTo(string member) => (Member, StoreIds) = (member, [StoreId]);

    /// <summary>Who makes, changes, renews or revokes a key must be allowed all that it allows, and a member deals with their own keys only: nobody gets
    /// more through a key than they have.</summary>
    /// <exception cref="Refused">403 otherwise.</exception>
    public void Entrust(Caller caller)
    {
        if (Scopes.FirstOrDefault(scope => !caller.May(scope)) is { } more)
            throw Refused.Forbidden($"This key does not have the scope {more} itself.");
        if (caller.Member is { } member && member != Member)
            throw Refused.Forbidden("A user's key deals with keys of that user only.");
    }

    /// <summary>Own limits, in requests; null: those of the account.</summary>
    public void Limit(int? perHour, int? perDay) => (RequestsPerHour, RequestsPerDay) = (perHour, perDay);

    public void Sign(bool always) => SignedOnly = always;

    public void Restrict(long[]? storeIds) => StoreIds = storeIds;

    public void Revoke(DateTime now) => RevokedAt ??= now;

    /// <summary>A new secret; the old one works for another 24 hours.</summary>
    public string Rotate(DateTime now)
    {
        if (RevokedAt is not null)
            throw Refused.Conflict("key_revoked", "A revoked key cannot be rotated.");
        var secret = NewSecret(IsTest);
        (PreviousHash, PreviousExpiresAt) = (Hash, now + RotationGrace);
        (Hash, Start, RotatedAt) = (HashOf(secret), secret[..12], now);
        return secret;
    }

    /// <summary>Whether a secret with this hash opens anything at this time.</summary>
    public bool Opens(byte[] hash, DateTime now) =>
        RevokedAt is null && !(ExpiresAt <= now) && (Hash.AsSpan().SequenceEqual(hash) || PreviousExpiresAt > now && PreviousHash.AsSpan().SequenceEqual(hash));

    public bool MayEnter(Store store) =>
        store.AccountId == AccountId && store.IsTest == IsTest && (StoreIds is null || StoreIds.Contains(store.Id)) &&
        (!store.Settings.ForbidSharedKeys || StoreIds is [_]);

    public static byte[] HashOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    private static string NewSecret(bool isTest) =>
        (isTest ? "test_" : "live_") + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>A secret as the winback dialect writes it: 32 letters and digits, 165 random bits.</summary>
    public static string NewShopSecret(bool isTest) =>
        (isTest ? "ak_test_" : "ak_live_") + RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", 32);
}

internal sealed class ApiKeyMapping : IEntityTypeConfiguration<ApiKey>
{
    public void Configure(EntityTypeBuilder<ApiKey> key)
    {
        key.Property(k => k.Id).ValueGeneratedOnAdd().HasValueGenerator<IdGenerator>();
        key.HasIndex(k => k.Hash).IsUnique();
        key.HasIndex(k => k.PreviousHash);
    }
}
