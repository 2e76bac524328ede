using Aura.Catalog;
using Aura.Connectors.Shops;

namespace Aura.ProductFiles;

/// <summary>Puts what a file says of a product as a whole into it. What the file does not speak of stays as it is, and so does metadata of other names.</summary>
internal sealed class ProductFacts(Product product, ShopProduct said, Shelf shelf, FileColumns columns, ItemResult result)
{
    public const string SeoTitle = "seo_title", SeoDescription = "seo_description", GiftCard = "gift_card";

    private readonly long row = said.FirstRow;

    public bool Changed { get; private set; }
    public bool ImagesChanged { get; private set; }

    /// <summary>Columns for which the product's metadata has no room.</summary>
    public Dictionary<string, string> Overflow { get; } = [];

    public void Take()
    {
        if (product.Name != said.Title.Trim())
            Do(() => product.Rename(said.Title));
        if (Told(ShopFacts.Body) && (product.Description ?? "") != said.BodyHtml)
            Do(() => product.Explain(said.BodyHtml == "" ? null : said.BodyHtml));
        Classify();
        Tag();
        Place();
        Picture();
        Describe();
    }

    /// <summary>Decides whether it is for sale. A file that is unsure sells nothing by accident.</summary>
    /// <param name="lacksPrice">Nobody has said what it costs.</param>
    /// <param name="lacksVariants">Its variations are still to come; whether any did is said at the end.</param>
    public void Turn(bool lacksPrice, bool lacksVariants)
    {
        var status = said.Status switch
        {
            ShopStatus.Archived => ProductStatus.Archived,
            ShopStatus.Draft => ProductStatus.Draft,
            _ when lacksPrice || lacksVariants || !said.Published => ProductStatus.Draft,
            _ => ProductStatus.Active,
        };
        if (Told(ShopFacts.Status) && said.Status == ShopStatus.Active && !said.Published)
            result.Warn(row, columns.Published, "It is not published in its shop, so it is a draft here.");
        else if (said.Status == ShopStatus.Active && lacksPrice)
            result.Warn(row, columns.Price, "Nobody has said what it costs, so it is a draft here.");
        if (product.Status != status)
            Do(() => product.Turn(status));
    }

    private void Classify()
    {
        var vendor = Told(ShopFacts.Vendor) ? Fitting(said.Vendor, columns.Vendor, product.Vendor) : product.Vendor;
        var type = Told(ShopFacts.ProductType) ? Fitting(said.ProductType, columns.Type, product.ProductType) : product.ProductType;
        if ((vendor, type) != (product.Vendor, product.ProductType))
            Do(() => product.Classify(vendor, type));
    }

    private bool Told(ShopFacts fact) => said.Told.HasFlag(fact);

    private string? Fitting(string? text, string column, string? before)
    {
        if (text is not { Length: > 255 })
            return text;
        result.Warn(row, column, "It has more than 255 characters and was not taken.");
        return before;
    }

    private void Tag()
    {
        var tags = said.Tags.Select(tag => tag.Trim().ToLowerInvariant()).Where(tag => tag.Length is > 0 and <= 50).Distinct().Take(Product.MaxTags).ToArray();
        if (said.Tags.FirstOrDefault(tag => tag.Trim().Length > 50) is { } tooLong)
            result.Warn(row, columns.Tags, $"A tag has at most 50 characters; \"{ItemText.Short(tooLong)}\" was not taken.");
        if (Told(ShopFacts.Tags) && (tags.Length > 0 || said.Tags.Count == 0) && !tags.SequenceEqual(product.Tags))
            Do(() => product.Tag(tags));
    }

    private void Place()
    {
        var places = new List<Category>();
        foreach (var path in said.Categories)
            try
            {
                if (shelf.Categories.At(path) is var category && !places.Contains(category))
                    places.Add(category);
            }
            catch (Refused refused)
            {
                result.Warn(row, columns.Categories, $"The category \"{ItemText.Short(string.Join(" > ", path))}\" was not taken: {FileColumns.Reason(refused)}");
            }

        if (Told(ShopFacts.Categories) && (places.Count > 0 || said.Categories.Count == 0) && !product.Categories.OrderBy(c => c.Position).Select(c => c.Category).SequenceEqual(places))
            Do(() => product.Place(places));
    }

    private void Picture()
    {
        var pictures = new List<ProductImage>();
        foreach (var image in said.Images.OrderBy(image => image.Position ?? int.MaxValue))
            try
            {
                pictures.Add(ProductImage.Create(image.Url, image.Alt));
            }
            catch (Refused)
            {
                result.Warn(row, columns.Images, $"\"{ItemText.Short(image.Url)}\" is no http or https address; the image was not taken.");
            }

        if (pictures.Count > Product.MaxImages)
        {
            result.Warn(row, columns.Images, $"A product has at most {Product.MaxImages} images; the others were not taken.");
            pictures = pictures[..Product.MaxImages];
        }

        var before = product.Images.OrderBy(image => image.Position).Select(image => (image.Url, image.Alt));
        ImagesChanged = pictures.Count > 0 && !before.SequenceEqual(pictures.Select(image => (image.Url, image.Alt)));
        if (ImagesChanged)
            Do(() => product.Picture(pictures));
    }

    private void Describe()
    {
        var metadata = new Dictionary<string, string>(product.Metadata);
        foreach (var (key, fact) in Own)
            if (Told(fact))
                metadata.Remove(key);
        foreach (var (key, value) in Facts())
            if (key.Length <= Metadata.MaxKeyLength && value.Length <= Metadata.MaxValueLength && (metadata.ContainsKey(key) || metadata.Count < Metadata.MaxKeys))
                metadata[key] = value;
            else
            {
                metadata.Remove(key);
                Overflow[key] = value;
            }

        if (!Maps.Same(metadata, product.Metadata))
            Do(() => product.Describe(metadata));
    }

    private static readonly (string Key, ShopFacts Fact)[] Own =
        [(SeoTitle, ShopFacts.SeoTitle), (SeoDescription, ShopFacts.SeoDescription), (GiftCard, ShopFacts.GiftCard)];

    private IEnumerable<(string Key, string Value)> Facts()
    {
        if (said.SeoTitle is { } title)
            yield return (SeoTitle, title);
        if (said.SeoDescription is { } description)
            yield return (SeoDescription, description);
        if (said.IsGiftCard)
            yield return (GiftCard, "true");
        foreach (var (column, text) in said.Metadata)
            yield return (column, text);
    }

    private void Do(Action change)
    {
        change();
        Changed = true;
    }
}
