using System.Globalization;
using System.Text;

namespace Aura.Connectors.Messages;

/// <summary>Writes an e-mail as text: headers, a plain form and, beside it, an HTML one. Source: RFC 5322, 2045 to 2047, 8058.</summary>
internal static class MailText
{
    private const int MaxWord = 45; // bytes of one encoded word, which has at most 75 characters

    /// <param name="at">When it is sent, UTC.</param>
    /// <param name="from">An address and a name.</param>
    public static string Of(OutgoingMessage message, (string Address, string? Name) from, string? replyTo, DateTime at)
    {
        var mail = new StringBuilder();
        void Header(string name, string value) => mail.Append(name).Append(": ").Append(value).Append("\r\n");
        Header("From", Mailbox(from.Address, from.Name));
        Header("To", Mailbox(message.To, message.ToName));
        if (replyTo is not null)
            Header("Reply-To", Mailbox(replyTo, null));
        Header("Subject", Encoded(message.Subject ?? ""));
        Header("Date", at.ToString("ddd, dd MMM yyyy HH:mm:ss +0000", CultureInfo.InvariantCulture));
        Header("Message-ID", $"<{message.Key}@{from.Address[(from.Address.LastIndexOf('@') + 1)..]}>");
        if (message.UnsubscribeUrl is { } unsubscribe)
        {
            Header("List-Unsubscribe", $"<{OneLine(unsubscribe)}>");
            Header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        }

        Header("MIME-Version", "1.0");
        if (message.Html is null)
            Part(mail, "text/plain", message.Text);
        else
        {
            var boundary = $"=_{message.Key}";
            Header("Content-Type", $"multipart/alternative; boundary=\"{boundary}\"");
            foreach (var (type, content) in new[] { ("text/plain", message.Text), ("text/html", message.Html) })
            {
                mail.Append("\r\n--").Append(boundary).Append("\r\n");
                Part(mail, type, content);
            }

            mail.Append("\r\n--").Append(boundary).Append("--\r\n");
        }

        return mail.ToString();
    }

    private static void Part(StringBuilder mail, string type, string content)
    {
        var lines = content.ReplaceLineEndings("\r\n");
        mail.Append("Content-Type: ").Append(type).Append("; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n")
            .Append(Convert.ToBase64String(Encoding.UTF8.GetBytes(lines), Base64FormattingOptions.InsertLineBreaks)).Append("\r\n");
    }

    private static string Mailbox(string address, string? name) => name is null or "" ? $"<{OneLine(address)}>" : $"{Encoded(name)} <{OneLine(address)}>";

    /// <summary>Text of a header, in encoded words wherever plain text might be taken for something else.</summary>
    internal static string Encoded(string text)
    {
        text = OneLine(text);
        if (text.All(c => char.IsAsciiLetterOrDigit(c) || " .-_'!".Contains(c, StringComparison.Ordinal)) && text.Length <= 60 && text.Trim() == text)
            return text;
        var words = new List<string>();
        var word = new List<byte>();
        foreach (var rune in text.EnumerateRunes())
        {
            var bytes = Encoding.UTF8.GetBytes(rune.ToString());
            if (word.Count + bytes.Length > MaxWord)
            {
                words.Add($"=?utf-8?B?{Convert.ToBase64String([.. word])}?=");
                word.Clear();
            }

            word.AddRange(bytes);
        }

        words.Add($"=?utf-8?B?{Convert.ToBase64String([.. word])}?=");
        return string.Join("\r\n ", words);
    }

    /// <summary>Nothing that is put into a header begins another.</summary>
    private static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}
