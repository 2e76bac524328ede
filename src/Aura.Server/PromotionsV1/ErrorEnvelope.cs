using Aura.Server.Http;

namespace Aura.Server.PromotionsV1;

/// <param name="Error">What kind of refusal it is.</param>
/// <param name="Detail">What is wrong, with every field that is.</param>
/// <param name="Code">For programs; a rule with a name of its own has that name.</param>
public sealed record ErrorEnvelope(string Error, string Detail, string Code, DateTime Timestamp)
{
    public static ErrorEnvelope Of(Failure failure, DateTime now)
    {
        var (error, code) = Kind(failure.Status);
        return new(error, DetailOf(failure), failure.Code?.ToUpperInvariant() ?? code, now.AddTicks(-now.Ticks % TimeSpan.TicksPerSecond));
    }

    private static (string Error, string Code) Kind(int status) => status switch
    {
        400 => ("Bad request", "BAD_REQUEST"),
        401 => ("Unauthorized", "UNAUTHORIZED"),
        403 => ("Forbidden", "FORBIDDEN"),
        404 => ("Not found", "NOT_FOUND"),
        405 => ("Method not allowed", "METHOD_NOT_ALLOWED"),
        409 => ("Conflict", "CONFLICT"),
        429 => ("Rate limit exceeded", "RATE_LIMIT_EXCEEDED"),
        503 => ("Service unavailable", "SERVICE_UNAVAILABLE"),
        >= 500 => ("Internal server error", "INTERNAL_ERROR"),
        _ => ("Validation failed", "VALIDATION_ERROR"),
    };

    private static string DetailOf(Failure failure) => failure.Fields is [{ Field: not "" }, ..]
        ? string.Join(' ', failure.Fields.Select(field => $"{PromotionsApi.Dialect.Spelled(field.Field)}: {field.Message}"))
        : failure.Message;
}
