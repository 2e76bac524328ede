using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Aura.Connectors.Shops;

namespace Aura.Tests.Connectors.Shops;

/// <summary>Files in memory, the data folder beside the repository, and products made comparable.</summary>
internal static class ShopTexts
{
    /// <summary>The path of a file in <c>shared/data</c> beside the repository or further up; null where that is not installed.</summary>
    public static string? Data(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared/data", name);
            if (File.Exists(path))
                return path;
        }

        return null;
    }

    public static MemoryStream Stream(string text) => new(Encoding.UTF8.GetBytes(text));

    public static Task<List<ShopItem>> Shopify(string text, long afterRow = 0) => ShopifyCsvReader.Read(Stream(text), afterRow).ToList();

    public static Task<List<ShopItem>> WooCommerce(string text, long afterRow = 0) => WooCommerceCsvReader.Read(Stream(text), afterRow).ToList();

    public static async Task<List<T>> ToList<T>(this IAsyncEnumerable<T> items)
    {
        List<T> list = [];
        await foreach (var item in items)
            list.Add(item);
        return list;
    }

    public static async IAsyncEnumerable<T> Flow<T>(this IEnumerable<T> items)
    {
        foreach (var item in items)
            yield return await ValueTask.FromResult(item);
    }

    /// <summary>The file's products with their variations, as a store would have put them together.</summary>
    public static List<ShopProduct> Joined(IEnumerable<ShopItem> items)
    {
        var all = items.ToList();
        var variations = all.Select(item => item.Variation).OfType<ShopVariation>().ToLookup(variation => variation.Parent, variation => variation.Variant);
        return
        [
            .. all.Select(item => item.Product).OfType<ShopProduct>().Select(product => product with
            {
                Variants = [.. product.Variants, .. variations[product.Sku ?? "-"], .. variations["id:" + product.ExternalId]],
            }),
        ];
    }

    /// <summary>Everything about the products but where in a file they stood, and which columns it had.</summary>
    public static List<string> Facts(IEnumerable<ShopProduct> products) =>
    [
        .. products.Select(Sorted).Select(product => JsonSerializer.Serialize(product with
        {
            FirstRow = 0,
            LastRow = 0,
            Told = ShopFacts.All,
            Variants = [.. product.Variants.Select(variant => variant with { Told = ShopFacts.All })],
        }, WithoutTrailingNoughts)),
    ];

    private static readonly JsonSerializerOptions WithoutTrailingNoughts = new() { Converters = { new PlainDecimal() } };

    /// <summary>Rows are numbered from 1 without a gap or a repetition, and every rejected row says why.</summary>
    public static void AssertEveryRowIsAccountedFor(IReadOnlyList<ShopItem> items, long rows)
    {
        Assert.Equal(Numbers(rows), items.SelectMany(item => item.Rows).Select(row => row.Number));
        var rejected = items.SelectMany(item => item.Rows).Where(row => row.Use == ShopRowUse.Rejected).Select(row => row.Number).Order();
        var explained = items.SelectMany(item => item.Problems).Where(problem => problem.Rejects).Select(problem => problem.Row).Distinct().Order();
        Assert.Equal(rejected, explained);
    }

    public static IEnumerable<long> Numbers(long to)
    {
        for (long i = 1; i <= to; i++)
            yield return i;
    }

    /// <summary>200.0 and 200 are one amount.</summary>
    private sealed class PlainDecimal : JsonConverter<decimal>
    {
        public override decimal Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => reader.GetDecimal();

        public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString("G29", CultureInfo.InvariantCulture));
    }

    // Metadata is a set of columns, and the order of columns is the writer's own.
    private static ShopProduct Sorted(ShopProduct product) => product with
    {
        Metadata = new SortedDictionary<string, string>(product.Metadata.ToDictionary()),
        Variants = [.. product.Variants.Select(variant => variant with { Metadata = new SortedDictionary<string, string>(variant.Metadata.ToDictionary()) })],
    };
}
