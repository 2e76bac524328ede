using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Aura.Persistence;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Aura.Server.Http;

/// <summary>Why a request was not answered as asked, in no dialect's spelling.</summary>
/// <param name="Code">A code of the rule that was about to be broken; null: the dialect's general code for the status.</param>
public sealed partial record Failure(int Status, string? Code, string Message, IReadOnlyList<FieldError> Fields, object? Facts, string RequestId)
{
    /// <summary>The one place where exceptions become statuses. What is not listed is a fault of the server: 500.</summary>
    public static Failure Of(Exception exception, string request) => exception switch
    {
        Refused refused => new(StatusOf(refused.Kind), refused.Code, refused.Message, refused.Fields, refused.Facts, request) { IsMisread = refused.Kind == Refusal.BadRequest },
        BadHttpRequestException { InnerException: JsonException json } => Of(json, request),
        JsonException json => Of(json, request),
        BadHttpRequestException bad when Parameter.Match(bad.Message) is { Success: true } parameter => Of(parameter, request),
        BadHttpRequestException bad => new(bad.StatusCode, null, Plain(bad.StatusCode), [], null, request),
        DbUpdateConcurrencyException => new(409, null, "Somebody else changed it meanwhile. Read it again.", [], null, request),
        _ when exception.IsRace() => new(503, null, "Somebody else is changing it right now. Try again.", [], null, request),
        _ when exception.IsPassing() => Down(request),
        _ when exception.Objection() is { } objection => Of(objection, request),
        _ when IsHalfCharacter(exception.GetBaseException()) => new(422, null, "Text must not contain half of a surrogate pair.", [], null, request),
        _ => new(500, null, "Something went wrong on our side.", [], null, request),
    };

    /// <summary>UTF-8 has no place for it, so that text which has it can neither be read from JSON (<c>"\ud800"</c>) nor kept.</summary>
    private static bool IsHalfCharacter(Exception reason) => reason is EncoderFallbackException or InvalidOperationException { Source: "System.Text.Json.Rethrowable" };

    /// <summary>Nothing is wrong but what is missing.</summary>
    public bool IsAbsence => (IsMisread || Status == 422) && Fields.Count > 0 && Fields.All(one => one.Message.StartsWith("Is required", StringComparison.Ordinal));

    /// <summary>What is wrong stands outside of the body.</summary>
    public bool IsMisread { get; init; }

    public static Failure Of(int status, string request) => new(status, null, Plain(status), [], null, request);

    /// <summary>A parameter of a path or query that is missing, or cannot be what it should be.</summary>
    private static Failure Of(Match parameter, string request)
    {
        FieldError[] fields = [new(parameter.Groups["name"].Value, parameter.Groups["required"].Success ? "Is required." : parameter.Groups["type"].Value switch
        {
            var type when type.Contains("bool", StringComparison.Ordinal) => "Must be true or false.",
            var type when type.Contains("int", StringComparison.Ordinal) || type.Contains("long", StringComparison.Ordinal) => "Must be an integer.",
            var type when type.Contains("DateTime", StringComparison.Ordinal) => Time,
            _ => "Cannot be read.",
        })];
        return new(400, null, Summary(fields), fields, null, request) { IsMisread = true };
    }

    private static Failure Of(PostgresException failure, string request) => failure.SqlState switch
    {
        PostgresErrorCodes.UniqueViolation => new(409, null, "There is one already.", [], null, request),
        PostgresErrorCodes.ForeignKeyViolation => new(409, null, "It refers to something that is not there, or something still refers to it.", [], null, request),
        PostgresErrorCodes.UntranslatableCharacter or PostgresErrorCodes.CharacterNotInRepertoire =>
            new(422, null, "Text must not contain the character U+0000.", [], null, request),
        PostgresErrorCodes.NumericValueOutOfRange => new(422, null, "A number is out of range.", [], null, request),
        _ => new(500, null, "Something went wrong on our side.", [], null, request),
    };

    private static Failure Down(string request) => new(503, null, "The database cannot be reached right now. Try again.", [], null, request);

    private static Failure Of(JsonException json, string request)
    {
        if (json.GetType() != typeof(JsonException) || json.InnerException is JsonException)
            return new(400, null, "The body is not well-formed JSON.", [], null, request);
        var path = json.Path is { Length: > 2 } at ? at[2..] : "";
        if (Missing.Match(json.Message) is { Success: true } missing)
            return Invalid([.. Quoted.Matches(missing.Value).Select(name => new FieldError(Join(path, name.Groups[1].Value), "Is required."))], request);
        if (Unmapped.Match(json.Message) is { Success: true } unmapped)
            return Invalid([new(Join(path, unmapped.Groups[1].Value), "Is no field of this request.")], request);
        return Invalid([new(path, Reason($"{json.Message} {json.InnerException?.Message}".TrimEnd()))], request);
    }

    private static Failure Invalid(FieldError[] fields, string request) =>
        new(422, null, Summary(fields), fields, null, request);

    /// <summary>One sentence for all fields.</summary>
    public static string Summary(IReadOnlyList<FieldError> fields) => fields switch
    {
        [{ Field: "" } whole] => whole.Message,
        [var one] => $"{one.Field}: {one.Message}",
        _ => "Some fields are wrong.",
    };

    private static string Join(string path, string name) => path == "" || path == name || path.EndsWith($".{name}", StringComparison.Ordinal) ? (path == "" ? name : path) : $"{path}.{name}";

    /// <summary>Our own converters say what they want; the library's messages speak of .NET types and are replaced.</summary>
    private static string Reason(string message) => message.StartsWith("Must ", StringComparison.Ordinal)
        ? message
        : message.Contains("doesn't allow", StringComparison.Ordinal) ? "Must not be null." : Wanted(message);

    private static string Wanted(string message) => message switch
    {
        _ when message.Contains("as a string", StringComparison.Ordinal) || message.Contains("converted to System.String", StringComparison.Ordinal) => "Must be text.",
        _ when message.Contains("as a boolean", StringComparison.Ordinal) || message.Contains("[System.Boolean]", StringComparison.Ordinal) => "Must be true or false.",
        _ when message.Contains("System.DateTime", StringComparison.Ordinal) => Time,
        _ when message.Contains("Int32", StringComparison.Ordinal) || message.Contains("Int64", StringComparison.Ordinal) ||
            message.Contains("as a number", StringComparison.Ordinal) => "Must be an integer.",
        _ when message.Contains("List`1", StringComparison.Ordinal) || message.Contains("[]", StringComparison.Ordinal) => "Must be a list.",
        _ when message.Contains("Dictionary`2", StringComparison.Ordinal) => "Must be an object.",
        _ => "Has the wrong type.",
    };

    private const string Time = "Must be an ISO 8601 time such as 2026-01-15T10:30:00Z.";

    private static string Plain(int status) => status switch
    {
        404 => "There is nothing here.",
        405 => "This path does not take that method.",
        408 => "The body came too slowly.",
        413 => "The body is too large.",
        415 => "The body must be JSON (Content-Type: application/json).",
        426 => "Open it as a WebSocket, or accept text/event-stream.",
        400 => "The request cannot be read; is the body missing?",
        _ => ReasonPhrases.GetReasonPhrase(status),
    };

    private static int StatusOf(Refusal kind) => kind switch
    {
        Refusal.BadRequest => 400,
        Refusal.Unauthenticated => 401,
        Refusal.Forbidden => 403,
        Refusal.NotFound => 404,
        Refusal.Conflict => 409,
        Refusal.Gone => 410,
        Refusal.TooLarge => 413,
        Refusal.Invalid => 422,
        Refusal.TooMany => 429,
        _ => 503,
    };

    [GeneratedRegex(@"missing required properties including: .*")]
    private static partial Regex Missing { get; }

    [GeneratedRegex("'([^']+)'")]
    private static partial Regex Quoted { get; }

    [GeneratedRegex("The JSON property '([^']+)' could not be mapped")]
    private static partial Regex Unmapped { get; }

    [GeneratedRegex("""^(?:(?<required>Required)|Failed to bind) parameter "(?<type>.+) (?<name>\S+)" (?!.*from body)""")]
    private static partial Regex Parameter { get; }
}
