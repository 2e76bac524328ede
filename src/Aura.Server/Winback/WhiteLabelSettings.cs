using System.ComponentModel.DataAnnotations;
using Aura.Brands;
using Aura.Persistence;
using Aura.Server.Http;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback;

internal static class WhiteLabelSettings
{
    public static void MapWhiteLabelSettings(this RouteGroupBuilder api)
    {
        var settings = api.MapGroup("/whitelabel/settings").WithTags("White-label settings").Scope("brands");
        settings.MapGet("/", Show);
        settings.MapPut("/", Update);
        settings.MapPost("/reset", Reset);
    }

    private static async Task<ShownLabel> Show(AuraDb db, CancellationToken cancellation) =>
        new(LabelResponse.Of(await db.WhiteLabels.AsNoTracking().FirstOrDefaultAsync(cancellation) ?? new()));

    private static async Task<ChangedLabel> Update(UpdateLabel request, AuraDb db, CancellationToken cancellation)
    {
        var label = await Own(db, cancellation);
        request.CompanyName.Apply(label.Call);
        label.Support(request.SupportEmail.Or(label.SupportEmail), request.SupportUrl.Or(label.SupportUrl));
        request.DefaultLocale.Apply(label.Speak);
        request.HideBranding.Apply(label.Hide);
        if (request.DefaultBrandId is { IsGiven: true } change)
        {
            var brand = change.Or(null);
            if (brand is { } wanted && !await db.Brands.AnyAsync(b => b.Id == wanted.Value, cancellation))
                throw Refused.Invalid(nameof(request.DefaultBrandId), "There is no such brand.");
            label.Wear(brand?.Value);
        }

        await db.SaveChangesAsync(cancellation);
        return new(true, LabelResponse.Of(label));
    }

    private static async Task<ChangedLabel> Reset(AuraDb db, CancellationToken cancellation)
    {
        var label = await Own(db, cancellation);
        label.Reset();
        await db.SaveChangesAsync(cancellation);
        return new(true, LabelResponse.Of(label));
    }

    private static async Task<WhiteLabel> Own(AuraDb db, CancellationToken cancellation) =>
        await db.WhiteLabels.FirstOrDefaultAsync(cancellation) ?? db.WhiteLabels.Add(new()).Entity;
}

public sealed record UpdateLabel
{
    [StringLength(200, MinimumLength = 1)] public Change<string?> CompanyName { get; init; }
    [StringLength(254)] public Change<string?> SupportEmail { get; init; }
    [StringLength(2000)] public Change<string?> SupportUrl { get; init; }
    [StringLength(20)] public Change<string?> DefaultLocale { get; init; }
    public Change<Id<Brand>?> DefaultBrandId { get; init; }
    public Change<bool> HideBranding { get; init; }
}

public sealed record ShownLabel(LabelResponse Settings);

public sealed record ChangedLabel(bool Success, LabelResponse Settings);

public sealed record LabelResponse(string? CompanyName, string? SupportEmail, string? SupportUrl, string? DefaultLocale, Id<Brand>? DefaultBrandId, bool HideBranding)
{
    public static LabelResponse Of(WhiteLabel label) => new(
        label.CompanyName, label.SupportEmail, label.SupportUrl, label.DefaultLocale, label.DefaultBrandId is { } brand ? new Id<Brand>(brand) : null, label.HideBranding);
}
