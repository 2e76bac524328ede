using System.Text.Json.Nodes;
using Aura.Persistence;

namespace Aura.Server.Winback.Porting;

/// <summary>A kind of thing that can be carried from one shop to another: its rows out, and a row in.</summary>
/// <remarks>Not declared in the dialect's namespace: files have their own spelling.</remarks>
internal interface IPortable
{
    /// <summary>As the parameter <c>type</c> names it.</summary>
    string Name { get; }

    /// <summary>Every field of a row, in the order of a sheet's columns; the first is <c>id</c>.</summary>
    IReadOnlyList<string> Columns { get; }

    /// <summary>All rows, read as they are taken.</summary>
    IAsyncEnumerable<JsonObject> Rows(AuraDb db, CancellationToken cancellation);

    /// <summary>Makes or changes one thing, found by its id or else by its name, and saves it.</summary>
    /// <returns>Whether anything changed.</returns>
    /// <exception cref="Refused">The row is wrong; nothing of it was done.</exception>
    Task<bool> Take(PortedRow row, AuraDb db, CancellationToken cancellation);
}

/// <summary>A row that came in, out of JSON or out of a sheet, where everything is text.</summary>
internal sealed class PortedRow(JsonObject cells)
{
    /// <exception cref="Refused">422 without it.</exception>
    public string Demand(string name) => Text(name) ?? throw Refused.Invalid(name, "Is required.");

    /// <returns>Null where it is left out or empty.</returns>
    public string? Text(string name) => cells[name] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) => text.Length == 0 ? null : text,
        var other => other.ToJsonString(),
    };

    public int? Whole(string name) => Text(name) is not { } text ? null
        : decimal.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number) && number == Math.Truncate(number) && Math.Abs(number) <= int.MaxValue ? (int)number
        : throw Refused.Invalid(name, "Must be a whole number.");

    public decimal? Number(string name) => Text(name) is not { } text ? null
        : decimal.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : throw Refused.Invalid(name, "Must be a number.");

    /// <summary>A list; in a sheet written as JSON.</summary>
    public JsonArray List(string name) => cells[name] is JsonArray list ? list : Text(name) is not { } text ? [] : Parse(text) as JsonArray ?? throw Refused.Invalid(name, "Must be a list, written as JSON.");

    public string[] Words(string name) =>
        [.. List(name).Select(node => node is JsonValue value && value.TryGetValue<string>(out var word) ? word : throw Refused.Invalid(name, "Must be a list of text."))];

    public JsonObject Object(string name) =>
        cells[name] is JsonObject thing ? thing : Text(name) is not { } text ? [] : Parse(text) as JsonObject ?? throw Refused.Invalid(name, "Must be an object, written as JSON.");

    private static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }
}
