using Aura.Connectors.Shops;
using static Aura.Tests.Connectors.Shops.ShopTexts;

namespace Aura.Tests.Connectors.Shops;

public sealed class OnlineRetailReaderTests
{
    private const string Header = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n";

    [Fact]
    public async Task The_published_file_gives_the_published_figures()
    {
        if (Data("online_retail_ii.csv.gz") is not { } path)
            return;
        long rows = 0, quantity = 0, guests = 0, undescribed = 0, cancelledLines = 0, runs = 0, adjustments = 0, laterLines = 0;
        var total = 0m;
        HashSet<string> invoices = [], countries = [], codes = [], descriptions = [];
        HashSet<int> customers = [];
        await using var stream = File.OpenRead(path);
        await foreach (var read in OnlineRetailReader.Read(stream))
        {
            Assert.Empty(read.Problems);
            var invoice = read.Invoice!;
            Assert.Equal(rows + 1, read.FirstRow);
            Assert.Equal(read.LastRow - read.FirstRow + 1, invoice.Lines.Count);
            runs++;
            invoices.Add(invoice.Number);
            countries.Add(invoice.Country);
            rows += invoice.Lines.Count;
            if (invoice.CustomerId is { } customer)
                customers.Add(customer);
            else
                guests += invoice.Lines.Count;
            cancelledLines += invoice.IsCancellation ? invoice.Lines.Count : 0;
            adjustments += invoice.Kind == RetailInvoiceKind.Adjustment ? 1 : 0;
            foreach (var line in invoice.Lines)
            {
                quantity += line.Quantity;
                total += line.Quantity * line.UnitPrice;
                codes.Add(line.StockCode);
                undescribed += line.Description is null ? 1 : 0;
                if (line.Description is not null)
                    descriptions.Add(line.Description);
                laterLines += line.Date > invoice.Date ? 1 : 0;
                Assert.InRange(line.Date - invoice.Date, TimeSpan.Zero, TimeSpan.FromMinutes(10));
            }
        }

        Assert.Equal((1_067_371, 243_007, 4_382), (rows, guests, undescribed));
        Assert.Equal((53_628, 55_414), (invoices.Count, runs));
        Assert.Equal((5_305, 5_698, 5_942, 43), (codes.Count, descriptions.Count, customers.Count, countries.Count));
        Assert.Equal((19_494, 6), (cancelledLines, adjustments));
        Assert.Equal(19_287_250.57m, decimal.Round(total, 2));
        Assert.Equal(9.938898m, decimal.Round(quantity / (decimal)rows, 6, MidpointRounding.ToZero));
        Assert.True(laterLines > 0);
    }

    [Fact]
    public async Task Lines_are_grouped_by_invoice_and_an_invoice_that_is_interrupted_comes_in_parts()
    {
        var reads = await Read("1,A,Cup ,2,2009-12-01 07:45:00,6.95,13085,United Kingdom\n1,B,,-1,2009-12-01 07:46:00,0,13085,United Kingdom\n"
            + "C2,A,Cup,-2,2009-12-01 08:00:00,6.955,13086.0,France\n1,C,\"A, \"\"B\"\"\",1,2009-12-01 07:45:00,1,13085,United Kingdom\n");

        Assert.Equal(["1", "C2", "1"], reads.Select(read => read.Invoice!.Number));
        Assert.Equal([false, true, false], reads.Select(read => read.Invoice!.IsCancellation));
        Assert.Equal([(1L, 2L), (3L, 3L), (4L, 4L)], reads.Select(read => (read.FirstRow, read.LastRow)));
        Assert.Equal(new RetailLine(1, "A", "Cup ", 2, 6.95m, new(2009, 12, 1, 7, 45, 0)), reads[0].Invoice!.Lines[0]);
        Assert.Equal(new RetailLine(2, "B", null, -1, 0m, new(2009, 12, 1, 7, 46, 0)), reads[0].Invoice!.Lines[1]);
        Assert.Equal((13086, "France", 6.955m), (reads[1].Invoice!.CustomerId, reads[1].Invoice!.Country, reads[1].Invoice!.Lines[0].UnitPrice));
        Assert.Equal("A, \"B\"", reads[2].Invoice!.Lines[0].Description);
    }

    [Fact]
    public async Task Adjustments_and_guests_are_told_apart()
    {
        var reads = await Read("A563187,B,Adjust bad debt,1,2011-08-12 14:52:00,-11062.06,,United Kingdom\nX1,B,?,1,2011-08-12 14:52:00,1,,United Kingdom\n");

        Assert.Equal([RetailInvoiceKind.Adjustment, RetailInvoiceKind.Other], reads.Select(read => read.Invoice!.Kind));
        Assert.Equal((-11062.06m, null), (reads[0].Invoice!.Lines[0].UnitPrice, reads[0].Invoice!.CustomerId));
    }

    [Theory]
    [InlineData("1,A,Cup,two,2009-12-01 07:45:00,6.95,13085,UK", "Quantity")]
    [InlineData("1,A,Cup,2.5,2009-12-01 07:45:00,6.95,13085,UK", "Quantity")]
    [InlineData("1,A,Cup,2,2009-12-01 07:45:00,\"6,95\",13085,UK", "Price")]
    [InlineData("1,A,Cup,2,2009-02-29 07:45:00,6.95,13085,UK", "InvoiceDate")]
    [InlineData("1,A,Cup,2,12/1/2009 7:45,6.95,13085,UK", "InvoiceDate")]
    [InlineData("1,A,Cup,2,2009-12-01 24:00:00,6.95,13085,UK", "InvoiceDate")]
    [InlineData("1,,Cup,2,2009-12-01 07:45:00,6.95,13085,UK", "StockCode")]
    [InlineData("1,A,Cup,2,2009-12-01 07:45:00,6.95,Bob,UK", "Customer ID")]
    [InlineData(",A,Cup,2,2009-12-01 07:45:00,6.95,13085,UK", "Invoice")]
    [InlineData("1,A,Cup,2,2009-12-01 07:45:00", null)]
    [InlineData("1,A,Cup,2,2009-12-01 07:45:00,6.95,13085,UK,more", null)]
    public async Task A_line_that_cannot_be_read_is_reported_and_the_invoice_goes_on(string line, string? column)
    {
        var reads = await Read($"1,A,Cup,1,2009-12-01 07:45:00,1,13085,UK\n{line}\n1,B,Cup,1,2009-12-01 07:45:00,1,13085,UK\n");

        var read = Assert.Single(reads);
        Assert.Equal([1L, 3L], read.Invoice!.Lines.Select(good => good.Row));
        var problem = Assert.Single(read.Problems);
        Assert.Equal((2L, column, true), (problem.Row, problem.Column, problem.Rejects));
    }

    [Fact]
    public async Task A_file_without_one_readable_line_still_reports_them_all()
    {
        var read = Assert.Single(await Read("x\ny\n"));

        Assert.Null(read.Invoice);
        Assert.Equal((2, 1L, 2L), (read.Problems.Count, read.FirstRow, read.LastRow));
    }

    [Fact]
    public async Task A_quote_that_is_never_closed_is_reported()
    {
        var start = "1,A,Cup,1,2009-12-01 07:45:00,1,13085,UK\n2,B,\"Cup,1,2009-12-01 07:45:00,1,13085,UK\n";
        foreach (var text in new[] { start, start + string.Concat(Enumerable.Repeat("3,A,Cup,1,2009-12-01 07:45:00,1,13085,UK\n", 60_000)) })
        {
            var reads = await Read(text);
            Assert.Single(reads.SelectMany(read => read.Invoice?.Lines ?? []));
            Assert.Equal(2, Assert.Single(reads.SelectMany(read => read.Problems)).Row);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("Invoice,Description\n1,x\n")]
    public async Task A_file_of_another_kind_is_refused(string text) =>
        await Assert.ThrowsAsync<UnreadableShopFile>(() => OnlineRetailReader.Read(Stream(text)).ToList());

    private static Task<List<RetailRead>> Read(string lines) => OnlineRetailReader.Read(Stream(Header + lines)).ToList();
}
