using Aura.Carts;
using Aura.Catalog;
using Aura.Persistence;

namespace Aura.Server.Demo;

/// <summary>Carts of people who are about to buy, and of people who thought better of it.</summary>
internal static class DemoCarts
{
    public static void Fill(AuraDb db, int count, IReadOnlyList<Product> products, IReadOnlyList<DemoBuyer> buyers, DateTime now, Dice dice)
    {
        for (var i = 0; i < count; i++)
        {
            var buyer = dice.Pick(buyers);
            var began = now.AddMinutes(-(i % 3 == 0 ? dice.Between(1, 55) : dice.Between(120, 30 * 24 * 60)));
            var cart = Cart.Create(buyer.Currency, began);
            for (var lines = dice.Between(1, 3); lines > 0; lines--)
            {
                var product = dice.Pick(products);
                cart.Add(product.Id, dice.Pick(product.Offered.ToList()).Id, dice.Between(1, 2));
            }

            if (dice.Chance(70)) // the others do not say who they are
                cart.Belong(buyer.Customer.Id, buyer.Customer.Email);
            if (dice.Chance(40))
                cart.Send(buyer.Address, null);
            db.Carts.Add(cart).Property(c => c.CreatedAt).CurrentValue = began;
        }
    }
}
