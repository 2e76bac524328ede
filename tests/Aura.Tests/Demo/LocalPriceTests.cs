using Aura.Server.Demo;

namespace Aura.Tests.Demo;

public sealed class LocalPriceTests
{
    [Theory]
    [InlineData(9.5, 8.90, 7.50, 1380, 9.50)]
    [InlineData(24, 22.90, 19, 3580, 23.90)]
    [InlineData(129, 119.90, 105, 18980, 129.90)]
    public void Each_market_has_prices_as_they_end_there(double dollars, double euro, double pound, double yen, double franc)
    {
        var abroad = LocalPrice.Abroad((decimal)dollars);

        Assert.Equal([(decimal)franc, (decimal)euro, (decimal)pound, (decimal)yen], abroad.OrderBy(p => p.Key).Select(p => p.Value));
    }

    [Fact]
    public void A_dearer_thing_is_nowhere_cheaper()
    {
        var before = LocalPrice.Abroad(1);
        for (var dollars = 1.5m; dollars < 400; dollars += 0.5m)
        {
            var now = LocalPrice.Abroad(dollars);
            Assert.All(now, price => Assert.True(price.Value >= before[price.Key], $"{price.Key} at {dollars}"));
            before = now;
        }
    }
}
