using System.Net;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Aura.Server.Demo;

/// <summary>Pictures of the demo shop's goods, drawn when they are asked for: nothing is fetched from anywhere.</summary>
internal static class DemoImages
{
    private static readonly Dictionary<string, string> Colours = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Black"] = "#2f2f33", ["Brick"] = "#a8503f", ["Chalk"] = "#d9d3c7", ["Charcoal"] = "#47494f", ["Clear"] = "#b9cdd1", ["Forest"] = "#33523f",
        ["Heather"] = "#8f819d", ["Indigo"] = "#34466f", ["Moss"] = "#75804f", ["Natural"] = "#cdb892", ["Navy"] = "#2d3a57", ["Oat"] = "#c9b79a",
        ["Ochre"] = "#c8922f", ["Rainbow"] = "#cf6f6a", ["Rust"] = "#b5623a", ["Sand"] = "#cbb08a", ["Sky"] = "#86a9c4", ["Slate"] = "#66737c",
        ["Smoke"] = "#7f8386", ["Tan"] = "#a9774a", ["White"] = "#ebe8e1", ["Walnut"] = "#6f4f37", ["Oak"] = "#b98f5a", ["Brass"] = "#b6953f",
    };

    public static void MapDemoImages(this IEndpointRouteBuilder app) => app.MapGet("/demo/images/{sku}.svg", Show).ExcludeFromDescription();

    /// <summary>Where the picture of a product is.</summary>
    /// <param name="server">The address of the server, without a slash at its end.</param>
    /// <param name="variant">Null: of the product in general.</param>
    public static string AddressOf(string server, DemoProduct product, Dictionary<string, string>? variant = null) =>
        ColourOf(variant) is { } colour ? $"{server}/demo/images/{product.Sku}.svg?colour={colour.ToLowerInvariant()}" : $"{server}/demo/images/{product.Sku}.svg";

    private static Results<ContentHttpResult, NotFound> Show(string sku, HttpResponse response, string? colour = null)
    {
        var product = DemoContent.Goods.Value.Products.FirstOrDefault(p => p.Sku == sku);
        if (product is null)
            return TypedResults.NotFound();
        response.Headers.CacheControl = "public, max-age=86400";
        return TypedResults.Content(Draw(product, colour), "image/svg+xml");
    }

    /// <param name="colour">Null or unknown: the first that the product has, or one that suits its kind.</param>
    internal static string Draw(DemoProduct product, string? colour = null)
    {
        var name = colour is not null && Colours.ContainsKey(colour) ? colour : product.Variants().Select(ColourOf).FirstOrDefault();
        var ink = name is null ? Colours.Values.ElementAt(product.Name.Length % Colours.Count) : Colours[name];
        return $$"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="600" height="600" role="img" aria-label="{{WebUtility.HtmlEncode(product.Name)}}">
            <style>.a{fill:{{ink}}} .b{fill:{{ink}};filter:brightness(.75)} .c{fill:#f6f1e7;opacity:.85} .l{fill:none;stroke:#4a443c;stroke-width:2;stroke-linecap:round}</style>
            <rect width="100" height="100" fill="#efe9dd"/><ellipse cx="50" cy="87" rx="30" ry="4" fill="#000" opacity=".08"/>
            {{DemoContent.Art.Value[product.Art]}}
            </svg>
            """;
    }

    private static string? ColourOf(Dictionary<string, string>? variant) =>
        variant?.Values.FirstOrDefault(Colours.ContainsKey);
}
