using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.ProductFiles;

public sealed class ProductFileTests
{
    [Theory]
    [InlineData("shopify_apparel.csv", 22, 20, 22)]
    [InlineData("shopify_home-and-garden.csv", 21, 20, 21)]
    [InlineData("shopify_jewelery.csv", 41, 20, 23)]
    [InlineData("shopify_product_template.csv", 17, 3, 16)]
    [InlineData("shopify_export_packt.csv", 21, 20, 21)]
    [InlineData("woocommerce_sample_products.csv", 24, 15, 22)] // 12 of its own, 9 variations, and one that stands for a collection
    public async Task Published_files_import_whole_and_come_back_from_an_export(string file, int rows, int products, int variants)
    {
        if (Connectors.Shops.ShopTexts.Data($"catalog/{file}") is not { } path)
            return;
        var (store, other) = (await Store.Open(), await Store.Open());
        var csv = await File.ReadAllTextAsync(path);

        var import = await store.Import(csv);

        await store.AssertAccountedFor(import, rows);
        Assert.Equal((products, 0, 0), Counts(import["products"]));
        var catalogue = await store.Catalogue();
        Assert.Equal((products, variants), (catalogue.Count, (await store.Stock()).Count));

        var again = await store.Import(csv);
        await store.AssertAccountedFor(again, rows);
        Assert.Equal((0, 0, products), Counts(again["products"]));
        Assert.Equal(0, (int)again["rows"]!["updated"]!);
        Assert.Equal(catalogue, await store.Catalogue());

        foreach (var format in (string[])["shopify", "woocommerce"])
        {
            var sameFormat = file.StartsWith(format, StringComparison.Ordinal);
            var target = sameFormat ? other : await Store.Open();
            var export = await store.Export(format);
            var copied = await target.Import(export);
            Assert.Equal(products, Counts(copied["products"]).Created);
            if (!sameFormat)
                continue;
            Assert.Equal(0, (int)copied["rows"]!["rejected"]!);
            Assert.Equal(catalogue, await target.Catalogue());
            Assert.Equal(export, await target.Export(format));
        }
    }

    [Fact]
    public async Task A_file_is_accepted_as_a_body_or_as_a_form_and_is_reported_row_by_row()
    {
        var store = await Store.Open();
        using var form = new MultipartFormDataContent
        {
            { new StringContent("shopify"), "format" },
            { new StringContent("Handle,Title,Variant SKU,Variant Price\nmug,Mug,M-1,8\n,,,\nbowl,Bowl,B-1,x\n"), "file", "C:\\shop\\mine.csv" },
        };

        var accepted = await store.Test.Ok("POST /v2/imports/products", form);
        await store.Join((string)accepted["id"]!);
        var import = await store.Test.Ok($"GET /v2/imports/{accepted["id"]}");

        Assert.Equal("queued", (string?)accepted["status"]);
        Assert.Equal(("completed", "shopify", 100), ((string?)import["status"], (string?)import["format"], (int)import["progress"]!));
        Assert.Equal("""{"read":3,"created":1,"updated":0,"unchanged":0,"skipped":1,"rejected":1,"warnings":0}""", import["rows"]!.ToJsonString());
        Assert.Equal(["3 rejected Variant Price \"x\" is not an amount; write it like 1299.00."], await store.Rows(import, "rejected"));
        Assert.Single((await store.Test.Ok("GET /v2/imports?status=completed"))["data"]!.AsArray());
        Assert.Equal("products.import", (string?)(await store.Test.Ok($"GET /v2/jobs/{accepted["job_id"]}"))["type"]);
    }

    [Theory]
    [InlineData("", "unreadable_file")]
    [InlineData("name,price\nMug,8\n", "unreadable_file")]
    [InlineData("{\"name\": \"Mug\"}", "unreadable_file")]
    [InlineData("\u001f\u008b\b", "unreadable_file")]
    public async Task A_file_that_is_no_product_file_is_refused_before_it_is_kept(string content, string code)
    {
        var store = await Store.Open();

        var error = await store.Test.Refused(422, "POST /v2/imports/products", new ByteArrayContent(Encoding.Latin1.GetBytes(content)) { Headers = { ContentType = new("text/csv") } });

        Assert.Equal(code, (string?)error["code"]);
        Assert.Empty((await store.Test.Ok("GET /v2/imports"))["data"]!.AsArray());
    }

    [Fact]
    public async Task A_wrong_request_says_what_is_wrong()
    {
        var store = await Store.Open();
        const string csv = "Handle,Title,Variant Price\nmug,Mug,8\n";

        await store.Test.Refused(422, "POST /v2/imports/products?format=woocommerce", Importing.Csv(csv));
        await store.Test.Refused(422, "POST /v2/imports/products?format=magento", Importing.Csv(csv));
        await store.Test.Refused(400, "POST /v2/imports/products", new { file = csv });
        await store.Test.Refused(400, "POST /v2/imports/products", new MultipartFormDataContent { { new StringContent("shopify"), "format" } });
        await store.Test.Refused(400, "POST /v2/imports/products", new MultipartFormDataContent { { new StringContent(csv), "file", "a.csv" }, { new StringContent("true"), "dry_run" } });
        await store.Test.Refused(404, "GET /v2/imports/imp_1/rows");
        await store.Test.Refused(404, "POST /v2/imports/imp_1/resume");
        Assert.Empty((await store.Test.Ok("GET /v2/products"))["data"]!.AsArray());
    }

    [Fact]
    public async Task A_completed_import_is_not_resumed_and_the_same_idempotency_key_imports_once()
    {
        var store = await Store.Open();
        const string csv = "Handle,Title,Variant Price\nmug,Mug,8\n";

        var first = await store.Test.Ok("POST /v2/imports/products", Importing.Csv(csv), ("Idempotency-Key", "one"));
        var second = await store.Test.Ok("POST /v2/imports/products", Importing.Csv(csv), ("Idempotency-Key", "one"));
        await store.Join((string)first["id"]!);

        Assert.Equal((string?)first["id"], (string?)second["id"]);
        Assert.Single((await store.Test.Ok("GET /v2/imports"))["data"]!.AsArray());
        Assert.Equal("import_completed", (string?)(await store.Test.Refused(409, $"POST /v2/imports/{first["id"]}/resume"))["code"]);
    }

    [Fact]
    public async Task A_dry_run_reports_what_an_import_would_do_and_keeps_nothing()
    {
        var store = await Store.Open();
        const string csv = "ID,Type,SKU,Name,Regular price,Stock,Parent,Attribute 1 name,Attribute 1 value(s)\n"
            + "1,variation,S-M,,10,3,S,Size,M\n2,variable,S,Shirt,,,,Size,\"M, L\"\n3,variation,S-L,,x,3,S,Size,L\n4,variation,N,,1,,nobody,Size,L\n5,simple,M,Mug,8,5,,,\n";

        var tried = await store.Import(csv, "?dry_run=true");

        await store.AssertAccountedFor(tried, 5);
        Assert.Equal("""{"read":5,"created":3,"updated":0,"unchanged":0,"skipped":0,"rejected":2,"warnings":0}""", tried["rows"]!.ToJsonString());
        Assert.Empty(await store.Catalogue());
        var real = await store.Import(csv);
        Assert.Equal(tried["rows"]!.ToJsonString(), real["rows"]!.ToJsonString());
        Assert.Equal(tried["products"]!.ToJsonString(), real["products"]!.ToJsonString());
        Assert.Equal(new Dictionary<string, long> { ["M"] = 5, ["S-M"] = 3 }, await store.Stock());
    }

    [Fact]
    public async Task A_small_import_publishes_its_products_and_a_large_one_only_its_end()
    {
        var store = await Store.Open();
        await store.Import("Handle,Title,Variant Price\nmug,Mug,8\nbowl,Bowl,9\n");
        await store.Import("Handle,Title,Variant Price\nmug,Mug,8\nbowl,Big bowl,9\n");
        var padding = new string('x', 1_200_000); // more than any other body may have
        var large = await store.Import($"Handle,Title,Body (HTML),Variant Price\nvase,Vase,{padding},8\nurn,Urn,{padding},9\n");

        var types = await store.Database((db, _) => db.Events.OrderBy(e => e.Id).Select(e => e.Type).ToListAsync());

        Assert.Equal(["product.created", "product.created", "products.imported", "product.updated", "products.imported", "products.imported"], types);
        Assert.Equal(2, (int)large["products"]!["created"]!);
    }

    [Fact]
    public async Task The_API_description_says_how_a_file_is_sent()
    {
        var document = await (await TestServer.Shared).Client(null).Ok("GET /openapi/platform.json");

        var body = document["paths"]!["/v2/imports/products"]!["post"]!["requestBody"]!["content"]!;

        Assert.Equal("binary", (string?)body["text/csv"]!["schema"]!["format"]);
        Assert.Equal(["dry_run", "file", "format"], body["multipart/form-data"]!["schema"]!["properties"]!.AsObject().Select(part => part.Key).Order());
    }

    [Fact]
    public async Task An_export_takes_the_filters_of_the_list_of_products()
    {
        var store = await Store.Open();
        await store.Import("Handle,Title,Vendor,Variant Price\nmug,Mug,Acme,8\nbowl,Bowl,Other,9\n");

        var lines = (await store.Export("shopify", "&vendor=Acme")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(2, lines.Length);
        Assert.StartsWith("mug,Mug,", lines[1]);
        await store.Test.Refused(422, "GET /v2/exports/products?format=magento");
        await store.Test.Refused(400, "GET /v2/exports/products");
    }

    private static (int Created, int Updated, int Unchanged) Counts(JsonNode? counts) =>
        ((int)counts!["created"]!, (int)counts["updated"]!, (int)counts["unchanged"]!);
}
