namespace Aura.Server.Demo;

/// <summary>Prices as a shop sets them in each market: not converted by the day's rate, and ending as prices end there.</summary>
internal static class LocalPrice
{
    private static readonly Market[] Markets =
    [
        new(Currency.Eur, 0.95m, [new(10, 0.5m, 0.1m), new(100, 1, 0.1m), new(decimal.MaxValue, 10, 0.1m)]), // 8.90, 23.90, 119.90
        new(Currency.Gbp, 0.80m, [new(10, 0.5m, 0), new(100, 1, 0), new(decimal.MaxValue, 5, 0)]), // 6.50, 24, 105
        new(Currency.Jpy, 150, [new(10_000, 100, 20), new(decimal.MaxValue, 1_000, 20)]), // 3,280, 12,980
        new(Currency.Of("CHF"), 0.98m, [new(20, 0.5m, 0), new(100, 1, 0.1m), new(decimal.MaxValue, 10, 0.1m)]), // 8.50, 23.90, 119.90
    ];

    /// <param name="dollars">The price in the home market.</param>
    /// <returns>Major units by currency code, for every market abroad.</returns>
    public static Dictionary<string, decimal> Abroad(decimal dollars) =>
        Markets.ToDictionary(market => market.Currency.Code, market => market.Price(dollars));

    /// <param name="Factor">What a dollar's worth of goods is sold for there.</param>
    /// <param name="Endings">The first whose limit is above the amount decides.</param>
    private sealed record Market(Currency Currency, decimal Factor, Ending[] Endings)
    {
        public decimal Price(decimal dollars)
        {
            var amount = dollars * Factor;
            var (_, step, less) = Endings.First(ending => amount < ending.Below);
            return Math.Max(Math.Round(amount / step, MidpointRounding.AwayFromZero), 1) * step - less;
        }
    }

    /// <param name="Step">Rounded to a multiple of it,</param>
    /// <param name="Less">and this much taken off.</param>
    private sealed record Ending(decimal Below, decimal Step, decimal Less);
}
