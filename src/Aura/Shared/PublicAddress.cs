namespace Aura;

/// <summary>Where the world reaches this server: what links in messages begin with.</summary>
/// <param name="current">Asked each time, for a server may learn its port only when it starts.</param>
public sealed class PublicAddress(Func<string> current)
{
    /// <summary>Such as <c>https://shop.example</c>, without a slash at its end.</summary>
    public string Base => current().TrimEnd('/');
}
