using System.Text.Json;
using Aura.Connectors.Shops;
using CsvHelper;
using static Aura.Tests.Connectors.Shops.ShopTexts;

namespace Aura.Tests.Connectors.Shops;

public sealed class WooCommerceCsvReaderTests
{
    [Fact]
    public async Task The_sample_file_reads_with_every_row_accounted_for()
    {
        if (Data("catalog/woocommerce_sample_products.csv") is not { } path)
            return;
        await using var stream = File.OpenRead(path);
        var items = await WooCommerceCsvReader.Read(stream).ToList();

        AssertEveryRowIsAccountedFor(items, 24);
        Assert.Empty(items.SelectMany(item => item.Problems));
        Assert.Equal((15, 9), (items.Count(item => item.Product is not null), items.Count(item => item.Variation is not null)));
        Assert.Equal([("cc-hoodie", 6), ("cc-tee", 3)], items.Select(item => item.Variation).OfType<ShopVariation>()
            .GroupBy(variation => variation.Parent).Select(group => (group.Key, group.Count())));
    }

    [Fact]
    public async Task The_sample_file_gives_every_kind_of_product()
    {
        if (Data("catalog/woocommerce_sample_products.csv") is not { } path)
            return;
        await using var stream = File.OpenRead(path);
        var products = Joined(await WooCommerceCsvReader.Read(stream).ToList()).ToDictionary(product => product.Sku!);

        var hoodie = products["cc-hoodie"];
        Assert.Equal(["Color", "Logo"], hoodie.OptionNames);
        Assert.Equal(["Blue", "Green", "Red"], hoodie.Attributes[0].Values);
        Assert.Equal((true, false, "No"), (hoodie.Attributes[0].Shared, hoodie.Attributes[1].Shared, hoodie.Attributes[1].Default));
        Assert.Equal(["Clothing", "Hoodies"], hoodie.Categories[0]);
        Assert.Equal(4, hoodie.Images.Count);
        var red = hoodie.Variants.Single(variant => variant.Sku == "cc-hoodie-red");
        Assert.Equal((42m, 45m, "758"), (red.Price, red.CompareAtPrice, red.ExternalId));
        Assert.Equal(("Red", "No"), (red.Options["Color"], red.Options["Logo"]));

        Assert.Equal(["Color"], products["cc-tee"].Variants[0].Options.Keys); // any size
        Assert.Equal((false, 15m), (products["cc-album"].Variants[0].RequiresShipping, products["cc-album"].Variants[0].Price));
        Assert.Equal("Single 2", products["cc-album"].Metadata["Download 2 name"]);
        Assert.Equal("Gray", products["cc-hoodie-with-pocket"].Attributes[0].Values.Single());
        Assert.Equal("hidden", products["cc-hoodie-with-pocket"].Metadata["Visibility in catalog"]);
        Assert.Equal("no-sidebar", products["cc-beanie-logo"].Metadata["Meta: _generate-sidebar-layout-meta"]);

        var collection = products["cc-logo-collection"];
        Assert.Equal("grouped", collection.Metadata["Type"]);
        Assert.Equal("cc-hoodie-with-logo, cc-beanie-logo, cc-tshirt-logo", collection.Metadata["Grouped products"]);
        Assert.Equal((0, 4), (collection.Variants.Count, collection.Images.Count));
        var donation = products["cp-donation"];
        Assert.Equal(("external", "https://www.classicpress.net/donate/", "Donate to ClassicPress"),
            (donation.Metadata["Type"], donation.Metadata["External URL"], donation.Metadata["Button text"]));
        Assert.Equal(30m, donation.Variants[0].Price);
    }

    [Fact]
    public async Task No_text_of_the_sample_file_is_lost()
    {
        if (Data("catalog/woocommerce_sample_products.csv") is not { } path)
            return;
        await using var stream = File.OpenRead(path);
        var items = await WooCommerceCsvReader.Read(stream).ToList();
        stream.Position = 0;
        using var csv = CsvReader.Create(stream);
        for (var row = 0; csv.Read(); row++)
        {
            using var read = JsonDocument.Parse(JsonSerializer.Serialize(items[row]));
            var known = Texts(read.RootElement).ToHashSet();
            for (var i = 0; i < csv.FieldCount; i++)
            {
                if (csv.Headers[i] == "Attribute 2 name" && csv.GetString(i + 1).Length == 0)
                    continue; // a variation for any size: the option's name is the parent's
                foreach (var part in csv.GetString(i).Split([',', '>'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                    Assert.True(part.Length < 2 || known.Any(text => text.Contains(part, StringComparison.Ordinal))
                        || part is "simple" or "variable" or "variation" or "taxable", $"Row {row + 1}, {csv.Headers[i]}: {part}");
            }
        }

        static IEnumerable<string> Texts(JsonElement element) => element.ValueKind switch
        {
            JsonValueKind.Object => element.EnumerateObject().SelectMany(property => Texts(property.Value).Prepend(property.Name)),
            JsonValueKind.Array => element.EnumerateArray().SelectMany(Texts),
            _ => [element.ToString()],
        };
    }

    [Fact]
    public async Task Variations_may_come_before_their_parent_and_name_it_by_id()
    {
        var items = await WooCommerce("ID,Type,SKU,Name,Regular price,Parent,Attribute 1 name,Attribute 1 value(s)\n"
            + "8,variation,S,Shirt - S,9.50,id:7,Size,S\n7,variable,,Shirt,,,Size,\"S, M\"\n9,variation,M,Shirt - M,9.50,id:7,Size,M\n");

        Assert.Equal(["id:7", "id:7"], items.Select(item => item.Variation).OfType<ShopVariation>().Select(variation => variation.Parent));
        Assert.Equal(["S", "M"], Assert.Single(Joined(items)).Variants.Select(variant => variant.Options["Size"]));
    }

    [Theory]
    [InlineData("20", "15", "", "", 15, 20, null)]
    [InlineData("20", "", "", "", 20, null, null)]
    [InlineData("20", "25", "", "", 20, null, null)]
    [InlineData("", "15", "", "", 15, null, null)]
    [InlineData("20", "15", "2026-11-27", "2026-11-30T23:59:59+01:00", 20, null, 15)]
    [InlineData("20", "15", "", "2026-11-30 23:59:59", 20, null, 15)]
    public async Task A_sale_is_the_price_unless_it_has_dates(string regular, string sale, string starts, string ends, int price, int? compareAt, int? dated)
    {
        var variant = Assert.Single(await WooCommerce("Type,Name,Regular price,Sale price,Date sale price starts,Date sale price ends\n"
            + $"simple,Mug,{regular},{sale},{starts},{ends}\n")).Product!.Variants[0];

        Assert.Equal(((decimal?)price, (decimal?)compareAt, (decimal?)dated), (variant.Price, variant.CompareAtPrice, variant.Sale?.Price));
        if (ends.EndsWith("+01:00", StringComparison.Ordinal))
            Assert.Equal((new DateTime(2026, 11, 27, 0, 0, 0, DateTimeKind.Utc), new DateTime(2026, 11, 30, 22, 59, 59, DateTimeKind.Utc)),
                (variant.Sale!.Starts!.Value, variant.Sale.Ends!.Value));
    }

    [Theory]
    [InlineData("5", "1", "0", 5, true, false)]
    [InlineData("", "1", "0", null, false, false)]
    [InlineData("", "0", "0", 0, true, false)]
    [InlineData("0", "0", "notify", 0, true, true)]
    [InlineData("", "backorder", "", 0, true, true)]
    [InlineData("3", "1", "1", 3, true, true)]
    [InlineData("parent", "1", "0", null, false, false)]
    public async Task Stock_and_backorders(string stock, string inStock, string backorders, int? quantity, bool tracks, bool backorder)
    {
        var variant = Assert.Single(await WooCommerce($"Type,Name,Stock,In stock?,Backorders allowed?\nsimple,Mug,{stock},{inStock},{backorders}\n")).Product!.Variants[0];

        Assert.Equal((quantity, tracks, backorder), (variant.InventoryQuantity, variant.TracksInventory, variant.AllowsBackorder));
    }

    [Theory]
    [InlineData("1", ShopStatus.Active, true)]
    [InlineData("0", ShopStatus.Active, false)]
    [InlineData("-1", ShopStatus.Draft, false)]
    [InlineData("'-1", ShopStatus.Draft, false)]
    [InlineData("7", ShopStatus.Draft, false)]
    public async Task Published_is_public_private_or_draft(string text, ShopStatus status, bool published)
    {
        var product = Assert.Single(await WooCommerce($"Type,Name,Published\nsimple,Mug,{text}\n")).Product!;
        Assert.Equal((status, published), (product.Status, product.Published));
    }

    [Fact]
    public async Task Lists_weights_and_line_breaks_are_read_as_the_platform_writes_them()
    {
        var product = Assert.Single(await WooCommerce(
            "Type,Name,Description,Categories,Tags,Images,Weight (lbs),Length (in),Attribute 3 name,Attribute 3 value(s)\n"
            + "simple,'=Mug,\"a\\nb\\\\nc\",\"Home > Kitchen, Music\",\"hot\\, cold, new\",\"http://i/1, http://i/2\",2,9,Colour,\"Red, Blue\"\n")).Product!;

        Assert.Equal(("=Mug", "a\nb\\nc"), (product.Title, product.BodyHtml));
        Assert.Equal([["Home", "Kitchen"], ["Music"]], product.Categories);
        Assert.Equal(["hot, cold", "new"], product.Tags);
        Assert.Equal([1, 2], product.Images.Select(image => image.Position!.Value));
        Assert.Equal((907.18474m, "lb"), (product.Variants[0].Grams, product.Variants[0].WeightUnit));
        Assert.Equal("9", product.Metadata["Length (in)"]);
        Assert.Equal(["Red", "Blue"], product.Attributes.Single().Values);
        Assert.Empty(product.OptionNames);
    }

    [Fact]
    public async Task Rows_that_cannot_be_read_say_where()
    {
        var items = await WooCommerce("Type,Name,Regular price,Parent,Stock,Date sale price starts,Sale price\n"
            + "simple,,5,,,,\nvariation,Mug - red,5,,,,\nsimple,Mug,abc,,,,\nsimple,Mug,5,,many,,\nsimple,Mug,5,,,soon,4\nsimple,Mug\n,,,,,,\nsimple,Mug,5,,,,\n");

        AssertEveryRowIsAccountedFor(items, 8);
        Assert.Equal(["Name", "Parent", "Regular price", "Stock", "Date sale price starts", null],
            items.SelectMany(item => item.Problems).Select(problem => problem.Column));
        Assert.Equal(ShopRowUse.Empty, items[6].Rows[0].Use);
        Assert.NotNull(items[7].Product);
    }
}
