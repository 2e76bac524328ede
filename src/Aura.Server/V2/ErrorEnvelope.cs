using System.Text.Json;
using System.Text.Json.Serialization;
using Aura.Server.Http;

namespace Aura.Server.V2;

public sealed record ErrorEnvelope(ErrorBody Error);

/// <param name="Code">The document's general codes; a rule with a name of its own has that name.</param>
public sealed record ErrorBody(string Code, string Message, IReadOnlyList<ErrorDetail> Details, string RequestId)
{
    /// <summary>Facts that help a program to go on, such as the current total.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Facts { get; init; }

    public static ErrorBody Of(Failure failure) => new(
        failure.Code ?? GeneralCode(failure.Status),
        failure.Message,
        [.. failure.Fields.Select(field => new ErrorDetail(PlatformApi.Dialect.Spelled(field.Field), field.Message))],
        failure.RequestId)
    {
        Facts = failure.Facts is null ? null : JsonSerializer.SerializeToElement(failure.Facts, FactsJson).Deserialize<Dictionary<string, JsonElement>>(),
    };

    private static string GeneralCode(int status) => status switch
    {
        401 => "authentication_error",
        403 => "authorization_error",
        404 => "not_found",
        409 => "conflict",
        410 => "gone",
        429 => "rate_limit_exceeded",
        503 => "service_unavailable",
        >= 500 => "server_error",
        405 => "method_not_allowed",
        _ => "validation_error",
    };

    private static readonly JsonSerializerOptions FactsJson = new(JsonSerializerOptions.Default) { PropertyNamingPolicy = PlatformApi.Dialect.Naming };
}

public sealed record ErrorDetail(string Field, string Message);
