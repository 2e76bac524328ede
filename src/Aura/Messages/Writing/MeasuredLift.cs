using Aura.Persistence;
using Aura.Statistics;

namespace Aura.Messages.Writing;

/// <param name="Percent">How many percent more of those who got it followed a link; null: nobody can say.</param>
/// <param name="Reason">Why, as a sentence.</param>
/// <param name="Template">Which template did so much better; null: none.</param>
public sealed record LiftFinding(decimal? Percent, string Reason, string? Template);

/// <summary>What other templates have done better than one, where enough was sent to know.</summary>
public static class MeasuredLift
{
    /// <summary>Messages of each template below which nothing is said.</summary>
    public const int Enough = 100;

    private const double Alpha = 0.05;

    /// <summary>Looks for the template with the most clicks that is better than chance explains.</summary>
    /// <param name="template">The one to be improved; null: it was never sent.</param>
    public static LiftFinding Of(string? template, Channel channel, IReadOnlyList<MessageFigures> figures)
    {
        var over = figures.Where(row => row.Channel == channel).ToList();
        if (over.Find(row => row.Template == template) is not { } own || own.Sent < Enough)
            return new(null, $"Nothing is known of this message: at least {Enough} must have been sent of it.", null);
        var rivals = over.Where(row => row.Template != template && row.Sent >= Enough).ToList();
        var better = rivals.Select(row => (Row: row, Test: TwoProportionTest.Of(own.Clicked, own.Sent, row.Clicked, row.Sent)))
            .Where(pair => pair.Test.PGreater < Alpha / rivals.Count && own.Clicked > 0).OrderByDescending(pair => pair.Test.Variant.Mean).FirstOrDefault();
        return better.Row is null
            ? new(null, "No other template has done better than chance explains.", null)
            : new(Math.Round((decimal)(better.Test.Variant.Mean / better.Test.Control.Mean - 1) * 100, 1), $"Of {better.Row.Sent} messages of {better.Row.Template}, {better.Row.Clicked} were followed.", better.Row.Template);
    }
}
