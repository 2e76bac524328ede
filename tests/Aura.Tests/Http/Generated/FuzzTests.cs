using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Aura.Tests.Http.Generated;

/// <summary>Requests that are almost right and quite wrong, to every route of every description: refused, but never a fault of the server.</summary>
public sealed class FuzzTests
{
    private const int Requests = 3_000; // a path with %00 is refused by the web server itself, and is not among them

    private static readonly JsonNode?[] Weird =
    [
        null, true, 0, -1, 1e308, 0.001m, 99_999_999_999_999_999m, long.MaxValue, "", "\0", new string('a', 600), "\ud83d\ude00", "%", "_", "\\", "' or 1=1 --",
        "9999-12-31T23:59:59Z", "0001-01-01", "ZZZ", "NaN", "*", "-1", new JsonArray(), new JsonObject(), new JsonArray(new JsonArray()), new JsonObject { [""] = "" },
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Nonsense_is_refused_with_an_envelope_and_leaves_every_ledger_in_order(int seed)
    {
        var full = await FullStore.Open();
        var (random, ids) = (new Random(seed), await full.Ids());
        var routes = (await Api.Routes()).Where(route => !Closes(route)).ToList();
        var wrong = new List<string>();

        for (var i = 0; i < Requests; i++)
        {
            var route = routes[random.Next(routes.Count)];
            var path = Regex.Replace(route.Path, @"\{(\w+)\}", _ => random.Next(3) == 0 ? Uri.EscapeDataString($"{Odd(random)}x".Replace("\0", "", StringComparison.Ordinal)) : ids.Values.ElementAt(random.Next(ids.Count)));
            var body = Damage(route.Body(prefix => ids.GetValueOrDefault(prefix) ?? $"{prefix}_1"), random);
            var (status, answer) = await full.Store.Test.Send($"{route.Method} {path}{Query(route, random)}", body is null ? null : Text(body, random));
            if (status >= 500 || status >= 400 && Api.Code(answer) is null)
                wrong.Add($"{route.Method} {path}: {status} {answer} to {body}");
        }

        Assert.Empty(wrong);
        await full.Store.Verify();
    }

    /// <summary>Routes that would end the test: they take the key or the store away, or move the clock by years.</summary>
    private static bool Closes(Route route) =>
        route.Path.StartsWith("/v2/api-keys", StringComparison.Ordinal) || route.Path.StartsWith("/v2/tenants", StringComparison.Ordinal) ||
        route.Path is "/v2/account" or "/v2/test-clock/advance" || route.IsOpen;

    private static JsonNode? Damage(JsonNode? body, Random random)
    {
        if (body is null || random.Next(12) == 0)
            return Odd(random);
        if (body is JsonObject thing)
            foreach (var name in thing.Select(pair => pair.Key).ToList())
                switch (random.Next(8))
                {
                    case 0: thing[name] = Odd(random); break;
                    case 1: thing[name] = Damage(thing[name]?.DeepClone(), random); break;
                    case 2: thing.Remove(name); break;
                }
        return body;
    }

    private static string Query(Route route, Random random) => random.Next(3) != 0 || route.Method != "GET" ? "" :
        "?" + string.Join('&', route.Parameters.Where(p => (string?)p["in"] == "query" && random.Next(4) == 0)
            .Select(p => $"{p["name"]}={Uri.EscapeDataString($"{Odd(random)}")}")
            .Append($"filter[{(random.Next(2) == 0 ? "created_at" : "status")}][{(random.Next(2) == 0 ? "in" : "gt")}]={Uri.EscapeDataString($"{Odd(random)}")}"));

    private static JsonNode? Odd(Random random) => Weird[random.Next(Weird.Length)]?.DeepClone();

    private static string Text(JsonNode body, Random random)
    {
        var text = body.ToJsonString(new JsonSerializerOptions { WriteIndented = random.Next(2) == 0 });
        return random.Next(20) == 0 ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)[..random.Next(text.Length)]) : text;
    }
}
