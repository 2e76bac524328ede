using System.Globalization;
using System.Text.Json.Nodes;
using Aura.Server.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Aura.Tests.Http.Generated;

/// <summary>The published API descriptions, read as a program would: every route with what it takes.</summary>
internal static class Api
{
    private static readonly string[] Verbs = ["get", "post", "put", "patch", "delete"];

    public static async Task<List<Route>> Routes()
    {
        var server = await TestServer.Shared;
        var client = server.Client(null);
        var routes = new List<Route>();
        foreach (var dialect in server.Services.GetRequiredService<Dialects>().All)
        {
            var document = await client.Ok($"GET /openapi/{dialect.Name}.json");
            foreach (var (path, item) in document["paths"]!.AsObject())
                foreach (var verb in Verbs)
                    if (item![verb] is JsonObject operation)
                        routes.Add(new(verb.ToUpperInvariant(), path, operation, document));
        }

        return routes;
    }

    /// <summary>The code of a refusal, wherever its dialect puts it; null where the answer is no dialect's envelope.</summary>
    public static string? Code(JsonNode? answer) => answer is not JsonObject refusal ? null : refusal["error"] switch
    {
        JsonObject error => (string?)error["code"],
        JsonValue code when refusal.ContainsKey("success") => (string?)code,
        _ => (string?)refusal["code"],
    };
}

/// <summary>A parameter in a path.</summary>
/// <param name="Prefix">Of the ids that it takes; null: it takes other text too.</param>
/// <param name="IsNumber">Its dialect writes ids without the prefix.</param>
internal sealed record PathParameter(string Name, string? Prefix, bool IsNumber)
{
    public string Spelled(string id) => IsNumber ? id[(id.LastIndexOf('_') + 1)..] : id;
}

/// <summary>One route of a description.</summary>
internal sealed record Route(string Method, string Path, JsonObject Operation, JsonNode Document)
{
    public override string ToString() => $"{Method} {Path}";

    public bool IsOpen => Operation["security"] is JsonArray { Count: 0 };

    /// <summary>It answers for as long as anybody listens.</summary>
    public bool Streams => Operation["responses"]?["200"]?["content"]?["text/event-stream"] is not null;

    /// <summary>A list can be told by its pages.</summary>
    public bool IsList => Method == "GET" && Parameters.Any(parameter => (string?)parameter["name"] == "page");

    /// <summary>The parameter with the size of its pages.</summary>
    public string PageSize => (string)Parameters.Select(parameter => parameter["name"]!).First(name => (string?)name is "limit" or "per_page")!;

    public IEnumerable<JsonNode> Parameters => Operation["parameters"]?.AsArray().OfType<JsonNode>() ?? [];

    public IEnumerable<PathParameter> PathParameters =>
        from parameter in Parameters
        where (string?)parameter["in"] == "path"
        let schema = Resolve(parameter["schema"])
        select new PathParameter((string)parameter["name"]!, PrefixOf(schema), IsNumber(schema));

    /// <summary>A body that has every field of the description, filled by its type; ids are asked for by prefix.</summary>
    public JsonNode? Body(Func<string, string> id) =>
        Operation["requestBody"]?["content"]?["application/json"]?["schema"] is { } schema ? Example(schema, id, 0) : null;

    private JsonNode? Example(JsonNode? schema, Func<string, string> id, int depth)
    {
        var type = Resolve(schema);
        if (type is null || depth > 4)
            return null;
        if (PrefixOf(type) is { } prefix)
            return IsNumber(type) ? long.Parse(id(prefix).Split('_')[^1], CultureInfo.InvariantCulture) : id(prefix);
        if (type["enum"] is JsonArray words)
            return words[0]!.DeepClone();
        if ((type["oneOf"] ?? type["anyOf"]) is JsonArray choices)
            return Example(choices.First(choice => (string?)choice!["type"] != "null"), id, depth);
        return TypeOf(type) switch
        {
            "string" when (string?)type["format"] == "date-time" => "2031-01-01T00:00:00Z",
            "string" => Text(type),
            "integer" or "number" => 1,
            "boolean" => false,
            "array" => new JsonArray(Example(type["items"], id, depth + 1)),
            "object" when type["properties"] is JsonObject properties => new JsonObject(
                properties.Select(property => KeyValuePair.Create(property.Key, Example(property.Value, id, depth + 1)?.DeepClone())).Where(pair => pair.Value is not null)),
            _ => null,
        };
    }

    private static string Text(JsonNode type) => (string?)type["pattern"] switch
    {
        "^[A-Z]{3}$" => "USD",
        { } pattern when pattern.Contains("{2}", StringComparison.Ordinal) => "US",
        _ => "text",
    };

    private static string? TypeOf(JsonNode type) => type["type"] switch
    {
        JsonArray types => (string?)types.FirstOrDefault(t => (string?)t != "null"),
        { } one => (string?)one,
        null => null,
    };

    private static bool IsNumber(JsonNode? schema) => schema?["x-prefix"] is not null;

    private static string? PrefixOf(JsonNode? schema) => (string?)schema?["x-prefix"] ??
        ((string?)schema?["pattern"] is { } pattern && pattern.EndsWith("_[0-9]+$", StringComparison.Ordinal) ? pattern[1..^"_[0-9]+$".Length] : null);

    private JsonNode? Resolve(JsonNode? schema) =>
        (string?)schema?["$ref"] is { } reference ? Document["components"]!["schemas"]![reference.Split('/')[^1]] : schema;
}
