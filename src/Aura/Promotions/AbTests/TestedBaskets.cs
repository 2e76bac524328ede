using Aura.Carts;
using Aura.Persistence;

namespace Aura.Promotions.AbTests;

/// <summary>Carts of the store in its tests.</summary>
internal static class TestedBaskets
{
    /// <summary>Whose basket it is, as tests see it.</summary>
    private static TestedBuyer Buyer(this Basket basket) =>
        new(basket.CustomerId, basket.SessionId is { Length: <= TestedBuyer.MaxSessionLength } session ? session : null);

    /// <summary>Where the basket's buyer is in the tests that run. While its owner changes the basket, the buyer is taken in; otherwise nothing is written.</summary>
    /// <remarks>Tests are gone through by their ids, so that two baskets wait for each other in one direction only.</remarks>
    public static async Task<IReadOnlyList<TestedArm>> Tested(this AuraDb db, PromotionShelf.Compiled store, Basket basket, CancellationToken cancellation)
    {
        var buyer = basket.Buyer();
        if (store.Tests.Count == 0 || !buyer.IsKnown)
            return [];
        var tests = store.Tests.Where(test => test.Runs(db.Now) && test.Currency == basket.Currency).OrderBy(test => test.Id).ToList();
        var known = tests.Count == 0 ? [] : await db.Assigned([.. tests.Select(test => test.Id)], buyer, cancellation);
        var arms = new List<TestedArm>();
        foreach (var test in tests)
        {
            var unit = known.GetValueOrDefault(test.Id);
            if (basket.IsEdited && unit?.Unit != buyer.Units[0])
                unit = await db.Assign(test, buyer, cancellation);
            if (unit is not null)
                arms.Add(new(test.Id, unit.CountedId, unit.Arm, unit.Phase, test.Arms.First(arm => arm.Position == unit.Arm).PromotionId));
        }

        return arms;
    }

    /// <summary>The promotions that this buyer is not given: the arms of tests, but for the buyer's own.</summary>
    public static IReadOnlySet<long> Withheld(this PromotionShelf.Compiled store, IReadOnlyList<TestedArm> own) =>
        store.Tests.SelectMany(test => test.Arms.Select(arm => arm.PromotionId).Where(id => id != test.Kept)).Except(own.Select(arm => arm.PromotionId)).ToHashSet();
}
