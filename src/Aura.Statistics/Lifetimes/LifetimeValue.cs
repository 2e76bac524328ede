namespace Aura.Statistics.Lifetimes;

/// <summary>What a customer will still bring: expected orders, times what they spend on one, times the margin, each month discounted to today.</summary>
/// <remarks>The discounted sum over months of P. S. Fader, B. G. S. Hardie, K. L. Lee, "RFM and CLV: Using Iso-Value Curves for Customer Base Analysis",
/// Journal of Marketing Research 42 (2005), as the lifetimes library of C. Davidson-Pilon adds it up.</remarks>
/// <param name="MonthLength">Of a month, in the unit of time of the purchases.</param>
/// <param name="MonthlyDiscount">Of money: 0.01 makes next month's 1.01 worth 1 today. Zero or more.</param>
public sealed record LifetimeValue(BgNbd Orders, GammaGamma Spend, double MonthLength, double MonthlyDiscount = 0.01)
{
    /// <summary>In the currency of the spending.</summary>
    /// <param name="spending">Null where there was no repeat purchase.</param>
    /// <param name="months">How far one looks, one or more.</param>
    /// <param name="margin">What of revenue remains, 0 to 1.</param>
    public double Of(Purchases customer, Spending? spending, int months, double margin = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(months);
        var (value, before) = (0.0, 0.0);
        for (var month = 1; month <= months; month++)
        {
            var until = Orders.ExpectedPurchases(customer, month * MonthLength);
            value += (until - before) / Math.Pow(1 + MonthlyDiscount, month);
            before = until;
        }

        return margin * Spend.ExpectedSpend(spending) * value;
    }
}
