using Aura.Connectors.Messages;

namespace Aura.Integrations;

/// <summary>Somebody else's service that a store can be connected to.</summary>
/// <param name="Credential">The setting that a connection's key is kept as.</param>
/// <param name="Needed">Settings without which it cannot work.</param>
/// <param name="Optional">Settings that it understands besides.</param>
/// <param name="Secret">Those that are never shown again.</param>
public sealed record IntegrationService(string Name, string Credential, IReadOnlyList<string> Needed, IReadOnlyList<string> Optional, IReadOnlyList<string> Secret)
{
    /// <summary>All there are: every provider of messages, and those that do something else.</summary>
    public static IReadOnlyList<IntegrationService> All { get; } =
    [
        .. MessageProviders.All.Select(form => new IntegrationService(form.Name, form.Secret[0], form.Needed, form.Optional, form.Secret)).OrderBy(service => service.Name, StringComparer.Ordinal),
        new("openai", "apiKey", ["apiKey"], ["url", "model"], ["apiKey"]),
        new("shopify", "accessToken", ["accessToken"], ["shop", "webhookSecret", "apiVersion"], ["accessToken", "webhookSecret"]),
        new("slack", "webhookUrl", ["webhookUrl"], ["channel"], ["webhookUrl"]),
    ];

    public bool Has(string setting) => Needed.Contains(setting) || Optional.Contains(setting);

    /// <exception cref="Refused">422 for a service that nobody knows here.</exception>
    public static IntegrationService Of(string name) => All.FirstOrDefault(service => service.Name == name)
        ?? throw Refused.Invalid("Service", $"There are {string.Join(", ", All.Select(service => service.Name))}.");

    internal IEnumerable<string> Settings => Needed.Concat(Optional);
}
