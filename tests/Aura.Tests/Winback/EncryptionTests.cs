using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.Winback;

public sealed class EncryptionTests
{
    private const string Encryption = $"{Staff.Api}/security/encryption";

    private static async Task<string> Encrypted(HttpClient api, string data) => (string)(await api.Ok($"POST {Encryption}/encrypt", new { data }))["encrypted"]!;

    [Fact]
    public async Task What_was_encrypted_is_decrypted_and_never_looks_alike()
    {
        var store = await Store.Open();

        var made = await store.Test.Ok($"POST {Encryption}/encrypt", new { data = "customer credit card info äöü" });
        var again = await Encrypted(store.Test, "customer credit card info äöü");
        var data = (string?)(await store.Test.Ok($"POST {Encryption}/decrypt", new { encrypted = (string)made["encrypted"]! }))["data"];

        Assert.Equal(["encrypted", "algorithm"], made.AsObject().Select(pair => pair.Key));
        Assert.StartsWith("AES256:", (string)made["encrypted"]!, StringComparison.Ordinal);
        Assert.Equal("AES-256-GCM", (string?)made["algorithm"]);
        Assert.NotEqual((string?)made["encrypted"], again);
        Assert.Equal("customer credit card info äöü", data);
    }

    [Fact]
    public async Task What_was_altered_or_is_of_another_shop_is_422()
    {
        var (store, other) = (await Store.Open(), await Store.Open());
        var encrypted = await Encrypted(store.Test, "secret");
        var characters = encrypted.ToCharArray();

        foreach (var wrong in (string[])["AES256:", "AES256:!", "secret", encrypted[..^2], encrypted + "AAAA", encrypted["AES256:".Length..]])
            Assert.Equal("NOT_DECRYPTABLE", (string?)await store.Test.Refused(422, $"POST {Encryption}/decrypt", new { encrypted = wrong }));
        for (var at = "AES256:".Length; at < characters.Length; at++)
        {
            var altered = characters.ToArray();
            altered[at] = altered[at] == 'w' ? 'g' : 'w';
            await store.Test.Refused(422, $"POST {Encryption}/decrypt", new { encrypted = new string(altered) });
        }

        await store.Live.Refused(422, $"POST {Encryption}/decrypt", new { encrypted });
        await other.Test.Refused(422, $"POST {Encryption}/decrypt", new { encrypted });
    }

    [Fact]
    public async Task A_card_number_is_refused()
    {
        var store = await Store.Open();

        Assert.Equal("CARD_NUMBER", (string?)await store.Test.Refused(422, $"POST {Encryption}/encrypt", new { data = "4111 1111 1111 1111" }));
        await store.Test.Refused(400, $"POST {Encryption}/encrypt", new { });
    }

    [Fact]
    public async Task Decrypting_needs_a_permission_of_its_own_and_is_told_to_the_audit_log()
    {
        var store = await Store.Open();
        var (editor, admin) = (await store.User("ann", "editor"), await store.User("bob", "admin"));
        var encrypted = await Encrypted(editor, "secret");

        await editor.Refused(403, $"POST {Encryption}/decrypt", new { encrypted });
        await admin.Ok($"POST {Encryption}/decrypt", new { encrypted });

        var told = await store.Database((db, _) => db.AuditLogs.SingleAsync(entry => entry.Action == "encryption.decrypted"));
        Assert.Equal("bob", told.Member);
        Assert.Empty(told.Changes);
    }

    [Fact]
    public async Task The_status_names_the_key_and_shows_nothing_of_it()
    {
        var store = await Store.Open();

        var status = await store.Test.Ok($"GET {Encryption}/status");

        Assert.Equal((true, "AES-256-GCM"), ((bool)status["enabled"]!, (string?)status["algorithm"]));
        Assert.Matches("^[0-9a-f]{8}$", (string)status["keyId"]!);
        Assert.NotNull(status["lastRotated"]);
    }
}
