using System.Text.Json.Serialization;
using Aura.Server.Http;

namespace Aura.Server.Winback;

/// <param name="Success">Always false.</param>
/// <param name="Error">For programs: what kind of refusal it is, or the rule that was about to be broken.</param>
/// <param name="Details">Every field that is wrong.</param>
/// <param name="Facts">What helps to go on; left out where there is nothing.</param>
public sealed record ErrorEnvelope(
    bool Success, string Error, string Message, IReadOnlyList<ErrorDetail> Details, string RequestId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] object? Facts)
{
    public static ErrorEnvelope Of(Failure failure, DateTime now)
    {
        List<ErrorDetail> details = [.. failure.Fields.Where(field => field.Field != "").Select(field => new ErrorDetail(WinbackApi.Dialect.Spelled(field.Field), field.Message))];
        return new(false, failure.Code?.ToUpperInvariant() ?? Kind(failure.Status), Sentence(failure, details), details, failure.RequestId, failure.Facts);
    }

    /// <summary>What is wrong with a field is said of the field, for some read the message alone.</summary>
    private static string Sentence(Failure failure, List<ErrorDetail> details) =>
        details is [var one] && one.Message == failure.Message ? $"{one.Field}: {one.Message}" : failure.Message;

    private static string Kind(int status) => status switch
    {
        400 => "BAD_REQUEST",
        401 => "UNAUTHORIZED",
        403 => "FORBIDDEN",
        404 => "NOT_FOUND",
        405 => "METHOD_NOT_ALLOWED",
        409 => "CONFLICT",
        413 => "TOO_LARGE",
        415 => "UNSUPPORTED_MEDIA_TYPE",
        426 => "UPGRADE_REQUIRED",
        429 => "RATE_LIMIT_EXCEEDED",
        503 => "SERVICE_UNAVAILABLE",
        >= 500 => "INTERNAL_ERROR",
        _ => "VALIDATION_ERROR",
    };
}

public sealed record ErrorDetail(string Field, string Message);
