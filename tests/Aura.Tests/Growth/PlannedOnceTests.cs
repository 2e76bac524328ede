using System.Globalization;
using Aura.Persistence;
using Aura.Server;
using Aura.Tests.Promotions;
using Aura.Tests.V2;

namespace Aura.Tests.Growth;

/// <summary>PostgreSQL plans a prepared statement anew for each of its first five times, and then for good, unless a plan for the values at hand keeps looking cheaper: planning then costs more than the work.</summary>
public sealed class PlannedOnceTests
{
    private const int Times = 12;

    [Fact]
    public async Task What_buyers_ask_all_day_is_not_planned_each_time()
    {
        await using var server = await TestServer.Start(await TestCluster.CreateDatabase() + ";Maximum Pool Size=2", options: options => options with { Role = ServerRole.Api });
        var store = await Store.Open(server: server);
        await store.Coupon(await store.Offer(Offers.Percent(25) with { MaxUses = 1000 }), "CODE");
        var (goods, customer) = (await store.Stocked(stock: 1000), await store.Customer());
        for (var time = 1; time <= Times; time++)
        {
            await store.Test.Ok("POST /api/v1/coupons/validate/CODE", new { customer_id = time, order_amount = 5 });
            await store.Test.Ok("POST /api/v1/coupons/redeem/CODE", new { customer_id = time, order_amount = 5 }, [("Idempotency-Key", $"{time}")]);
            await store.Order(goods, customer: customer);
            await store.PaidOrder((goods, 2));
        }

        Assert.Empty(await PlannedAnew(server));
    }

    /// <summary>Of the one connection that serves requests; the other one listens for changes.</summary>
    private static async Task<List<string>> PlannedAnew(TestServer server)
    {
        var often = await server.Rows("SELECT concat_ws(' times: ', custom_plans, statement) FROM pg_prepared_statements WHERE generic_plans + custom_plans > 5");
        Assert.True(often.Count > 20, $"{often.Count} statements were asked often: a checkout alone has more, so that this is not the connection that served it.");
        return [.. often.Where(line => int.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture) > 5 && !line.Contains(PlannedByValue.Mark, StringComparison.Ordinal))];
    }
}
