using System.Text.Json;
using Aura.Accounts;
using Aura.Connectors.Messages;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Integrations;

/// <summary>What a store has with somebody else's service: how it is set up there, and the credential. One per service.</summary>
public sealed class Integration : StoreEntity, IAudited
{
    public static string Prefix => "int";
    public static string[] OtherPrefixes => ["integration"];
    public static string Noun => "integration";

    private const int MaxValue = 10_000;

    /// <summary>One of <see cref="IntegrationService.All"/>.</summary>
    public string Service { get; private init; } = "";

    /// <summary>What people call it.</summary>
    public string? Name { get; private set; }

    /// <summary>What anybody of the shop may read.</summary>
    public Dictionary<string, string> Settings { get; private set; } = [];

    /// <summary>The names of the settings that only the store itself reads.</summary>
    public string[] SecretNames { get; private set; } = [];

    /// <summary>Their values, as JSON sealed by the key ring.</summary>
    [Secret] public byte[]? Secrets { get; private set; }

    /// <summary>Whether a credential is there. Nobody has tried it yet.</summary>
    public bool IsConnected => SecretNames.Length > 0;

    /// <summary>What the service needs and has not got yet.</summary>
    public IReadOnlyList<string> Missing => [.. IntegrationService.Of(Service).Needed.Where(name => !Settings.ContainsKey(name) && !SecretNames.Contains(name))];

    /// <exception cref="Refused">422 for a service that nobody knows here.</exception>
    public static Integration With(string service) => new() { Service = IntegrationService.Of(service).Name };

    public void Call(string? name) => Name = name;

    /// <summary>Keeps the credential that a connection begins with.</summary>
    /// <exception cref="Refused">422 for a blank one.</exception>
    public void Connect(string credential, KeyRing ring) => Set(IntegrationService.Of(Service).Credential, credential, ring);

    /// <summary>Forgets every secret; the other settings stay.</summary>
    public void Disconnect() => (Secrets, SecretNames) = (null, []);

    /// <summary>Sets up the service: secrets are told by their names and sealed, what is not named stays.</summary>
    /// <exception cref="Refused">422 for a setting that the service has not.</exception>
    public void Configure(IReadOnlyDictionary<string, string> settings, KeyRing ring)
    {
        var known = IntegrationService.Of(Service);
        foreach (var name in settings.Keys.Where(name => !known.Has(name)))
            throw Refused.Invalid($"{nameof(Settings)}.{name}", $"{Service} has the settings {string.Join(", ", known.Settings)}.");
        foreach (var (name, value) in settings)
            Set(name, value, ring);
    }

    private void Set(string name, string value, KeyRing ring)
    {
        if (value is not { Length: > 0 and <= MaxValue } || string.IsNullOrWhiteSpace(value))
            throw Refused.Invalid($"{nameof(Settings)}.{name}", $"Must be text of 1 to {MaxValue} characters.");
        if (!IntegrationService.Of(Service).Secret.Contains(name))
        {
            Settings = new(Settings) { [name] = value };
            return;
        }

        var secrets = Opened(ring);
        secrets[name] = value;
        (Secrets, SecretNames) = (ring.Seal(JsonSerializer.Serialize(secrets), Noun), [.. secrets.Keys.Order(StringComparer.Ordinal)]);
    }

    /// <summary>All settings, the secret ones too.</summary>
    internal ProviderSettings Credential(KeyRing ring)
    {
        var all = new Dictionary<string, string>(Settings);
        foreach (var (name, value) in Opened(ring))
            all[name] = value;
        return new(all);
    }

    private Dictionary<string, string> Opened(KeyRing ring) => Secrets is null ? [] : JsonSerializer.Deserialize<Dictionary<string, string>>(ring.Open(Secrets, Noun)) ?? [];
}

/// <summary>What other modules ask of integrations.</summary>
public static class Credentials
{
    /// <summary>How the store is known to a service, secrets included.</summary>
    /// <returns>Null where the store is not connected to it.</returns>
    public static async Task<ProviderSettings?> CredentialOf(this AuraDb db, string service, KeyRing ring, CancellationToken cancellation) =>
        await db.Integrations.AsNoTracking().FirstOrDefaultAsync(i => i.Service == service, cancellation) is { IsConnected: true } known ? known.Credential(ring) : null;

    /// <summary>The store's integration with a service, to be changed.</summary>
    /// <returns>A new one, not saved yet, where there is none.</returns>
    /// <exception cref="Refused">422 for a service that nobody knows here.</exception>
    public static async Task<Integration> IntegrationWith(this AuraDb db, string service, CancellationToken cancellation)
    {
        var wanted = Integration.With(service);
        if (await db.Integrations.FirstOrDefaultAsync(i => i.Service == wanted.Service, cancellation) is { } known)
            return known;
        db.Integrations.Add(wanted);
        return wanted;
    }
}

internal sealed class IntegrationMapping : IEntityTypeConfiguration<Integration>
{
    public void Configure(EntityTypeBuilder<Integration> integration) => integration.HasIndex(i => new { i.TenantId, i.Service }).IsUnique();
}
