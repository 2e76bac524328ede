using Aura.Statistics.Learning;

namespace Aura.Winback.Intent;

/// <summary>What is known of somebody who is shopping, when it is asked whether they will buy. Null: not known.</summary>
/// <param name="CartValue">Beside what an order of the store usually comes to: 2 is twice that. Zero or more.</param>
/// <param name="SessionSeconds">Zero or more, as are all numbers here.</param>
/// <param name="Returning">They have been here before.</param>
/// <param name="DaysSinceOrder">Null also where there was none.</param>
public sealed record IntentFacts(
    double? CartValue, double? SessionSeconds, int? PageViews, bool? Returning, bool? Weekend, int? PastOrders = null, int? DaysSinceOrder = null)
{
    /// <summary>The columns that a model learns from. More in the cart, longer and more pages never make it less likely that somebody buys.</summary>
    public static readonly IReadOnlyList<Feature> Features =
    [
        new("cart_value", Direction.Rising), new("session_duration", Direction.Rising), new("page_views", Direction.Rising), new("returning"), new("weekend"),
        new("past_orders"), new("days_since_order"),
    ];

    private static readonly (string High, string Low)[] Words =
    [
        ("high_cart_value", "low_cart_value"), ("long_session", "short_session"), ("many_page_views", "few_page_views"), ("repeat_visitor", "new_visitor"), ("weekend", "weekday"),
        ("past_orders", "no_past_orders"), ("time_since_order", "recent_order"),
    ];

    /// <param name="hidden">What is not known: 1 the cart, 2 the time, 4 the pages, or a sum of these.</param>
    internal IntentFacts Without(int hidden) => this with
    {
        CartValue = (hidden & 1) != 0 ? null : CartValue, SessionSeconds = (hidden & 2) != 0 ? null : SessionSeconds, PageViews = (hidden & 4) != 0 ? null : PageViews,
    };

    public double[] ToRow() =>
    [
        CartValue ?? double.NaN, SessionSeconds ?? double.NaN, PageViews ?? double.NaN, Number(Returning), Number(Weekend), PastOrders ?? double.NaN, DaysSinceOrder ?? double.NaN,
    ];

    /// <summary>What moved the score most, in words, the strongest first: at most three, of what is known.</summary>
    /// <param name="contributions">Of each feature to the logarithm of the odds.</param>
    public IReadOnlyList<string> Reasons(double[] contributions)
    {
        var row = ToRow();
        return
        [
            .. contributions.Select((share, feature) => (Share: share, Feature: feature)).Where(one => Math.Abs(one.Share) >= 0.05 && !double.IsNaN(row[one.Feature]))
                .OrderByDescending(one => Math.Abs(one.Share)).Take(3).Select(one => Word(one.Feature, one.Share, row[one.Feature])),
        ];
    }

    /// <summary>Of what can only help, how much there is shows in the sign; of the rest in the value.</summary>
    private static string Word(int feature, double share, double value) =>
        (Features[feature].Direction == Direction.Rising ? share > 0 : feature == 6 ? value > 30 : value > 0) ? Words[feature].High : Words[feature].Low;

    private static double Number(bool? yes) => yes is null ? double.NaN : yes.Value ? 1 : 0;
}

/// <summary>How likely somebody buys, in a word.</summary>
public enum Likelihood
{
    VeryLow,
    Low,
    Medium,
    High,
    VeryHigh,
}

/// <param name="Score">0 to 100, two decimals: the chance in percent.</param>
/// <param name="Reasons">What moved it most.</param>
public sealed record IntentEstimate(decimal Score, IReadOnlyList<string> Reasons)
{
    public Likelihood Likelihood => LikelihoodOf(Score);

    /// <summary>From 90 very high, from 70 high, from 40 medium, from 15 low.</summary>
    public static Likelihood LikelihoodOf(decimal score) => score switch { >= 90 => Likelihood.VeryHigh, >= 70 => Likelihood.High, >= 40 => Likelihood.Medium, >= 15 => Likelihood.Low, _ => Likelihood.VeryLow };
}
