using System.Globalization;

namespace Aura.Connectors.Shops;

/// <summary>A row that remembers which of its fields were asked for, so that the others can be kept as metadata.</summary>
/// <param name="number">Counted from 1 after the header.</param>
/// <param name="fault">Why the row cannot be read at all; null when it can.</param>
internal sealed class CsvRow(CsvTable table, long number, string[] fields, string? fault)
{
    private readonly bool[] taken = new bool[table.Columns.Length];

    public long Number => number;
    public string? Fault => fault;
    public bool IsRejected { get; private set; }
    public List<ShopProblem> Problems { get; } = [];
    public bool IsEmpty => fields.All(string.IsNullOrWhiteSpace);

    /// <summary>The trimmed text without taking it; empty when there is no such column.</summary>
    public string Peek(string column) => table.IndexOf(column) is >= 0 and var i ? fields[i].Trim() : "";

    public bool Has(string column) => table.IndexOf(column) >= 0;

    /// <summary>The text as it stands in the file.</summary>
    public string Raw(string column)
    {
        if (table.IndexOf(column) is not (>= 0 and var i))
            return "";
        taken[i] = true;
        return fields[i];
    }

    /// <summary>The trimmed text, or null when it is blank.</summary>
    public string? Text(string column) => Raw(column).Trim() is { Length: > 0 } text ? text : null;

    /// <summary>A number that is not negative, with a decimal point. Anything else rejects the row.</summary>
    public decimal? Amount(string column)
    {
        if (Text(column) is not { } text)
            return null;
        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
            return amount;
        Reject(column, $"\"{Short(text)}\" is not an amount; write it like 1299.00.");
        return null;
    }

    /// <summary>A whole number, also written as 5.0. Anything else rejects the row, or only warns.</summary>
    public int? Whole(string column, bool rejects = true)
    {
        if (Text(column) is not { } text)
            return null;
        const NumberStyles styles = NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign;
        if (int.TryParse(text, styles, CultureInfo.InvariantCulture, out var whole))
            return whole;
        Say(column, $"\"{Short(text)}\" is not a whole number.", rejects);
        return null;
    }

    /// <summary>TRUE, yes, 1 and their opposites in any case. What cannot be read gives a warning and <paramref name="blank"/>.</summary>
    /// <param name="absent">When the file has no such column.</param>
    public bool Flag(string column, bool absent, bool blank)
    {
        if (!Has(column))
            return absent;
        return Text(column) is { } text ? Yes(text) ?? Doubt(column, text, blank) : blank;
    }

    /// <summary>True, false, or null for a word that is neither.</summary>
    public static bool? Yes(string text) => text.ToLowerInvariant() switch
    {
        "true" or "1" or "yes" => true,
        "false" or "0" or "no" => false,
        _ => null,
    };

    /// <summary>Every field that was not taken and is not blank.</summary>
    public IEnumerable<(string Column, string Value)> Rest()
    {
        for (var i = 0; i < taken.Length; i++)
            if (!taken[i] && !string.IsNullOrWhiteSpace(fields[i]))
                yield return (table.Columns[i], fields[i]);
    }

    public void Warn(string? column, string message) => Problems.Add(new(number, column, message, false));

    public void Reject(string? column, string message)
    {
        IsRejected = true;
        Problems.Add(new(number, column, message, true));
    }

    private void Say(string column, string message, bool rejects)
    {
        if (rejects)
            Reject(column, message);
        else
            Warn(column, message);
    }

    private bool Doubt(string column, string text, bool blank)
    {
        Warn(column, $"\"{Short(text)}\" is neither true nor false; taken as {(blank ? "true" : "false")}.");
        return blank;
    }

    /// <summary>Enough of a text to find it, so that a message stays a sentence.</summary>
    public static string Short(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
