using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using System.Text.Json;
using System.Text.Json.Serialization;
using Aura.Messages;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;

namespace Aura.Server.Winback;

/// <summary>The store's own templates. Those that come with the server are at /ai/orchestration/ai-messaging/templates, and can be previewed here too.</summary>
internal static class MessageTemplates
{
    private static readonly Listing<MessageTemplate, TemplateResponse> Shape = new Listing<MessageTemplate, TemplateResponse>(TemplateResponse.From)
        .Field("name", t => t.Name)
        .Field("createdAt", t => t.CreatedAt);

    public static void MapMessageTemplates(this RouteGroupBuilder api)
    {
        var templates = api.MapGroup("/templates").WithTags("Templates").Scope("messages");
        templates.MapGet("/", List).Lists(Shape);
        templates.MapGet("/{id}", Show);
        templates.MapPost("/", Create);
        templates.MapPut("/{id}", Update);
        templates.MapDelete("/{id}", Delete);
        templates.MapPost("/{id}/preview", Preview);
    }

    private static Task<TemplateList> List(ListRequest list, AuraDb db, CancellationToken cancellation) =>
        Shape.List(db.MessageTemplates, list, rows => new TemplateList(rows), cancellation);

    private static async Task<OneTemplate> Show(Id<MessageTemplate> id, AuraDb db, CancellationToken cancellation) => new(await Shape.Show(db.MessageTemplates, id, cancellation));

    private static Task<MadeTemplate> Create(CreateTemplate request, AuraDb db, CancellationToken cancellation) =>
        db.Make(MessageTemplate.Create(request.Name, TemplateBody.Texts(request.Contents), request.DefaultLocale), MadeTemplate.Of, cancellation);

    private static Task<MadeTemplate> Update(Id<MessageTemplate> id, UpdateTemplate request, AuraDb db, CancellationToken cancellation) => db.Change(id, request.Apply, MadeTemplate.Of, cancellation);

    private static Task<DeletedTemplate> Delete(Id<MessageTemplate> id, AuraDb db, CancellationToken cancellation) => db.Remove(id, gone => new DeletedTemplate(true, gone), cancellation);

    private static async Task<PreviewResponse> Preview(string id, PreviewTemplate request, AuraDb db, CancellationToken cancellation)
    {
        var template = await db.Template(id, cancellation);
        var values = await db.SharedValues("Jane Doe", "https://example.com/unsubscribe", request.Locale, cancellation);
        foreach (var (name, value) in MessageRendering.Values(JsonSerializer.SerializeToDocument(request.Personalizations ?? [])))
            values[name] = value;
        var made = MessageRendering.Render(template, request.Channel, request.Locale, values, isAdvertising: true);
        return new(request.Channel, made.Locale, made.Subject, made.Text, made.Html);
    }
}

/// <summary>What a template says in one language. Handlebars: {{name}}, {{#if}}, {{#each}}; without partials and unescaped values.</summary>
/// <param name="Subject">Of e-mail, as text and html are.</param>
public sealed record TemplateBody(
    [StringLength(1000)] string? Subject = null, [StringLength(MessageTemplate.MaxPart)] string? Text = null, [StringLength(MessageTemplate.MaxPart)] string? Html = null,
    [StringLength(1600)] string? Sms = null, [StringLength(200)] string? PushTitle = null, [StringLength(1000)] string? PushBody = null)
{
    internal static Dictionary<string, TemplateText> Texts(Dictionary<string, TemplateBody> contents) => contents.ToDictionary(
        pair => pair.Key.Length is > 0 and <= 35 ? pair.Key : throw Refused.Invalid("Contents", "Languages are tags such as en or de-AT."),
        pair => pair.Value is { } body ? new TemplateText(body.Subject, body.Text, body.Html, body.Sms, body.PushTitle, body.PushBody) : throw Refused.Invalid($"Contents.{pair.Key}", "Must not be null."));
}

/// <param name="Contents">By language.</param>
/// <param name="DefaultLocale">For those whose language is not there; the first, if left out.</param>
public sealed record CreateTemplate([StringLength(200, MinimumLength = 1)] string Name, Dictionary<string, TemplateBody> Contents, [StringLength(35)] string? DefaultLocale = null);

public sealed record UpdateTemplate
{
    [StringLength(200, MinimumLength = 1)] public Change<string> Name { get; init; }

    /// <summary>All of them.</summary>
    public Change<Dictionary<string, TemplateBody>> Contents { get; init; }

    [StringLength(35)] public Change<string> DefaultLocale { get; init; }

    internal void Apply(MessageTemplate template)
    {
        Name.Apply(template.Rename);
        if (Contents.IsGiven || DefaultLocale.IsGiven)
            template.Say(Contents.IsGiven ? TemplateBody.Texts(Contents.Or([])) : template.Contents, DefaultLocale.Or(template.DefaultLocale));
    }
}

/// <param name="Locale">The reader's language.</param>
public sealed record PreviewTemplate(Channel Channel, [StringLength(35)] string? Locale = null, Dictionary<string, JsonElement>? Personalizations = null);

public sealed record PreviewResponse(Channel Channel, string Locale, string? Subject, string Text, string? Html);

public sealed record TemplateList(IReadOnlyList<TemplateResponse> Templates) : Listed;

public sealed record OneTemplate(TemplateResponse Template) : IVersioned
{
    [JsonIgnore] public int Version => Template.Version;
    [JsonIgnore] public DateTime UpdatedAt => Template.UpdatedAt;
}

public sealed record MadeTemplate(bool Success, Id<MessageTemplate> TemplateId)
{
    internal static MadeTemplate Of(MessageTemplate template) => new(true, template.Id);
}

public sealed record DeletedTemplate(bool Deleted, Id<MessageTemplate> TemplateId);

public sealed record TemplateResponse(
    Id<MessageTemplate> Id, string Name, TemplateOrigin Origin, IReadOnlyDictionary<string, TemplateText> Contents, string DefaultLocale, DateTime CreatedAt, DateTime UpdatedAt,
    [property: JsonIgnore] int Version) : IVersioned
{
    public static readonly Expression<Func<MessageTemplate, TemplateResponse>> From = t => new(t.Id, t.Name, t.Origin, t.Contents, t.DefaultLocale, t.CreatedAt, t.UpdatedAt, t.Version);
}
