using System.Text.RegularExpressions;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Brands;

/// <summary>How messages and pages of a shop look: a shop may have several.</summary>
public sealed partial class Brand : StoreEntity, IApprovable
{
    public static string Prefix => "brand";
    public static string Noun => "brand";

    public string Name { get; private set; } = "";

    /// <summary><c>#rrggbb</c>, lower case; null: the reader's own.</summary>
    public string? PrimaryColor { get; private set; }

    /// <inheritdoc cref="PrimaryColor"/>
    public string? SecondaryColor { get; private set; }

    /// <summary>An address that starts with https or http.</summary>
    public string? LogoUrl { get; private set; }

    public string? FontFamily { get; private set; }

    public object Content => new { Name, PrimaryColor, SecondaryColor, LogoUrl, FontFamily };

    public static Brand Create(string name)
    {
        var brand = new Brand();
        brand.Rename(name);
        return brand;
    }

    public void Rename(string name) => Name = name.Trim() is { Length: > 0 } some ? some : throw Refused.Invalid(nameof(Name), "Must not be blank.");

    /// <exception cref="Refused">422 for a colour that is not <c>#rrggbb</c>.</exception>
    public void Paint(string? primary, string? secondary) =>
        (PrimaryColor, SecondaryColor) = (Color(primary, nameof(PrimaryColor)), Color(secondary, nameof(SecondaryColor)));

    /// <exception cref="Refused">422 for what is no web address.</exception>
    public void ShowLogo(string? url) =>
        LogoUrl = url is null || Uri.TryCreate(url, UriKind.Absolute, out var at) && at.Scheme is "https" or "http" ? url
            : throw Refused.Invalid(nameof(LogoUrl), "Must be an address such as https://cdn.example.com/logo.png.");

    /// <exception cref="Refused">422 for what could be more than the name of a font where styles are written.</exception>
    public void SetIn(string? font) => FontFamily = font is null || FontPattern.IsMatch(font) ? font
        : throw Refused.Invalid(nameof(FontFamily), "Must be names of fonts: letters, digits, blanks, commas and hyphens.");

    private static string? Color(string? color, string field) => color is null || ColorPattern.IsMatch(color) ? color?.ToLowerInvariant()
        : throw Refused.Invalid(field, "Must be a colour such as #6366f1.");

    [GeneratedRegex(@"^#[0-9a-fA-F]{6}\z")]
    private static partial Regex ColorPattern { get; }

    [GeneratedRegex(@"^[\p{L}\p{Nd}][\p{L}\p{Nd} ,-]{0,99}\z")]
    private static partial Regex FontPattern { get; }
}

internal sealed class BrandMapping : IEntityTypeConfiguration<Brand>
{
    public void Configure(EntityTypeBuilder<Brand> brand) => brand.HasIndex(b => new { b.TenantId, b.Name }).IsUnique();
}
