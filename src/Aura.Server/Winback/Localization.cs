using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using Aura.Brands;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;

namespace Aura.Server.Winback;

internal static class Localization
{
    private static readonly Listing<ShopLocale, LocaleResponse> Shape = new Listing<ShopLocale, LocaleResponse>(LocaleResponse.From)
        .Field("code", l => l.Code)
        .Field("name", l => l.Name);

    public static void MapLocalization(this RouteGroupBuilder api)
    {
        var locales = api.MapGroup("/whitelabel/localization").WithTags("Localization").Scope("brands");
        locales.MapGet("/", List).Lists(Shape);
        locales.MapGet("/{id}", Show);
        locales.MapPost("/", Create);
        locales.MapPut("/{id}", Update);
        locales.MapDelete("/{id}", Delete);
    }

    private static Task<LocaleList> List(ListRequest list, AuraDb db, CancellationToken cancellation) => Shape.List(db.ShopLocales, list, rows => new LocaleList(rows), cancellation);

    private static async Task<OneLocale> Show(Id<ShopLocale> id, AuraDb db, CancellationToken cancellation) => new(await Shape.Show(db.ShopLocales, id, cancellation));

    private static Task<MadeLocale> Create(CreateLocale request, AuraDb db, CancellationToken cancellation)
    {
        var locale = ShopLocale.Create(request.Code, request.Name);
        locale.Switch(request.Enabled);
        locale.Translate(request.Translations ?? []);
        return db.Make(locale, MadeLocale.Of, cancellation);
    }

    private static Task<MadeLocale> Update(Id<ShopLocale> id, UpdateLocale request, AuraDb db, CancellationToken cancellation) => db.Change(id, locale =>
    {
        request.Code.Apply(locale.Speak);
        request.Name.Apply(locale.Rename);
        request.Enabled.Apply(locale.Switch);
        request.Translations.Apply(locale.Translate);
    }, MadeLocale.Of, cancellation);

    private static Task<DeletedLocale> Delete(Id<ShopLocale> id, AuraDb db, CancellationToken cancellation) => db.Remove(id, gone => new DeletedLocale(true, gone), cancellation);
}

/// <param name="Code">A language such as es or pt-BR.</param>
/// <param name="Translations">Texts by their keys.</param>
public sealed record CreateLocale(
    [StringLength(20, MinimumLength = 2)] string Code, [StringLength(200, MinimumLength = 1)] string Name, bool Enabled = true, Dictionary<string, string>? Translations = null);

public sealed record UpdateLocale
{
    [StringLength(20, MinimumLength = 2)] public Change<string> Code { get; init; }
    [StringLength(200, MinimumLength = 1)] public Change<string> Name { get; init; }
    public Change<bool> Enabled { get; init; }

    /// <summary>Replaces all of them.</summary>
    public Change<Dictionary<string, string>> Translations { get; init; }
}

public sealed record LocaleList(IReadOnlyList<LocaleResponse> Locales) : Listed;

public sealed record OneLocale(LocaleResponse Locale);

public sealed record MadeLocale(bool Success, Id<ShopLocale> LocaleId)
{
    public static MadeLocale Of(ShopLocale locale) => new(true, locale.Id);
}

public sealed record DeletedLocale(bool Deleted, Id<ShopLocale> LocaleId);

public sealed record LocaleResponse(
    Id<ShopLocale> Id, string Code, string Name, bool Enabled, Dictionary<string, string> Translations, DateTime CreatedAt, DateTime UpdatedAt)
{
    public static readonly Expression<Func<ShopLocale, LocaleResponse>> From = l => new(l.Id, l.Code, l.Name, l.Enabled, l.Translations, l.CreatedAt, l.UpdatedAt);
}
