using System.Data;
using System.Text;
using System.Text.Json.Nodes;
using Aura.Server.Winback;

namespace Aura.Tests.Winback;

public sealed class DataPortingTests
{
    private const string Api = "/api/abandoned-checkout-winback";
    private const string Evil = "=HYPERLINK(\"http://x\",\"y\")";

    [Theory]
    [InlineData("json")]
    [InlineData("csv")]
    [InlineData("xlsx")]
    public async Task What_goes_out_of_a_shop_comes_into_another_and_twice_is_once(string format)
    {
        var (one, two) = (await Filled(), await Store.Open());
        var data = await Exported(one, "all", format);

        var first = await two.Test.Ok($"POST {Api}/developer/import", new { type = "all", format, data });
        var second = await two.Test.Ok($"POST {Api}/developer/import", new { type = "all", format, data });

        Assert.Equal("[]", first["errors"]!.ToJsonString());
        Assert.True((bool)first["success"]!);
        Assert.Equal("""{"segments":1,"campaigns":1,"workflows":1}""", first["imported"]!.ToJsonString());
        Assert.Equal("""{"segments":0,"campaigns":0,"workflows":0}""", second["imported"]!.ToJsonString());
        Assert.Equal(3, (int)second["unchanged"]!);
        var (before, after) = (JsonNode.Parse(await Text(one, "all", "json"))!, JsonNode.Parse(await Text(two, "all", "json"))!);
        foreach (var (kind, field) in ((string, string)[])[("segments", "minOrders"), ("segments", "name"), ("segments", "description"), ("campaigns", "channels"), ("campaigns", "segment"), ("workflows", "triggers"), ("workflows", "actions"), ("workflows", "cooldownHours")])
            Assert.Equal(before[kind]![0]![field]!.ToJsonString(), after[kind]![0]![field]!.ToJsonString());
        Assert.Equal("paused", (string?)after["workflows"]![0]!["status"]);
        Assert.Equal("draft", (string?)after["campaigns"]![0]!["status"]);
    }

    [Theory]
    [InlineData("json")]
    [InlineData("csv")]
    [InlineData("xlsx")]
    public async Task A_file_comes_in_as_it_is_in_base64(string format)
    {
        var (one, two) = (await Filled(), await Store.Open());
        using var answer = await one.Test.Answer($"GET {Api}/developer/export?format={format}");
        var file = Convert.ToBase64String(await answer.Content.ReadAsByteArrayAsync());

        var imported = await two.Test.Ok($"POST {Api}/developer/import", new { format, file });

        Assert.Equal("""{"segments":1,"campaigns":1,"workflows":1}""", imported["imported"]!.ToJsonString());
        await two.Test.Refused(400, $"POST {Api}/developer/import", new { format });
        await two.Test.Refused(422, $"POST {Api}/developer/import", new { format, file = "not base64!" });
    }

    [Fact]
    public async Task What_is_wrong_with_a_row_is_told_with_its_field()
    {
        var store = await Store.Open();

        var imported = await store.Test.Ok($"POST {Api}/developer/import", new { data = new { workflows = new object[] { new { name = "W", triggers = new[] { "cart_value >" }, actions = new[] { "send_email" } } }, campaigns = new[] { new { channels = new[] { "email" } } } } });

        Assert.Equal(["campaigns 1 name: Is required.", "workflows 1 triggers[0]"], imported["errors"]!.AsArray().Select(error => $"{error!["type"]} {error["row"]} {error["message"]}")
            .Select(error => error.StartsWith("workflows", StringComparison.Ordinal) ? error.Split(": ")[0] : error).Order());
    }

    [Fact]
    public async Task A_CSV_has_a_header_and_no_formulas()
    {
        var store = await Filled();

        using var answer = await store.Test.Answer($"GET {Api}/developer/export?type=segments&format=csv");
        var lines = (await answer.Content.ReadAsStringAsync()).Split("\r\n");

        Assert.Equal(("text/csv", "type,id,name,description,minOrders,maxOrders,minSpent,maxSpent,orderedWithinDays,notOrderedForDays"), (answer.Content.Headers.ContentType?.MediaType, lines[0]));
        Assert.Contains("\"'=HYPERLINK(", lines[1], StringComparison.Ordinal);
        Assert.DoesNotContain(",=", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_XLSX_is_a_workbook_with_a_sheet_for_each_type()
    {
        var store = await Filled();

        using var answer = await store.Test.Answer($"GET {Api}/developer/export?format=xlsx");
        using var stream = new MemoryStream(await answer.Content.ReadAsByteArrayAsync());
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        using var reader = ExcelDataReader.ExcelReaderFactory.CreateOpenXmlReader(stream);
        var (sheets, cells) = (new List<string>(), new List<object?>());
        do
        {
            sheets.Add(reader.Name);
            while (reader.Read())
                cells.AddRange(Enumerable.Range(0, reader.FieldCount).Select(reader.GetValue));
        }
        while (reader.NextResult());

        Assert.Equal("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(["segments", "campaigns", "workflows"], sheets);
        Assert.Contains(Evil, cells);
        Assert.Contains(3d, cells);
    }

    [Fact]
    public async Task A_wrong_row_is_told_and_the_others_come_in()
    {
        var store = await Store.Open();

        var done = await store.Test.Ok($"POST {Api}/developer/import", new
        {
            type = "segments",
            data = new object[] { new { name = "good", minOrders = 2 }, new { name = "bad", minOrders = -2 }, new { minOrders = 1 }, new { name = "worse", minOrders = "many" }, new { name = "fine", maxSpent = 5 } },
        });

        Assert.Equal((false, 2), ((bool)done["success"]!, (int)done["imported"]!["segments"]!));
        Assert.Equal([2, 3, 4], done["errors"]!.AsArray().Select(error => (int)error!["row"]!));
        Assert.All(done["errors"]!.AsArray(), error => Assert.NotEqual("", (string?)error!["message"]));
    }

    [Fact]
    public async Task Rows_are_found_by_their_ids_and_changed()
    {
        var store = await Filled();
        var export = JsonNode.Parse(await Text(store, "segments", "json"))!;
        export["segments"]![0]!["minOrders"] = 5;

        var done = await store.Test.Ok($"POST {Api}/developer/import", new { type = "segments", data = export });

        Assert.Equal(1, (int)done["imported"]!["segments"]!);
        Assert.Equal(5, (int)JsonNode.Parse(await Text(store, "segments", "json"))!["segments"]![0]!["minOrders"]!);
    }

    [Theory]
    [InlineData("GET {0}/developer/export?type=people", null)]
    [InlineData("GET {0}/developer/export?format=pdf", null)]
    [InlineData("POST {0}/developer/import", """{"type":"people","data":[]}""")]
    [InlineData("POST {0}/developer/import", """{"type":"all","data":[]}""")]
    [InlineData("POST {0}/developer/import", """{"format":"csv","data":{}}""")]
    [InlineData("POST {0}/developer/import", """{"format":"xlsx","data":"aGVsbG8="}""")]
    [InlineData("POST {0}/developer/import", """{"format":"csv","data":"name\nx\n"}""")]
    public async Task What_cannot_be_understood_is_refused(string request, string? body)
    {
        var store = await Store.Open();

        await store.Test.Refused(422, string.Format(System.Globalization.CultureInfo.InvariantCulture, request, Api), body);
    }

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("@x", "'@x")]
    [InlineData("'=x", "''=x")]
    [InlineData("plain", "plain")]
    [InlineData("it's", "it's")]
    [InlineData("", "")]
    public void Text_that_looks_like_a_formula_is_marked_and_comes_back_as_it_was(string text, string guarded)
    {
        Assert.Equal(guarded, CsvText.Guarded(text));
        Assert.Equal(text, CsvText.Unguarded(CsvText.Guarded(text)));
    }

    [Fact]
    public void Fields_with_quotes_commas_and_lines_are_read_as_they_were_written()
    {
        string[] fields = ["a", "b \"c\", d", "e\r\nf", ""];

        var records = CsvText.Read(CsvText.Line(fields) + "x,y\nlast").ToList();

        Assert.Equal(["a", "b \"c\", d", "e\r\nf", ""], records[0]);
        Assert.Equal([["x", "y"], ["last"]], records.Skip(1));
    }

    private static async Task<Store> Filled()
    {
        var store = await Store.Open();
        await store.Test.Ok("POST /v2/segments", new { name = "big, \"spenders\"", description = Evil, rule = new { min_orders = 3 } });
        await store.Test.Ok($"POST {Api}/ai/orchestration/recovery-workflows", new
        {
            name = "High-Value Recovery", triggers = new[] { "cart_value > 100" }, actions = new object[] { "send_email", new { type = "apply_discount", delayMinutes = 60, discountPercent = 10 } },
        });
        await store.Database(async db =>
        {
            var campaign = Aura.Messages.Campaign.Create("Come back", [Aura.Messages.Channel.Email], await Aura.Messages.Templates.Template(db, "template_recovery_001", default));
            campaign.AimAt(db.CustomerSegments.First().Id, []);
            db.Campaigns.Add(campaign);
            await db.SaveChangesAsync();
        });
        return store;
    }

    private static async Task<object> Exported(Store store, string type, string format)
    {
        using var answer = await store.Test.Answer($"GET {Api}/developer/export?type={type}&format={format}");
        Assert.Equal(200, (int)answer.StatusCode);
        return format switch
        {
            "json" => JsonNode.Parse(await answer.Content.ReadAsStringAsync())!,
            "csv" => await answer.Content.ReadAsStringAsync(),
            _ => Convert.ToBase64String(await answer.Content.ReadAsByteArrayAsync()),
        };
    }

    private static async Task<string> Text(Store store, string type, string format)
    {
        using var answer = await store.Test.Answer($"GET {Api}/developer/export?type={type}&format={format}");
        return await answer.Content.ReadAsStringAsync();
    }
}
