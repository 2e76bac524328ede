namespace Aura.Statistics;

/// <summary>What was counted of the control or a variant. A unit (a customer or a session) is counted once, in the arm it was assigned to, from its
/// first exposure on.</summary>
/// <param name="TrafficShare">Planned share, in percent or any other unit that all arms have in common.</param>
/// <param name="Exposures">Units that were exposed.</param>
/// <param name="Conversions">Units among them that converted, however often each did.</param>
/// <param name="Revenue">Sum of what the units spent, in any unit of one currency.</param>
/// <param name="RevenueSquares">Sum over units of the square of what each spent: not over orders.</param>
public sealed record Arm(string Id, decimal TrafficShare, long Exposures, long Conversions, decimal Revenue = 0, decimal RevenueSquares = 0)
{
    internal Sample Measure(SuccessMetric metric) => metric switch
    {
        SuccessMetric.ConversionRate => Sample.OfProportion(Conversions, Exposures),
        SuccessMetric.RevenuePerUser => Sample.OfSums(Exposures, Revenue, RevenueSquares),
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, null),
    };
}
