using System.Text;
using System.Text.Json;
using Aura.Connectors.Shops;
using static Aura.Tests.Connectors.Shops.ShopTexts;

namespace Aura.Tests.Connectors.Shops;

/// <summary>Random small files with every kind of oddity; seeds are fixed, so a failure comes back.</summary>
public sealed class ShopResumeTests
{
    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Reading_on_after_any_row_of_a_shopify_file_gives_what_was_still_to_come(int seed)
    {
        var (text, rows) = ShopifyText(new(seed));
        var whole = await Shopify(text);

        AssertEveryRowIsAccountedFor(whole, rows);
        for (var after = 0L; after <= rows; after++)
            AssertSame(whole.Where(item => item.LastRow > after), await Shopify(text, after));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Reading_on_after_any_row_of_a_woocommerce_file_gives_what_was_still_to_come(int seed)
    {
        var (text, rows) = WooCommerceText(new(seed));
        var whole = await WooCommerce(text);

        AssertEveryRowIsAccountedFor(whole, rows);
        for (var after = 0L; after <= rows; after++)
            AssertSame(whole.Where(item => item.LastRow > after), await WooCommerce(text, after));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Reading_on_after_any_row_of_invoices_gives_what_was_still_to_come(int seed)
    {
        var (text, rows) = InvoiceText(new(seed));
        var whole = await OnlineRetailReader.Read(Stream(text)).ToList();

        var lines = whole.SelectMany(read => (read.Invoice?.Lines ?? []).Select(line => line.Row));
        var rejected = whole.SelectMany(read => read.Problems).Where(problem => problem.Rejects).Select(problem => problem.Row);
        Assert.Equal(Numbers(rows), lines.Concat(rejected).Order());
        for (var after = 0L; after <= rows; after++)
            AssertSame(whole.Where(read => read.LastRow > after), await OnlineRetailReader.Read(Stream(text), after).ToList());
    }

    private static void AssertSame<T>(IEnumerable<T> expected, IEnumerable<T> actual) =>
        Assert.Equal(expected.Select(item => JsonSerializer.Serialize(item)), actual.Select(item => JsonSerializer.Serialize(item)));

    private static (string Text, int Rows) ShopifyText(Random random)
    {
        var text = new StringBuilder("Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Image Src,Extra\n");
        var rows = 0;
        for (var product = 0; product < random.Next(1, 6); product++)
        {
            Row(random.Next(8) == 0 ? $"p{product},,,,,,," : $"p{product},\"Title {product}\nnext\",Size,V0,s{product},{Price(random)},http://i/{product},x");
            for (var more = random.Next(5); more > 0; more--)
                Row(random.Next(7) switch
                {
                    0 => $"p{product},,,,,,http://i/{product}/{more},",
                    1 => $"p{product},,,V0,again,1,,",
                    2 => $"p{product},,too,few",
                    3 => ",,,,,,,",
                    4 => $",,,V{more},,{Price(random)},,",
                    5 => $"p{product},,,,,,,y",
                    _ => $"p{product},,,V{more},s{product}-{more},{Price(random)},,z",
                });
        }

        return (text.ToString(), rows);

        void Row(string row)
        {
            text.Append(row).Append('\n');
            rows++;
        }
    }

    private static (string Text, int Rows) WooCommerceText(Random random)
    {
        var rows = random.Next(1, 15);
        var text = new StringBuilder("ID,Type,SKU,Name,Regular price,Parent,Attribute 1 name,Attribute 1 value(s),Meta: x\n");
        for (var row = 1; row <= rows; row++)
            text.Append(random.Next(6) switch
            {
                0 => $"{row},variable,v{row},Shirt,,,Size,\"S, M\",",
                1 => $"{row},variation,w{row},,{Price(random)},id:{random.Next(1, rows + 1)},Size,S,",
                2 => $"{row},variation,w{row},,1,,Size,S,",
                3 => "too,few",
                4 => ",,,,,,,,",
                _ => $"{row},simple,s{row},\"Mug\n{row}\",{Price(random)},,,,m",
            }).Append('\n');
        return (text.ToString(), rows);
    }

    private static (string Text, int Rows) InvoiceText(Random random)
    {
        var rows = random.Next(1, 15);
        var text = new StringBuilder("Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n");
        for (var row = 0; row < rows; row++)
            text.Append(random.Next(8) switch
            {
                0 => "too,few",
                1 => $"{random.Next(3)},85048,,many,2009-12-01 07:45:00,6.95,13085,France",
                2 => ",85048,,1,2009-12-01 07:45:00,6.95,13085,France",
                _ => $"{random.Next(3)},85048,\"A, B\",1,2009-12-01 07:45:00,6.95,,France",
            }).Append('\n');
        return (text.ToString(), rows);
    }

    private static string Price(Random random) => random.Next(6) == 0 ? "abc" : $"{random.Next(1, 99)}.50";
}
