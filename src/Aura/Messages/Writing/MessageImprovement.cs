using System.Text.RegularExpressions;

namespace Aura.Messages.Writing;

/// <param name="Message">The text without what could be mended mechanically.</param>
/// <param name="Changes">What was mended, a sentence each.</param>
public sealed record ImprovedMessage(WrittenMessage Message, IReadOnlyList<string> Changes);

/// <summary>Mends what a rule can mend, and nothing that would need to know what is true.</summary>
public static partial class MessageImprovement
{
    public static ImprovedMessage Improve(Channel channel, WrittenMessage message)
    {
        var changes = new List<string>();
        var (subject, body) = (message.Subject, message.Body);
        Change(ref subject, ref body, text => ExclamationPattern.Replace(text, "!"), "One exclamation mark is enough.");
        Change(ref subject, ref body, text => LoudPattern.Replace(text, word => Quiet(word.Value)), "Words in capitals read like shouting, and filters count them.");
        Change(ref subject, ref body, text => BlankPattern.Replace(text, " ").Trim(), "Superfluous blanks are gone.");
        if (channel == Channel.Email && subject?.Length > MessageLint.MaxSubject)
        {
            subject = Cut(subject, MessageLint.MaxSubject);
            changes.Add($"The subject is cut to {MessageLint.MaxSubject} characters, which phones show.");
        }

        if (channel != Channel.Push && !body.Contains("http", StringComparison.OrdinalIgnoreCase) && !body.Contains("{{url}}", StringComparison.Ordinal))
        {
            body += channel == Channel.Email ? "\n\n{{url}}" : " {{url}}";
            changes.Add("A way back to the cart is added.");
        }

        if (channel == Channel.Email && !body.Contains("{{customerName}}", StringComparison.Ordinal) && !GreetingPattern.IsMatch(body))
        {
            body = $"Hello{{{{#if customerName}}}} {{{{customerName}}}}{{{{/if}}}},\n\n{body}";
            changes.Add("The customer is greeted by name.");
        }

        if (channel == Channel.Sms && !body.Contains("STOP", StringComparison.Ordinal))
        {
            body += " Reply STOP to opt out.";
            changes.Add("It says how to get no more.");
        }

        return new(new(subject, body), changes);

        void Change(ref string? title, ref string text, Func<string, string> mend, string why)
        {
            var (newTitle, newText) = (title is null ? null : mend(title), mend(text));
            if ((newTitle, newText) != (title, text))
                changes.Add(why);
            (title, text) = (newTitle, newText);
        }
    }

    private static string Quiet(string word) => word == "STOP" ? word : word[0] + word[1..].ToLowerInvariant();

    private static string Cut(string text, int most)
    {
        var at = text.LastIndexOf(' ', most - 1);
        return $"{text[..(at < most / 2 ? most - 1 : at)]}…";
    }

    [GeneratedRegex(@"!(\s?!)+")]
    private static partial Regex ExclamationPattern { get; }

    [GeneratedRegex(@"(?<!\{)\b\p{Lu}{4,}\b(?!\})")]
    private static partial Regex LoudPattern { get; }

    [GeneratedRegex("[ \t]{2,}")]
    private static partial Regex BlankPattern { get; }

    [GeneratedRegex(@"^\s*(hello|hi|hey|dear|good (morning|evening|day))\b", RegexOptions.IgnoreCase)]
    private static partial Regex GreetingPattern { get; }
}
