using System.Globalization;
using System.Text.RegularExpressions;

namespace Aura.Messages.Writing;

public enum LintSeverity
{
    /// <summary>It can be better.</summary>
    Advice,
    /// <summary>It must not go out like this.</summary>
    Error,
}

/// <param name="Code">Lower_snake_case: <c>unfounded_claim</c>.</param>
/// <param name="Message">What is wrong and what to do, in a sentence.</param>
public sealed record LintFinding(string Code, LintSeverity Severity, string Message);

/// <summary>What a text may promise: prices and codes that stand in it must be among these.</summary>
/// <param name="Amounts">As they are written: <c>$150</c>, <c>15%</c>.</param>
public sealed record LintFacts(IReadOnlyList<string> Amounts);

/// <summary>Looks for what a message should not say: claims that nobody can keep, prices that nobody set, shouting, too many words, links that are missing or odd.</summary>
/// <remarks>Length of SMS: 3GPP TS 23.038 (160 characters of the GSM alphabet, 70 of any other; 153 and 67 in parts).</remarks>
public static partial class MessageLint
{
    public const int MaxSubject = 60, MaxSms = 306, MaxPushTitle = 50, MaxPushBody = 150;

    private const string GsmAlphabet = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
    private const string GsmExtended = "^{}\\[~]|€";

    /// <param name="subject">Of e-mail, or the title of a push; null for SMS.</param>
    public static IReadOnlyList<LintFinding> Check(Channel channel, string? subject, string body, LintFacts facts)
    {
        var all = $"{subject}\n{body}";
        return
        [
            .. ClaimPattern.Matches(all).Select(match => match.Value).Distinct(StringComparer.OrdinalIgnoreCase)
                .Select(claim => new LintFinding("unfounded_claim", LintSeverity.Error, $"“{claim}” promises what nobody has checked. Say what is true.")),
            .. Unknown(all, facts).Select(amount => new LintFinding("unknown_amount", LintSeverity.Error, $"{amount} is no price or discount of this cart.")),
            .. Lengths(channel, subject, body),
            .. Links(channel, body),
            .. Manner(subject, body),
        ];
    }

    /// <summary>Parts that an SMS is sent in.</summary>
    public static int SmsParts(string text)
    {
        var isGsm = text.All(c => GsmAlphabet.Contains(c, StringComparison.Ordinal) || GsmExtended.Contains(c, StringComparison.Ordinal));
        var length = isGsm ? text.Sum(c => GsmExtended.Contains(c, StringComparison.Ordinal) ? 2 : 1) : text.Length;
        var (single, part) = isGsm ? (160, 153) : (70, 67);
        return length <= single ? 1 : (length + part - 1) / part;
    }

    private static IEnumerable<string> Unknown(string text, LintFacts facts)
    {
        var known = facts.Amounts.Select(Number).OfType<decimal>().ToHashSet();
        return AmountPattern.Matches(text).Select(match => match.Value.Trim()).Distinct().Where(amount => Number(amount) is { } number && !known.Contains(number));
    }

    private static decimal? Number(string amount)
    {
        var digits = NumberPattern.Match(amount).Value.Replace(",", "", StringComparison.Ordinal);
        return decimal.TryParse(digits, NumberStyles.Number, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    private static IEnumerable<LintFinding> Lengths(Channel channel, string? subject, string body)
    {
        if (channel == Channel.Email && subject?.Length > MaxSubject)
            yield return new("long_subject", LintSeverity.Advice, $"The subject has {subject.Length} characters; phones show about {MaxSubject}.");
        if (channel == Channel.Email && string.IsNullOrWhiteSpace(subject))
            yield return new("no_subject", LintSeverity.Error, "An e-mail needs a subject.");
        if (channel == Channel.Sms && SmsParts(body) is var parts and > 1)
            yield return new("long_sms", parts > 2 ? LintSeverity.Error : LintSeverity.Advice, $"It is sent, and paid, as {parts} messages.");
        if (channel == Channel.Push && (subject?.Length > MaxPushTitle || body.Length > MaxPushBody))
            yield return new("long_push", LintSeverity.Advice, $"Devices cut titles at about {MaxPushTitle} and texts at about {MaxPushBody} characters.");
    }

    private static IEnumerable<LintFinding> Links(Channel channel, string body)
    {
        if (channel != Channel.Push && !body.Contains("http", StringComparison.OrdinalIgnoreCase) && !body.Contains("{{url}}", StringComparison.Ordinal))
            yield return new("no_link", LintSeverity.Advice, "There is no way back to the cart: add {{url}}.");
        if (body.Contains("http://", StringComparison.OrdinalIgnoreCase))
            yield return new("insecure_link", LintSeverity.Error, "Links begin with https.");
        if (ShortenerPattern.IsMatch(body))
            yield return new("shortened_link", LintSeverity.Error, "Filters take shortened links for spam: use the real one.");
    }

    private static IEnumerable<LintFinding> Manner(string? subject, string body)
    {
        var words = WordPattern.Matches($"{subject} {body}").Select(match => match.Value).Where(word => word is not ("STOP" or "SMS")).ToList();
        if (words.Count(word => word.Length > 3 && word.All(char.IsUpper)) is var loud and > 0)
            yield return new("shouting", LintSeverity.Advice, $"{loud} words are in capitals.");
        if (ExclamationPattern.IsMatch($"{subject} {body}"))
            yield return new("exclamation", LintSeverity.Advice, "More than one exclamation mark in a row.");
    }

    [GeneratedRegex(@"\b(100\s?% (free|safe|satisfaction)|risk[- ]free|no risk|guaranteed?|lowest price|best price|cheapest|act now|buy now or|only \d+ left|once in a lifetime|you have won|miracle|last chance ever)\b", RegexOptions.IgnoreCase)]
    private static partial Regex ClaimPattern { get; }

    [GeneratedRegex(@"[$€£¥]\s?\d[\d,]*(\.\d+)?|\d[\d,]*(\.\d+)?\s?(%|€|£|USD|EUR|GBP|percent\b)", RegexOptions.IgnoreCase)]
    private static partial Regex AmountPattern { get; }

    [GeneratedRegex(@"\d[\d,]*(\.\d+)?")]
    private static partial Regex NumberPattern { get; }

    [GeneratedRegex(@"\b(bit\.ly|tinyurl\.com|t\.co|goo\.gl|ow\.ly|is\.gd)/", RegexOptions.IgnoreCase)]
    private static partial Regex ShortenerPattern { get; }

    [GeneratedRegex(@"(?<![\p{L}\d])\p{L}+(?![\p{L}\d])")]
    private static partial Regex WordPattern { get; }

    [GeneratedRegex(@"!\s?!|\?!")]
    private static partial Regex ExclamationPattern { get; }
}
