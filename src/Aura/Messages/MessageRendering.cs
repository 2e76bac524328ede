using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Aura.Brands;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Messages;

/// <summary>What goes out.</summary>
/// <param name="Links">Where the links of the HTML or of the SMS lead, in which ours stand, or the notification.</param>
public sealed record RenderedMessage(string Locale, string? Subject, string Text, string? Html, IReadOnlyList<string> Links);

/// <summary>Makes a message of a template.</summary>
public static partial class MessageRendering
{
    private const int MaxSubject = 200;

    /// <summary>What every template may use besides the values of the caller: <c>shopName</c>, <c>customerName</c>, <c>unsubscribeUrl</c>, <c>brand</c>, <c>supportEmail</c>, <c>supportUrl</c>,
    /// and the shop's own words as <c>t</c>.</summary>
    /// <param name="locale">Of the words; null: the shop's default.</param>
    public static async Task<Dictionary<string, object?>> SharedValues(this AuraDb db, string? customerName, string? unsubscribeUrl, string? locale, CancellationToken cancellation)
    {
        var label = await db.WhiteLabels.AsNoTracking().FirstOrDefaultAsync(cancellation);
        var store = await db.Stores.Where(s => s.Id == db.Tenant).Select(s => s.Name).SingleAsync(cancellation);
        var preferred = label?.DefaultBrandId ?? 0;
        var brand = await db.Brands.AsNoTracking().OrderBy(b => b.Id != preferred).ThenBy(b => b.Id).FirstOrDefaultAsync(cancellation);
        return new()
        {
            ["shopName"] = label?.CompanyName ?? brand?.Name ?? store,
            ["customerName"] = customerName,
            ["unsubscribeUrl"] = unsubscribeUrl,
            ["supportEmail"] = label?.SupportEmail,
            ["supportUrl"] = label?.SupportUrl,
            ["t"] = (await db.TranslationsIn(locale, cancellation)).ToDictionary(pair => pair.Key, pair => (object?)pair.Value),
            ["brand"] = new Dictionary<string, object?>
            {
                ["name"] = brand?.Name ?? store, ["primaryColor"] = brand?.PrimaryColor ?? "#1a1a1a", ["secondaryColor"] = brand?.SecondaryColor ?? "#f4f4f5",
                ["logoUrl"] = brand?.LogoUrl, ["fontFamily"] = brand?.FontFamily ?? "system-ui, sans-serif",
            },
        };
    }

    /// <param name="values">All that the template may use.</param>
    /// <param name="isAdvertising">What the law wants of advertising is added where the template does not say it: a way out.</param>
    /// <param name="tracked">The address that counts a click and leads on, by the number of the link; null: links stay as they are.</param>
    /// <param name="pixel">The address of an image that tells of the opening; null: none.</param>
    /// <exception cref="Refused">422 for a template that says nothing over the channel, or cannot be filled.</exception>
    public static RenderedMessage Render(
        TemplateSource template, Channel channel, string? locale, IReadOnlyDictionary<string, object?> values, bool isAdvertising, Func<int, string>? tracked = null, string? pixel = null)
    {
        var (language, text) = template.Demand(channel).In(locale, channel)!.Value; // it speaks over the channel
        string? Plain(string? part) => part is null ? null : TemplateEngine.Fill(part, values, isHtml: false).Trim();
        return channel switch
        {
            Channel.Sms => Sms(language, isAdvertising ? WithStop(Plain(text.Sms)!) : Plain(text.Sms)!, values.GetValueOrDefault("unsubscribeUrl") as string, tracked), // Demand has seen it
            Channel.Push => new(language, OneLine(Plain(text.PushTitle)), Plain(text.PushBody)!, null, tracked is not null && values.GetValueOrDefault("url") is string to && IsWeb(to) ? [to] : []),
            _ => Mail(language, text, values, Plain, isAdvertising, tracked, pixel),
        };
    }

    private static RenderedMessage Sms(string language, string text, string? unsubscribe, Func<int, string>? tracked)
    {
        var links = new List<string>();
        if (tracked is not null)
            text = AddressPattern.Replace(text, match =>
            {
                if (match.Value == unsubscribe || !IsWeb(match.Value))
                    return match.Value;
                links.Add(match.Value);
                return tracked(links.Count - 1);
            });
        return new(language, null, text, null, links);
    }

    private static RenderedMessage Mail(
        string language, TemplateText template, IReadOnlyDictionary<string, object?> values, Func<string?, string?> plain, bool isAdvertising, Func<int, string>? tracked, string? pixel)
    {
        var html = template.Html is null ? null : TemplateEngine.Fill(template.Html, values, isHtml: true);
        var text = plain(template.Text) ?? TextOf(html!); // one of them is there
        if (isAdvertising && values.GetValueOrDefault("unsubscribeUrl") is string way)
        {
            if (!text.Contains(way, StringComparison.Ordinal))
                text += $"\n\n{way}";
            if (html is not null && !html.Contains(WebUtility.HtmlEncode(way), StringComparison.Ordinal) && !html.Contains(way, StringComparison.Ordinal))
                html = BeforeEnd(html, $"<p style=\"font-size:12px\"><a href=\"{WebUtility.HtmlEncode(way)}\">Unsubscribe</a></p>");
        }

        var links = new List<string>();
        if (html is not null)
        {
            html = LinkPattern.Replace(html, match => Link(match, links, values.GetValueOrDefault("unsubscribeUrl") as string, tracked));
            if (pixel is not null)
                html = BeforeEnd(html, $"<img src=\"{WebUtility.HtmlEncode(pixel)}\" alt=\"\" width=\"1\" height=\"1\">");
        }

        return new(language, OneLine(plain(template.Subject)), text, html, links);
    }

    /// <summary>A link becomes one of ours; what is no web address leads nowhere.</summary>
    private static string Link(Match match, List<string> links, string? unsubscribe, Func<int, string>? tracked)
    {
        var target = WebUtility.HtmlDecode(match.Groups["to"].Value).Trim();
        if (target.StartsWith('#') || target == unsubscribe || target.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase) || target.StartsWith("tel:", StringComparison.OrdinalIgnoreCase))
            return match.Value;
        if (!IsWeb(target))
            return "href=\"#\"";
        if (tracked is null)
            return match.Value;
        links.Add(target);
        return $"href=\"{WebUtility.HtmlEncode(tracked(links.Count - 1))}\"";
    }

    private static bool IsWeb(string address) => Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https");

    /// <summary>Values of a message as templates take them.</summary>
    public static Dictionary<string, object?> Values(JsonDocument json) =>
        json.RootElement.EnumerateObject().ToDictionary(property => property.Name, property => Value(property.Value));

    private static object? Value(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().ToDictionary(property => property.Name, property => Value(property.Value)),
        JsonValueKind.Array => element.EnumerateArray().Select(Value).ToList(),
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.GetDecimal(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static string WithStop(string sms) => sms.Contains("STOP", StringComparison.Ordinal) ? sms : $"{sms} Reply STOP to opt out.";

    private static string? OneLine(string? text)
    {
        var line = text is null ? null : string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line?.Beginning(MaxSubject);
    }

    private static string BeforeEnd(string html, string more)
    {
        var at = html.LastIndexOf("</body>", StringComparison.OrdinalIgnoreCase);
        return at < 0 ? html + more : html.Insert(at, more);
    }

    private static string TextOf(string html) => WebUtility.HtmlDecode(TagPattern.Replace(BreakPattern.Replace(html, "\n"), "")).Trim();

    [GeneratedRegex("""href\s*=\s*(?<q>["'])(?<to>.*?)\k<q>""", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex LinkPattern { get; }

    /// <summary>Without what ends the sentence that it stands in.</summary>
    [GeneratedRegex("""https?://[^\s<>"]*[^\s<>".,;:!?)\]]""", RegexOptions.IgnoreCase)]
    private static partial Regex AddressPattern { get; }

    [GeneratedRegex("<(br|/p|/div|/h[1-6]|/tr|/li)[^>]*>", RegexOptions.IgnoreCase)]
    private static partial Regex BreakPattern { get; }

    [GeneratedRegex("<(style|script)[^>]*>.*?</\\1>|<[^>]*>", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex TagPattern { get; }
}
