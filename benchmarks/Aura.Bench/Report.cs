using System.Globalization;

namespace Aura.Bench;

/// <summary>The tables for people: Markdown, so that they can be kept.</summary>
internal static class Report
{
    public static void Print(IReadOnlyList<Result> results)
    {
        Table(["", "work", "floor /s", "product /s", "ratio", "spread", "goal", ""], results.Select(r => new[]
        {
            r.Name, r.About, Text($"{r.Median(x => x.Floor.Load.PerSecond):0}"), Text($"{r.Median(x => x.Product.Load.PerSecond):0}"),
            Text($"{r.Ratio:0.00}"), Text($"{r.Rounds.Min(x => x.Ratio):0.00} to {r.Rounds.Max(x => x.Ratio):0.00}"),
            r.Goal is { } goal ? Text($"{goal:0.00}") : "", r.Goal is null ? "" : r.IsMet ? "met" : "not met",
        }));
        Console.WriteLine();
        Table(["floor / product", "p50 ms", "p99 ms", "SQL", "begin, commit", "server CPU us", "database CPU us", "answer bytes", "RSS MB", "peak MB"], results.Select(r => new[]
        {
            r.Name, Both(r, t => t.Load.P50 / 1e3, "0.0"), Both(r, t => t.Load.P99 / 1e3, "0.0"), Both(r, t => t.Commands, "0.0"), Both(r, t => t.Control, "0.0"),
            Both(r, t => t.MicrosecondsOfServer, "0"), Both(r, t => t.MicrosecondsOfDatabase, "0"), Both(r, t => (double)t.Load.Bytes / t.Load.Requests, "0"),
            Both(r, t => t.Memory / 1e6, "0"), Both(r, t => t.MostMemory / 1e6, "0"),
        }));
    }

    private static string Both(Result r, Func<Turn, double> of, string format) =>
        r.Median(x => of(x.Floor)).ToString(format, CultureInfo.InvariantCulture) + " / " + r.Median(x => of(x.Product)).ToString(format, CultureInfo.InvariantCulture);

    private static void Table(string[] heads, IEnumerable<string[]> rows)
    {
        string[][] all = [heads, .. rows];
        var widths = heads.Select((_, column) => all.Max(row => row[column].Length)).ToArray();
        Line(heads);
        Console.WriteLine($"|{string.Join('|', widths.Select(width => new string('-', width + 2)))}|");
        foreach (var row in all.Skip(1))
            Line(row);

        void Line(string[] row) => Console.WriteLine($"| {string.Join(" | ", row.Select((cell, column) => cell.PadRight(widths[column])))} |");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
