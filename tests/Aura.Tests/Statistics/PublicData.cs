using System.Globalization;
using Aura.Tests.Connectors.Shops;

namespace Aura.Tests.Statistics;

/// <summary>Public data beside the repository; empty where they are not installed, and the tests on them then say nothing.</summary>
internal static class PublicData
{
    /// <summary>The rows of a file without quotes, its header left out.</summary>
    public static IEnumerable<string[]> Rows(string file) =>
        ShopTexts.Data(file) is { } path ? File.ReadLines(path).Skip(1).Select(line => line.Trim().Split(',')) : [];

    public static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>The last column.</summary>
    public static double[] Series(string file) => [.. Rows($"timeseries/{file}").Select(row => Number(row[^1]))];
}
