using System.Security.Cryptography;
using Aura.Accounts;

namespace Aura.Tests.Accounts;

public sealed class KeyRingTests : IDisposable
{
    private static readonly DateTime Now = new(2026, 1, 15, 10, 30, 0, DateTimeKind.Utc);
    private readonly Clock clock = new(Now);
    private readonly string directory = Directory.CreateTempSubdirectory("aura-keyring-").FullName;

    private string Ring => Path.Combine(directory, "keyring");

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void What_was_sealed_opens_after_a_restart()
    {
        var box = KeyRing.Open(Ring, clock).Seal("whsec_ä", "webhook");
        Assert.Equal("whsec_ä", KeyRing.Open(Ring, new Clock(Now.AddDays(1))).Open(box, "webhook"));
    }

    [Fact]
    public void The_keys_are_the_owners_alone()
    {
        KeyRing.Open(Ring, clock);
        if (OperatingSystem.IsWindows())
            return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Ring));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Assert.Single(Directory.GetFiles(Ring))));
    }

    [Fact]
    public void An_old_key_gets_a_successor_and_still_opens_what_it_sealed()
    {
        var box = KeyRing.Open(Ring, clock).Seal("secret", "webhook");
        var renewed = KeyRing.Open(Ring, new Clock(Now + KeyRing.KeyAge));
        Assert.NotEqual(KeyRing.KeyOf(box), KeyRing.KeyOf(renewed.Seal("secret", "webhook")));
        Assert.Equal("secret", renewed.Open(box, "webhook"));
    }

    [Fact]
    public void A_server_that_runs_opens_what_another_sealed_with_a_newer_key()
    {
        var running = KeyRing.Open(Ring, clock);
        var box = KeyRing.Open(Ring, new Clock(Now + KeyRing.KeyAge)).Seal("secret", "webhook");
        Assert.Equal("secret", running.Open(box, "webhook"));
    }

    [Fact]
    public async Task Servers_that_start_together_open_what_the_others_sealed()
    {
        var rings = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => KeyRing.Open(Ring, clock))));
        Assert.All(rings, one => Assert.All(rings, other => Assert.Equal("secret", other.Open(one.Seal("secret", "webhook"), "webhook"))));
    }

    [Fact]
    public void Keys_may_be_given_as_text_the_newest_last()
    {
        var (old, current) = (NewKey(), NewKey());
        var box = KeyRing.Open(old, clock).Seal("secret", "webhook");
        var ring = KeyRing.Open($"{old}, {current}", clock);
        Assert.Equal("secret", ring.Open(box, "webhook"));
        Assert.Throws<InvalidOperationException>(() => KeyRing.Open(old, clock).Open(ring.Seal("secret", "webhook"), "webhook"));
    }

    [Fact]
    public void A_short_token_has_its_numbers_after_a_rotation_too_and_none_that_was_made_up_has_any()
    {
        var (old, current) = (NewKey(), NewKey());
        var token = KeyRing.Open(old, clock).ShortToken("link", 3, 1_234_567_890_123, 0);
        var ring = KeyRing.Open($"{old}, {current}", clock);

        Assert.InRange(token.Length, 20, 23);
        Assert.Equal([3, 1_234_567_890_123, 0], ring.ShortNumbers(token, "link")!);
        Assert.Null(ring.ShortNumbers(token, "other"));
        Assert.Null(KeyRing.Open(current, clock).ShortNumbers(token, "link"));
        for (var at = 0; at < token.Length - 1; at++) // the last letter stands for fewer bits
            Assert.Null(ring.ShortNumbers($"{token[..at]}{(token[at] == 'A' ? 'B' : 'A')}{token[(at + 1)..]}", "link"));
        Assert.All(["", "x", "not base64!", token[..8], token[..^1], ring.Token("link", 3, 4, 0)], other => Assert.Null(ring.ShortNumbers(other, "link")));
        Assert.Null(ring.Numbers(token, "link"));
    }

    [Fact]
    public void What_was_altered_or_sealed_for_something_else_does_not_open()
    {
        var ring = KeyRing.Open(Ring, clock);
        var box = ring.Seal("secret", "webhook");
        Assert.ThrowsAny<CryptographicException>(() => ring.Open(box, "gateway"));
        box[^1] ^= 1;
        Assert.ThrowsAny<CryptographicException>(() => ring.Open(box, "webhook"));
        Assert.ThrowsAny<CryptographicException>(() => ring.Open([1, 2, 3], "webhook"));
    }

    [Fact]
    public void The_same_text_is_never_sealed_alike()
    {
        var ring = KeyRing.Open(Ring, clock);
        Assert.NotEqual(ring.Seal("secret", "webhook"), ring.Seal("secret", "webhook"));
    }

    [Fact]
    public void What_is_sealed_for_a_store_opens_for_no_other_and_not_for_the_server()
    {
        var ring = KeyRing.Open(Ring, clock);
        var box = ring.Seal("secret", "text", 12);

        Assert.Equal("secret", ring.Open(box, "text", 12));
        Assert.ThrowsAny<CryptographicException>(() => ring.Open(box, "text", 13));
        Assert.ThrowsAny<CryptographicException>(() => ring.Open(box, "text"));
        Assert.ThrowsAny<CryptographicException>(() => ring.Open(ring.Seal("secret", "text"), "text", 12));
        box[0] = 1; // as if it were the server's
        Assert.ThrowsAny<CryptographicException>(() => ring.Open(box, "text"));
    }

    [Fact]
    public void After_a_rotation_servers_that_run_seal_with_the_new_key_within_a_second_and_open_what_the_old_one_sealed()
    {
        var running = KeyRing.Open(Ring, clock);
        var box = running.Seal("secret", "text", 12);

        var added = KeyRing.Open(Ring, new Clock(Now.AddDays(1))).Rotate();
        var before = KeyRing.KeyOf(running.Seal("secret", "text", 12));
        clock.Now += KeyRing.Glance;

        Assert.Equal(KeyRing.KeyOf(box), before);
        Assert.Equal(added, KeyRing.KeyOf(running.Seal("secret", "text", 12)));
        Assert.Equal([Now, Now.AddDays(1)], running.Keys.Select(key => key.CreatedAt));
        Assert.Equal("secret", running.Open(box, "text", 12));
    }

    [Fact]
    public void Keys_that_were_given_as_text_are_not_rotated() =>
        Assert.Equal("ring_is_given", Assert.Throws<Refused>(() => KeyRing.Open(NewKey(), clock).Rotate()).Code);

    [Fact]
    public void A_rotation_counts_at_once_where_it_was_done_and_where_a_box_of_its_key_is_opened()
    {
        var (one, other) = (KeyRing.Open(Ring, clock), KeyRing.Open(Ring, clock));
        clock.Now += TimeSpan.FromMinutes(1);
        other.Seal("secret", "text", 12); // has just looked

        var added = one.Rotate();
        var box = one.Seal("secret", "text", 12);

        Assert.Equal(added, KeyRing.KeyOf(box));
        Assert.Equal("secret", other.Open(box, "text", 12));
        Assert.Equal(added, KeyRing.KeyOf(other.Seal("secret", "text", 12)));
    }

    [Fact]
    public void What_was_not_sealed_names_no_key() => Assert.Throws<CryptographicException>(() => KeyRing.KeyOf("plain text, longer than what stands before every sealed one"u8));

    private sealed class Clock(DateTime now) : TimeProvider
    {
        public DateTime Now { get; set; } = now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Now;

        public override long GetTimestamp() => Now.Ticks;
    }

    private static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
}
