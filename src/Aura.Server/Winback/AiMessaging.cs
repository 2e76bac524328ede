using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;
using Aura.Customers;
using Aura.Messages;
using Aura.Messages.Writing;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Winback.Recovery;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback;

/// <summary>Writing messages, checking them, and saying what they brought.</summary>
internal static class AiMessaging
{
    public static void MapAiMessaging(this RouteGroupBuilder api)
    {
        var writing = api.MapGroup("/ai/orchestration/ai-messaging").WithTags("AI Messaging").Scope("messages");
        writing.MapGet("/templates", Templates);
        writing.MapPost("/generate", Generate).WithMetadata(new Staged());
        writing.MapPost("/optimize", Optimize);
        writing.MapGet("/performance", Performance);
    }

    private static async Task<WritingTemplates> Templates(string? channel, AuraDb db, CancellationToken cancellation)
    {
        if (channel is not null && !Words<Channel>.TryParse(channel, out _))
            throw Refused.Invalid("channel", $"Must be one of {string.Join(", ", Words<Channel>.All)}.");
        var own = await db.MessageTemplates.AsNoTracking().OrderBy(t => t.Id).ToListAsync(cancellation);
        return new([.. BuiltInTemplates.All.Concat(own.Select(Aura.Messages.Templates.Source)).SelectMany(WritingTemplate.Of).Where(one => channel is null || Words<Channel>.Of(one.Channel) == channel)]);
    }

    private static async Task<GeneratedMessage> Generate(GenerateMessage request, AuraDb db, MessageWriter writer, CancellationToken cancellation)
    {
        var shopper = request.CustomerId is { } reference ? await db.FindShopper(reference, cancellation) : null;
        var values = await db.SharedValues(shopper is null ? null : (await db.Contact(shopper, cancellation)).Name, null, shopper?.Locale, cancellation);
        var domain = await db.Stores.Where(s => s.Id == db.Caller.TenantId).Select(s => s.Domain).SingleAsync(cancellation);
        foreach (var (name, value) in request.Values(db.Caller.Currency, $"https://{domain}/cart"))
            values[name] = value;
        var draft = await writer.Write(request.Brief(), new([.. values.Values.OfType<string>()]), cancellation);
        var template = MessageTemplate.Create($"{Words<Tone>.Of(request.Tone)}, generated", new Dictionary<string, TemplateText> { ["en"] = Text(request.Channel, draft.Message) }, "en", TemplateOrigin.Generated);
        db.MessageTemplates.Add(template);
        await db.SaveChangesAsync(cancellation);
        string? Filled(string? text) => text is null ? null : TemplateEngine.Fill(text, values, isHtml: false);
        return new(true, new(template.Id, request.Channel, Filled(draft.Message.Subject), Filled(draft.Message.Body)!), draft.Source, draft.Note, [.. draft.Findings.Select(Finding.Of)]); // a body is never null
    }

    private static async Task<OptimizedMessage> Optimize(OptimizeMessage request, AuraDb db, CancellationToken cancellation)
    {
        var channel = request.Channel ?? Channel.Email;
        var original = new WrittenMessage(request.Subject, request.Message);
        var better = MessageImprovement.Improve(channel, original);
        var findings = MessageLint.Check(channel, better.Message.Subject, better.Message.Body, new(request.Amounts ?? []));
        var lift = MeasuredLift.Of(request.TemplateId, channel, await db.MessageFigures(db.Now.AddDays(-90), true, cancellation));
        List<string> suggestions = [.. better.Changes, .. findings.Select(finding => finding.Message)];
        if (lift.Template is { } template)
            suggestions.Add($"{template} was followed more often: {lift.Reason}");
        return new(true, OptimizedText.Of(original), OptimizedText.Of(better.Message), suggestions, [.. findings.Select(Finding.Of)], lift.Percent, lift.Reason);
    }

    private static async Task<WritingPerformanceList> Performance(int? days, AuraDb db, CancellationToken cancellation)
    {
        var since = db.DaysAgo(days ?? 90);
        var won = await db.WonByTemplate(new(since, null), cancellation);
        var sold = (await db.Sold(since, null, cancellation)).ToLookup(count => (count.Channel, count.Template), count => count.Count);
        return new([.. (await db.MessageFigures(since, true, cancellation)).Select(row => (Row: row, Key: (row.Channel, row.Template ?? "")))
            .Select(one => WritingPerformance.Of(one.Row, won.GetValueOrDefault(one.Key) + sold[one.Key].Sum()))]);
    }

    private static TemplateText Text(Channel channel, WrittenMessage message) => channel switch
    {
        Channel.Email => new(message.Subject, message.Body),
        Channel.Sms => new(Sms: message.Body),
        _ => new(PushTitle: message.Subject ?? "{{shopName}}", PushBody: message.Body),
    };
}

public sealed record WritingTemplates(IReadOnlyList<WritingTemplate> Templates);

/// <param name="Id">To send it by.</param>
/// <param name="Subject">Of SMS there is none; of push it is the title.</param>
/// <param name="Variables">Its placeholders.</param>
public sealed record WritingTemplate(string Id, string Name, Channel Channel, string? Subject, string Body, IReadOnlyList<string> Variables)
{
    /// <summary>One for each channel, in the template's own language.</summary>
    internal static IEnumerable<WritingTemplate> Of(TemplateSource source) =>
        from channel in Enum.GetValues<Channel>()
        let said = source.In(null, channel)?.Text
        where said is not null
        let parts = channel switch { Channel.Email => (said.Subject, said.Text ?? said.Html), Channel.Sms => (null, said.Sms), _ => (said.PushTitle, said.PushBody) }
        select new WritingTemplate(source.Reference, source.Name, channel, parts.Item1, parts.Item2 ?? "", TemplateEngine.Variables($"{parts.Item1} {parts.Item2}"));
}

/// <param name="CartValue">In the store's currency.</param>
/// <param name="CartItems">How many.</param>
/// <param name="Url">Where the way back leads; the cart at the shop's domain, if left out.</param>
/// <param name="Variation">Another word, another message.</param>
public sealed record GenerateMessage(
    Channel Channel, Tone Tone = Tone.Friendly, [StringLength(Shopper.MaxReference, MinimumLength = 1)] string? CustomerId = null, [Range(0, 1_000_000_000)] decimal? CartValue = null,
    [Range(0, 100_000)] int? CartItems = null, [StringLength(100, MinimumLength = 1)] string? DiscountCode = null, [Url, StringLength(2000)] string? Url = null, [StringLength(50)] string? Variation = null)
{
    internal MessageBrief Brief() => new(Channel, Tone) { HasCartValue = CartValue is not null, HasDiscount = DiscountCode is not null, Items = CartItems, Seed = $"{CustomerId}:{Variation}" };

    internal Dictionary<string, object?> Values(Currency currency, string cart) => new()
    {
        ["cartValue"] = CartValue is { } value ? Money.Of(value, currency).Formatted(CultureInfo.GetCultureInfo("en-US")) : null, ["discountCode"] = DiscountCode, ["url"] = Url ?? cart,
    };
}

/// <param name="Source">composition, or model where the store is connected to one.</param>
/// <param name="Note">Why what the model wrote was not taken.</param>
/// <param name="Findings">What could be better.</param>
public sealed record GeneratedMessage(bool Success, GeneratedText Message, string Source, string? Note, IReadOnlyList<Finding> Findings);

/// <param name="Id">Of a template with placeholders in place of the values; it can be sent.</param>
public sealed record GeneratedText(Id<MessageTemplate> Id, Channel Channel, string? Subject, string Body);

public sealed record Finding(string Code, LintSeverity Severity, string Message)
{
    internal static Finding Of(LintFinding finding) => new(finding.Code, finding.Severity, finding.Message);
}

/// <param name="Goal">What counts; what is known is how many followed a link.</param>
/// <param name="TemplateId">The template that the message was sent by, so that it can be compared with others.</param>
/// <param name="Amounts">Prices and discounts that the message may name: $150, 15%.</param>
public sealed record OptimizeMessage(
    [StringLength(20_000, MinimumLength = 1)] string Message, Channel? Channel = null, [StringLength(100)] string? Goal = null, [StringLength(1000)] string? Subject = null,
    [StringLength(100)] string? TemplateId = null, [MaxLength(100)] IReadOnlyList<string>? Amounts = null);

/// <param name="ExpectedLift">Percent more that follow a link, measured; null where nobody can say.</param>
/// <param name="ExpectedLiftReason">Where that comes from, or why there is none.</param>
public sealed record OptimizedMessage(
    bool Success, OptimizedText Original, OptimizedText Optimized, IReadOnlyList<string> Suggestions, IReadOnlyList<Finding> Findings, decimal? ExpectedLift, string ExpectedLiftReason);

public sealed record OptimizedText(string? Subject, string Body)
{
    internal static OptimizedText Of(WrittenMessage message) => new(message.Subject, message.Body);
}

public sealed record WritingPerformanceList(IReadOnlyList<WritingPerformance> Performance);

/// <param name="MessageId">The template.</param>
/// <param name="OpenRate">Percent of what was sent; null where nothing was.</param>
/// <param name="ConversionRate">Percent to which a cart is owed that was won back, or an order.</param>
public sealed record WritingPerformance(string MessageId, Channel Channel, long Sent, decimal? OpenRate, decimal? ClickRate, decimal? ConversionRate)
{
    internal static WritingPerformance Of(MessageFigures figures, int conversions) => new(
        figures.Template ?? "", figures.Channel, figures.Sent, figures.RateOf(figures.Opened), figures.RateOf(figures.Clicked), figures.RateOf(conversions));
}
