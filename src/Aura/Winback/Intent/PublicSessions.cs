using System.Globalization;
using Aura.Statistics.Learning;

namespace Aura.Winback.Intent;

/// <summary>The Online Shoppers Purchasing Intention data of C. O. Sakar and Y. Kastro (UCI, 2018, doi 10.24432/C5F88Q, CC BY 4.0): 12,330 sessions of a shop, and what the
/// server's own model learns from them.</summary>
/// <remarks>The data has no cart. Its nearest is the value of the pages that were seen (PageValues of Google Analytics: what sessions with the page brought, by
/// page); beside its mean where there is any it takes the place of the value of the cart beside a usual order. A store's own model knows better.</remarks>
public static class PublicSessions
{
    private static readonly string[] Months = ["Jan", "Feb", "Mar", "Apr", "May", "June", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

    /// <summary>All features of the file, in its order.</summary>
    public static readonly IReadOnlyList<Feature> Columns =
    [
        .. new[]
        {
            "Administrative", "Administrative_Duration", "Informational", "Informational_Duration", "ProductRelated", "ProductRelated_Duration", "BounceRates", "ExitRates", PageValues, "SpecialDay",
            "Month", "OperatingSystems", "Browser", "Region", "TrafficType", "VisitorType", "Weekend",
        }.Select(name => new Feature(name)),
    ];

    public const string PageValues = nameof(PageValues);

    /// <summary>When the model that the server brings was last made anew.</summary>
    private static readonly DateTime Made = new(2026, 11, 21, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>A value for each column, and whether the session ended with an order.</summary>
    /// <exception cref="FormatException">A line is not of this file.</exception>
    public static IReadOnlyList<(double[] Row, bool Bought)> Read(TextReader file)
    {
        List<(double[], bool)> sessions = [];
        file.ReadLine();
        while (file.ReadLine() is { Length: > 0 } line)
        {
            var fields = line.Trim().Split(',');
            if (fields.Length != Columns.Count + 1)
                throw new FormatException($"Line {sessions.Count + 2} has {fields.Length} fields, not {Columns.Count + 1}.");
            sessions.Add(([.. Columns.Select((column, index) => Value(column.Name, fields[index]))], fields[^1] == "TRUE"));
        }

        return sessions;
    }

    /// <summary>Sessions of which the data says no time: every tenth in turn by a fixed order, six to learn from, two for the curve and two to judge by.</summary>
    public static (T[] Learn, T[] Calibrate, T[] Judge) Parted<T>(IEnumerable<T> sessions)
    {
        var parts = sessions.Select((session, index) => (session, Tenth: index * 7919L % 10)).ToLookup(one => one.Tenth switch { < 6 => 0, < 8 => 1, _ => 2 }, one => one.session);
        return ([.. parts[0]], [.. parts[1]], [.. parts[2]]);
    }

    /// <summary>Trains the model that the server brings with it.</summary>
    public static IntentModel Train(TextReader file)
    {
        var sessions = Read(file);
        var usual = sessions.Select(session => session.Row[8]).Where(value => value > 0).Average();
        var (learn, calibrate, judge) = Parted(sessions.Select(session => new PastSession(Facts(session.Row, usual), session.Bought)));
        var model = IntentModel.Fit(
            Made, "Online Shoppers Purchasing Intention, Sakar and Kastro 2018, UCI, doi 10.24432/C5F88Q, CC BY 4.0; the value of pages stands for that of the cart",
            "an order in the session", WithLessKnown(learn), WithLessKnown(calibrate), judge,
            [Reference("all 17 of the data", sessions, _ => true), Reference("all of the data but PageValues", sessions, column => column != PageValues)]);
        return model with { Sessions = sessions.Count };
    }

    /// <summary>Every session twice, the second time without one, two or all of cart, time and pages: who asks often knows one of them only.</summary>
    private static PastSession[] WithLessKnown(PastSession[] sessions) => [.. sessions, .. sessions.Select((session, index) => session with { Facts = session.Facts.Without(1 + index % 7) })];

    private static ReferenceQuality Reference(string features, IReadOnlyList<(double[] Row, bool Bought)> sessions, Func<string, bool> wanted)
    {
        int[] taken = [.. Enumerable.Range(0, Columns.Count).Where(column => wanted(Columns[column].Name))];
        var (learn, calibrate, judge) = Parted(sessions.Select(session => (taken.Select(column => session.Row[column]).ToArray(), session.Bought)));
        var quality = IntentModel.Fit([.. taken.Select(column => Columns[column])], learn, calibrate, judge).Quality!; // there are some to judge by
        return new(features, quality.Rows, quality.Auc, quality.Brier);
    }

    internal static IntentFacts Facts(double[] row, double usual) =>
        new(row[8] / usual, row[1] + row[3] + row[5], (int)(row[0] + row[2] + row[4]), double.IsNaN(row[15]) ? null : row[15] > 0, row[16] > 0);

    private static double Value(string column, string field) => (column, field) switch
    {
        ("Month", _) => Array.IndexOf(Months, field),
        ("VisitorType", "Returning_Visitor") => 1,
        ("VisitorType", "New_Visitor") => 0,
        ("VisitorType", _) => double.NaN,
        ("Weekend", _) => field == "TRUE" ? 1 : 0,
        _ => double.Parse(field, CultureInfo.InvariantCulture),
    };
}
