using System.Globalization;
using System.IO.Compression;
using System.Text;
using Aura.Orders;
using Aura.Orders.History;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Aura.Tests.Orders.History;

public sealed class RetailHistoryTests
{
    [Fact]
    public async Task An_invoice_becomes_an_order_that_was_paid_and_delivered()
    {
        var store = await Store.Open();

        var report = await Import(store, """
            489434,85048,GLASS BALL,12,2009-12-01 07:45:00,6.95,13085,United Kingdom
            489434,POST,POSTAGE,1,2009-12-01 07:45:00,18.00,13085,United Kingdom
            489434,M,Manual,1,2009-12-01 07:45:00,2.50,13085,United Kingdom
            489435,85048,GLASS BALL,1,2009-12-02 09:00:00,7.95,,EIRE
            """);

        Assert.Equal((2, 3, 1, 1), (report.Orders, report.OrderLines, report.Customers, report.Products));
        var orders = (await store.Test.Ok("GET /v2/orders?sort=created_at"))["data"]!.AsArray();
        var (first, guest) = (orders[0]!, orders[1]!);
        Assert.Equal(("delivered", "paid", "fulfilled"), ($"{first["status"]}", $"{first["payment_status"]}", $"{first["fulfillment_status"]}"));
        Assert.Equal("GBP", $"{first["currency"]}");
        Assert.Equal(12 * 6.95m + 18 + 2.5m, first["total"]!.GetValue<decimal>());
        Assert.StartsWith("2009-12-01T07:45:00", $"{first["created_at"]}", StringComparison.Ordinal);
        Assert.Null(guest["customer_id"]);
        await store.Verify();
    }

    [Fact]
    public async Task What_is_no_goods_is_no_product_that_can_be_bought()
    {
        var store = await Store.Open();

        await Import(store, """
            1,85048,GLASS BALL,1,2010-01-04 10:00:00,5.00,13085,France
            1,BANK CHARGES,Bank Charges,1,2010-01-04 10:00:00,3.00,13085,France
            2,DOT,DOTCOM POSTAGE,1,2010-01-04 10:00:00,3.00,13085,France
            """);

        var skus = await store.Database((db, _) => db.Products.Where(p => p.Status == Aura.Catalog.ProductStatus.Active).Select(p => p.Sku).ToListAsync());
        Assert.Equal(["85048"], skus);
        Assert.Equal(2, await store.Database((db, _) => db.Orders.CountAsync()));
    }

    [Fact]
    public async Task Credits_can_be_read_with_what_was_refunded_of_them()
    {
        var store = await Store.Open();
        await Import(store, """
            1,A1,TEA,5,2010-01-04 10:00:00,2.00,13085,Germany
            C2,A1,TEA,-2,2010-01-05 10:00:00,2.00,13085,Germany
            C3,M,Manual,-1,2010-01-06 10:00:00,9.00,,Germany
            """);

        var notes = (await store.Test.Ok("GET /v2/credit-notes?sort=issued_at"))["data"]!.AsArray();
        var late = await store.Test.Ok("GET /v2/credit-notes?issued_from=2010-01-06&issued_to=2010-01-06");
        var (booked, alone) = (notes[0]!, await store.Test.Ok($"GET /v2/credit-notes/{notes[1]!["id"]}"));

        Assert.Equal(("C2", "GBP", 4m, 4m), ($"{booked["number"]}", $"{booked["currency"]}", (decimal)booked["amount"]!, (decimal)booked["refunded"]!));
        Assert.Equal("""[{"sku":"A1","description":"TEA","quantity":-2,"unit_price":2,"amount":4}]""", booked["items"]!.ToJsonString());
        Assert.NotNull(booked["customer_id"]);
        Assert.Equal(("C3", 9m, 0m, null), ($"{alone["number"]}", (decimal)alone["amount"]!, (decimal)alone["refunded"]!, alone["customer_id"]));
        Assert.Equal("C3", $"{Assert.Single(late["data"]!.AsArray())!["number"]}");
        Assert.Empty((await store.Live.Ok("GET /v2/credit-notes"))["data"]!.AsArray());
    }

    [Fact]
    public async Task Importing_twice_adds_nothing()
    {
        var store = await Store.Open();
        const string lines = """
            1,A1,TEA,5,2010-01-04 10:00:00,2.00,13085,Germany
            C2,A1,TEA,-2,2010-01-05 10:00:00,2.00,13085,Germany
            C3,M,Manual,1,2010-01-06 10:00:00,9.00,,Germany
            """;
        await Import(store, lines);

        var again = await Import(store, lines);

        Assert.Equal((0, 0, 3), (again.Orders, again.CreditNotes, again.Repeated));
        Assert.Empty(again.Problems);
        Assert.Equal(400, await store.Database((db, _) => db.Orders.Select(o => o.Refunded).SingleAsync()));
        await store.Verify();
    }

    [Fact]
    public async Task An_import_that_broke_off_goes_on_where_it_was()
    {
        var store = await Store.Open();
        var lines = string.Concat(Enumerable.Range(1, 30_000).Select(i => $"{i / 3},A{i % 40},TEA,1,2010-01-04 10:00:00,2.00,{i % 700 + 1},Germany\n"));

        await Assert.ThrowsAsync<TimeoutException>(() => Import(store, lines, _ => throw new TimeoutException()));
        var before = await store.Database((db, _) => db.Orders.CountAsync());
        await Import(store, lines);

        Assert.InRange(before, 1, 9_999);
        Assert.Equal((10_001, 60_000_00), await store.Database(async (db, _) => (await db.Orders.CountAsync(), await db.Orders.SumAsync(o => o.Total))));
        await store.Verify();
    }

    [Fact]
    public async Task An_invoice_whose_lines_are_scattered_is_one_order()
    {
        var store = await Store.Open();

        await Import(store, """
            1,A1,TEA,1,2010-01-04 10:00:00,2.00,13085,Germany
            2,A1,TEA,1,2010-01-04 10:00:00,2.00,13085,Germany
            1,A2,CUP,1,2010-01-04 10:01:00,3.00,13085,Germany
            2,A2,CUP,1,2010-01-04 10:01:00,3.00,13085,Germany
            """);

        Assert.Equal([500, 500], await store.Database((db, _) => db.Orders.Select(o => o.Total).ToListAsync()));
    }

    [Fact]
    public async Task An_invoice_that_stands_in_both_sheets_counts_once()
    {
        var store = await Store.Open();
        const string twice = "1,A1,TEA,1,2010-01-04 10:00:00,2.00,13085,Germany\n1,A2,CUP,1,2010-01-04 10:00:00,3.00,13085,Germany\n";
        var between = string.Concat(Enumerable.Range(0, RetailInvoices.Window + 10).Select(i => $"{100 + i / 500},A1,TEA,1,2010-01-04 11:00:00,2.00,13086,Germany\n"));

        var report = await Import(store, twice + between + twice);

        Assert.Equal(1, report.Repeated);
        Assert.Equal(500 + 200 * (RetailInvoices.Window + 10), await store.Database((db, _) => db.Orders.SumAsync(o => o.Total)));
        Assert.Empty(report.Problems);
    }

    [Fact]
    public async Task A_credit_gives_back_the_latest_purchases_and_the_rest_stands_alone()
    {
        var store = await Store.Open();

        var report = await Import(store, """
            1,A1,TEA,5,2010-01-04 10:00:00,2.00,13085,Germany
            2,A1,TEA,3,2010-02-04 10:00:00,2.00,13085,Germany
            3,A1,TEA,9,2010-04-04 10:00:00,2.00,13085,Germany
            C4,A1,TEA,-4,2010-03-04 10:00:00,2.00,13085,Germany
            C5,A1,TEA,-1,2010-03-05 10:00:00,1.50,13085,Germany
            C6,M,Manual,-1,2010-03-06 10:00:00,70.00,13085,Germany
            C7,A1,TEA,-1,2010-03-07 10:00:00,2.00,,Germany
            A8,B,Adjust bad debt,1,2010-03-08 10:00:00,-11.00,,United Kingdom
            """);

        var refunded = await store.Database((db, _) => db.Orders.OrderBy(o => o.PlacedAt).Select(o => new { o.Refunded, o.PaymentStatus }).ToListAsync());
        Assert.Equal([200, 600, 0], refunded.Select(o => o.Refunded));
        Assert.Equal([OrderPaymentStatus.Paid, OrderPaymentStatus.Refunded, OrderPaymentStatus.Paid], refunded.Select(o => o.PaymentStatus));
        Assert.Equal((5, 800 + 150 + 7000 + 200 + 1100, 800), (report.CreditNotes, report.CreditAmount, report.RefundedAmount));
        await store.Verify();
    }

    [Fact]
    public async Task Units_that_came_back_are_not_given_back_again()
    {
        var store = await Store.Open();
        await Import(store, """
            1,A1,TEA,3,2010-01-04 10:00:00,2.00,13085,Germany
            C2,A1,TEA,-2,2010-01-05 10:00:00,2.00,13085,Germany
            """);

        var report = await Import(store, "C3,A1,TEA,-2,2010-01-06 10:00:00,2.00,13085,Germany\n");

        Assert.Equal((400, 200), (report.CreditAmount, report.RefundedAmount));
        await store.Verify();
    }

    [Fact]
    public async Task Lines_that_are_no_sale_are_left_out_and_reported()
    {
        var store = await Store.Open();

        var report = await Import(store, """
            1,A1,TEA,5,2010-01-04 10:00:00,2.00,13085,Germany
            1,A1,TEA,many,2010-01-04 10:00:00,2.00,13085,Germany
            1,A1,TEA,2,2010-01-04 10:00:00,-2.00,13085,Germany
            2,A1,damaged,-5,2010-01-04 10:00:00,0,,United Kingdom
            3,A1,found,5,2010-01-04 10:00:00,0,,United Kingdom
            4,A1,gift,1,2010-01-04 10:00:00,0,13085,Germany
            """);

        Assert.Equal((2, 2, 2), (report.Orders, report.StockNotes, report.ProblemCount));
        Assert.Equal([2, 3], report.Problems.Select(problem => problem.Row).Order());
        await store.Verify();
    }

    [Fact]
    public async Task A_number_that_comes_back_with_other_lines_is_reported()
    {
        var store = await Store.Open();
        await Import(store, "1,A1,TEA,5,2010-01-04 10:00:00,2.00,13085,Germany\n");

        var report = await Import(store, "1,A1,TEA,6,2010-01-04 10:00:00,2.00,13085,Germany\n");

        Assert.Contains("another amount", Assert.Single(report.Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_event_tells_of_all_of_it()
    {
        var store = await Store.Open();

        await Import(store, """
            1,A1,TEA,5,2010-01-04 10:00:00,2.00,13085,Germany
            2,A1,TEA,5,2010-01-04 10:00:00,2.00,13085,Germany
            """);

        Assert.Equal(["orders.imported"], await store.Database((db, _) => db.Events.Select(e => e.Type).ToListAsync()));
    }

    [Fact]
    public async Task Money_of_an_imported_order_can_still_be_given_back()
    {
        var store = await Store.Open();
        await Import(store, "1,A1,TEA,5,2010-01-04 10:00:00,2.00,13085,Germany\n");
        var payment = (await store.Test.Ok("GET /v2/payments"))["data"]![0]!["id"]!;

        await store.Test.Ok($"POST /v2/payments/{payment}/refund", new { amount = 300 });

        Assert.Equal(300, await store.Database((db, _) => db.Orders.Select(o => o.Refunded).SingleAsync()));
        await store.Verify();
    }

    /// <summary>The published file, as far as it goes here, against sums over its rows.</summary>
    [Fact]
    public async Task The_first_rows_of_the_published_file_add_up()
    {
        if (Published() is not { } file)
            return;
        var store = await Store.Open();
        var rows = new List<string[]>();
        await using var zipped = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
        using var reader = new StreamReader(zipped);
        var text = new StringBuilder($"{await reader.ReadLineAsync()}\n");
        while (rows.Count < 20_000 && await reader.ReadLineAsync() is { } line)
        {
            text.Append(line).Append('\n');
            var (start, end) = (line.IndexOf('"'), line.LastIndexOf('"')); // descriptions alone are quoted
            rows.Add((start < 0 ? line : line.Remove(start, end - start + 1)).Split(','));
        }

        decimal Amount(string[] row) => Math.Round(int.Parse(row[3], CultureInfo.InvariantCulture) * decimal.Parse(row[5], CultureInfo.InvariantCulture), 2, MidpointRounding.AwayFromZero);
        var report = await store.Database((db, services) => ActivatorUtilities.CreateInstance<RetailHistory>(services, db).Import(new MemoryStream(Encoding.UTF8.GetBytes(text.ToString())), _ => { }, default));

        var sales = rows.Where(row => char.IsAsciiDigit(row[0][0])).ToList();
        var bought = sales.GroupBy(row => row[0]).Where(invoice => invoice.Any(row => int.Parse(row[3], CultureInfo.InvariantCulture) > 0 && (row[5] != "0" || row[6] != "")));
        Assert.Equal(bought.Count(), report.Orders);
        Assert.Equal((long)(100 * sales.Sum(Amount)), report.OrderAmount);
        Assert.Equal(-(long)(100 * rows.Except(sales).Sum(Amount)), report.CreditAmount);
        Assert.Equal(rows.Where(row => row[6] != "").Select(row => row[6]).Distinct().Count(), report.Customers);
        Assert.Equal(report.OrderAmount, await store.Database((db, _) => db.Orders.SumAsync(o => o.Total)));
        await store.Verify();
    }

    private static Task<RetailReport> Import(Store store, string lines, Action<RetailReport>? progress = null) => store.Import(lines, progress);

    private static string? Published()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Aura.slnx")))
                return Path.Combine(folder.FullName, "..", "shared", "data", "online_retail_ii.csv.gz") is var file && File.Exists(file) ? file : null;
        return null;
    }
}

internal static class RetailFiles
{
    private const string Header = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n";

    /// <summary>Imports lines of an Online Retail file.</summary>
    public static Task<RetailReport> Import(this Store store, string lines, Action<RetailReport>? progress = null) => store.Database((db, services) =>
        ActivatorUtilities.CreateInstance<RetailHistory>(services, db).Import(new MemoryStream(Encoding.UTF8.GetBytes(Header + lines)), progress ?? (_ => { }), default));
}
