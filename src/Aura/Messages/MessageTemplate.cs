using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Messages;

/// <summary>What a template says in one language, over each channel that it is made for. Handlebars.</summary>
/// <param name="Subject">Of e-mail.</param>
/// <param name="Text">Of e-mail, the plain form.</param>
/// <param name="Html">Of e-mail; values are escaped in it.</param>
public sealed record TemplateText(string? Subject = null, string? Text = null, string? Html = null, string? Sms = null, string? PushTitle = null, string? PushBody = null)
{
    public bool Speaks(Channel channel) => channel switch
    {
        Channel.Email => Subject is not null && (Text ?? Html) is not null,
        Channel.Sms => Sms is not null,
        _ => PushTitle is not null && PushBody is not null,
    };

    /// <summary>The parts by their names.</summary>
    internal IEnumerable<(string Name, string Content, bool IsHtml)> Parts()
    {
        foreach (var (name, content) in new[] { (nameof(Subject), Subject), (nameof(Text), Text), (nameof(Html), Html), (nameof(Sms), Sms), (nameof(PushTitle), PushTitle), (nameof(PushBody), PushBody) })
            if (content is not null)
                yield return (name, content, name == nameof(Html));
    }
}

public enum TemplateOrigin
{
    Own,
    /// <summary>Put together by the server.</summary>
    Generated,
}

/// <summary>Something that can be said to many, in one or more languages.</summary>
public sealed class MessageTemplate : StoreEntity, IApprovable
{
    public static string Prefix => "template";
    public static string Noun => "template";

    public const int MaxPart = 100_000;
    public const int MaxLocales = 30;

    public string Name { get; private set; } = "";
    public TemplateOrigin Origin { get; private init; }

    /// <summary>By language tag, lower case.</summary>
    public IReadOnlyDictionary<string, TemplateText> Contents { get; private set; } = new Dictionary<string, TemplateText>();

    /// <summary>Spoken to those whose language is not there.</summary>
    public string DefaultLocale { get; private set; } = "en";

    public object Content => new { Name, Contents, DefaultLocale };

    /// <inheritdoc cref="Say"/>
    public static MessageTemplate Create(string name, IReadOnlyDictionary<string, TemplateText> contents, string? defaultLocale, TemplateOrigin origin = TemplateOrigin.Own)
    {
        var template = new MessageTemplate { Origin = origin };
        template.Rename(name);
        template.Say(contents, defaultLocale);
        return template;
    }

    public void Rename(string name) => Name = name.Trim() is { Length: >= 1 and <= 200 } trimmed ? trimmed : throw Refused.Invalid(nameof(Name), "A name has 1 to 200 characters.");

    /// <exception cref="Refused">422 for a template that is too long or no Handlebars, has unescaped values or partials, or says nothing in its default language.</exception>
    public void Say(IReadOnlyDictionary<string, TemplateText> contents, string? defaultLocale)
    {
        if (contents.Count is 0 or > MaxLocales)
            throw Refused.Invalid(nameof(Contents), $"From 1 to {MaxLocales} languages.");
        var lower = contents.ToDictionary(pair => pair.Key.Trim().ToLowerInvariant(), pair => pair.Value);
        foreach (var (locale, text) in lower)
        {
            if (!text.Parts().Any())
                throw Refused.Invalid($"{nameof(Contents)}.{locale}", "Says nothing.");
            foreach (var (name, content, isHtml) in text.Parts())
                Check($"{nameof(Contents)}.{locale}.{name}", content, isHtml);
        }

        var usual = (defaultLocale ?? lower.Keys.First()).ToLowerInvariant();
        (Contents, DefaultLocale) = lower.ContainsKey(usual) ? (lower, usual) : throw Refused.Invalid(nameof(DefaultLocale), "Must be one of the languages of the template.");
    }

    private static void Check(string field, string content, bool isHtml)
    {
        if (content.Length > MaxPart)
            throw Refused.Invalid(field, $"At most {MaxPart} characters.");
        if (TemplateEngine.Objection(content, isHtml) is { } objection)
            throw Refused.Invalid(field, objection);
    }
}

/// <summary>A template as it is used, wherever it comes from.</summary>
public sealed record TemplateSource(string Reference, string Name, IReadOnlyDictionary<string, TemplateText> Contents, string DefaultLocale)
{
    /// <summary>What it says over a channel: in the language asked for, in that language elsewhere (de for de-AT), in the default one, in any.</summary>
    /// <returns>Null: over this channel it says nothing.</returns>
    public (string Locale, TemplateText Text)? In(string? locale, Channel channel)
    {
        var wanted = locale?.ToLowerInvariant();
        var order = new[] { wanted, wanted?.Split('-')[0], DefaultLocale }.OfType<string>().Concat(Contents.Keys.Order());
        foreach (var name in order)
            if (Contents.TryGetValue(name, out var text) && text.Speaks(channel))
                return (name, text);
        return null;
    }

    /// <exception cref="Refused">422 where it says nothing over the channel.</exception>
    public TemplateSource Demand(Channel channel) => In(null, channel) is not null
        ? this
        : throw Refused.Invalid("TemplateId", $"{Reference} says nothing over {Words<Channel>.Of(channel)}.");
}

public static class Templates
{
    /// <summary>A template that came with the server or was made in the store.</summary>
    /// <exception cref="Refused">404 where there is none of that name.</exception>
    public static async Task<TemplateSource> Template(this AuraDb db, string reference, CancellationToken cancellation)
    {
        if (BuiltInTemplates.Find(reference) is { } builtIn)
            return builtIn;
        var number = Id<MessageTemplate>.ToNumber(reference) ?? 0;
        return await db.MessageTemplates.AsNoTracking().FirstOrDefaultAsync(t => t.Id == number, cancellation) is { } own
            ? Source(own)
            : throw Refused.NotFound(MessageTemplate.Noun);
    }

    public static TemplateSource Source(MessageTemplate own) => new(new Id<MessageTemplate>(own.Id).ToString(), own.Name, own.Contents, own.DefaultLocale);
}

internal sealed class MessageTemplateMapping : IEntityTypeConfiguration<MessageTemplate>
{
    public void Configure(EntityTypeBuilder<MessageTemplate> template) => template.Property(t => t.Contents).Json();
}
