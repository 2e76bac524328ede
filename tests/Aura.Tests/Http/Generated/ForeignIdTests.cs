using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.Http.Generated;

/// <summary>
/// Every route of every description, called with the ids of another tenant. It must be refused exactly as an id that nobody has, and
/// leave no trace. A new resource is tried as soon as it is published; <see cref="FullStore"/> must then have one of it.
/// </summary>
public sealed class ForeignIdTests
{
    [Fact]
    public async Task Another_tenants_ids_are_as_if_they_were_not_there()
    {
        var (victim, stranger) = (await FullStore.Open(), await FullStore.Open());
        var foreign = await victim.Ids();
        var before = await victim.Fingerprint();
        var wrong = new List<string>();

        foreach (var route in await Api.Routes())
            foreach (var (path, missingPath) in Paths(route, foreign))
            {
                var theirs = await stranger.Store.Test.Send($"{route.Method} {path}", route.Body(prefix => foreign.GetValueOrDefault(prefix) ?? $"{prefix}_1"), Shopper());
                var nobodys = await stranger.Store.Test.Send($"{route.Method} {missingPath}", route.Body(prefix => $"{prefix}_1"), Shopper());
                if (Denies(theirs.Body) && Denies(nobodys.Body) || route.Method == "GET" && Said(theirs.Body, path) is { } said && said == Said(nobodys.Body, missingPath))
                    continue;
                if (theirs.Status < 400 || theirs.Status >= 500 || (theirs.Status, Api.Code(theirs.Body)) != (nobodys.Status, Api.Code(nobodys.Body)))
                    wrong.Add($"{route.Method} {path}: {theirs.Status} {Api.Code(theirs.Body)}, for nobody's id {nobodys.Status} {Api.Code(nobodys.Body)}");
                else if (route.Body(prefix => $"{prefix}_1") is null && theirs.Status is not (404 or 403 or 409 or 410))
                    wrong.Add($"{route.Method} {path}: {theirs.Status}, not 404");
            }

        Assert.Empty(wrong);
        Assert.Equal(before, await victim.Fingerprint());
    }

    /// <summary>Wrong coupon codes are counted by shopper; each is tried by another one, so that none has to wait.</summary>
    private static (string, string) Shopper() => ("X-Session-ID", $"{Guid.CreateVersion7()}");

    /// <summary>A route that answers that there is no such thing, instead of refusing.</summary>
    private static bool Denies(JsonNode? answer) => (string?)(answer as JsonObject)?["code"] == "not_found";

    /// <summary>What is answered to a GET of somebody who may have any name, without that name; null where it is refused.</summary>
    private static string? Said(JsonNode? answer, string path) => answer is JsonObject said && !said.ContainsKey("error") && path.Split('/') is var parts
        ? parts.Aggregate(said.ToJsonString(), (text, part) => part.Contains('_') ? text.Replace($"\"{part}\"", "\"\"", StringComparison.Ordinal) : text)
        : null;

    /// <summary>The route with foreign ids in its path, and with ids that nobody has; nothing where it takes no id at all.</summary>
    private static IEnumerable<(string Foreign, string Missing)> Paths(Route route, Dictionary<string, string> ids)
    {
        var parameters = route.PathParameters.ToList();
        if (parameters.Count == 0 || route.IsOpen)
            yield break;
        if (parameters[0].Prefix is null)
            foreach (var id in ids.Values)
                yield return Fill(_ => id, _ => Missing(id));
        else
            yield return Fill(Known, parameter => Missing(Known(parameter)));

        string Known(PathParameter parameter) => parameter.Prefix is not { } prefix ? "text" : ids.TryGetValue(prefix, out var id)
            ? id
            : throw new InvalidOperationException($"{route} takes the id of a '{prefix}', and the full store has none. Add one to FullStore.");
        static string Missing(string id) => Regex.Replace(id, "_[0-9]+$", "_1");
        (string, string) Fill(Func<PathParameter, string> foreign, Func<PathParameter, string> missing) => (Path(foreign), Path(missing));
        string Path(Func<PathParameter, string> id) => parameters.Aggregate(
            route.Path, (path, parameter) => path.Replace($"{{{parameter.Name}}}", parameter.Spelled(id(parameter)), StringComparison.Ordinal));
    }
}
