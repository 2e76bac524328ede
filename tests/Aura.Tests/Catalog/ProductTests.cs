using Aura.Catalog;

namespace Aura.Tests.Catalog;

public sealed class ProductTests
{
    private static Product Mug(params string[] skus) =>
        Product.Create("Mug", "MUG", Money.Of(8, Currency.Usd), [.. skus.Select(sku => Variant.Create(sku, Currency.Usd))]);

    [Fact]
    public void A_product_without_variants_gets_one_with_its_sku()
    {
        var variant = Assert.Single(Mug().Offered);
        Assert.Equal("MUG", variant.Sku);
        Assert.Null(variant.Price);
    }

    [Fact]
    public void A_new_sku_goes_to_the_variant_that_had_the_old_one()
    {
        var mug = Mug("MUG", "MUG-XL");
        mug.ChangeSku("CUP");
        Assert.Equal(["CUP", "MUG-XL"], mug.Offered.Select(v => v.Sku));
    }

    [Fact]
    public void Two_variants_of_a_product_do_not_share_a_sku() => Refuses(Refusal.Invalid, () => Mug("A", "A"));

    [Fact]
    public void The_251st_variant_is_refused()
    {
        var mug = Mug([.. Enumerable.Range(0, Product.MaxVariants).Select(i => $"{i}")]);
        Refuses(Refusal.Invalid, () => mug.Add(Variant.Create("one more", Currency.Usd)));
    }

    [Fact]
    public void A_removed_variant_leaves_its_sku_and_place_and_the_last_one_stays()
    {
        var mug = Mug("A", "B");
        var now = new DateTime(2026, 5, 1, 0, 0, 0, DateTimeKind.Utc);
        mug.Remove(mug.Offered.First(), now);
        Assert.Equal("B", Assert.Single(mug.Offered).Sku);
        Assert.Equal("last_variant", Assert.Throws<Refused>(() => mug.Remove(mug.Offered.First(), now)).Code);
        mug.Add(Variant.Create("A", Currency.Usd));
        Assert.Equal(["B", "A"], mug.Offered.Select(v => v.Sku));
    }

    [Fact]
    public void Archiving_changes_a_product_once()
    {
        var mug = Mug();
        Assert.True(mug.Archive());
        Assert.False(mug.Archive());
    }

    [Theory]
    [InlineData("EUR", "23.5", 2350)]
    [InlineData("jpy", "2500", 2500)]
    [InlineData("KWD", "2.125", 2125)]
    public void Prices_abroad_are_kept_in_minor_units(string code, string amount, long minor)
    {
        var mug = Mug();
        mug.PriceAbroad(new Dictionary<string, decimal> { [code] = decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture) });
        Assert.Equal([KeyValuePair.Create(code.ToUpperInvariant(), minor)], mug.Prices);
    }

    [Theory]
    [InlineData("JPY", "0.5")]
    [InlineData("EUR", "1.001")]
    [InlineData("EUR", "-1")]
    [InlineData("USD", "1")]
    [InlineData("XYZ", "1")]
    public void Prices_abroad_follow_their_currencies(string code, string amount) =>
        Refuses(Refusal.Invalid, () => Mug().PriceAbroad(new Dictionary<string, decimal> { [code] = decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture) }));

    [Fact]
    public void Pictures_are_numbered_from_one_wherever_they_are_put()
    {
        var mug = Mug();
        mug.Add(ProductImage.Create("https://a.example/1", null));
        mug.Add(ProductImage.Create("https://a.example/2", null));
        mug.Add(ProductImage.Create("https://a.example/3", null), 2);
        mug.Add(ProductImage.Create("https://a.example/4", null), 99);
        Assert.Equal(["1/1", "3/2", "2/3", "4/4"], mug.Images.OrderBy(i => i.Position).Select(i => $"{i.Url[^1]}/{i.Position}"));
    }

    [Fact]
    public void New_pictures_replace_the_old_ones_but_for_those_with_the_same_address()
    {
        var mug = Mug();
        var kept = ProductImage.Create("https://a.example/1", "Old");
        mug.Add(kept);
        mug.Add(ProductImage.Create("https://a.example/2", null));
        mug.Picture([ProductImage.Create("https://a.example/3", null), ProductImage.Create("https://a.example/1", "New")]);
        Assert.Equal(["3/1", "1/2"], mug.Images.OrderBy(i => i.Position).Select(i => $"{i.Url[^1]}/{i.Position}"));
        Assert.Same(kept, mug.Images[1]);
        Assert.Equal("New", kept.Alt);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("a\nb")]
    [InlineData("prod_12")]
    public void What_cannot_be_asked_for_is_no_sku(string sku) => Refuses(Refusal.Invalid, () => Sku.Checked(sku));

    [Fact]
    public void A_sku_made_from_a_name_is_a_sku_and_differs_each_time()
    {
        var skus = Enumerable.Range(0, 100).Select(_ => Sku.For("Café crème, 250 g")).ToHashSet();
        Assert.Equal(100, skus.Count);
        Assert.All(skus, sku => Assert.StartsWith("CAFE-CREME-250-G-", Sku.Checked(sku)));
        Assert.Equal(8, Sku.For("!!!").Length);
        Assert.InRange(Sku.For(new('x', 255)).Length, 1, Sku.MaxLength);
    }

    private static void Refuses(Refusal kind, Action work) => Assert.Equal(kind, Assert.Throws<Refused>(work).Kind);
}
