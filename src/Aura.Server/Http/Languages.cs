using System.Collections.Frozen;
using System.Globalization;

namespace Aura.Server.Http;

/// <summary>The route answers with prices in the caller's currency and language.</summary>
public sealed record Localised;

/// <summary>The language that a caller asks for.</summary>
internal static class Languages
{
    private static readonly CultureInfo Default = CultureInfo.GetCultureInfo("en-US");

    private static readonly FrozenDictionary<string, CultureInfo> Known = CultureInfo.GetCultures(CultureTypes.AllCultures).Where(culture => culture.Name != "")
        .DistinctBy(culture => culture.Name, StringComparer.OrdinalIgnoreCase).ToFrozenDictionary(culture => culture.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The first language of Accept-Language, by its weight, that there is; English of the United States without one.</summary>
    public static CultureInfo Of(HttpRequest request)
    {
        foreach (var wanted in request.GetTypedHeaders().AcceptLanguage.OrderByDescending(language => language.Quality ?? 1))
            if (wanted.Quality != 0 && Known.TryGetValue(wanted.Value.ToString(), out var culture))
                return culture.IsNeutralCulture ? CultureInfo.CreateSpecificCulture(culture.Name) : culture;
        return Default;
    }

    /// <summary>These routes take X-Currency and Accept-Language.</summary>
    public static T Localised<T>(this T routes) where T : IEndpointConventionBuilder => routes.WithMetadata(new Localised());
}
