using System.Net.Mail;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Brands;

/// <summary>How a shop presents itself: one row per store, none while nothing was decided.</summary>
public sealed class WhiteLabel : StoreEntity, IAudited
{
    public static string Prefix => "label";
    public static string Noun => "white-label settings";

    /// <summary>Null: the store's name.</summary>
    public string? CompanyName { get; private set; }

    public string? SupportEmail { get; private set; }
    public string? SupportUrl { get; private set; }

    /// <summary>The language of those who name none; null: as templates are written.</summary>
    public string? DefaultLocale { get; private set; }

    public long? DefaultBrandId { get; private set; }

    /// <summary>Whether nothing says what software the shop runs on.</summary>
    public bool HideBranding { get; private set; }

    public void Call(string? company) => CompanyName = company;

    /// <exception cref="Refused">422 for what is no e-mail or web address.</exception>
    public void Support(string? email, string? url)
    {
        SupportEmail = email is null || MailAddress.TryCreate(email, out var address) && address.Address == email ? email
            : throw Refused.Invalid(nameof(SupportEmail), "Must be an e-mail address.");
        SupportUrl = url is null || Uri.TryCreate(url, UriKind.Absolute, out var at) && at.Scheme is "https" or "http" ? url
            : throw Refused.Invalid(nameof(SupportUrl), "Must be a web address.");
    }

    /// <exception cref="Refused">422 for what is no language.</exception>
    public void Speak(string? locale) => DefaultLocale = locale is null ? null : ShopLocale.CodeOf(locale, nameof(DefaultLocale));

    /// <param name="brand">One of the store's.</param>
    public void Wear(long? brand) => DefaultBrandId = brand;

    public void Hide(bool branding) => HideBranding = branding;

    /// <summary>As if nothing had been decided.</summary>
    public void Reset() => (CompanyName, SupportEmail, SupportUrl, DefaultLocale, DefaultBrandId, HideBranding) = (null, null, null, null, null, false);
}

internal sealed class WhiteLabelMapping : IEntityTypeConfiguration<WhiteLabel>
{
    public void Configure(EntityTypeBuilder<WhiteLabel> label) => label.HasIndex(l => l.TenantId).IsUnique();
}
