using System.Text.Json;

namespace Aura.Server.Demo;

/// <summary>What the demo shop is made of: invented goods, people and opinions, kept as JSON files inside the program.</summary>
internal static class DemoContent
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static readonly Lazy<DemoGoods> Goods = new(() => Read<DemoGoods>("catalog"));
    public static readonly Lazy<DemoPeople> People = new(() => Read<DemoPeople>("people"));

    /// <summary>Opinions by the kind of product that they fit; see <see cref="DemoProduct.Kind"/>.</summary>
    public static readonly Lazy<Dictionary<string, DemoOpinion[]>> Opinions = new(() =>
        Read<Dictionary<string, JsonElement[][]>>("reviews").ToDictionary(
            kind => kind.Key,
            kind => kind.Value.Select(text => new DemoOpinion(text[0].GetInt32(), text[1].GetString()!, text[2].GetString()!)).ToArray())); // the file has both texts

    /// <summary>Drawings by name: the inside of an SVG of 100 by 100.</summary>
    public static readonly Lazy<Dictionary<string, string>> Art = new(() => Read<Dictionary<string, string>>("art"));

    private static T Read<T>(string name)
    {
        using var stream = typeof(DemoContent).Assembly.GetManifestResourceStream($"Aura.Server.Demo.{name}.json")!; // part of the program
        return JsonSerializer.Deserialize<T>(stream, Json)!; // the files are not null
    }
}

/// <param name="Categories">Parents stand before their children.</param>
internal sealed record DemoGoods(DemoCategory[] Categories, DemoProduct[] Products);

internal sealed record DemoCategory(string Slug, string Name, string? Parent);

/// <param name="Also">Further categories.</param>
/// <param name="Price">US dollars.</param>
/// <param name="Was">US dollars, struck through.</param>
/// <param name="Weight">Grams.</param>
/// <param name="Popularity">1 to 10: how often it is bought, compared with the others.</param>
/// <param name="Season">When it is bought more than otherwise; null: all year.</param>
/// <param name="Options">Each combination of their values is a variant.</param>
/// <param name="Surcharge">US dollars by the value of an option.</param>
internal sealed record DemoProduct(
    string Sku, string Name, string Category, string Type, string Maker, decimal Price, int Weight, int Popularity, string Art, string Description, string[] Tags,
    string[]? Also = null, decimal? Was = null, string? Season = null, string Tax = "standard", bool Digital = false,
    Dictionary<string, string[]>? Options = null, Dictionary<string, decimal>? Surcharge = null)
{
    /// <summary>Which opinions fit.</summary>
    public string Kind => Category switch
    {
        "cookware" or "tableware" or "bakeware" => "kitchen",
        "textiles" or "bath" or "storage" or "lighting" => "textile",
        "tops" or "knitwear" or "outerwear" or "accessories" => "wear",
        "camping" or "garden" => "outdoor",
        "notebooks" or "desk" or "gifts" => "paper",
        "coffee-tea" or "sweet-savoury" => "food",
        _ => "children",
    };

    /// <summary>Every combination of the options, in their order; one without any where there are none.</summary>
    public IEnumerable<Dictionary<string, string>> Variants() => (Options ?? []).Aggregate(
        (IEnumerable<Dictionary<string, string>>)[[]],
        (made, option) => made.SelectMany(_ => option.Value, (so, value) => new Dictionary<string, string>(so) { [option.Key] = value }));

    /// <summary>US dollars for a variant.</summary>
    public decimal PriceOf(Dictionary<string, string> variant) => Price + variant.Values.Sum(value => Surcharge?.GetValueOrDefault(value) ?? 0);
}

internal sealed record DemoOpinion(int Rating, string Title, string Body);

/// <param name="Mailboxes">Domains that nobody can own (RFC 2606).</param>
internal sealed record DemoPeople(DemoCountry[] Countries, string[] Mailboxes, string[] Notes);

/// <param name="Weight">How many of a hundred customers live there.</param>
/// <param name="Street">How number and street are written.</param>
/// <param name="Cities">Name, state and postal code; <c>#</c> is a digit.</param>
internal sealed record DemoCountry(
    string Code, string Currency, int Weight, string Phone, string Street, string[] First, string[] Last, string[] Streets, string?[][] Cities);
