using System.Text.Json.Nodes;

namespace Aura.Tests.ProductFiles;

/// <summary>What becomes of the rows of a file, the good and the bad.</summary>
public sealed class ImportRuleTests
{
    [Theory]
    [InlineData("bad,Bad,,B,9.999,", "2 rejected Variant Price USD has 2 decimal places.")]
    [InlineData("bad,Bad,,B,99999999999999,", "2 rejected Variant Price An amount is at most 1000000000000.")]
    [InlineData("bad,Bad,,prod_7,5,", "2 rejected Variant SKU Must not look like the id of a product.")]
    [InlineData("bad,Bad,,B,5,TOO-LONG", "2 rejected Variant Barcode Has at most 100 characters.")]
    [InlineData("bad,TOO-LONG,,B,5,", "2 rejected Title It has more than 255 characters.")]
    [InlineData("bad,B\0d,,B,5,", "2 rejected  The text contains the character U+0000, which cannot be kept.")]
    public async Task A_bad_row_is_named_with_its_reason_and_its_neighbours_are_taken(string row, string reason)
    {
        var store = await Store.Open();

        var import = await store.Import($"Handle,Title,Tags,Variant SKU,Variant Price,Variant Barcode\nmug,Mug,,M,8,\n{row.Replace("TOO-LONG", new string('x', 300))}\nbowl,Bowl,,W,9,\n");

        await store.AssertAccountedFor(import, 3);
        Assert.Equal([reason], await store.Rows(import, "rejected"));
        Assert.Equal(["M", "W"], (await store.Stock()).Keys.Order());
    }

    [Fact]
    public async Task Many_bad_rows_leave_all_good_ones()
    {
        var store = await Store.Open();
        var csv = "Handle,Title,Variant Price\n" + string.Concat(Enumerable.Range(1, 250).Select(i => $"p{i},Prod{(i % 3 == 0 ? "\0" : "")}uct,{i}\n"));

        var import = await store.Import(csv);

        Assert.Equal((250, 167, 83), ((int)import["rows"]!["read"]!, (int)import["rows"]!["created"]!, (int)import["rows"]!["rejected"]!));
    }

    [Fact]
    public async Task A_bad_variant_leaves_the_others_of_its_product()
    {
        var store = await Store.Open();

        var import = await store.Import("Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\n"
            + "shirt,Shirt,Size,S,S-S,10\nshirt,,,M,S-M,10.001\nshirt,,,L,S-L,12\nshirt,,,XL,S-XL,\n");

        Assert.Equal(["2 rejected Variant Price USD has 2 decimal places.", "4 rejected Variant Price The variant has no price, so it cannot be sold; it was not taken."], await store.Rows(import, "rejected"));
        Assert.Equal(["S-L", "S-S"], (await store.Stock()).Keys.Order());
        var product = await Only(store);
        Assert.Equal([10m, 12m], product["variants"]!.AsArray().Select(v => (decimal)v!["price"]!));
    }

    [Fact]
    public async Task A_product_that_comes_twice_in_a_file_is_taken_once()
    {
        var store = await Store.Open();

        var import = await store.Import("Handle,Title,Variant Price\nmug,Mug,8\nbowl,Bowl,9\nMug,Another,7\n");

        Assert.Equal(["3 rejected  The same product was in row 1 already."], await store.Rows(import, "rejected"));
        Assert.Equal(2, (await store.Catalogue()).Count);
    }

    [Fact]
    public async Task A_SKU_that_another_variant_has_is_replaced_and_said_and_stays_the_same_the_next_time()
    {
        var store = await Store.Open();
        const string csv = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\nmug,Mug,,,X,8\nshirt,Shirt,Size,S,X,10\nshirt,,,M,Y,10\nshirt,,,L,Y,10\n";

        var import = await store.Import(csv);
        var skus = (await store.Stock()).Keys.Order().ToList();
        var again = await store.Import(csv);

        Assert.Equal(4, skus.Count);
        Assert.Equal(["2", "4"], (await store.Rows(import, "warning")).Select(row => row.Split(' ')[0]));
        Assert.Equal(4, (int)again["rows"]!["unchanged"]!);
        Assert.Equal(skus, (await store.Stock()).Keys.Order());
    }

    [Fact]
    public async Task Changed_rows_change_what_they_name_and_columns_that_are_not_there_leave_it()
    {
        var store = await Store.Open();
        await store.Import("Handle,Title,Body (HTML),Vendor,Tags,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Compare At Price,Cost per item,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty\n"
            + "shirt,Shirt,Fine,Acme,\"a, b\",Size,S,S-S,10,15,4,200,shopify,7\nshirt,,,,,,M,S-M,10,15,,,shopify,2\n");
        var before = await Only(store);

        var import = await store.Import("Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Inventory Tracker,Variant Inventory Qty\n"
            + "shirt,Shirt,Size,S,S-S,12,shopify,5\nshirt,,,L,S-L,13,shopify,1\n");

        var after = await Only(store);
        Assert.Equal("""{"created":0,"updated":1,"unchanged":0}""", import["products"]!.ToJsonString());
        Assert.Equal("""{"created":1,"updated":1,"unchanged":0}""", import["variants"]!.ToJsonString());
        Assert.Equal(("Fine", "Acme"), ((string?)after["description"], (string?)after["vendor"]));
        Assert.Equal((12m, 15m), ((decimal)after["price"]!, (decimal)after["compare_at_price"]!));
        Assert.Equal([12m, 10m, 13m], after["variants"]!.AsArray().Select(v => (decimal)v!["price"]!));
        Assert.Equal(4m, (decimal)after["variants"]![0]!["cost"]!);
        Assert.Equal(200, (int)after["variants"]![1]!["weight"]!);
        Assert.Equal(new Dictionary<string, long> { ["S-S"] = 5, ["S-M"] = 2, ["S-L"] = 1 }.OrderBy(s => s.Key), (await store.Stock()).OrderBy(s => s.Key));
        Assert.True((int)after["version"]! > (int)before["version"]!);
    }

    private const string EveryFact =
        "Handle,Title,Body (HTML),Vendor,Type,Product Category,Tags,Status,SEO Title,Variant SKU,Variant Price,Variant Compare At Price,Cost per item,Variant Barcode,"
        + "Variant Image,Variant Grams,Variant Inventory Tracker,Variant Inventory Policy,Variant Requires Shipping,Variant Taxable,Variant Inventory Qty,Image Src\n"
        + "shirt,Shirt,Fine,Acme,Tops,Clothing > Shirts,\"a, b\",draft,For you,S,10,15,4,978,https://x.example/s.png,200,shopify,continue,FALSE,FALSE,7,https://x.example/i.png\n";

    [Fact]
    public async Task A_file_of_prices_changes_nothing_but_prices()
    {
        var store = await Store.Open();
        await store.Import(EveryFact);
        var before = await Only(store);

        await store.Import("Handle,Title,Variant Price\nshirt,Shirt,12\n");

        var after = await Only(store);
        Assert.Equal(12m, (decimal)after["price"]!);
        foreach (var product in (JsonNode[])[before, after])
            foreach (var (owner, changing) in ((JsonNode, string[])[])[(product, ["price", "updated_at", "version"]), (product["variants"]![0]!, ["price", "updated_at", "version"])])
                foreach (var name in changing)
                    owner.AsObject().Remove(name);
        Assert.Equal(before.ToJsonString(), after.ToJsonString());
        await store.Import("Handle,Title,Variant Price\nshirt,Shirt,20\n");
        Assert.Null((await Only(store))["compare_at_price"]); // it would be struck through and lower
    }

    [Fact]
    public async Task A_blank_cell_of_Shopify_clears_and_one_of_WooCommerce_leaves_what_there_is()
    {
        var store = await Store.Open();
        await store.Import(EveryFact);

        var blank = await store.Import(
            "Handle,Title,Body (HTML),Vendor,Type,Product Category,Tags,SEO Title,Variant SKU,Variant Price,Variant Compare At Price,Cost per item,Variant Barcode,Variant Image,Image Src,Variant Grams\n"
            + "shirt,Shirt,,,,,,,,,,,,,,\n");
        var cleared = await Only(store);
        var woo = await store.Import("SKU,Name,Type,Description,Brands,Regular price,Tags\nS2,Coat,simple,Warm,Acme,30,x\n");
        await store.Import("SKU,Name,Type,Description,Brands,Regular price,Tags\nS2,Coat,simple,,,,\n");
        var coat = await store.Test.Ok("GET /v2/products/S2");

        Assert.Equal("""{"created":0,"updated":1,"unchanged":0}""", blank["products"]!.ToJsonString());
        foreach (var name in (string[])["description", "vendor", "product_type", "compare_at_price"])
            Assert.Null(cleared[name]);
        Assert.Equal(("[]", "[]", "{}"), (cleared["tags"]!.ToJsonString(), cleared["categories"]!.ToJsonString(), cleared["metadata"]!.ToJsonString()));
        var variant = cleared["variants"]![0]!;
        foreach (var name in (string[])["cost", "barcode", "image"])
            Assert.Null(variant[name]);
        Assert.Equal(("S", 10m, 200), ((string?)variant["sku"], (decimal)variant["price"]!, (int)variant["weight"]!)); // nothing is sold for nothing or without a name
        Assert.Single(cleared["images"]!.AsArray());
        Assert.Equal(("Warm", "Acme", 30m, "[\"x\"]"), ((string?)coat["description"], (string?)coat["vendor"], (decimal)coat["price"]!, coat["tags"]!.ToJsonString()));
        Assert.Equal(1, (int)woo["products"]!["created"]!);
    }

    [Fact]
    public async Task A_product_that_was_made_here_is_found_by_its_SKU_and_gets_a_handle()
    {
        var store = await Store.Open();
        var made = await store.Test.Ok("POST /v2/products", new { name = "Mug", price = 8, sku = "M" });

        var import = await store.Import("Handle,Title,Variant SKU,Variant Price\nnice-mug,Nice mug,M,8\n");
        await store.Import("Handle,Title,Variant Price\nnice-mug,Nicer mug,8\n");

        var product = await Only(store);
        Assert.Equal(("Nicer mug", (string?)made["id"]), ((string?)product["name"], (string?)product["id"]));
        Assert.Equal(1, (int)import["products"]!["updated"]!);
    }

    [Fact]
    public async Task Variations_find_their_parent_before_or_after_them_and_across_files()
    {
        var store = await Store.Open();
        const string header = "ID,Type,SKU,Name,Published,Regular price,Stock,Parent,Attribute 1 name,Attribute 1 value(s)\n";

        var import = await store.Import(header + "11,variation,S-M,,1,10,3,S,Size,M\n10,variable,S,Shirt,1,,,,Size,\"M, L, XL\"\n12,variation,S-L,,1,11,4,id:10,Size,L\n13,variation,,,1,1,,T,Size,M\n20,variable,E,Empty,1,,,,Size,M\n");
        var later = await store.Import(header + "14,variation,S-XL,,1,12,5,S,Size,XL\n15,variation,E-M,,1,9,5,E,Size,M\n");

        await store.AssertAccountedFor(import, 5);
        Assert.Equal(["4 rejected Parent There is no product T, neither in the file nor in the store."], await store.Rows(import, "rejected"));
        Assert.Equal(["5 warning  It has nothing to sell: no variation of it was taken. It is a draft."], await store.Rows(import, "warning"));
        Assert.Equal(2, (int)later["variants"]!["created"]!);
        var products = (await store.Test.Ok("GET /v2/products?sort=sku"))["data"]!.AsArray();
        Assert.Equal(["E active E-M", "S active S-M,S-L,S-XL"], products.Select(p => $"{p!["sku"]} {p["status"]} {string.Join(',', p["variants"]!.AsArray().Select(v => (string)v!["sku"]!))}"));
        Assert.Equal(new Dictionary<string, long> { ["E-M"] = 5, ["S-L"] = 4, ["S-M"] = 3, ["S-XL"] = 5 }, (await store.Stock()).OrderBy(s => s.Key, StringComparer.Ordinal).ToDictionary());
    }

    [Fact]
    public async Task Variations_are_added_to_a_product_that_was_made_here()
    {
        var store = await Store.Open();
        await store.Test.Ok("POST /v2/products", new { name = "Shirt", price = 8, sku = "S" });
        const string csv = "Type,SKU,Name,Regular price,Sale price,Date sale price ends,Stock,Parent,Attribute 1 name,Attribute 1 value(s)\nvariation,S-M,,10,9,2031-01-01,3,S,Size,M\n";

        await store.Import(csv);
        var again = await store.Import(csv);

        Assert.Equal(1, (int)again["rows"]!["unchanged"]!);
        Assert.Equal([8m, 10m], (await Only(store))["variants"]!.AsArray().Select(v => (decimal)v!["price"]!));
        Assert.Contains(",9,10,", await store.Export("woocommerce"));
    }

    [Fact]
    public async Task Nothing_is_sold_by_accident()
    {
        var store = await Store.Open();

        var import = await store.Import("Handle,Title,Published,Status,Variant Price\nfree,No price,TRUE,active,\nhidden,Hidden,FALSE,active,5\nold,Old,TRUE,archived,5\n");

        Assert.Equal(["1 warning Variant Price The variant has no price.", "1 warning Variant Price Nobody has said what it costs, so it is a draft here.", "2 warning Published It is not published in its shop, so it is a draft here."],
            await store.Rows(import, "warning"));
        var products = (await store.Test.Ok("GET /v2/products?sort=name"))["data"]!.AsArray();
        Assert.Equal(["Hidden draft", "No price draft", "Old archived"], products.Select(p => $"{p!["name"]} {p["status"]}"));
        Assert.Contains("hidden,Hidden,,,,,,FALSE", await store.Export("shopify"));
    }

    [Fact]
    public async Task What_the_catalogue_has_no_place_for_is_said_and_comes_back_from_an_export()
    {
        var store = await Store.Open();
        var csv = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Compare At Price,Variant Taxable,SEO Title,Google Shopping / Google Product Category,Note,Image Src,Included / Japan,Price / Japan,Compare At Price / Japan,Price / International\n"
            + $"shirt,Shirt,Size,S,S-S,10,12,TRUE,Seo,212,{new string('n', 600)},https://i.example/1,TRUE,1500,1800,9\nshirt,,,M,S-M,10,14,FALSE,,,,ftp://i.example/2,,1700,,\n";

        var import = await store.Import(csv);

        var warned = (await store.Rows(import, "warning")).Select(row => string.Join(' ', row.Split(' ')[..6])).ToList();
        Assert.Contains("1 warning Compare At Price /", warned);
        Assert.Contains("1 warning Price / International The", warned);
        Assert.Contains("2 warning Variant Compare At Price", warned);
        Assert.Contains("2 warning Variant Taxable Whether tax", warned);
        Assert.Contains("1 warning Image Src \"ftp://i.example/2\" is", warned);
        var product = await Only(store);
        Assert.Equal("""{"JPY":1500}""", product["variants"]![0]!["prices"]!.ToJsonString());
        Assert.Equal("""{"seo_title":"Seo"}""", product["metadata"]!.ToJsonString());
        var other = await Store.Open();
        await other.Import(await store.Export("shopify"));
        Assert.Equal(await store.Export("shopify"), await other.Export("shopify"));
        var export = await other.Export("shopify");
        Assert.All(["212", new string('n', 600), "1800", "14"], text => Assert.Contains($",{text}", export));
    }

    [Fact]
    public async Task Categories_of_one_name_under_different_parents_stay_apart()
    {
        var store = await Store.Open();
        await store.Test.Ok("POST /v2/products", new { name = "Other", price = 1, sku = "O", categories = new[] { "Shirts" } });

        await store.Import("Type,SKU,Name,Regular price,Categories\nsimple,A,A,1,\"Men > Shirts, Sale\"\nsimple,B,B,1,Women > Shirts\nsimple,C,C,1,Men > Shirts\nsimple,D,D,1,!!! > Odd\n");

        var products = (await store.Test.Ok("GET /v2/products?sort=sku"))["data"]!.AsArray();
        Assert.Equal(["A men-shirts sale", "B women-shirts", "C men-shirts", "D", "O shirts"], products.Select(p => $"{p!["sku"]} {string.Join(' ', p["categories"]!.AsArray().Select(c => (string)c!))}".Trim()));
    }

    private static async Task<JsonNode> Only(Store store) => Assert.Single((await store.Test.Ok("GET /v2/products"))["data"]!.AsArray())!; // one and not null
}
