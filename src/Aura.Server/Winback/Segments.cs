using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.RegularExpressions;
using Aura.Messages;
using Aura.Persistence;
using Aura.Promotions;
using Aura.Server.Http;
using Aura.Server.Http.Lists;

namespace Aura.Server.Winback;

/// <summary>Groups of customers: the store's own, those of /v2/segments too. Rules are sentences that must all hold.</summary>
internal static class Segments
{
    private static readonly Listing<CustomerSegment, CustomerSegment> Shape = new Listing<CustomerSegment, CustomerSegment>(segment => segment)
        .Field("name", s => s.Name)
        .SortedBy("name");

    public static void MapSegments(this RouteGroupBuilder api)
    {
        var segments = api.MapGroup("/segments").WithTags("Campaigns").Scope("customers");
        segments.MapGet("/", List).Lists(Shape);
        segments.MapGet("/{id}", Show);
        segments.MapPost("/", Create);
    }

    private static async Task<SegmentList> List(ListRequest list, AuraDb db, CancellationToken cancellation)
    {
        var page = await Shape.List(db.CustomerSegments, list, rows => new SegmentRows(rows), cancellation);
        var sizes = await db.Sizes(page.Rows, cancellation);
        return new([.. page.Rows.Select(segment => SegmentResponse.Of(segment, sizes[segment.Id]))]) { Total = page.Total, Page = page.Page, Limit = page.Limit };
    }

    private static async Task<OneSegment> Show(Id<CustomerSegment> id, AuraDb db, CancellationToken cancellation)
    {
        var segment = await Shape.Show(db.CustomerSegments, id, cancellation);
        return new(SegmentResponse.Of(segment, (await db.Sizes([segment], cancellation))[segment.Id]));
    }

    private static Task<MadeSegment> Create(CreateSegment request, AuraDb db, CancellationToken cancellation) =>
        db.Make(CustomerSegment.Create(request.Name, null, SegmentSentences.Read(request.Rules)), segment => new MadeSegment(true, segment.Id), cancellation);
}

/// <summary>Bounds of a segment as sentences such as <c>total_spent &gt;= 100</c>.</summary>
internal static partial class SegmentSentences
{
    private const string Known = "There are orders (>, >=, <, <=, ==), total_spent (>=, <=), days_since_last_order (<=, >).";

    /// <exception cref="Refused">422 for a sentence that nobody understands, or that says the same thing twice.</exception>
    public static SegmentRule Read(IReadOnlyList<string> sentences)
    {
        var rule = new SegmentRule();
        foreach (var (index, sentence) in sentences.Index())
        {
            var next = Read(rule, sentence) ?? throw Refused.Invalid($"Rules[{index}]", $"'{sentence}' is not understood. {Known}");
            rule = next;
        }

        return rule;
    }

    public static IReadOnlyList<string> Write(SegmentRule rule) =>
    [
        .. Sentence("orders >=", rule.MinOrders), .. Sentence("orders <=", rule.MaxOrders), .. Sentence("total_spent >=", rule.MinSpent), .. Sentence("total_spent <=", rule.MaxSpent),
        .. Sentence("days_since_last_order <=", rule.OrderedWithinDays), .. Sentence("days_since_last_order >", rule.NotOrderedForDays),
    ];

    private static SegmentRule? Read(SegmentRule rule, string sentence)
    {
        var match = Pattern.Match(sentence);
        if (!match.Success || !decimal.TryParse(match.Groups["value"].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) || value > 1_000_000_000)
            return null;
        var whole = value == decimal.Truncate(value);
        return (match.Groups["field"].Value, match.Groups["op"].Value) switch
        {
            ("orders", ">=") when whole => rule with { MinOrders = (int)value },
            ("orders", ">") when whole => rule with { MinOrders = (int)value + 1 },
            ("orders", "<=") when whole => rule with { MaxOrders = (int)value },
            ("orders", "<") when whole && value > 0 => rule with { MaxOrders = (int)value - 1 },
            ("orders", "==") when whole => rule with { MinOrders = (int)value, MaxOrders = (int)value },
            ("total_spent", ">=") => rule with { MinSpent = value },
            ("total_spent", "<=") => rule with { MaxSpent = value },
            ("days_since_last_order", "<=") when whole => rule with { OrderedWithinDays = (int)value },
            ("days_since_last_order", ">") when whole => rule with { NotOrderedForDays = (int)value },
            _ => null,
        };
    }

    private static IEnumerable<string> Sentence(string beginning, decimal? bound) =>
        bound is { } value ? [string.Create(CultureInfo.InvariantCulture, $"{beginning} {value:0.##}")] : [];

    [GeneratedRegex(@"^\s*(?<field>[a-z_]+)\s*(?<op>>=|<=|==|>|<)\s*(?<value>[0-9.]{1,15})\s*$")]
    private static partial Regex Pattern { get; }
}

/// <param name="Rules">orders >= 3, total_spent >= 500, days_since_last_order > 30 ...: all must hold. Customers who bear the name as a tag are in it too.</param>
public sealed record CreateSegment([StringLength(CustomerSegment.MaxNameLength, MinimumLength = 1)] string Name, [MaxLength(20)] IReadOnlyList<string> Rules);

public sealed record MadeSegment(bool Success, Id<CustomerSegment> SegmentId);

internal sealed record SegmentRows(IReadOnlyList<CustomerSegment> Rows) : Listed;

public sealed record SegmentList(IReadOnlyList<SegmentResponse> Segments) : Listed;

public sealed record OneSegment(SegmentResponse Segment);

/// <param name="Size">Customers who are in it now.</param>
public sealed record SegmentResponse(Id<CustomerSegment> Id, string Name, IReadOnlyList<string> Rules, int Size, DateTime CreatedAt)
{
    internal static SegmentResponse Of(CustomerSegment segment, int size) => new(segment.Id, segment.Name, SegmentSentences.Write(segment.Rule), size, segment.CreatedAt);
}
