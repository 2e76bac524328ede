using Aura.Connectors.Shops;
using static Aura.Tests.Connectors.Shops.ShopTexts;

namespace Aura.Tests.Connectors.Shops;

public sealed class ShopRoundTripTests
{
    [Theory]
    [InlineData("shopify_apparel.csv")]
    [InlineData("shopify_home-and-garden.csv")]
    [InlineData("shopify_jewelery.csv")]
    [InlineData("shopify_product_template.csv")]
    [InlineData("shopify_export_packt.csv")]
    [InlineData("woocommerce_sample_products.csv")]
    public async Task Published_files_come_back_the_same_after_export(string file)
    {
        if (Data("catalog/" + file) is not { } path)
            return;
        await using var stream = File.OpenRead(path);
        var format = await ShopFile.Detect(stream);
        var products = Joined(await ShopFile.Read(format, stream).ToList());

        var (again, written) = await Through(products, format);

        Assert.Equal(Facts(products), Facts(again));
        Assert.Empty(written.LeftOut);
        Assert.Equal(products.Count, written.Products);
    }

    [Fact]
    public async Task Every_field_of_a_shopify_product_comes_back()
    {
        ShopProduct[] products = [Shirt with
        {
            Handle = "shirt", ProductType = "Tops", IsGiftCard = true, SeoDescription = "=1+1",
            Images = [new("http://i/1", "front", 1), new("http://i/2", null, 2), new("http://i/3", "back", 3), new("http://i/4", null, null)],
            Markets = new Dictionary<string, bool> { ["Japan"] = true, ["EU"] = false },
            Categories = [["Apparel", "Tops"]],
            Attributes = [], Sku = null, ExternalId = null,
            Metadata = new Dictionary<string, string> { ["Google Shopping / MPN"] = "+49 1" },
            Variants =
            [
                Small with { MarketPrices = [new("Japan", 1500m, null), new("EU", null, null)], Sale = null, ExternalId = null },
                Large with { MarketPrices = [new("Japan", 1700m, 1800m), new("EU", 9m, 10m)], Sale = null, ExternalId = null },
            ],
        }];
        // A column that is blank on a row reads as no price for that market.
        products[0] = products[0] with { Variants = [.. products[0].Variants.Select(variant => variant with { MarketPrices = [.. variant.MarketPrices.Where(price => price.Price is not null)] })] };

        var (again, written) = await Through(products, ShopFormat.Shopify);

        Assert.Equal(Facts(products), Facts(again));
        Assert.Empty(written.LeftOut);
        Assert.Equal(4, written.Rows);
    }

    [Fact]
    public async Task Every_field_of_a_woocommerce_product_comes_back()
    {
        ShopProduct[] products =
        [
            Shirt,
            Shirt with
            {
                Sku = "MUG", ExternalId = "9", Title = "'=Mug", OptionNames = [], Status = ShopStatus.Active, Published = false,
                Metadata = new Dictionary<string, string> { ["Type"] = "simple, downloadable, virtual" },
                Variants = [Large with { Sku = "MUG", ExternalId = null, RequiresShipping = false, Options = new Dictionary<string, string>(), ImageUrl = null, Metadata = new Dictionary<string, string>() }],
            },
        ];

        var (again, written) = await Through(products, ShopFormat.WooCommerce);

        Assert.Equal(Facts(products), Facts(again));
        Assert.Empty(written.LeftOut);
        Assert.Equal((2L, 4L), (written.Products, written.Rows));
    }

    [Fact]
    public async Task Words_that_say_more_than_yes_or_no_come_back()
    {
        var products = Joined(await WooCommerce("ID,Type,Name,Regular price,Backorders allowed?,Tax status,Parent,Attribute 1 name,Attribute 1 value(s),Images,Stock\n"
            + "1,simple,Mug,5,notify,shipping,,,,,\n2,variable,Shirt,,,,,Size,\"S, M\",,\n3,\"variation, virtual\",,5,notify,shipping,id:2,Size,S,\"http://i/1, http://i/2\",parent\n"));

        var (again, _) = await Through(products, ShopFormat.WooCommerce);
        products[1] = products[1] with { Variants = [Renamed(products[1].Variants[0])] };
        Assert.Equal(Facts(products), Facts(again));
        Assert.Equal((true, false, "http://i/1"), (again[1].Variants[0].AllowsBackorder, again[1].Variants[0].Taxable, again[1].Variants[0].ImageUrl));

        products = [.. (await Shopify("Handle,Title,Variant Price,Variant Inventory Tracker\na,A,5,shipwire\nb,B,5,\n")).Select(item => item.Product!)];
        (again, _) = await Through(products, ShopFormat.Shopify);
        Assert.Equal(Facts(products), Facts(again));
        Assert.Equal((true, false), (again[0].Variants[0].TracksInventory, again[1].Variants[0].TracksInventory));

        // The platform names variations itself where the file does not.
        static ShopVariant Renamed(ShopVariant variant) =>
            variant with { Metadata = new Dictionary<string, string>(variant.Metadata) { ["Name"] = "Shirt - S" } };
    }

    [Theory]
    [InlineData(ShopFormat.Shopify)]
    [InlineData(ShopFormat.WooCommerce)]
    public async Task Products_of_one_platform_can_be_sold_on_the_other_and_what_is_left_out_is_counted(ShopFormat to)
    {
        ShopProduct[] products = [Shirt with { Status = ShopStatus.Archived, IsGiftCard = true, Variants = [Small, AnyFit] }];

        var (again, written) = await Through(products, to);

        Assert.NotEmpty(written.LeftOut);
        Assert.Equal(("S", 10.5m), (again[0].Variants[0].Options["Size"], again[0].Variants[0].Price));
        Assert.Equal(("L", "Any"), (again[0].Variants[1].Options["Size"], again[0].Variants[1].Options.GetValueOrDefault("Fit", "Any")));
        Assert.NotEqual("variable", again[0].ProductType);
        Assert.Equal(products[0].Variants.Select(variant => variant.Sku), again[0].Variants.Select(variant => variant.Sku));
    }

    [Fact]
    public async Task Text_that_looks_like_a_formula_is_guarded_only_where_the_platform_takes_the_guard_away()
    {
        ShopProduct[] products = [Shirt with { Title = "=HYPERLINK(1)", Variants = [Small], OptionNames = [] }];

        Assert.Contains(",=HYPERLINK(1),", await Text(products, ShopFormat.Shopify));
        Assert.Contains(",'=HYPERLINK(1),", await Text(products, ShopFormat.WooCommerce));
        Assert.DoesNotContain("'-1", await Text([products[0] with { Status = ShopStatus.Draft }], ShopFormat.WooCommerce));
    }

    [Fact]
    public async Task Metadata_that_appears_after_the_header_is_counted_as_left_out()
    {
        using var stream = new MemoryStream();
        var written = await ShopifyCsvWriter.Write(new[] { Shirt, Shirt }.Flow(), stream, new ShopColumns());

        Assert.Equal((2L, 2L), (written.LeftOut["Short description"], written.LeftOut["Meta: _x"]));
    }

    [Fact]
    public async Task Columns_hold_the_products_that_they_were_made_for_and_say_so_of_one_that_needs_more()
    {
        var columns = await ShopColumns.Of(new[] { Shirt }.Flow());

        Assert.True(columns.Hold(Shirt));
        Assert.True(columns.Hold(Shirt with { Title = "Other", Metadata = new Dictionary<string, string>(), Attributes = [] }));
        Assert.False(columns.Hold(Shirt with { Metadata = new Dictionary<string, string> { ["Meta: _y"] = "1" } }));
        Assert.False(columns.Hold(Shirt with { Variants = [Small with { Metadata = new Dictionary<string, string> { ["Variant Weight"] = "1" } }] }));
        Assert.False(columns.Hold(Shirt with { Markets = new Dictionary<string, bool> { ["Mars"] = true } }));
        Assert.False(columns.Hold(Shirt with { Attributes = [.. Shirt.Attributes, new("Colour", ["Red"], true, false, null)] }));
    }

    private static readonly ShopVariant Small = new()
    {
        ExternalId = "11", Sku = "S-1", Price = 10.5m, CompareAtPrice = 12m, Cost = 3.25m, Grams = 200m, WeightUnit = "kg", Barcode = "0012345678905",
        InventoryQuantity = 4, TracksInventory = true, Options = new Dictionary<string, string> { ["Size"] = "S", ["Fit"] = "Slim, tight" },
        ImageUrl = "http://i/1?a=1,2", Metadata = new Dictionary<string, string> { ["Variant Tax Code"] = "T\n1" },
    };

    private static readonly ShopVariant Large = Small with
    {
        ExternalId = "12", Sku = null, Price = 11m, CompareAtPrice = null, InventoryQuantity = -2, AllowsBackorder = true, Taxable = false,
        Sale = new(9m, new DateTime(2026, 11, 27, 0, 0, 0, DateTimeKind.Utc), null),
        Options = new Dictionary<string, string> { ["Size"] = "L", ["Fit"] = "Wide" },
    };

    private static readonly ShopProduct Shirt = new()
    {
        ExternalId = "10", Sku = "SHIRT", Title = "Shirt \"T\", new", BodyHtml = "<p>one</p>\n<p>C:\\new; two</p>", Vendor = "Acme",
        Categories = [["Apparel", "Tops"], ["New"]], Tags = ["a b", "c"], Status = ShopStatus.Draft, OptionNames = ["Size", "Fit"],
        Attributes = [new("Size", ["S", "L"], true, true, "S"), new("Fit", ["Slim, tight", "Wide"], true, false, null)],
        Variants = [Small with { Metadata = Named("Shirt - S") }, Large with { Metadata = Named("Shirt - L") }],
        Images = [new("http://i/1?a=1,2", null, 1), new("http://i/2", null, 2)], SeoTitle = "-20% shirts", SeoDescription = "Seo",
        Metadata = new Dictionary<string, string> { ["Type"] = "variable", ["Short description"] = "@home", ["Meta: _x"] = "+49 1" },
    };

    private static readonly ShopVariant AnyFit = Large with { Options = new Dictionary<string, string> { ["Size"] = "L" } };

    private static Dictionary<string, string> Named(string name) => new() { ["Name"] = name, ["Position"] = "1" };

    private static async Task<(List<ShopProduct> Again, ShopWritten Written)> Through(IReadOnlyList<ShopProduct> products, ShopFormat format)
    {
        using var stream = new MemoryStream();
        var written = await Write(products, format, stream);
        stream.Position = 0;
        Assert.Equal(format, await ShopFile.Detect(stream));
        var items = await ShopFile.Read(format, stream).ToList();
        AssertEveryRowIsAccountedFor(items, written.Rows);
        return (Joined(items), written);
    }

    private static async Task<string> Text(IReadOnlyList<ShopProduct> products, ShopFormat format)
    {
        using var stream = new MemoryStream();
        await Write(products, format, stream);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    private static async Task<ShopWritten> Write(IReadOnlyList<ShopProduct> products, ShopFormat format, Stream stream)
    {
        var columns = await ShopColumns.Of(products.Flow());
        return format == ShopFormat.Shopify
            ? await ShopifyCsvWriter.Write(products.Flow(), stream, columns)
            : await WooCommerceCsvWriter.Write(products.Flow(), stream, columns);
    }
}
