using Aura.Accounts;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.Events;

public sealed class EventRetentionTests
{
    [Theory]
    [InlineData(Plan.Starter, "P88D", true)]
    [InlineData(Plan.Starter, "P91D", false)]
    [InlineData(Plan.Enterprise, "P91D", true)]
    public async Task Events_are_kept_as_long_as_the_plan_says(Plan plan, string later, bool kept)
    {
        var store = await Store.Open(plan);
        await store.Test.Ok("POST /v2/customers", new { email = "first@b.co" });
        var first = await store.Database((db, _) => db.Events.Where(e => e.Type == "customer.created").Select(e => e.Id).SingleAsync());

        await store.Advance(later);
        await store.Test.Ok("POST /v2/customers", new { email = "last@b.co" });
        await store.Advance("PT1M"); // readers take the last one
        await store.Advance("PT1M");

        Assert.Equal(kept, await store.Database((db, _) => db.Events.AnyAsync(e => e.Id == first)));
        Assert.True(await store.Database((db, _) => db.Events.AnyAsync(e => e.Type == "customer.created" && e.Id != first)));
    }
}
