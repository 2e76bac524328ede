using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Linq.Expressions;
using System.Text.Json;
using Aura.Catalog;
using Aura.Inventory;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.V2;

internal static class Products
{
    internal static readonly Listing<Product, RowKey> Shape = new Listing<Product, RowKey>(p => new RowKey(p.TenantId, p.Id))
        .Field("name", p => p.Name, Found.Always)
        .Field("sku", p => p.Sku, Found.Always)
        .Field("status", p => p.Status)
        .MoneyField("price", p => p.Price)
        .Field("vendor", p => p.Vendor)
        .Field("product_type", p => p.ProductType)
        .Field("tax_category", p => p.TaxCategory, Found.ByReading)
        .Field("created_at", p => p.CreatedAt)
        .Field("updated_at", p => p.UpdatedAt)
        .Many("tags", tags => p => p.Tags.Any(tag => tags.Contains(tag)))
        .Many("category", InCategory, p => p.Categories.OrderBy(c => c.Position).Select(c => c.Category.Slug).FirstOrDefault())
        .Search("search", Matching, "Part of the name or the SKU")
        .Parameter("status", words: Words<ProductStatus>.All)
        .Parameter("category", op: "in", about: "In any of these categories or below them: slugs joined by commas")
        .Parameter("tags", op: "in", about: "Any of these tags, joined by commas")
        .Parameter("sku")
        .Parameter("vendor")
        .Parameter("product_type")
        .Metadata(p => p.Metadata);

    public static void MapProducts(this RouteGroupBuilder api)
    {
        var products = api.MapGroup("/products").WithTags("Products").Scope("products").Cached(TimeSpan.FromMinutes(5));
        products.MapGet("/", List).Lists(Shape).Localised().Produces<Listed<ProductResponse>>();
        products.MapGet("/{id}", Show).Localised().Produces<ProductResponse>();
        products.MapPost("/", Create);
        products.MapPut("/{id}", Update);
        products.MapDelete("/{id}", Delete);
    }

    private static async Task<object> List(ListRequest list, PriceForm form, AuraDb db, ShownProducts shown, HttpRequest request, CancellationToken cancellation)
    {
        var page = Shape.IsPlain(list.Options, out var before)
            ? Shape.PlainPage(await db.ProductsBefore(before, list.Options.Limit + 1, cancellation), key => key.Id, list.Options).Listed()
            : await Shape.List(db.Products, list, cancellation);
        if (Trimmed(request))
            return new Listed<ProductResponse>([.. (await db.OnOffer(page.Data, cancellation)).Select(offer => ProductResponse.Of(offer, form))], page.Pagination);
        var products = page.Data.Count == 0 ? [] : await shown.Of(page.Data, form, db.Now, cancellation);
        return new ShownProductPage([.. products.OfType<ShownProduct>()], page.Pagination, shown.Json);
    }

    /// <param name="id">An id, with or without its prefix, or a SKU. A SKU that is a number is not taken for an id.</param>
    /// <param name="include">variants and images are always there; reviews come when they are asked for.</param>
    private static async Task<object> Show(
        string id, PriceForm form, AuraDb db, ShownProducts shown, HttpRequest request, CancellationToken cancellation, string? include = null)
    {
        var withReviews = Included(include).Contains("reviews");
        if (!withReviews && !Trimmed(request) && Id<Product>.ToNumber(id) is { } number)
            return await shown.Of(new RowKey(db.Caller.TenantId, number), form, db.Now, cancellation) ?? throw Refused.NotFound(Product.Noun);
        var product = ProductResponse.Of(await Named(id, db, cancellation) ?? throw Refused.NotFound(Product.Noun), form);
        return withReviews ? product with { Reviews = await Reviews.Newest(product.Id, db, cancellation) } : product;
    }

    /// <summary>Whether only some fields are wanted: then there is nothing rendered to answer with.</summary>
    private static bool Trimmed(HttpRequest request) => request.Query.ContainsKey("fields");

    private static async Task<Created<ProductResponse>> Create(CreateProduct request, AuraDb db, CancellationToken cancellation)
    {
        var product = (await CreateAll([request], db, cancellation))[0];
        return TypedResults.Created($"/v2/products/{product.Id}", product);
    }

    /// <summary>Creates them with as many commands as one takes.</summary>
    internal static Task<IReadOnlyList<ProductResponse>> CreateAll(IReadOnlyList<CreateProduct> requests, AuraDb db, CancellationToken cancellation) => db.InTransaction<IReadOnlyList<ProductResponse>>(async () =>
    {
        var products = requests.Select(request => request.ToProduct(db.Caller.Currency)).ToList();
        var categories = await db.CategoriesCalled([.. requests.Select(request => request.Categories ?? [])], cancellation);
        foreach (var (product, its) in products.Zip(categories))
        {
            product.Place(its);
            db.Products.Add(product);
            db.Publish("product.created", product);
        }

        var stock = await db.Save(requests.Zip(products).SelectMany(pair => pair.First.Quantities(pair.Second)), cancellation);
        return [.. products.Select(product => ProductResponse.Of(product).With(stock))];
    }, cancellation);

    private static async Task<ProductResponse> Update(Id<Product> id, UpdateProduct request, AuraDb db, CancellationToken cancellation) =>
        (await UpdateAll([(id, request)], db, cancellation))[0];

    /// <inheritdoc cref="CreateAll"/>
    internal static Task<IReadOnlyList<ProductResponse>> UpdateAll(IReadOnlyList<(Id<Product> Id, UpdateProduct Request)> changes, AuraDb db, CancellationToken cancellation) => db.InTransaction<IReadOnlyList<ProductResponse>>(async () =>
    {
        var products = await db.LoadAll(db.Products.WithParts(), [.. changes.Select(change => change.Id)], cancellation);
        foreach (var (product, change) in products.Zip(changes))
            change.Request.Apply(product);
        var categories = await db.CategoriesCalled([.. changes.Select(change => change.Request.Categories.Or([]))], cancellation);
        foreach (var (index, product) in products.Index())
        {
            if (changes[index].Request.Categories.IsGiven)
                product.Place(categories[index]);
            db.PublishUpdate(product);
        }

        await db.Save(changes.Zip(products).SelectMany(pair => pair.First.Request.Quantities(pair.Second)), cancellation);
        var stock = await db.Available(products.SelectMany(product => product.Offered).Select(variant => variant.Id), cancellation);
        return [.. products.Select(product => ProductResponse.Of(product).With(stock))];
    }, cancellation);

    internal static async Task<NoContent> Delete(Id<Product> id, AuraDb db, CancellationToken cancellation)
    {
        var product = await db.Load(id, cancellation);
        if (product.Archive())
            db.Publish("product.deleted", product);
        await db.SaveChangesAsync(cancellation);
        return TypedResults.NoContent();
    }

    /// <summary>In a batch a product may come without a SKU; it gets one from its name.</summary>
    public static void Complete(Dictionary<string, JsonElement> item)
    {
        if (!item.TryGetValue("sku", out var sku) || sku.ValueKind == JsonValueKind.Null)
            item["sku"] = JsonSerializer.SerializeToElement(
                Sku.For(item.TryGetValue("name", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() ?? "" : ""));
    }

    /// <summary>As events show them.</summary>
    public static async Task<Dictionary<long, ProductResponse>> Shown(AuraDb db, long[] ids, CancellationToken cancellation)
    {
        var products = await db.OnOffer([.. ids.Select(id => new RowKey(db.Caller.TenantId, id))], cancellation);
        return products.ToDictionary(p => p.Product.Id, p => ProductResponse.Of(p, PriceForm.Plain));
    }

    private static async Task<ProductOnOffer?> Named(string name, AuraDb db, CancellationToken cancellation)
    {
        if (Id<Product>.ToNumber(name) is { } id)
            return await db.OnOffer(new Id<Product>(id), cancellation);
        var sku = name.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase); // routing leaves this one escaped
        return await db.OnOffer(sku, cancellation)
            ?? (long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var bare) ? await db.OnOffer(new Id<Product>(bare), cancellation) : null);
    }

    private static Expression<Func<Product, bool>> InCategory(string[] names)
    {
        string[] slugs = [.. names.Select(Slug.Of)];
        return p => p.Categories.Any(c => c.Category.Path.Any(slug => slugs.Contains(slug)));
    }

    private static Expression<Func<Product, bool>> Matching(string text)
    {
        var pattern = $"%{Expressions.Literal(text)}%";
        return p => EF.Functions.ILike(p.Name, pattern, Expressions.Escape) || EF.Functions.ILike(p.Sku, pattern, Expressions.Escape);
    }

    private static string[] Included(string? include)
    {
        var wanted = include?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        return wanted.FirstOrDefault(name => name is not ("variants" or "images" or "reviews")) is { } unknown
            ? throw Refused.BadRequest($"'{unknown}' cannot be included. There are variants, images and reviews.")
            : wanted;
    }
}

/// <param name="Inventory">How many can be sold; of a product that has one variant.</param>
/// <param name="Stock">The same, as batches call it.</param>
/// <param name="Weight">Grams.</param>
public sealed record CreateProduct(
    [StringLength(255, MinimumLength = 1)] string Name,
    decimal Price,
    string Sku,
    [StringLength(50_000)] string? Description = null,
    ProductStatus Status = ProductStatus.Active,
    [MaxLength(50)] IReadOnlyList<string>? Categories = null,
    [MaxLength(Product.MaxVariants)] IReadOnlyList<CreateVariant>? Variants = null,
    [MaxLength(Product.MaxImages)] IReadOnlyList<CreateImage>? Images = null,
    Dictionary<string, decimal>? Prices = null,
    decimal? CompareAtPrice = null,
    [StringLength(255)] string? Vendor = null,
    [StringLength(255)] string? ProductType = null,
    IReadOnlyList<string>? Tags = null,
    [StringLength(50, MinimumLength = 1)] string TaxCategory = "standard",
    bool Taxable = true,
    bool RequiresShipping = true,
    [Range(0, 10_000_000)] int Weight = 0,
    [Range(0, CreateVariant.MaxInventory)] long? Inventory = null,
    [Range(0, CreateVariant.MaxInventory)] long? Stock = null,
    Dictionary<string, string>? Metadata = null)
{
    public Product ToProduct(Currency currency)
    {
        var product = Product.Create(Name, Sku, Money.Of(Price, currency, nameof(Price)), [.. (Variants ?? []).Select((v, i) => FieldPath.At($"Variants[{i}]", () => v.ToVariant(currency)))]);
        product.Explain(Description);
        product.Turn(Status);
        product.PriceAbroad(Prices ?? []);
        product.Strike(CompareAtPrice);
        product.Classify(Vendor, ProductType);
        product.Tag(Tags ?? []);
        product.Tax(Taxable, TaxCategory);
        product.Ship(RequiresShipping, Weight);
        product.Describe(Metadata ?? []);
        product.Picture([.. CreateImage.ToImages(Images ?? [])]);
        return product;
    }

    /// <summary>What is to be in stock of the product that was made of this.</summary>
    public IEnumerable<(Variant Variant, long? Quantity)> Quantities(Product product) => (Inventory ?? Stock) is { } quantity
        ? [(product.Only(nameof(Inventory)), quantity)]
        : product.Variants.Zip(Variants ?? [], (variant, body) => (variant, body.Inventory));
}

public sealed record UpdateProduct
{
    [StringLength(255, MinimumLength = 1)] public Change<string> Name { get; init; }
    public Change<decimal> Price { get; init; }
    public Change<string> Sku { get; init; }
    [StringLength(50_000)] public Change<string?> Description { get; init; }
    public Change<ProductStatus> Status { get; init; }
    [MaxLength(50)] public Change<IReadOnlyList<string>> Categories { get; init; }

    /// <summary>Found by id or SKU and changed; others are added; those that are not mentioned stay.</summary>
    [MaxLength(Product.MaxVariants)] public Change<IReadOnlyList<ProductVariantBody>> Variants { get; init; }

    /// <summary>These and no others.</summary>
    [MaxLength(Product.MaxImages)] public Change<IReadOnlyList<CreateImage>> Images { get; init; }

    public Change<Dictionary<string, decimal>> Prices { get; init; }
    public Change<decimal?> CompareAtPrice { get; init; }
    [StringLength(255)] public Change<string?> Vendor { get; init; }
    [StringLength(255)] public Change<string?> ProductType { get; init; }
    public Change<IReadOnlyList<string>> Tags { get; init; }
    [StringLength(50, MinimumLength = 1)] public Change<string> TaxCategory { get; init; }
    public Change<bool> Taxable { get; init; }
    public Change<bool> RequiresShipping { get; init; }
    [Range(0, 10_000_000)] public Change<int> Weight { get; init; }
    public Change<Dictionary<string, string>> Metadata { get; init; }

    /// <summary>How many can be sold; of a product that has one variant.</summary>
    [Range(0, CreateVariant.MaxInventory)] public Change<long> Inventory { get; init; }

    /// <summary>The same, as batches call it.</summary>
    [Range(0, CreateVariant.MaxInventory)] public Change<long> Stock { get; init; }

    /// <summary>Everything but the categories and the stock, which are not the product's own.</summary>
    public void Apply(Product product)
    {
        Name.Apply(product.Rename);
        Sku.Apply(product.ChangeSku);
        Description.Apply(product.Explain);
        Status.Apply(product.Turn);
        Price.Apply(product.ChangePrice);
        Prices.Apply(product.PriceAbroad);
        CompareAtPrice.Apply(product.Strike);
        product.Classify(Vendor.Or(product.Vendor), ProductType.Or(product.ProductType));
        Tags.Apply(product.Tag);
        product.Tax(Taxable.Or(product.Taxable), TaxCategory.Or(product.TaxCategory));
        product.Ship(RequiresShipping.Or(product.RequiresShipping), Weight.Or(product.Weight));
        Metadata.Apply(product.Describe);
        Images.Apply(images => product.Picture([.. CreateImage.ToImages(images)]));
        foreach (var (index, variant) in Variants.Or([]).Index())
            FieldPath.At($"Variants[{index}]", () => variant.ApplyTo(product));
    }

    /// <summary>What is to be in stock of the changed product.</summary>
    public IEnumerable<(Variant Variant, long? Quantity)> Quantities(Product product)
    {
        foreach (var change in (Change<long>[])[Inventory, Stock])
            if (change.IsGiven)
                yield return (product.Only(nameof(Inventory)), change.Or(0));
        foreach (var variant in Variants.Or([]).Where(v => v.Inventory.IsGiven))
            yield return (variant.Find(product)!, variant.Inventory.Or(0)); // it was applied: there is one
    }
}
