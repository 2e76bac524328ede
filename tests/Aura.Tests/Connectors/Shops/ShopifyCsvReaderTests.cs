using Aura.Connectors.Shops;
using static Aura.Tests.Connectors.Shops.ShopTexts;

namespace Aura.Tests.Connectors.Shops;

public sealed class ShopifyCsvReaderTests
{
    private const string Header = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Image Src,Status\n";

    [Theory]
    [InlineData("shopify_apparel.csv", 22, 20, 22, 0)]
    [InlineData("shopify_home-and-garden.csv", 21, 20, 21, 0)]
    [InlineData("shopify_jewelery.csv", 41, 20, 23, 18)]
    [InlineData("shopify_product_template.csv", 17, 3, 16, 1)]
    [InlineData("shopify_export_packt.csv", 21, 20, 21, 0)]
    public async Task Published_files_read_with_every_row_accounted_for(string file, int rows, int products, int variants, int imageRows)
    {
        if (Data("catalog/" + file) is not { } path)
            return;
        await using var stream = File.OpenRead(path);
        var items = await ShopifyCsvReader.Read(stream).ToList();

        AssertEveryRowIsAccountedFor(items, rows);
        Assert.Equal(products, items.Count(item => item.Product is not null));
        Assert.Equal(variants, items.Sum(item => item.Product!.Variants.Count));
        Assert.Equal(imageRows, items.SelectMany(item => item.Rows).Count(row => row.Use == ShopRowUse.Image));
        Assert.DoesNotContain(items.SelectMany(item => item.Problems), problem => problem.Rejects);
    }

    [Fact]
    public async Task The_current_sample_file_gives_its_products_in_full()
    {
        if (Data("catalog/shopify_product_template.csv") is not { } path)
            return;
        await using var stream = File.OpenRead(path);
        var items = await ShopifyCsvReader.Read(stream).ToList();
        var (shirt, pants, hat) = (items[0].Product!, items[1].Product!, items[2].Product!);

        Assert.Equal(["Apparel & Accessories", "Clothing", "Clothing Tops", "T-Shirts"], shirt.Categories[0]);
        Assert.Equal(["Color", "Size"], shirt.OptionNames);
        Assert.Equal(["Made to Order", "Shirt Tag"], shirt.Tags);
        Assert.Equal((12, 6), (shirt.Variants.Count, shirt.Images.Count));
        Assert.Equal(("Purple", "L"), (shirt.Variants[^1].Options["Color"], shirt.Variants[^1].Options["Size"]));
        Assert.Equal("212", shirt.Metadata["Google Shopping / Google Product Category"]);
        Assert.Equal("manual", shirt.Variants[0].Metadata["Variant Fulfillment Service"]);
        Assert.Equal((ShopStatus.Active, true), (shirt.Status, shirt.Published));
        Assert.Equal("3.65275E+11", shirt.Variants[0].Barcode);
        Assert.Equal(12, items[0].Problems.Count(problem => problem is { Column: "Variant Barcode", Rejects: false }));

        Assert.Equal((ShopStatus.Draft, false), (pants.Status, pants.Published));
        Assert.Equal((95m, 64.95m, 50m), (pants.Variants[0].Price, pants.Variants[0].CompareAtPrice, pants.Variants[0].Cost));
        Assert.Equal((226.796185m, "oz"), (pants.Variants[0].Grams, pants.Variants[0].WeightUnit));
        Assert.Equal((20, true, false), (pants.Variants[0].InventoryQuantity, pants.Variants[0].TracksInventory, pants.Variants[0].AllowsBackorder));
        Assert.Equal(4, pants.Images.Count);
        Assert.Equal("Large tapered stone wash jeans", pants.Images[3].Alt);

        Assert.Equal((ShopStatus.Archived, 17.99m), (hat.Status, hat.Variants[0].Price));
        Assert.Empty(hat.OptionNames);
        Assert.Equal((false, true), (hat.Markets["United States"], hat.Markets["International"]));
        Assert.Equal((17, 17), (hat.FirstRow, hat.LastRow));
    }

    [Fact]
    public async Task The_renamed_columns_give_the_same_product()
    {
        const string older = "Handle,Title,Body (HTML),Variant SKU,Variant Price,Variant Compare At Price,Variant Inventory Policy,Variant Grams,Image Src,Variant Image,Published\n"
            + "tea,Tea,<p>Leaves</p>,T-1,4.50,5,continue,250,http://i/1.jpg,http://i/2.jpg,TRUE\n";
        const string newer = "URL handle,Title,Description,SKU,Price,Compare-at price,Continue selling when out of stock,Weight value (grams),Product image URL,Variant image URL,Published on online store\n"
            + "tea,Tea,<p>Leaves</p>,T-1,4.50,5,CONTINUE,250,http://i/1.jpg,http://i/2.jpg,true\n";

        var product = Assert.Single(await Shopify(newer)).Product!;
        Assert.Equal(Facts([Assert.Single(await Shopify(older)).Product!]), Facts([product]));
        Assert.Equal((4.5m, true, 250m), (product.Variants[0].Price, product.Variants[0].AllowsBackorder, product.Variants[0].Grams));
        Assert.Empty(product.Metadata);
    }

    [Theory]
    [InlineData("Handle,Title,Published\na,A,TRUE\n", ShopStatus.Active)]
    [InlineData("Handle,Title,Published\na,A,false\n", ShopStatus.Draft)]
    [InlineData("Handle,Title,Published,Status\na,A,true,\n", ShopStatus.Active)]
    [InlineData("Handle,Title,Published,Status\na,A,true,Archived\n", ShopStatus.Archived)]
    [InlineData("Handle,Title,Published,Status\na,A,true,nonsense\n", ShopStatus.Draft)]
    public async Task Published_decides_where_there_is_no_status(string text, ShopStatus status) =>
        Assert.Equal(status, Assert.Single(await Shopify(text)).Product!.Status);

    [Fact]
    public async Task Byte_order_mark_quoted_line_breaks_and_semicolons_are_read()
    {
        var product = Assert.Single(await Shopify("\uFEFFHandle;Title;Body (HTML);Variant Price\r\nmug;\"Mug; big\";\"one\r\ntwo, \"\"three\"\"\";7\r\n\r\n")).Product!;

        Assert.Equal(("mug", "Mug; big", "one\r\ntwo, \"three\""), (product.Handle, product.Title, product.BodyHtml));
        Assert.Equal(7m, product.Variants[0].Price);
    }

    [Fact]
    public async Task Market_prices_belong_to_their_variant()
    {
        var product = Assert.Single(await Shopify(
            "Handle,Title,Option1 Name,Option1 Value,Variant Price,Included / Japan,Price / Japan,Compare At Price / Japan\n"
            + "a,A,Size,S,10,TRUE,1500,2000\na,,,L,12,,1800,\n")).Product!;

        Assert.True(product.Markets["Japan"]);
        Assert.Equal(new ShopMarketPrice("Japan", 1500m, 2000m), Assert.Single(product.Variants[0].MarketPrices));
        Assert.Equal(new ShopMarketPrice("Japan", 1800m, null), Assert.Single(product.Variants[1].MarketPrices));
    }

    [Fact]
    public async Task Ragged_rows_are_rejected_and_the_others_go_on()
    {
        var items = await Shopify(Header + "a,A,Size,S,1,10,,active\na,,,M\na,,,L,3,12,,,,\na,,,XL,4,13,,,more,\nb,B,Title,Default Title,5,9,,active\n");

        AssertEveryRowIsAccountedFor(items, 5);
        Assert.Equal(["S", "L"], items[0].Product!.Variants.Select(variant => variant.Options["Size"]));
        Assert.Equal([2L, 4L], items[0].Problems.Select(problem => problem.Row));
        Assert.Equal("b", items[1].Product!.Handle);
    }

    [Fact]
    public async Task A_wrong_price_rejects_its_variant_and_not_the_product()
    {
        var item = Assert.Single(await Shopify(Header + "a,A,Size,S,1,\"69,99\",,active\na,,,M,2,-5,,\na,,,L,3,70,http://i/1,\n"));

        AssertEveryRowIsAccountedFor([item], 3);
        Assert.Equal("L", Assert.Single(item.Product!.Variants).Options["Size"]);
        Assert.Equal([(1L, "Variant Price"), (2L, "Variant Price")], item.Problems.Select(problem => (problem.Row, problem.Column!)));
        Assert.Equal(ShopStatus.Active, item.Product.Status);
    }

    [Fact]
    public async Task A_product_without_a_readable_variant_is_rejected_with_all_its_rows()
    {
        var items = await Shopify(Header + "a,A,Title,Default Title,,free,,active\na,,,,,,http://i/2,\n");

        AssertEveryRowIsAccountedFor(items, 2);
        Assert.Null(Assert.Single(items).Product);
    }

    [Fact]
    public async Task Rows_apart_from_their_product_are_rejected()
    {
        var items = await Shopify(Header + "a,A,Size,S,1,10,,\nb,B,Size,S,2,10,,\na,,,M,3,10,,\n");

        AssertEveryRowIsAccountedFor(items, 3);
        Assert.Equal((3L, "Title"), (items[2].Problems[0].Row, items[2].Problems[0].Column!));
    }

    [Theory]
    [InlineData("a,A,Size,S,1,10,,\na,,,S,2,10,,\n", "Option1 Value")]
    [InlineData("a,A,Size,S,1,10,,\na,,,,2,10,,\n", "Option1 Value")]
    [InlineData("a,A,Title,Default Title,1,10,,\na,,,Red,2,10,,\n", "Option1 Value")]
    [InlineData("a,A,Title,Default Title,1,10,,\na,,,,2,10,,\n", "Option1 Value")]
    [InlineData("a,A,Size,S,1,10,,\na,,,,,,,active\n", null)]
    [InlineData("a,A,Size,S,1,10,,\na,,Colour,,,,,draft\n", "Option1 Name")]
    public async Task A_second_row_that_cannot_be_a_variant_is_not_lost(string rows, string? column)
    {
        var items = await Shopify(Header + rows);

        AssertEveryRowIsAccountedFor(items, 2);
        Assert.Single(Assert.Single(items).Product!.Variants);
        Assert.Equal(column ?? "Status", items[0].Problems.Single(problem => problem.Rejects).Column);
    }

    [Fact]
    public async Task Columns_of_the_product_that_differ_on_a_later_row_give_a_warning()
    {
        var item = Assert.Single(await Shopify(Header + "a,A,Size,S,1,10,,active\na,Other,,M,2,10,,active\n"));

        Assert.Equal("A", item.Product!.Title);
        Assert.Equal((2L, "Title", false), (item.Problems[0].Row, item.Problems[0].Column!, item.Problems[0].Rejects));
        Assert.Single(item.Problems);
    }

    [Fact]
    public async Task Unknown_columns_are_kept_with_the_product_and_where_they_differ_with_the_variant()
    {
        var product = Assert.Single(await Shopify(
            "Handle,Title,Option1 Name,Option1 Value,Variant Price,Fabric,Fabric,Variant Tax Code\na,A,Size,S,1,Wool,Soft,T1\na,,,M,1,Wool,Hard,T2\n")).Product!;

        Assert.Equal(("Wool", "Soft"), (product.Metadata["Fabric"], product.Metadata["Fabric (2)"]));
        Assert.Equal(["Fabric (2)", "Variant Tax Code"], product.Variants[1].Metadata.Keys.Order());
        Assert.Equal("T1", product.Variants[0].Metadata["Variant Tax Code"]);
    }

    [Fact]
    public async Task A_missing_price_is_unknown_and_not_nought()
    {
        var item = Assert.Single(await Shopify("Title\nPoster\n"));

        Assert.Null(item.Product!.Variants[0].Price);
        Assert.Equal("poster", item.Product.Handle);
        Assert.Equal("Variant Price", Assert.Single(item.Problems).Column);
    }

    [Fact]
    public async Task A_quote_that_is_never_closed_is_reported_and_what_stood_before_is_kept()
    {
        var text = Header + "a,A,Size,S,1,10,,\nb,\"B,Size,S,2,10,,\nc,C,Size,S,3,10,,\n";
        AssertRejectsTheSecond(await Shopify(text));
        AssertRejectsTheSecond(await Shopify(text + string.Concat(Enumerable.Repeat("d,D,Size,S,4,10,,\n", 600_000))));

        static void AssertRejectsTheSecond(List<ShopItem> items)
        {
            AssertEveryRowIsAccountedFor(items, 2);
            Assert.Equal("a", Assert.Single(items).Product!.Handle);
            Assert.Contains("never closed", items[0].Problems[0].Message);
        }
    }

    [Fact]
    public async Task Misplaced_quotes_and_broken_letters_are_read_with_a_warning()
    {
        var bytes = "Handle,Title,Variant Price\nnail,5\" nail,1\ncaf?,Caf?,2\n"u8.ToArray();
        bytes.AsSpan().Replace((byte)'?', (byte)0xE9); // Latin-1 é, which is no UTF-8
        var items = await ShopifyCsvReader.Read(new MemoryStream(bytes)).ToList();

        Assert.Equal("5\" nail", items[0].Product!.Title);
        Assert.Equal([(1L, false), (2L, false)], items.SelectMany(item => item.Problems).Select(problem => (problem.Row, problem.Rejects)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Handle,Name\na,b\n")]
    public async Task A_file_of_another_kind_is_refused(string text) =>
        await Assert.ThrowsAsync<UnreadableShopFile>(() => Shopify(text));

    [Fact]
    public async Task A_file_without_a_header_line_is_refused() =>
        await Assert.ThrowsAsync<UnreadableShopFile>(() => Shopify("\"" + new string('x', 10_000_000)));

    [Fact]
    public async Task A_run_of_rows_without_end_does_not_gather_without_end()
    {
        var items = await Shopify(Header + "a,A,Title,Default Title,1,10,,\n" + string.Concat(Enumerable.Repeat(",,,,,,,\n", 25_000)));

        AssertEveryRowIsAccountedFor(items, 25_001);
        Assert.Equal(3, items.Count);
    }
}
