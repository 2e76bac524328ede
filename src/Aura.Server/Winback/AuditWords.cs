using System.Collections.Frozen;
using System.Linq.Expressions;
using System.Reflection;
using Aura.Accounts;
using Aura.Persistence;

namespace Aura.Server.Winback;

/// <summary>What the audit log calls <c>campaign.updated</c> is <c>campaign_modified</c> here.</summary>
internal static class AuditWords
{
    /// <summary>Nouns with blanks and signs by what is left of them.</summary>
    private static readonly FrozenDictionary<string, string> Nouns = typeof(AuraDb).Assembly.GetTypes().Where(type => type.IsClass && type.IsAssignableTo(typeof(IIdentified)))
        .Select(type => (string?)type.GetProperty(nameof(IIdentified.Noun), BindingFlags.Static | BindingFlags.Public)?.GetValue(null)).OfType<string>().Distinct()
        .GroupBy(Plain).ToFrozenDictionary(group => group.Key, group => group.First());

    public static string Of(string action) => action.LastIndexOf('.') is > 0 and var at
        ? $"{Plain(action[..at])}_{(action[(at + 1)..] is var verb && verb == "updated" ? "modified" : verb)}"
        : action;

    /// <summary>Entries of this word, such as <c>campaign_modified</c>.</summary>
    public static Expression<Func<AuditEntry, bool>> Is(string word)
    {
        var (noun, verb) = word.LastIndexOf('_') is > 0 and var at ? (word[..at], word[(at + 1)..]) : (word, "");
        verb = verb == "modified" ? "updated" : verb;
        string[] actions = [$"{noun}.{verb}", $"{Nouns.GetValueOrDefault(noun, noun)}.{verb}"];
        return entry => AuraDb.Part(entry.Action, ".", 2) == verb && actions.Contains(entry.Action);
    }

    /// <summary>Entries of a user, or of a key (<c>key_12</c>) or the server (<c>system</c>).</summary>
    public static Expression<Func<AuditEntry, bool>> By(string user) => user == "system" || Id<ApiKey>.ToNumber(user) is not null
        ? entry => entry.Actor == user
        : entry => entry.Member == user;

    /// <summary>What was done, as a sentence.</summary>
    public static string Told(AuditEntry entry)
    {
        var verb = entry.Action[(entry.Action.LastIndexOf('.') + 1)..];
        var noun = entry.Resource.Replace('_', ' ');
        var named = (entry.Changes.GetValueOrDefault("name") ?? entry.Changes.GetValueOrDefault("title")) is { } name ? $"{name.New ?? name.Old}" : null;
        return verb == "updated" && entry.Changes.Count > 0
            ? $"Modified {string.Join(", ", entry.Changes.Keys.Take(5).Select(Spelled))} of {noun} {entry.ResourceId}"
            : $"{char.ToUpperInvariant(verb[0])}{verb[1..]} {(named is null ? $"{noun} {entry.ResourceId}" : $"'{named}' {noun}")}";
    }

    /// <summary>The log says created_at where this dialect says createdAt.</summary>
    private static string Spelled(string field) =>
        WinbackApi.Dialect.Naming.ConvertName(string.Concat(field.Split('_', StringSplitOptions.RemoveEmptyEntries).Select(word => $"{char.ToUpperInvariant(word[0])}{word[1..]}")));

    private static string Plain(string noun) => string.Concat(noun.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_'));
}
