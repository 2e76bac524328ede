using System.Globalization;
using Aura.Catalog;
using Aura.Persistence;

namespace Aura.Server.Demo;

/// <summary>Puts the goods of the demo shop onto its shelves.</summary>
internal static class DemoCatalog
{
    /// <param name="server">The address under which the pictures are served.</param>
    /// <param name="opened">When the shop opened; the first goods are of that day.</param>
    public static List<Product> Fill(AuraDb db, string server, DateTime opened)
    {
        var categories = new Dictionary<string, Category>();
        foreach (var (slug, name, parent) in DemoContent.Goods.Value.Categories)
        {
            categories[slug] = Category.Create(name, slug, parent is null ? null : categories[parent]);
            db.Categories.Add(categories[slug]);
        }

        var products = new List<Product>();
        foreach (var (place, content) in DemoContent.Goods.Value.Products.Index())
        {
            var product = Make(content, server, db.Caller.Currency);
            product.Place([.. content.Also?.Prepend(content.Category).Select(slug => categories[slug]) ?? [categories[content.Category]]]);
            db.Products.Add(product).Property(p => p.CreatedAt).CurrentValue = opened.AddDays(place / 4).AddMinutes(place * 7);
            products.Add(product);
        }

        return products;
    }

    private static Product Make(DemoProduct content, string server, Currency currency)
    {
        var variants = content.Variants().Select((options, place) => Make(content, options, place, server, currency)).ToList();
        var product = Product.Create(content.Name, content.Sku, Money.Of(content.Price, currency), variants);
        product.Explain(content.Description);
        product.PriceAbroad(Foreign(content.Price, currency));
        product.Strike(content.Was);
        product.Classify(content.Maker, content.Type);
        product.Tag(content.Tags);
        product.Tax(true, content.Tax);
        product.Ship(!content.Digital, content.Weight);
        product.Picture([.. content.Variants().Select(options => DemoImages.AddressOf(server, content, options)).Distinct()
            .Select(url => ProductImage.Create(url, content.Name))]);
        return product;
    }

    private static Variant Make(DemoProduct content, Dictionary<string, string> options, int place, string server, Currency currency)
    {
        var variant = Variant.Create(SkuOf(content, options), currency);
        var price = content.PriceOf(options);
        if (price != content.Price)
        {
            variant.ChangePrice(price);
            variant.PriceAbroad(Foreign(price, currency));
        }

        variant.ChangeCost(Math.Round(price * 0.45m, currency.Exponent, MidpointRounding.AwayFromZero));
        variant.Distinguish(options);
        variant.Show(DemoImages.AddressOf(server, content, options));
        variant.Stock(tracked: !content.Digital, backorder: false);
        if (!content.Digital)
            variant.Label(Barcode(content, place));
        return variant;
    }

    /// <summary>TABLE-MUG in Moss is TABLE-MUG-MOSS; one without options has the product's own.</summary>
    public static string SkuOf(DemoProduct content, Dictionary<string, string> options) =>
        string.Join('-', options.Values.Select(value => Slug.Of(value).ToUpperInvariant()).Prepend(content.Sku));

    private static Dictionary<string, decimal> Foreign(decimal dollars, Currency own) =>
        LocalPrice.Abroad(dollars).Append(new(Currency.Usd.Code, dollars)).Where(price => price.Key != own.Code).ToDictionary();

    /// <summary>An EAN-13 of the range 200 to 299, which GS1 leaves to each shop's own use.</summary>
    private static string Barcode(DemoProduct content, int place)
    {
        var number = Array.FindIndex(DemoContent.Goods.Value.Products, p => p.Sku == content.Sku);
        var digits = string.Create(CultureInfo.InvariantCulture, $"200{number:000000}{place:000}");
        var sum = digits.Select((digit, at) => (digit - '0') * (at % 2 == 0 ? 1 : 3)).Sum();
        return $"{digits}{(10 - sum % 10) % 10}";
    }
}
