using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using HandlebarsDotNet;

namespace Aura.Messages;

/// <summary>Fills Handlebars templates with values that are data and nothing else: no partials, no files, nothing unescaped in HTML.</summary>
public static partial class TemplateEngine
{
    private const int MostKept = 500;

    private static readonly IHandlebars Plain = Handlebars.Create(new HandlebarsConfiguration { NoEscape = true });
    private static readonly IHandlebars Escaping = Handlebars.Create(new HandlebarsConfiguration());
    private static readonly ConcurrentDictionary<(string Template, bool IsHtml), HandlebarsTemplate<object, object>> Compiled = new();

    /// <summary>What is wrong with a template, as a sentence; null: nothing.</summary>
    public static string? Objection(string template, bool isHtml)
    {
        if (template.Contains("{{{", StringComparison.Ordinal) || RawPattern.IsMatch(template))
            return "Values are always escaped: write {{name}}.";
        if (PartialPattern.IsMatch(template))
            return "There are no partials: write the text where it belongs.";
        try
        {
            (isHtml ? Escaping : Plain).Compile(template);
            return null;
        }
        catch (HandlebarsException wrong)
        {
            return $"This is no Handlebars template: {wrong.Message}";
        }
    }

    /// <param name="values">Text, numbers, truth values, lists and dictionaries of them.</param>
    /// <exception cref="Refused">422 where the values do not fit the template.</exception>
    public static string Fill(string template, IReadOnlyDictionary<string, object?> values, bool isHtml)
    {
        if (Compiled.Count > MostKept)
            Compiled.Clear();
        try
        {
            return Compiled.GetOrAdd((template, isHtml), static key => (key.IsHtml ? Escaping : Plain).Compile(key.Template))(values);
        }
        catch (HandlebarsException wrong)
        {
            throw Refused.Rule("template_failed", $"The template cannot be filled: {wrong.Message}");
        }
    }

    /// <summary>The placeholders of a template, in the order in which they come.</summary>
    public static IReadOnlyList<string> Variables(string template) => [.. NamePattern.Matches(template)
        .Select(match => match.Groups["name"].Value).Where(name => name is not ("else" or "this") && !name.StartsWith('@')).Distinct()];

    [GeneratedRegex(@"\{\{~?\s*&")]
    private static partial Regex RawPattern { get; }

    [GeneratedRegex(@"\{\{~?\s*#?\s*[>*]")]
    private static partial Regex PartialPattern { get; }

    [GeneratedRegex(@"\{\{~?\s*(#(if|unless|each|with)\s+)?(?<name>[A-Za-z_][A-Za-z0-9_]*)")]
    private static partial Regex NamePattern { get; }
}
