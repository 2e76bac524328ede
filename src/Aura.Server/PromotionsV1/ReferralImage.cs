using System.Text;
using Aura.Accounts;
using Aura.Persistence;
using Aura.Promotions.Referrals;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using QRCoder;

namespace Aura.Server.PromotionsV1;

/// <summary>The QR code of a referral link.</summary>
/// <remarks>It asks for no key, for pages and mails show it to people who have none; it says nothing but the link that belongs to the code.</remarks>
internal static class ReferralImage
{
    /// <summary>PNG, or SVG where the caller asks for it: <c>?format=svg</c>, or <c>Accept: image/svg+xml</c>.</summary>
    /// <param name="store">The number of the store; not needed unless two stores happen to have the same code.</param>
    public static async Task<FileContentHttpResult> Show(
        string referral_code, HttpContext http, AuraDb db, AccessDirectory stores, CancellationToken cancellation, long? store = null, string? format = null)
    {
        var wanted = format is null ? Accepted(http.Request) : Asked(format);
        var key = ReferralCode.KeyOf(referral_code);
        var owners = await db.ReferralCodes.IgnoreQueryFilters().Where(c => c.Code == key && (store == null || c.TenantId == store)).Select(c => c.TenantId).Take(2).ToListAsync(cancellation);
        if (owners is not [var owner] || await stores.Store(owner, cancellation) is not { } shop)
            throw Refused.NotFound(ReferralCode.Noun);
        http.Response.Headers.CacheControl = "public, max-age=86400";
        http.Response.Headers.Vary = "Accept";
        using var drawn = QRCodeGenerator.GenerateQrCode(ReferralCode.LinkOf(key, shop), QRCodeGenerator.ECCLevel.Q);
        return wanted == QrFormat.Svg
            ? TypedResults.File(Encoding.UTF8.GetBytes(new SvgQRCode(drawn).GetGraphic(8)), "image/svg+xml")
            : TypedResults.File(new PngByteQRCode(drawn).GetGraphic(8), "image/png");
    }

    private static QrFormat Asked(string format) =>
        Words<QrFormat>.TryParse(format, out var known) ? known : throw Refused.BadRequest("The format is png or svg.");

    private static QrFormat Accepted(HttpRequest request)
    {
        var accept = request.Headers.Accept.ToString();
        return accept.Contains("image/svg+xml", StringComparison.OrdinalIgnoreCase) && !accept.Contains("image/png", StringComparison.OrdinalIgnoreCase) &&
            !accept.Contains("*/*", StringComparison.Ordinal) ? QrFormat.Svg : QrFormat.Png;
    }
}

public enum QrFormat
{
    Png,
    Svg,
}
