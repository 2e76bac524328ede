using System.Text.Json;
using Aura.Accounts;
using Aura.Connectors.Language;
using Aura.Connectors.Messages;
using Aura.Integrations;
using Aura.Persistence;

namespace Aura.Messages.Writing;

/// <param name="Source"><c>composition</c> or <c>model</c>.</param>
/// <param name="Note">Why the model's text was not taken; null: it was, or there is none.</param>
public sealed record MessageDraft(WrittenMessage Message, string Source, IReadOnlyList<LintFinding> Findings, string? Note);

/// <summary>Writes messages: with the store's language model where it is connected to one, else from sentences of its own. What a model writes is checked before anybody sees it.</summary>
public sealed class MessageWriter(AuraDb db, KeyRing ring, ChatModel model)
{
    private const string Task = """
        You write one short message of a shop to a customer who left a cart. Answer with JSON only: {"subject": "...", "body": "..."}; subject is null for SMS.
        Use these placeholders and no others: {{shopName}}, {{customerName}}, {{url}}, and only if they are listed: {{cartValue}}, {{discountCode}}.
        Always put {{url}} into the body of e-mail and SMS. Promise nothing: no guarantees, no superlatives, no stock numbers, no prices or percentages of your own.
        Subjects have at most 60 characters, SMS at most 160, push texts at most 150. No words in capitals, no exclamation marks in a row.
        """;

    /// <param name="facts">Amounts that the text may name.</param>
    public async Task<MessageDraft> Write(MessageBrief brief, LintFacts facts, CancellationToken cancellation)
    {
        var note = default(string);
        if (await db.CredentialOf("openai", ring, cancellation) is { } account)
        {
            var (written, why) = await Ask(account, brief, facts, cancellation);
            if (written is not null)
                return written;
            note = why;
        }

        var own = MessageComposer.Compose(brief);
        return new(own, "composition", MessageLint.Check(brief.Channel, own.Subject, own.Body, facts), note);
    }

    private async Task<(MessageDraft? Draft, string? Why)> Ask(ProviderSettings account, MessageBrief brief, LintFacts facts, CancellationToken cancellation)
    {
        try
        {
            var placeholders = string.Join(", ", new[] { brief.HasCartValue ? "{{cartValue}}" : null, brief.HasDiscount ? "{{discountCode}}" : null }.OfType<string>());
            var text = await model.Answer(account.Address("url", "https://api.openai.com/v1"), account["apiKey"], account.Maybe("model") ?? "gpt-4o-mini", Task,
                $"Channel: {Words<Channel>.Of(brief.Channel)}. Tone: {Words<Tone>.Of(brief.Tone)}. Things in the cart: {brief.Items?.ToString() ?? "unknown"}. Placeholders besides: {(placeholders == "" ? "none" : placeholders)}.", cancellation);
            var written = JsonSerializer.Deserialize<WrittenMessage>(Inside(text), JsonSerializerOptions.Web);
            if (written?.Body is not { Length: > 0 and < 5_000 })
                return (null, "The model's answer is no message.");
            var findings = MessageLint.Check(brief.Channel, written.Subject, written.Body, facts);
            var wrong = findings.Where(finding => finding.Severity == LintSeverity.Error).Select(finding => finding.Message)
                .Concat(new[] { written.Subject, written.Body }.OfType<string>().Select(part => TemplateEngine.Objection(part, isHtml: false)).OfType<string>()).FirstOrDefault();
            return wrong is null ? (new(written, "model", findings, null), null) : (null, $"The model's text was not taken: {wrong}");
        }
        catch (Exception trouble) when (trouble is ModelException or WrongSettings or JsonException)
        {
            return (null, trouble is JsonException ? "The model's answer is no message." : trouble.Message);
        }
    }

    /// <summary>Models like to put JSON between fences.</summary>
    private static string Inside(string text)
    {
        var (from, to) = (text.IndexOf('{', StringComparison.Ordinal), text.LastIndexOf('}'));
        return from >= 0 && to > from ? text[from..(to + 1)] : text;
    }
}
