using System.Text.RegularExpressions;

namespace Aura.Accounts;

/// <summary>What keys and roles allow: <c>area:verb</c>, where either may be <c>*</c>, or <c>*</c> alone for all.</summary>
public static partial class Scopes
{
    public const string All = "*";

    /// <summary>Areas that are of the account and not of one store.</summary>
    private static readonly HashSet<string> Account = ["account", "tenants"];

    /// <exception cref="Refused">422 for what is no scope.</exception>
    public static string[] Checked(IReadOnlyList<string> scopes, string field) => scopes.FirstOrDefault(scope => !Pattern.IsMatch(scope)) is { } bad
        ? throw Refused.Invalid(field, $"'{bad}' is not a scope. Scopes read like products:read, orders:* or *.")
        : [.. scopes.Select(scope => scope == "*:*" ? All : scope).Distinct()];

    /// <summary>Whether a scope is among those that are held, by itself or by a wildcard.</summary>
    public static bool Have(this IReadOnlyList<string> held, string scope)
    {
        var (area, verb) = Parts(scope);
        foreach (var one in held)
            if (one == All || one == scope || one == $"{area}:*" || one == $"*:{verb}")
                return true;
        return false;
    }

    /// <summary>What two lists allow both.</summary>
    public static string[] Both(IReadOnlyList<string> some, IReadOnlyList<string> others) =>
        [.. some.SelectMany(one => others.Select(other => Both(one, other))).OfType<string>().Distinct()];

    /// <summary>Whether two scopes have anything in common.</summary>
    public static bool Meet(string one, string other) => Both(one, other) is not null;

    /// <summary>Whether a scope reaches beyond the store.</summary>
    internal static bool IsOfAccount(string scope) => Account.Contains(Parts(scope).Area);

    private static string? Both(string one, string other)
    {
        var ((area, verb), (otherArea, otherVerb)) = (Parts(one), Parts(other));
        return Narrower(area, otherArea) is { } both && Narrower(verb, otherVerb) is { } does ? both == "*" && does == "*" ? All : $"{both}:{does}" : null;
    }

    private static string? Narrower(string one, string other) => one == other || other == "*" ? one : one == "*" ? other : null;

    private static (string Area, string Verb) Parts(string scope) => scope.IndexOf(':') is var at and >= 0 ? (scope[..at], scope[(at + 1)..]) : (scope, "*");

    [GeneratedRegex(@"^(\*|([a-z_]+|\*):([a-z_]+|\*))\z")]
    private static partial Regex Pattern { get; }
}
