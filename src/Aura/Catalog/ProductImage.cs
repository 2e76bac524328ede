using Aura.Persistence;

namespace Aura.Catalog;

/// <summary>A picture of a product.</summary>
public sealed class ProductImage : StoreRow, IIdentified
{
    public static string Prefix => "img";
    public static string Noun => "image";

    public long ProductId { get; private set; }
    public string Url { get; private set; } = "";

    /// <summary>What it shows, for those who cannot see it.</summary>
    public string? Alt { get; private set; }

    /// <summary>From 1.</summary>
    public int Position { get; internal set; }

    /// <exception cref="Refused">422 for an address that is not http or https.</exception>
    public static ProductImage Create(string url, string? alt) => new() { Url = Address(url, nameof(Url)), Alt = alt };

    /// <summary>A picture as a row of the database has it.</summary>
    internal static ProductImage Of(long tenant, long product, long id, string url, string? alt, int position) =>
        new() { TenantId = tenant, ProductId = product, Id = id, Url = url, Alt = alt, Position = position };

    public void Caption(string? alt) => Alt = alt;

    /// <summary>The address of a picture.</summary>
    /// <exception cref="Refused">422 where it is not absolute, or neither http nor https.</exception>
    internal static string Address(string url, string field) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
            ? url
            : throw Refused.Invalid(field, "Must be an http or https address.");
}
