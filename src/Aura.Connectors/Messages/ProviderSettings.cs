namespace Aura.Connectors.Messages;

/// <summary>What a provider has to be told, by name: hosts, keys, senders.</summary>
/// <remarks>Every value is text; names are those of <see cref="MessageProviders"/>.</remarks>
public sealed class ProviderSettings(IReadOnlyDictionary<string, string> values)
{
    /// <summary>Where settings are looked for that are not here; null: nowhere.</summary>
    public ProviderSettings? Else { get; init; }

    /// <exception cref="WrongSettings">It is not there.</exception>
    public string this[string name] => Maybe(name) ?? throw new WrongSettings(name, "Is needed.");

    public string? Maybe(string name) => values.TryGetValue(name, out var value) && value.Trim() is { Length: > 0 } given ? given : Else?.Maybe(name);

    /// <exception cref="WrongSettings">It is no number from 1 to 65535.</exception>
    public int Port(string name, int usual) => Maybe(name) is not { } text ? usual :
        int.TryParse(text, out var port) && port is > 0 and < 65536 ? port : throw new WrongSettings(name, "Must be a port from 1 to 65535.");

    /// <summary>The address of an API, which ends in a slash.</summary>
    /// <exception cref="WrongSettings">It is no http address.</exception>
    public Uri Address(string name, string usual) =>
        Uri.TryCreate((Maybe(name) ?? usual).TrimEnd('/') + "/", UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? uri
            : throw new WrongSettings(name, "Must be an http or https address.");
}

/// <param name="setting">The name of the wrong setting.</param>
/// <param name="message">For people; without the value.</param>
public sealed class WrongSettings(string setting, string message) : Exception(message)
{
    public string Setting { get; } = setting;
}
