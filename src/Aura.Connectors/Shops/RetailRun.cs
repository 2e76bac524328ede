using System.Globalization;
using System.Text.Unicode;
using CsvHelper;

namespace Aura.Connectors.Shops;

/// <summary>The lines of one invoice that follow each other, parsed from bytes: a million of them have to pass in a few seconds.</summary>
/// <param name="columns">Where invoice, stock code, description, quantity, date, price, customer and country stand.</param>
internal sealed class RetailRun(CsvReader csv, int[] columns)
{
    private const int Invoice = 0, StockCode = 1, Description = 2, Quantity = 3, Date = 4, Price = 5, Customer = 6, Country = 7;

    private List<RetailLine> lines = [];
    private List<ShopProblem> problems = [];
    private byte[]? number;
    private string name = "", country = "";
    private int? customer;
    private long first, last;

    public int Rows { get; private set; }

    /// <summary>Whether the reader stands on a line of another invoice. A line without a number stays with the run.</summary>
    public bool IsLeft() => number is not null && IsWhole && Field(Invoice) is { Length: > 0 } other && !other.SequenceEqual(number);

    /// <summary>Takes the reader's line.</summary>
    public void Add(long row)
    {
        if (!IsWhole)
        {
            Reject(row, null, $"The row has {csv.FieldCount} fields and the header {csv.Headers.Count}.");
            return;
        }

        if (Field(Invoice).Length == 0)
        {
            Reject(row, "Invoice", "The invoice number is missing.");
            return;
        }

        Count(row);
        if (number is null)
            (number, name) = (Field(Invoice).ToArray(), csv.GetString(columns[Invoice]).Trim());
        if (Line(row) is { } line && IsCustomerKnown(row, out var buyer))
            Take(line, buyer);
    }

    public void Reject(long row, string? column, string message)
    {
        Count(row);
        problems.Add(new(row, column, message, true));
    }

    /// <summary>What was gathered; the run is empty afterwards.</summary>
    public RetailRead Finish()
    {
        var read = new RetailRead
        {
            Invoice = lines.Count > 0 ? new(name, KindOf(name), lines[0].Date, customer, country, lines) : null,
            Problems = problems,
            FirstRow = first,
            LastRow = last,
        };
        (lines, problems, number, name, country, customer, Rows) = ([], [], null, "", "", null, 0);
        return read;
    }

    private bool IsWhole => csv.FieldCount == csv.Headers.Count;

    private ReadOnlySpan<byte> Field(int column) => csv.GetSpan(columns[column]).Trim((byte)' ');

    private void Count(long row)
    {
        if (last == row && Rows > 0)
            return;
        if (Rows++ == 0)
            first = row;
        last = row;
    }

    private RetailLine? Line(long row)
    {
        if (Field(StockCode).Length == 0)
            return Wrong(row, StockCode, "StockCode", "a stock code");
        if (!int.TryParse(Field(Quantity), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var quantity))
            return Wrong(row, Quantity, "Quantity", "a whole number");
        if (!decimal.TryParse(Field(Price), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var price))
            return Wrong(row, Price, "Price", "an amount like 2.55");
        if (!TryDate(Field(Date), out var date))
            return Wrong(row, Date, "InvoiceDate", "a date like 2009-12-01 07:45:00");

        var description = csv.GetSpan(columns[Description]);
        if (!Utf8.IsValid(description))
            problems.Add(new(row, "Description", "Some letters cannot be read; save the file as UTF-8.", false));
        return new(row, csv.GetString(columns[StockCode]),
            description.IsEmpty ? null : csv.GetString(columns[Description]), quantity, price, date);
    }

    /// <summary>Takes 13085 and, as some conversions of the workbook write it, 13085.0; nothing is a guest.</summary>
    private bool IsCustomerKnown(long row, out int? buyer)
    {
        buyer = null;
        var field = Field(Customer);
        if (field.IsEmpty)
            return true;
        if (int.TryParse(field, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var id))
            buyer = id;
        else
            Wrong(row, Customer, "Customer ID", "a whole number");
        return buyer is not null;
    }

    private void Take(RetailLine line, int? buyer)
    {
        if (lines.Count == 0)
            (customer, country) = (buyer, csv.GetString(columns[Country]).Trim());
        else if (buyer != customer)
            problems.Add(new(line.Row, "Customer ID", "The line names another customer than the first line of its invoice, which decides.", false));
        lines.Add(line);
    }

    private RetailLine? Wrong(long row, int column, string title, string wanted)
    {
        Reject(row, title, $"\"{CsvRow.Short(csv.GetString(columns[column]))}\" is not {wanted}.");
        return null;
    }

    private static RetailInvoiceKind KindOf(string name) => name[0] switch
    {
        >= '0' and <= '9' => RetailInvoiceKind.Sale,
        'C' or 'c' => RetailInvoiceKind.Cancellation,
        'A' or 'a' => RetailInvoiceKind.Adjustment,
        _ => RetailInvoiceKind.Other,
    };

    /// <summary><c>yyyy-MM-dd HH:mm:ss</c> by hand: the general parser costs as much as the rest of the line.</summary>
    private static bool TryDate(ReadOnlySpan<byte> text, out DateTime date)
    {
        date = default;
        if (text.Length != 19 || text[4] != '-' || text[7] != '-' || text[10] != ' ' || text[13] != ':' || text[16] != ':')
            return false;
        var (year, month, day) = (Digits(text[..4]), Digits(text[5..7]), Digits(text[8..10]));
        var (hour, minute, second) = (Digits(text[11..13]), Digits(text[14..16]), Digits(text[17..]));
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 59)
            return false;
        date = new(year, month, day, hour, minute, second);
        return true;
    }

    /// <summary>-1 when one of them is no digit.</summary>
    private static int Digits(ReadOnlySpan<byte> text)
    {
        var value = 0;
        foreach (var digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9')
                return -1;
            value = value * 10 + (digit - '0');
        }

        return value;
    }
}
