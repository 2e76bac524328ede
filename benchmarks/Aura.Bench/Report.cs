using System.Globalization;

namespace Aura.Bench;

/// <summary>The tables for people: Markdown, so that they can be kept.</summary>
internal static class Report
{
    public static void Print(Findings found)
    {
        Console.WriteLine(Text($"{found.At:yyyy-MM-dd HH:mm} UTC, commit {found.Commit}, {found.Processors} processors; {found.Size.Products} products, {found.Size.Orders} orders, {found.Size.Coupons} coupons; {found.Rounds} rounds of {found.Seconds} s, {found.Connections} connections"));
        Print(found.Sides, found.Results);
        if (found.Cold is { } cold)
            Console.WriteLine(Text($"\nCold start, private cluster and all: {cold.Seconds:0.00} s until ready (goal 3: {(cold.Seconds <= 3 ? "met" : "not met")}); idle memory {cold.IdleMemory / 1e6:0} MB (goal 250: {(cold.IdleMemory <= 250e6 ? "met" : "not met")})"));
        if (found.Lists.Count > 0)
        {
            Console.WriteLine();
            Table(["list", "SQL at 1", "at 50", "at 200", "first page ms", "far page ms", "rows before it"], found.Lists.Select(l => new[]
            {
                l.Path, $"{l.Commands[0]}", $"{l.Commands[1]}", $"{l.Commands[2]}", Text($"{l.FirstPage:0.0}"), Text($"{l.FarPage:0.0}"), $"{l.FarRow}",
            }));
        }
    }

    /// <summary>What has changed since a former run; where the spreads overlap, nothing can be said.</summary>
    public static void Compare(Findings before, Findings now)
    {
        Console.WriteLine($"\nAgainst {before.Commit} of {before.At:yyyy-MM-dd HH:mm}:");
        Table(["", "ratio", "", "p50 ms", "SQL", "server CPU us", "database CPU us"],
            from r in now.Results
            join old in before.Results on r.Name equals old.Name
            select new[]
            {
                r.Name, Text($"{old.Ratio:0.00} -> {r.Ratio:0.00}"), Verdict(old, r),
                Change(old, r, t => t.Load.P50 / 1e3, "0.0"), Change(old, r, t => t.Commands, "0.0"),
                Change(old, r, t => t.MicrosecondsOfServer, "0"), Change(old, r, t => t.MicrosecondsOfDatabase, "0"),
            });
    }

    private static void Print(IReadOnlyList<string> sides, IReadOnlyList<Result> results)
    {
        Table(["", "work", $"{sides[0]} /s", $"{sides[1]} /s", "ratio", "spread", "goal", ""], results.Select(r => new[]
        {
            r.Name, r.About, Text($"{r.Median(x => x.Floor.Load.PerSecond):0}"), Text($"{r.Median(x => x.Product.Load.PerSecond):0}"),
            Text($"{r.Ratio:0.00}"), Text($"{r.Least:0.00} to {r.Most:0.00}"),
            r.Goal is { } goal ? Text($"{goal:0.00}") : "", r.Goal is null ? "" : r.IsMet ? "met" : "not met",
        }));
        Console.WriteLine();
        Table([$"{sides[0]} / {sides[1]}", "p50 ms", "p99 ms", "SQL", "begin, commit", "server CPU us", "database CPU us", "answer bytes", "RSS MB", "peak MB"], results.Select(r => new[]
        {
            r.Name, Both(r, t => t.Load.P50 / 1e3, "0.0"), Both(r, t => t.Load.P99 / 1e3, "0.0"), Both(r, t => t.Commands, "0.0"), Both(r, t => t.Control, "0.0"),
            Both(r, t => t.MicrosecondsOfServer, "0"), Both(r, t => t.MicrosecondsOfDatabase, "0"), Both(r, t => (double)t.Load.Bytes / t.Load.Work, "0"),
            Both(r, t => t.Memory / 1e6, "0"), Both(r, t => t.MostMemory / 1e6, "0"),
        }));
    }

    /// <summary>A single round has no spread, and says nothing.</summary>
    private static string Verdict(Result before, Result now) =>
        Math.Min(before.Rounds.Count, now.Rounds.Count) < 3 ? "too few rounds" : now.Least > before.Most ? "better" : now.Most < before.Least ? "worse" : "within the spread";

    private static string Change(Result before, Result now, Func<Turn, double> of, string format) =>
        before.Median(x => of(x.Product)).ToString(format, CultureInfo.InvariantCulture) + " -> " + now.Median(x => of(x.Product)).ToString(format, CultureInfo.InvariantCulture);

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
