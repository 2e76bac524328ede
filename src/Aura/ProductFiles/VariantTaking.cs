using Aura.Catalog;
using Aura.Connectors.Shops;

namespace Aura.ProductFiles;

/// <summary>A variant of a file, and the variant of the store that it has become.</summary>
internal sealed record TakenVariant(ShopVariant Said, long Row, Variant Variant, bool IsNew)
{
    /// <summary>Whether anything about it is other than before.</summary>
    public bool Changed { get; set; } = IsNew;

    /// <summary>Whether there are more or fewer of it than before.</summary>
    public bool Restocked { get; set; }

    public RowOutcome Outcome => IsNew ? RowOutcome.Created : Changed || Restocked ? RowOutcome.Updated : RowOutcome.Unchanged;
}

/// <summary>Puts the variants that a file gives for one product into it. What the file does not speak of stays as it is; variants that it does not name stay too.</summary>
internal sealed class VariantTaking(Product product, string handle, Shelf shelf, FileColumns columns, ItemResult result)
{
    private readonly List<TakenVariant> taken = [];

    /// <param name="said">With the rows that they stand in.</param>
    /// <param name="stand">The variant that only stands for others to come; the first one takes its place. Null: there is none.</param>
    /// <param name="unpriced">A new variant without a price is taken all the same.</param>
    /// <returns>Those that were taken; the result says of the others why not.</returns>
    public List<TakenVariant> Take(IReadOnlyList<(ShopVariant Said, long Row)> said, Variant? stand, bool unpriced)
    {
        var same = Matches([.. said.Select(s => s.Said)], stand);
        foreach (var (index, (variant, row)) in said.Index())
        {
            var match = same[index] ?? stand;
            var isNew = match is null || match == stand;
            if (isNew && variant.Price is null && !unpriced)
                result.Reject(row, columns.Price, "The variant has no price, so it cannot be sold; it was not taken.");
            else if (Draft(variant, row, match, isNew) is { } draft)
            {
                Put(variant, row, match, draft, isNew);
                stand = match == stand ? null : stand;
            }
        }

        Lead();
        return taken;
    }

    /// <summary>Which variant of the product each one is: by its options, or else by its SKU.</summary>
    private Variant?[] Matches(IReadOnlyList<ShopVariant> said, Variant? stand)
    {
        var free = product.Offered.Where(v => v != stand).ToList();
        var same = new Variant?[said.Count];
        for (var i = 0; i < same.Length; i++)
            Claim(i, v => Maps.Same(v.Attributes, said[i].Options));
        for (var i = 0; i < same.Length; i++)
            Claim(i, v => v.Sku == said[i].Sku);
        return same;

        void Claim(int i, Func<Variant, bool> matches)
        {
            same[i] ??= free.Find(v => matches(v));
            if (same[i] is { } match)
                free.Remove(match);
        }
    }

    /// <summary>The variant as the file has it, apart from the product: where the catalogue refuses it, nothing has been changed yet.</summary>
    private Variant? Draft(ShopVariant said, long row, Variant? match, bool isNew)
    {
        try
        {
            var draft = Variant.Create(Sku(said, row, match, isNew), product.Currency);
            draft.ChangePrice(said.Price);
            draft.ChangeCost(said.Cost);
            if (said.CompareAtPrice is { } before)
                Money.Of(before, product.Currency, "CompareAtPrice");
            draft.PriceAbroad(Abroad(said, row, match));
            draft.Distinguish(new(said.Options));
            draft.Label(said.Barcode is { Length: > 100 } ? throw Refused.Invalid("Barcode", "Has at most 100 characters.") : said.Barcode);
            draft.Weigh(said.Grams is > 10_000_000 ? throw Refused.Invalid("Weight", "Is at most 10000 kg.") : (int?)Rounded(said.Grams));
            draft.Stock(
                isNew || said.Told.HasFlag(ShopFacts.Tracking) ? said.TracksInventory : match!.TracksInventory, // what is not new was matched
                isNew || said.Told.HasFlag(ShopFacts.Backorder) ? said.AllowsBackorder : match!.AllowsBackorder);
            if (isNew && match is null && product.Offered.Count() == Product.MaxVariants)
                throw Refused.Invalid("Variants", $"A product has at most {Product.MaxVariants} variants.");
            Show(draft, said, row);
            return draft;
        }
        catch (Refused refused)
        {
            result.Reject(row, columns.Blamed(refused), FileColumns.Reason(refused));
            return null;
        }
    }

    /// <summary>The file's SKU unless another variant has it; the one it had; or one that is made.</summary>
    private string Sku(ShopVariant said, long row, Variant? match, bool isNew)
    {
        if (said.Sku is { } wanted && shelf.IsVariantSkuFree(wanted, match) && product.Offered.All(v => v == match || v.Sku != wanted))
            return wanted;
        var sku = !isNew ? match!.Sku // what is not new was matched
            : said.Options.Count == 0 && match is not null && shelf.IsVariantSkuFree(match.Sku, match) ? match.Sku
            : ShopNames.Sku(handle, said.Options);
        if (said.Sku is not null)
            result.Warn(row, columns.Sku, $"Another variant has the SKU {said.Sku}; this one has {sku} here.");
        return sku;
    }

    private Dictionary<string, decimal> Abroad(ShopVariant said, long row, Variant? match)
    {
        var prices = match?.Prices.ToDictionary(price => price.Key, price => new Money(price.Value, Currency.Of(price.Key)).Amount) ?? [];
        foreach (var market in said.MarketPrices)
        {
            var currency = MarketCurrency.Of(market.Market);
            if (currency is null)
                result.Warn(row, $"Price / {market.Market}", $"The currency of the market {market.Market} is not known, so its price is kept for export only.");
            else if (currency == product.Currency && market.Price is not null && market.Price != said.Price)
                result.Warn(row, $"Price / {market.Market}", $"A second price in {currency} is kept for export only.");
            else if (currency != product.Currency && market.Price is { } price)
                prices[currency.Value.Code] = price;
            if (market.CompareAtPrice is not null)
                result.Warn(row, $"Compare At Price / {market.Market}", "A struck-through price of a market is kept for export only.");
        }

        return prices;
    }

    private void Show(Variant draft, ShopVariant said, long row)
    {
        try
        {
            draft.Show(said.ImageUrl);
        }
        catch (Refused)
        {
            result.Warn(row, columns.VariantImage, $"\"{ItemText.Short(said.ImageUrl)}\" is no http or https address; the image was not taken.");
        }
    }

    private void Put(ShopVariant said, long row, Variant? match, Variant draft, bool isNew)
    {
        if (match is null)
            product.Add(draft);
        var one = new TakenVariant(said, row, match ?? draft, isNew);
        taken.Add(one);
        if (match is not null)
            one.Changed |= Merge(match, draft, said, isNew);
        shelf.TakeVariantSku(one.Variant.Sku, product, one.Variant);
    }

    /// <summary>Everything but price and weight, which depend on the product's.</summary>
    private bool Merge(Variant variant, Variant draft, ShopVariant said, bool isNew)
    {
        var changed = false;
        if (variant.Sku != draft.Sku)
        {
            if (!isNew && draft.Attributes.Count == 0)
                Rename(variant, draft.Sku);
            else
                variant.ChangeSku(draft.Sku);
            changed = true;
        }

        if (!Maps.Same(variant.Attributes, draft.Attributes))
            Do(() => variant.Distinguish(draft.Attributes));
        if (!Maps.Same(variant.Prices, draft.Prices))
            Do(() => variant.PriceAbroad(draft.Prices.ToDictionary(p => p.Key, p => new Money(p.Value, Currency.Of(p.Key)).Amount)));
        if (said.Told.HasFlag(ShopFacts.Cost) && variant.Cost != draft.Cost)
            Do(() => variant.ChangeCost(said.Cost));
        if (said.Told.HasFlag(ShopFacts.Barcode) && variant.Barcode != draft.Barcode)
            Do(() => variant.Label(draft.Barcode));
        if (said.Told.HasFlag(ShopFacts.Image) && (draft.Image is not null || said.ImageUrl is null) && variant.Image != draft.Image)
            Do(() => variant.Show(draft.Image));
        if ((variant.TracksInventory, variant.AllowsBackorder) != (draft.TracksInventory, draft.AllowsBackorder))
            Do(() => variant.Stock(draft.TracksInventory, draft.AllowsBackorder));
        return changed;

        void Do(Action change)
        {
            change();
            changed = true;
        }
    }

    /// <summary>A product with one variant and that variant keep one SKU.</summary>
    private void Rename(Variant variant, string sku)
    {
        if (variant.Sku == product.Sku && product.Offered.Count() == 1 && shelf.IsProductSkuFree(sku))
            product.ChangeSku(sku);
        else
            variant.ChangeSku(sku);
    }

    /// <summary>The first variant's price and weight are the product's; another variant has its own only where they differ.</summary>
    private void Lead()
    {
        var lead = taken.Find(t => t.Variant == product.Offered.First());
        if (lead?.Said.Price is { } price && Minor(price) != product.Price)
        {
            Pin(v => v.Price is null, v => v.ChangePrice(Major(product.Price)));
            product.ChangePrice(price);
            lead.Changed = true;
        }

        if (Rounded(lead?.Said.Grams) is { } weight && weight != product.Weight)
        {
            Pin(v => v.Weight is null, v => v.Weigh(product.Weight));
            product.Ship(product.RequiresShipping, (int)weight);
            lead!.Changed = true; // it has a weight
        }

        foreach (var one in taken)
            Price(one);
    }

    /// <summary>Variants that the file does not speak of keep what they had from the product.</summary>
    private void Pin(Func<Variant, bool> inherits, Action<Variant> keep)
    {
        foreach (var variant in product.Offered.Where(v => inherits(v) && taken.All(t => t.Variant != v)))
            keep(variant);
    }

    private void Price(TakenVariant one)
    {
        if (one.Said.Price is { } price && Minor(price) != (one.Variant.Price ?? product.Price))
        {
            one.Variant.ChangePrice(Minor(price) == product.Price ? null : price);
            one.Changed = true;
        }

        if (Rounded(one.Said.Grams) is { } grams && grams != (one.Variant.Weight ?? product.Weight))
        {
            one.Variant.Weigh(grams == product.Weight ? null : (int)grams);
            one.Changed = true;
        }

        if (one.IsNew && one.Variant.Price == product.Price)
            one.Variant.ChangePrice(null);
        if (one.IsNew && one.Variant.Weight == product.Weight)
            one.Variant.Weigh(null);
    }

    private long Minor(decimal amount) => Money.Of(amount, product.Currency).Minor;
    private decimal Major(long minor) => new Money(minor, product.Currency).Amount;
    private static decimal? Rounded(decimal? grams) => grams is { } given ? Math.Round(given, MidpointRounding.AwayFromZero) : null;
}
