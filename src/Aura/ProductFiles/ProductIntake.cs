using Aura.Catalog;
using Aura.Connectors.Shops;
using Aura.Persistence;

namespace Aura.ProductFiles;

/// <summary>Takes the steps of a file into the catalogue, one after the other. What it adds and changes is saved by its caller.</summary>
internal sealed class ProductIntake(AuraDb db, Shelf shelf, ProductImport import)
{
    private readonly FileColumns columns = FileColumns.Of(import.Format);

    /// <summary>How many of each variant can be sold, where that is not as before.</summary>
    public Dictionary<Variant, long> Quantities { get; } = [];

    public HashSet<Product> Created { get; } = [];

    /// <summary>Whose catalogue data is other than before; a quantity is not that.</summary>
    public HashSet<Product> Changed { get; } = [];

    public ItemResult Take(ShopItem item)
    {
        var result = new ItemResult(item);
        if (item.Product is { } product)
            TakeProduct(product, result);
        else if (item.Variation is { } variation)
            TakeVariation(variation, result);
        return result;
    }

    private void TakeProduct(ShopProduct said, ItemResult result)
    {
        var key = ShopNames.Key(said);
        if (shelf.Seen(key, said.ExternalId) is { } before)
            result.RejectRest(null, $"The same product was in row {before} already.");
        else if (said.Title.Trim().Length > 255)
            result.RejectRest(columns.Title, "It has more than 255 characters.");
        else if (said.Handle is { Length: > ShopNames.LongestHandle })
            result.RejectRest(columns.Handle, $"It has more than {ShopNames.LongestHandle} characters.");
        else if (Put(said, Match(said), result))
        {
            result.Identify(key, said.ExternalId);
            shelf.See(key, said.ExternalId, said.FirstRow);
        }
    }

    /// <summary>The product of the store that a product of a file is: by its handle or SKU, or by the id that the other shop gave it.</summary>
    private Product? Match(ShopProduct said)
    {
        if (said.Handle is not null)
            return shelf.WithHandle(ShopNames.Handles(said)[0]) is { } listing ? shelf.Product(listing.ProductId) : Unlisted(said);
        if (said.Sku is { } sku)
            return shelf.ProductWithSku(sku);
        var known = said.ExternalId is { } id ? shelf.WithExternalId(id) : shelf.WithHandle(ShopNames.Handles(said)[0]);
        return known is null ? null : shelf.Product(known.ProductId);
    }

    /// <summary>A product that was made here has no handle yet; its SKUs tell which one it is.</summary>
    private Product? Unlisted(ShopProduct said)
    {
        var holders = said.Variants.Select(variant => variant.Sku is { } sku ? shelf.ProductWithVariant(sku) : null).OfType<Product>().Distinct().ToList();
        return holders is [var one] && shelf.ListingOf(one) is null ? one : null;
    }

    /// <returns>Whether it was taken.</returns>
    private bool Put(ShopProduct said, Product? existing, ItemResult result)
    {
        var listing = existing is null ? null : shelf.ListingOf(existing);
        if (existing is not null && !said.Told.HasFlag(ShopFacts.Status))
            said = WithStatus(said, existing, listing);
        var handle = listing?.Handle ?? FreeHandle(said);
        if ((existing ?? New(said, handle, result)) is not { } product)
            return false;
        var stand = existing is null || listing?.Details.LacksVariants == true ? product.Offered.First() : null;
        var variants = new VariantTaking(product, handle, shelf, columns, result)
            .Take(Lines(said, result.Item), stand, unpriced: existing is null && said.Variants.All(variant => variant.Price is null));
        if (variants.Count == 0 && said.Variants.Count > 0)
        {
            result.RejectRest(null, "None of its variants could be taken.");
            return false;
        }

        var facts = new ProductFacts(product, said, shelf, columns, result);
        facts.Take();
        var led = Lead(product, variants);
        var before = listing?.Details ?? new();
        var lacksVariants = variants.Count == 0 && stand is not null;
        var lacksPrice = !lacksVariants && (existing is null || before.LacksPrice) && said.Variants.All(variant => variant.Price is null);
        facts.Turn(lacksPrice, lacksVariants);
        if (existing is null)
            db.Products.Add(product);
        foreach (var one in variants.Where(one => one.Variant.Id == 0))
            db.Variants.Add(one.Variant);

        var details = Details(before, said, product, variants, facts, result) with { LacksPrice = lacksPrice, LacksVariants = lacksVariants };
        var relisted = List(product, listing, handle, said.ExternalId, details);
        Count(variants, result);
        Report(product, existing is null, facts, led || relisted, variants, result);
        return true;
    }

    /// <summary>A file that says nothing of the status leaves it: what the last file wanted, or what it was turned into here.</summary>
    private static ShopProduct WithStatus(ShopProduct said, Product existing, ShopListing? listing) =>
        listing is { Details: var known } && known.TakenAs == existing.Status
            ? said with { Status = known.Status, Published = known.Published }
            : said with
            {
                Published = existing.Status == ProductStatus.Active,
                Status = existing.Status switch { ProductStatus.Active => ShopStatus.Active, ProductStatus.Archived => ShopStatus.Archived, _ => ShopStatus.Draft },
            };

    /// <summary>A product with a variant that stands for those to come, and gives its place to the first of them.</summary>
    /// <returns>Null where the catalogue refuses it.</returns>
    private Product? New(ShopProduct said, string handle, ItemResult result)
    {
        try
        {
            return New(said, handle);
        }
        catch (Refused refused)
        {
            result.RejectRest(columns.Blamed(refused), FileColumns.Reason(refused));
            return null;
        }
    }

    private Product New(ShopProduct said, string handle)
    {
        string?[] wished = [said.Sku, said.OptionNames.Count == 0 && said.Variants is [{ Sku: { } only }] ? only : null, handle.Length <= Sku.MaxLength ? handle : null];
        var sku = wished.OfType<string>().FirstOrDefault(shelf.IsProductSkuFree) ?? ShopNames.Sku(handle, new Dictionary<string, string>());
        var product = Product.Create(said.Title, sku, Money.Zero(db.Caller.Currency), []);
        var stand = product.Offered.First();
        stand.Stock(tracked: true, backorder: false); // there is none of it, so it cannot be sold
        if (!shelf.IsVariantSkuFree(product.Sku, null))
            stand.ChangeSku(ShopNames.Sku(handle, new Dictionary<string, string>()));
        return product;
    }

    private string FreeHandle(ShopProduct said)
    {
        var handles = ShopNames.Handles(said);
        return handles.FirstOrDefault(handle => shelf.WithHandle(handle) is null) ?? handles[^1];
    }

    private void TakeVariation(ShopVariation said, ItemResult result)
    {
        var (key, skuKey, row) = (ShopNames.Key(said), ShopNames.SkuKey(said.Variant), result.Item.FirstRow);
        var parent = ShopNames.ParentId(said.Parent) is { } id
            ? shelf.WithExternalId(id) is { } known ? shelf.Product(known.ProductId) : null
            : shelf.ProductWithSku(said.Parent);
        if (shelf.Seen(key, skuKey) is { } before)
            result.Reject(row, null, $"The same variation was in row {before} already.");
        else if (parent is not null)
            PutVariation(said, parent, result);
        else if (import.DryRun && shelf.Seen($"sku:{said.Parent}", ShopNames.ParentId(said.Parent)) is not null)
            TryVariation(said, result);
        else
            result.Reject(row, "Parent", $"There is no product {ItemText.Short(said.Parent)}, neither in the file nor in the store.");
        if (!result.IsTaken)
            return;
        result.Identify(key, skuKey);
        shelf.See(key, skuKey, row);
    }

    private void PutVariation(ShopVariation said, Product product, ItemResult result)
    {
        var listing = shelf.ListingOf(product);
        var stand = listing?.Details.LacksVariants == true ? product.Offered.First() : null;
        var handle = listing?.Handle ?? ShopNames.Sku(Slug.Of(product.Name), new Dictionary<string, string> { [""] = product.Sku }); // made here, so it has none yet
        if (new VariantTaking(product, handle, shelf, columns, result).Take([(said.Variant, result.Item.FirstRow)], stand, unpriced: false) is not [var taken])
            return;

        var led = Lead(product, [taken]);
        if (taken.Variant.Id == 0)
            db.Variants.Add(taken.Variant);
        var details = Kept(listing?.Details ?? new(), product, taken, result) with { LacksVariants = false };
        if (stand is not null && details is { Status: ShopStatus.Active, Published: true })
        {
            product.Turn(ProductStatus.Active);
            details = details with { TakenAs = ProductStatus.Active };
        }

        var relisted = List(product, listing, handle, null, details);
        Count([taken], result);
        taken.Changed |= led || relisted;
        if (taken.Changed)
            Changed.Add(product);
        result.Take(taken.Row, taken.Outcome, product, taken.Variant);
        result.Count(Counts([taken]));
    }

    /// <summary>A dry run has not kept the parent, so the variation is tried on a product of its own.</summary>
    private void TryVariation(ShopVariation said, ItemResult result)
    {
        var product = New(new() { Title = said.Parent, Handle = Slug.Of(said.Parent) }, ShopNames.Key(said));
        foreach (var taken in new VariantTaking(product, Slug.Of(said.Parent), shelf, columns, result).Take([(said.Variant, result.Item.FirstRow)], product.Offered.First(), unpriced: false))
        {
            result.Take(taken.Row, RowOutcome.Created, product, taken.Variant);
            result.Count(Counts([taken]));
        }
    }

    /// <summary>What the catalogue knows of the product alone is that of its first variant.</summary>
    /// <returns>Whether anything is other than before.</returns>
    private static bool Lead(Product product, IReadOnlyList<TakenVariant> variants)
    {
        if (variants.FirstOrDefault(one => one.Variant == product.Offered.First()) is not { Said: var lead, IsNew: var isNew })
            return false;
        var before = (product.CompareAtPrice, product.Taxable, product.RequiresShipping);
        bool Told(ShopFacts fact) => isNew || lead.Told.HasFlag(fact);
        if (Told(ShopFacts.CompareAtPrice))
            product.Strike(lead.CompareAtPrice);
        else if (product.CompareAtPrice <= product.Price)
            product.Strike(null); // a price that has caught up strikes nothing through
        product.Tax(Told(ShopFacts.Taxable) ? lead.Taxable : product.Taxable, product.TaxCategory);
        product.Ship(Told(ShopFacts.Shipping) ? lead.RequiresShipping : product.RequiresShipping, product.Weight);
        return before != (product.CompareAtPrice, product.Taxable, product.RequiresShipping);
    }

    private ListingDetails Details(ListingDetails details, ShopProduct said, Product product, List<TakenVariant> variants, ProductFacts facts, ItemResult result)
    {
        details = details with
        {
            OptionNames = said.OptionNames,
            Attributes = said.Attributes,
            Markets = said.Markets,
            Metadata = facts.Overflow,
            Status = said.Status,
            Published = said.Published,
            TakenAs = product.Status,
        };
        foreach (var one in variants)
            details = Kept(details, product, one, result);
        return details;
    }

    private ListingDetails Kept(ListingDetails details, Product product, TakenVariant one, ItemResult result)
    {
        var kept = VariantKeeping.Of(details.Of(one.Variant), product, one, columns, result);
        var markets = new Dictionary<string, string>(details.MarketOfCurrency);
        foreach (var price in one.Said.MarketPrices)
            if (MarketCurrency.Of(price.Market) is { } currency && currency != product.Currency)
                markets.TryAdd(currency.Code, price.Market);
        return details.With(one.Variant, kept) with { MarketOfCurrency = markets };
    }

    /// <returns>Whether that changes what was known.</returns>
    private bool List(Product product, ShopListing? listing, string handle, string? externalId, ListingDetails details)
    {
        if (listing is not null)
            return listing.Know(externalId, details);
        listing = ShopListing.Of(product, handle);
        listing.Know(externalId, details);
        db.ShopListings.Add(listing);
        shelf.Put(product, listing);
        return false;
    }

    private void Count(IReadOnlyList<TakenVariant> variants, ItemResult result)
    {
        foreach (var one in variants.Where(one => one is { Variant.TracksInventory: true, Said.InventoryQuantity: not null }))
        {
            var quantity = Math.Max(0, one.Said.InventoryQuantity!.Value); // just looked
            if (one.Said.InventoryQuantity < 0)
                result.Warn(one.Row, columns.Quantity, $"{one.Said.InventoryQuantity} is less than nothing; taken as 0.");
            if (quantity == shelf.Available(one.Variant))
                continue;
            Quantities[one.Variant] = quantity;
            one.Restocked = true;
        }
    }

    private void Report(Product product, bool isNew, ProductFacts facts, bool led, List<TakenVariant> variants, ItemResult result)
    {
        var changed = led || facts.Changed || variants.Exists(one => one.Changed);
        if (isNew)
            Created.Add(product);
        else if (changed)
            Changed.Add(product);

        foreach (var row in result.Item.Rows)
        {
            var one = variants.Find(one => one.Row == row.Number);
            var own = row.Use == ShopRowUse.Product && (led || facts.Changed) || row.Use == ShopRowUse.Image && facts.ImagesChanged;
            var outcome = isNew ? RowOutcome.Created : one?.Outcome is { } its and not RowOutcome.Unchanged ? its : own ? RowOutcome.Updated : RowOutcome.Unchanged;
            result.Take(row.Number, outcome, product, one?.Variant);
        }

        var updated = changed || variants.Exists(one => one.Restocked);
        result.Count(new() { ProductsCreated = isNew ? 1 : 0, ProductsUpdated = !isNew && updated ? 1 : 0, ProductsUnchanged = !isNew && !updated ? 1 : 0 });
        result.Count(Counts(variants));
    }

    private static ImportCounts Counts(IReadOnlyList<TakenVariant> variants) => new()
    {
        VariantsCreated = variants.Count(one => one.Outcome == RowOutcome.Created),
        VariantsUpdated = variants.Count(one => one.Outcome == RowOutcome.Updated),
        VariantsUnchanged = variants.Count(one => one.Outcome == RowOutcome.Unchanged),
    };

    /// <summary>The variants of a product with the rows that they stand in: the reader gives both in the file's order.</summary>
    private static List<(ShopVariant, long)> Lines(ShopProduct said, ShopItem item) =>
        [.. said.Variants.Zip(item.Rows.Where(row => row.Use is ShopRowUse.Product or ShopRowUse.Variant), (variant, row) => (variant, row.Number))];
}
