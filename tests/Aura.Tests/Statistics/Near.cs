namespace Aura.Tests.Statistics;

/// <summary>Agreement with a reference value: to a relative 1e-7, or to half a unit of the last digit that was published.</summary>
internal static class Near
{
    public static void Exact(double expected, double actual, double relative = 1e-7) =>
        Assert.True(Math.Abs(expected - actual) <= relative * Math.Max(Math.Abs(expected), 1e-300), $"Expected {expected:R}, was {actual:R}.");

    public static void Published(double expected, double actual, int decimals) =>
        Assert.True(Math.Abs(expected - actual) <= 0.5000001 * Math.Pow(10, -decimals), $"Published {expected}, was {actual:R}.");
}
