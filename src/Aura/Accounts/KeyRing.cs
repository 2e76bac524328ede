using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Aura.Accounts;

/// <summary>Keys that seal secrets of stores (webhook secrets, gateway passwords) for the database: AES-256-GCM, newest key last.</summary>
/// <remarks>
/// The ring is a directory of key files that the server's user alone may read. Keys are added and never changed, so servers that start
/// together need not agree: each finds what the others have added. When the newest key is older than 90 days a starting server adds
/// one; what the old ones sealed still opens. Servers on one database must share the ring: the directory, or the keys in AURA_KEYRING.
/// Without the ring the secrets are lost. What is sealed begins with the name of its key. What is sealed for one store has a key of its own,
/// which is derived from the ring's (HKDF, RFC 5869): it opens for no other store. Whether another server has added a key is looked at once a second,
/// and at once when something was sealed with a key that is not known here.
/// </remarks>
public sealed class KeyRing
{
    /// <summary>When a key of the directory gets a successor.</summary>
    public static readonly TimeSpan KeyAge = TimeSpan.FromDays(90);

    /// <summary>For so long a key that another server added may not be sealed with.</summary>
    public static readonly TimeSpan Glance = TimeSpan.FromSeconds(1);

    private const byte Format = 1, FormatOfStore = 2;
    private const int MarkSize = 8; // one guess in 2^64
    private const int KeySize = 32, NameSize = 4, NonceSize = 12, TagSize = 16, HeadSize = 1 + NameSize + NonceSize + TagSize;
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    private readonly string? directory;
    private readonly TimeProvider time;
    private volatile Contents contents;
    private long lookedAt;

    private KeyRing(string? directory, Contents contents, TimeProvider time) => (this.directory, this.contents, this.time, lookedAt) = (directory, contents, time, time.GetTimestamp());

    /// <param name="source">Keys of 32 bytes in base64, joined by commas, newest last; or the path of the directory, which is made where there is none.</param>
    /// <param name="time">The world's clock.</param>
    public static KeyRing Open(string source, TimeProvider time)
    {
        var now = time.GetUtcNow().UtcDateTime;
        if (source.Split(',', StringSplitOptions.TrimEntries).Select(Material).ToArray() is var given && given.All(key => key is not null))
            return new(null, new([.. given.Select(key => new Key(key!, now))], now), time); // none is null, see above
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(source);
        else
            Directory.CreateDirectory(source, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var found = Read(source);
        if (found.Keys is not [.., var newest] || now - newest.CreatedAt >= KeyAge)
        {
            Add(source, now);
            found = Read(source);
        }

        return new(source, found, time);
    }

    /// <summary>The keys, newest last, without what they are.</summary>
    public IReadOnlyList<RingKey> Keys => [.. Look().Select(key => new RingKey(Convert.ToHexStringLower(key.Name), directory is null ? null : key.CreatedAt))];

    /// <summary>Adds a key, with which all servers of the directory seal within a second.</summary>
    /// <returns>Its name.</returns>
    /// <exception cref="Refused">409 for keys that were given as text: whoever gives them adds one there.</exception>
    public string Rotate()
    {
        if (directory is null)
            throw Refused.Conflict("ring_is_given", "The keys were given as text (AURA_KEYRING): add one at its end, and start the servers again.");
        Add(directory, time.GetUtcNow().UtcDateTime);
        return Keys[^1].Name;
    }

    /// <param name="purpose">What the text is, such as <c>webhook</c>; it opens for no other.</param>
    /// <param name="store">The only store for which it opens; null: the server seals for itself.</param>
    public byte[] Seal(string text, string purpose, long? store = null) => Seal(Encoding.UTF8.GetBytes(text), purpose, store);

    /// <inheritdoc cref="Seal(string, string, long?)"/>
    public byte[] Seal(ReadOnlySpan<byte> plain, string purpose, long? store = null)
    {
        var key = Current()[^1];
        var box = new byte[HeadSize + plain.Length];
        box[0] = store is null ? Format : FormatOfStore;
        key.Name.CopyTo(box, 1);
        var nonce = box.AsSpan(1 + NameSize, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = Cipher(key, store);
        cipher.Encrypt(nonce, plain, box.AsSpan(HeadSize), box.AsSpan(HeadSize - TagSize, TagSize), Encoding.UTF8.GetBytes(purpose));
        return box;
    }

    /// <summary>Whether it looks like something sealed; text does not.</summary>
    public static bool IsSealed(ReadOnlySpan<byte> box) => box.Length >= HeadSize && box[0] is Format or FormatOfStore;

    /// <returns>The name of the key with which something was sealed, as in <see cref="RingKey.Name"/>.</returns>
    /// <exception cref="CryptographicException">It was not sealed.</exception>
    public static string KeyOf(ReadOnlySpan<byte> box) =>
        IsSealed(box) ? Convert.ToHexStringLower(box.Slice(1, NameSize)) : throw new CryptographicException("This was not sealed by a key ring.");

    /// <exception cref="InvalidOperationException">It was sealed with a key that this ring has not.</exception>
    /// <exception cref="CryptographicException">It was altered, or sealed for another purpose.</exception>
    public string Open(byte[] box, string purpose, long? store = null) => Encoding.UTF8.GetString(OpenBytes(box, purpose, store));

    /// <inheritdoc cref="Open(byte[], string, long?)"/>
    public byte[] OpenBytes(byte[] box, string purpose, long? store = null)
    {
        if (box.Length < HeadSize || box[0] != (store is null ? Format : FormatOfStore))
            throw new CryptographicException("This was not sealed by a key ring.");
        var key = Find(box.AsSpan(1, NameSize)) ?? throw new InvalidOperationException(
            $"A secret was sealed with key {KeyOf(box)}, which this server's key ring has not. Servers on one database share one ring (AURA_KEYRING).");
        var plain = new byte[box.Length - HeadSize];
        using var cipher = Cipher(key, store);
        cipher.Decrypt(
            box.AsSpan(1 + NameSize, NonceSize), box.AsSpan(HeadSize), box.AsSpan(HeadSize - TagSize, TagSize), plain, Encoding.UTF8.GetBytes(purpose));
        return plain;
    }

    /// <summary>Numbers as a token in letters that fit into an address: nobody can make one up, change it, or use it for something else.</summary>
    public string Token(string purpose, params ReadOnlySpan<long> numbers) =>
        Base64Url.EncodeToString(Seal(string.Join(':', numbers.ToArray().Select(number => number.ToString(CultureInfo.InvariantCulture))), purpose));

    /// <returns>The numbers; null for a token that this ring did not make for the purpose.</returns>
    public long[]? Numbers(string token, string purpose)
    {
        try
        {
            return [.. Open(Base64Url.DecodeFromChars(token), purpose).Split(':').Select(number => long.Parse(number, CultureInfo.InvariantCulture))];
        }
        catch (Exception wrong) when (wrong is FormatException or CryptographicException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Numbers from 0 as a token that fits into a text message: whoever has it can read them, but nobody can make one up, change it, or use it for something else.</summary>
    public string ShortToken(string purpose, params ReadOnlySpan<long> numbers)
    {
        using var content = new MemoryStream();
        using (var writer = new BinaryWriter(content))
            foreach (var number in numbers)
                writer.Write7BitEncodedInt64(number);
        return Base64Url.EncodeToString([.. content.ToArray(), .. Current()[^1].Mark(purpose, content.ToArray())]);
    }

    /// <returns>The numbers; null for a token that this ring did not make for the purpose.</returns>
    public long[]? ShortNumbers(string token, string purpose)
    {
        if (!Base64Url.IsValid(token) || Base64Url.DecodeFromChars(token) is not { Length: > MarkSize } all)
            return null;
        var (content, mark) = (all[..^MarkSize], all[^MarkSize..]);
        if (!Look().Any(key => CryptographicOperations.FixedTimeEquals(key.Mark(purpose, content), mark)))
            return null;
        using var reader = new BinaryReader(new MemoryStream(content));
        var numbers = new List<long>();
        while (reader.BaseStream.Position < content.Length)
            numbers.Add(reader.Read7BitEncodedInt64());
        return [.. numbers];
    }

    private static AesGcm Cipher(Key key, long? store) => new(store is { } one ? key.For(one) : key.Material, TagSize);

    /// <summary>The keys; those that were added to the directory meanwhile too, a second later at most.</summary>
    private Key[] Current() => directory is null || time.GetElapsedTime(Volatile.Read(ref lookedAt)) < Glance ? contents.Keys : Look();

    /// <summary>The keys, as they are now.</summary>
    private Key[] Look()
    {
        if (directory is null)
            return contents.Keys;
        Volatile.Write(ref lookedAt, time.GetTimestamp()); // others go on with what is known meanwhile
        if (Directory.GetLastWriteTimeUtc(directory) != contents.ChangedAt)
            contents = Read(directory);
        return contents.Keys;
    }

    /// <summary>A key by its name; one that another server has added meanwhile is in the directory.</summary>
    private Key? Find(ReadOnlySpan<byte> name)
    {
        if (Named(name, contents.Keys) is { } known)
            return known;
        if (directory is null)
            return null;
        var read = Read(directory);
        if (Named(name, read.Keys) is not { } added)
            return null;
        contents = read;
        return added;
    }

    private static Key? Named(ReadOnlySpan<byte> name, Key[] keys)
    {
        foreach (var key in keys)
            if (key.Name.AsSpan().SequenceEqual(name))
                return key;
        return null;
    }

    /// <summary>Written under another name first, so that no server reads half a key.</summary>
    private static void Add(string directory, DateTime now)
    {
        var material = RandomNumberGenerator.GetBytes(KeySize);
        var file = Path.Combine(directory, $"{now.ToString(TimeFormat, CultureInfo.InvariantCulture)}-{Convert.ToHexStringLower(NameOf(material))}.key");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream($"{file}.draft", options))
        {
            stream.Write(Encoding.ASCII.GetBytes(Convert.ToBase64String(material)));
            stream.Flush(flushToDisk: true);
        }

        File.Move($"{file}.draft", file);
    }

    private static Contents Read(string directory)
    {
        var changedAt = Directory.GetLastWriteTimeUtc(directory); // before it is read: what changes while it is read is seen next time
        return new([.. Directory.GetFiles(directory, "*.key").Order(StringComparer.Ordinal).Select(file => new Key(
            Material(File.ReadAllText(file).Trim()) ?? throw new InvalidOperationException($"{file} is not a key."),
            DateTime.ParseExact(Path.GetFileName(file).Split('-')[0], TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal)))], changedAt);
    }

    /// <summary>Tells keys apart without telling what they are, so that rings made apart never confuse them.</summary>
    private static byte[] NameOf(byte[] material) => SHA256.HashData(material)[..NameSize];

    private static byte[]? Material(string base64)
    {
        var material = new byte[KeySize + 3];
        return Convert.TryFromBase64String(base64, material, out var length) && length == KeySize ? material[..KeySize] : null;
    }

    /// <param name="ChangedAt">Of the directory, when it was read.</param>
    private sealed record Contents(Key[] Keys, DateTime ChangedAt);

    private sealed class Key(byte[] material, DateTime createdAt)
    {
        private const int MaxStores = 10_000;

        private readonly ConcurrentDictionary<long, byte[]> ofStores = new();

        public byte[] Material => material;
        public byte[] Name { get; } = NameOf(material);
        public DateTime CreatedAt => createdAt;

        /// <summary>What only this key can put behind a content (HMAC, RFC 2104), with a key of its own for each purpose.</summary>
        public byte[] Mark(string purpose, byte[] content) =>
            HMACSHA256.HashData(HKDF.DeriveKey(HashAlgorithmName.SHA256, material, KeySize, info: Encoding.UTF8.GetBytes($"aura mark {purpose}")), content)[..MarkSize];

        /// <summary>The key of a store, kept once it was derived.</summary>
        public byte[] For(long store)
        {
            if (ofStores.TryGetValue(store, out var known))
                return known;
            if (ofStores.Count >= MaxStores)
                ofStores.Clear();
            return ofStores[store] = HKDF.DeriveKey(HashAlgorithmName.SHA256, material, KeySize, info: Encoding.UTF8.GetBytes($"aura store {store}"));
        }
    }
}

/// <param name="Name">Tells it from others, and nothing of what it is.</param>
/// <param name="CreatedAt">Null: it was given as text.</param>
public sealed record RingKey(string Name, DateTime? CreatedAt);
