using System.Globalization;
using System.Text.RegularExpressions;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Brands;

/// <summary>A language that a shop speaks, with its own words for what messages and pages say.</summary>
public sealed partial class ShopLocale : StoreEntity, IAudited
{
    public static string Prefix => "locale";
    public static string Noun => "locale";

    public const int MaxTranslations = 2_000, MaxText = 5_000;

    /// <summary>A language tag (BCP 47) such as <c>es</c> or <c>pt-BR</c>.</summary>
    public string Code { get; private set; } = "";

    public string Name { get; private set; } = "";
    public bool Enabled { get; private set; } = true;

    /// <summary>Texts by their keys.</summary>
    public Dictionary<string, string> Translations { get; private set; } = [];

    /// <exception cref="Refused">422 for what is no language.</exception>
    public static ShopLocale Create(string code, string name)
    {
        var locale = new ShopLocale();
        locale.Speak(code);
        locale.Rename(name);
        return locale;
    }

    /// <exception cref="Refused">422 for what is no language.</exception>
    public void Speak(string code) => Code = CodeOf(code, nameof(Code));

    public void Rename(string name) => Name = name.Trim() is { Length: > 0 } some ? some : throw Refused.Invalid(nameof(Name), "Must not be blank.");
    public void Switch(bool on) => Enabled = on;

    /// <exception cref="Refused">422 for more than 2000 texts, or one over 5000 characters.</exception>
    public void Translate(IReadOnlyDictionary<string, string> translations)
    {
        if (translations.Count > MaxTranslations)
            throw Refused.Invalid(nameof(Translations), $"At most {MaxTranslations} texts.");
        foreach (var (key, text) in translations)
            if (key.Length is 0 or > 200 || text is null || text.Length > MaxText)
                throw Refused.Invalid($"{nameof(Translations)}.{key}", $"A key has 1 to 200 characters, its text at most {MaxText}.");
        Translations = new(translations);
    }

    /// <summary>A tag as it is kept: pt-br is pt-BR.</summary>
    internal static string CodeOf(string code, string field)
    {
        if (TagPattern.IsMatch(code))
            try
            {
                if (CultureInfo.GetCultureInfo(code, predefinedOnly: true) is { LCID: not 127, Name: { Length: > 0 } name })
                    return name;
            }
            catch (CultureNotFoundException)
            {
            }

        throw Refused.Invalid(field, "Must be a language such as es or pt-BR.");
    }

    [GeneratedRegex(@"^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?\z")]
    private static partial Regex TagPattern { get; }
}

/// <summary>What other modules ask of locales.</summary>
public static class Translations
{
    /// <summary>The shop's words in a language: those of its own tag over those of the language without a region.</summary>
    /// <param name="locale">A tag; null: the shop's default one.</param>
    /// <returns>Nothing, where the shop does not speak it.</returns>
    public static async Task<IReadOnlyDictionary<string, string>> TranslationsIn(this AuraDb db, string? locale, CancellationToken cancellation)
    {
        locale ??= await db.WhiteLabels.Select(w => w.DefaultLocale).FirstOrDefaultAsync(cancellation);
        if (locale is null)
            return new Dictionary<string, string>();
        string[] wanted = [locale.Split('-')[0].ToLowerInvariant(), locale.ToLowerInvariant()];
        var known = await db.ShopLocales.AsNoTracking().Where(l => l.Enabled && wanted.Contains(l.Code.ToLower())).ToListAsync(cancellation);
        var words = new Dictionary<string, string>();
        foreach (var (key, text) in known.OrderBy(l => l.Code.Length).SelectMany(l => l.Translations))
            words[key] = text;
        return words;
    }
}

internal sealed class ShopLocaleMapping : IEntityTypeConfiguration<ShopLocale>
{
    public void Configure(EntityTypeBuilder<ShopLocale> locale) => locale.HasIndex(l => new { l.TenantId, l.Code }).IsUnique();
}
