using Aura.Customers;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.Winback;

public sealed class ShopperTests
{
    [Fact]
    public async Task A_customer_of_the_store_is_one_person_however_they_are_named()
    {
        var store = await Store.Open();
        var customer = await store.Test.Ok("POST /v2/customers", new { email = "ann@b.co", first_name = "Ann", last_name = "Lee", phone = "+15550100" });
        var id = ((string)customer["id"]!)[5..];

        await store.Database(async db =>
        {
            var (one, other, third) = (await db.ShopperOf($"customer_{id}", default), await db.ShopperOf($"cust_{id}", default), await db.ShopperOf(long.Parse(id), default));
            Assert.Equal((one.Id, one.Id, $"customer_{id}"), (other.Id, third.Id, one.Reference));
            Assert.Equal(new ShopperContact("ann@b.co", "+15550100", "Ann Lee"), await db.Contact(one, default));
        });
    }

    [Fact]
    public async Task Somebody_of_another_shop_is_made_once_by_twenty_at_a_time()
    {
        var store = await Store.Open();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => store.Database(async db => await db.ShopperOf("customer_900000000001", default))));

        await store.Database(async db =>
        {
            var shopper = Assert.Single(await db.Shoppers.ToListAsync());
            shopper.Reach("Ann@B.co", null, "Ann");
            await db.SaveChangesAsync();
            Assert.Equal((null, "ann@b.co"), (shopper.CustomerId, shopper.EmailKey));
            Assert.Equal(new ShopperContact("Ann@B.co", null, "Ann"), await db.Contact(shopper, default));
            Assert.Null(await db.FindShopper("somebody", default));
        });
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public void A_reference_says_something(string reference) => Assert.Throws<Refused>(() => Shopper.Create(reference, null));

    [Fact]
    public void What_is_forgotten_leaves_no_name()
    {
        var shopper = Shopper.Create("x", null);
        shopper.Reach("a@b.co", "1", "A");
        shopper.Live("en-GB", "Europe/London", "gb");
        shopper.Join(["VIP", "vip "]);
        Assert.Equal(("GB", 1), (shopper.Country, shopper.Segments.Length));

        shopper.Forget();

        Assert.Equal((null, null, null, 0), (shopper.Email, shopper.Phone, shopper.Name, shopper.Segments.Length));
    }
}
