using Aura.Server.Http;

namespace Aura.Server.Winback;

/// <summary>Scopes in this dialect's words: <c>read</c> and <c>write</c> alone are those of all areas.</summary>
internal static class Permissions
{
    /// <exception cref="Refused">422 for a permission that no route asks for.</exception>
    public static IReadOnlyList<string> Read(IReadOnlyList<string> words, KnownScopes known)
    {
        string[] scopes = [.. words.Select(word => word is "read" or "write" ? $"*:{word}" : word)];
        known.Check(scopes, "Permissions");
        return scopes;
    }

    public static string[] Shown(IEnumerable<string> scopes) => [.. scopes.Select(scope => scope is "*:read" or "*:write" ? scope[2..] : scope)];
}
