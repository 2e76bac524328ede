using Aura.Accounts;
using Aura.Jobs;
using Aura.Persistence;
using Aura.Winback.Recovery;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Aura.Tests.Growth;

/// <summary>Before every message it is asked whether its recipient has ordered, and of every order which carts were its buyer's: neither may read what others did.</summary>
public sealed class PeoplePlanTests
{
    private const int Rows = 20_000;

    [Fact]
    public async Task The_orders_and_carts_of_a_person_are_found_without_those_of_others()
    {
        await using var maker = await TestServer.Start(await TestCluster.CreateDatabaseApart());
        var tall = await TallStore.Open(maker, ["orders", "customers", "shoppers", "watched_carts", "messages"], Rows);
        var id = tall.Store.Account.Sandbox.Id;
        await maker.Rows("UPDATE orders SET customer_id = NULL, email = id || '@b.co' WHERE tenant_id = $1 AND id >= $2", id, TallStore.First);
        await maker.Rows("UPDATE shoppers SET email_key = id || '@b.co', email = id || '@b.co', customer_id = NULL, phone = '+49 170 ' || id WHERE tenant_id = $1 AND id >= $2", id, TallStore.First);
        await maker.Rows("UPDATE watched_carts SET shopper_id = id, source = 'api', status = 'abandoned', last_activity_at = '2020-01-01' WHERE tenant_id = $1 AND id >= $2", id, TallStore.First);
        await maker.Rows("UPDATE messages SET shopper_id = id, exit_check = NULL, clicked_at = '2020-01-10', last_clicked_at = '2020-01-10' WHERE tenant_id = $1 AND id >= $2", id, TallStore.First);
        await maker.Rows("VACUUM ANALYZE");
        using var plans = new Plans(maker.Database);
        await using var server = await TestServer.Start(Plans.Explained(maker.Database), options: options => options with { Role = Aura.Server.ServerRole.Api });
        await using var scope = server.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentCaller>().Value = Caller.System((await server.Services.GetRequiredService<AccessDirectory>().Store(id, default))!); // it was just opened
        var db = scope.ServiceProvider.GetRequiredService<AuraDb>();
        var cart = await db.WatchedCarts.SingleAsync(c => c.Id == TallStore.First + 7_001);
        plans.Take();

        var order = await db.OrderOf(cart, default);
        var asked = plans.Take();
        var people = await db.PeopleOf(new CartOwner(Email: $"{TallStore.First + 9_001}@B.co", Phone: $"0170 {TallStore.First + 11_001}"), default);
        var bought = new DateTime(2020, 1, 15, 0, 0, 0, DateTimeKind.Utc);
        var carts = await db.CartsOf(people, bought, default);
        var credit = await db.CreditOf(null, people, bought, default);

        Assert.Equal(TallStore.First + 7_001, order);
        Assert.Equal([TallStore.First + 9_001, TallStore.First + 11_001], carts.Order());
        Assert.Equal(TallStore.First + 11_001, credit.Message);
        Assert.Empty(asked.Concat(plans.Take()).SelectMany(plan => plan.Excesses(50)));
    }
}
