namespace Aura;

/// <summary>What kind of refusal it is; a dialect maps each kind to a status and an error code, once.</summary>
public enum Refusal
{
    /// <summary>A parameter outside the body cannot be understood (400).</summary>
    BadRequest,
    /// <summary>The caller is not known (401).</summary>
    Unauthenticated,
    /// <summary>The caller is known and may not do this (403).</summary>
    Forbidden,
    /// <summary>There is no such thing, or it is another tenant's (404).</summary>
    NotFound,
    /// <summary>The state of the thing does not allow it, or somebody else was faster (409).</summary>
    Conflict,
    /// <summary>It was there, and will not be again (410).</summary>
    Gone,
    /// <summary>The content is too large (413).</summary>
    TooLarge,
    /// <summary>The content is well formed and wrong (422).</summary>
    Invalid,
    /// <summary>Too many calls (429).</summary>
    TooMany,
    /// <summary>Something that is needed is not there right now (503).</summary>
    Unavailable,
}

/// <summary>A rule that was about to be broken. Thrown by entities and endpoints alike, mapped to HTTP once.</summary>
/// <param name="kind">Decides the status.</param>
/// <param name="code">Stable, lower_snake_case, for programs. Null: the dialect's general code for the kind.</param>
/// <param name="message">For people; one sentence that says what to do.</param>
public sealed class Refused(Refusal kind, string? code, string message) : Exception(message)
{
    public Refusal Kind { get; } = kind;
    public string? Code { get; } = code;

    /// <summary>The fields that are wrong, by their path in the body (<c>Items[0].Quantity</c>).</summary>
    public IReadOnlyList<FieldError> Fields { get; init; } = [];

    /// <summary>Facts that help a program to go on, such as the current total. Anonymous or a dictionary.</summary>
    public object? Facts { get; init; }

    /// <summary>How long to wait before it is worth trying again; null: nobody knows.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public static Refused NotFound(string what) => new(Refusal.NotFound, null, $"No such {what}.");
    public static Refused Conflict(string code, string message, object? facts = null) => new(Refusal.Conflict, code, message) { Facts = facts };
    public static Refused Forbidden(string message) => new(Refusal.Forbidden, null, message);
    public static Refused BadRequest(string message) => new(Refusal.BadRequest, null, message);

    /// <summary>A parameter outside the body says what it cannot.</summary>
    public static Refused BadParameter(string name, string message) => new(Refusal.BadRequest, null, $"{name}: {message}") { Fields = [new(name, message)] };

    /// <summary>One field of the body is wrong.</summary>
    public static Refused Invalid(string field, string message, string? code = null) =>
        new(Refusal.Invalid, code, message) { Fields = [new(field, message)] };

    /// <summary>A rule is broken that belongs to no single field.</summary>
    public static Refused Rule(string code, string message, object? facts = null) => new(Refusal.Invalid, code, message) { Facts = facts };
}

/// <param name="Field">Path in C# spelling; the dialect respells it.</param>
public sealed record FieldError(string Field, string Message);
