using System.Security.Cryptography;
using Aura.Accounts;

namespace Aura.Tests.Accounts;

public sealed class KeyRingTests : IDisposable
{
    private static readonly DateTime Now = new(2026, 1, 15, 10, 30, 0, DateTimeKind.Utc);
    private readonly string directory = Directory.CreateTempSubdirectory("aura-keyring-").FullName;

    private string Ring => Path.Combine(directory, "keyring");

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void What_was_sealed_opens_after_a_restart()
    {
        var box = KeyRing.Open(Ring, Now).Seal("whsec_ä", "webhook");
        Assert.Equal("whsec_ä", KeyRing.Open(Ring, Now.AddDays(1)).Open(box, "webhook"));
    }

    [Fact]
    public void The_keys_are_the_owners_alone()
    {
        KeyRing.Open(Ring, Now);
        if (OperatingSystem.IsWindows())
            return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Ring));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Assert.Single(Directory.GetFiles(Ring))));
    }

    [Fact]
    public void An_old_key_gets_a_successor_and_still_opens_what_it_sealed()
    {
        var box = KeyRing.Open(Ring, Now).Seal("secret", "webhook");
        var renewed = KeyRing.Open(Ring, Now + KeyRing.KeyAge);
        Assert.NotEqual(box[1..5], renewed.Seal("secret", "webhook")[1..5]);
        Assert.Equal("secret", renewed.Open(box, "webhook"));
    }

    [Fact]
    public void A_server_that_runs_opens_what_another_sealed_with_a_newer_key()
    {
        var running = KeyRing.Open(Ring, Now);
        var box = KeyRing.Open(Ring, Now + KeyRing.KeyAge).Seal("secret", "webhook");
        Assert.Equal("secret", running.Open(box, "webhook"));
    }

    [Fact]
    public async Task Servers_that_start_together_open_what_the_others_sealed()
    {
        var rings = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => KeyRing.Open(Ring, Now))));
        Assert.All(rings, one => Assert.All(rings, other => Assert.Equal("secret", other.Open(one.Seal("secret", "webhook"), "webhook"))));
    }

    [Fact]
    public void Keys_may_be_given_as_text_the_newest_last()
    {
        var (old, current) = (NewKey(), NewKey());
        var box = KeyRing.Open(old, Now).Seal("secret", "webhook");
        var ring = KeyRing.Open($"{old}, {current}", Now);
        Assert.Equal("secret", ring.Open(box, "webhook"));
        Assert.Throws<InvalidOperationException>(() => KeyRing.Open(old, Now).Open(ring.Seal("secret", "webhook"), "webhook"));
    }

    [Fact]
    public void What_was_altered_or_sealed_for_something_else_does_not_open()
    {
        var ring = KeyRing.Open(Ring, Now);
        var box = ring.Seal("secret", "webhook");
        Assert.ThrowsAny<CryptographicException>(() => ring.Open(box, "gateway"));
        box[^1] ^= 1;
        Assert.ThrowsAny<CryptographicException>(() => ring.Open(box, "webhook"));
        Assert.ThrowsAny<CryptographicException>(() => ring.Open([1, 2, 3], "webhook"));
    }

    [Fact]
    public void The_same_text_is_never_sealed_alike()
    {
        var ring = KeyRing.Open(Ring, Now);
        Assert.NotEqual(ring.Seal("secret", "webhook"), ring.Seal("secret", "webhook"));
    }

    private static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
}
