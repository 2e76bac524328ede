using Aura.Persistence;
using Aura.Statistics;
using Microsoft.EntityFrameworkCore;

namespace Aura.Promotions.AbTests;

/// <summary>Who it is that a test asks for. A customer comes before a session.</summary>
/// <param name="Customer">A customer's number, of the store or of wherever the buyers are known.</param>
/// <param name="Session">1 to 200 characters.</param>
public readonly record struct TestedBuyer(long? Customer, string? Session)
{
    public const int MaxSessionLength = 200;

    public bool IsKnown => Customer is not null || Session is not null;

    /// <summary>The names of its units, the one that counts first.</summary>
    internal string[] Units => (Customer, Session) switch
    {
        ({ } customer, { } session) => [OfCustomer(customer), OfSession(session)],
        ({ } customer, null) => [OfCustomer(customer)],
        (null, { } session) => [OfSession(session)],
        _ => [],
    };

    private static string OfCustomer(long customer) => FormattableString.Invariant($"customer:{customer}");
    private static string OfSession(string session) => $"session:{session}";
}

/// <summary>Takes units into tests, by hand-written statements: it is asked at every page that shows a price.</summary>
/// <remarks>The row is the assignment: the first that is committed holds, whoever else worked one out meanwhile. What is counted as exposed is
/// counted in the statement that writes it.</remarks>
public static class AbAssignment
{
    /// <summary>The buyer's unit, assigned now if it was not before. At login a customer keeps the arm of the session, unless another customer has
    /// taken that over, or the customer was in the test before.</summary>
    /// <exception cref="Refused">409 <c>ab_test_not_active</c> when the unit is new and the test does not run.</exception>
    public static async Task<AbUnit> Assign(this AuraDb db, AbTest test, TestedBuyer buyer, CancellationToken cancellation)
    {
        test.DemandRunning(db.Now);
        var own = buyer.Units[0];
        var known = await db.Assigned(test, buyer, cancellation);
        if (known?.Unit == own)
            return known;
        if (known is not null && (await db.Enter(test, own, known.Arm, known.Phase, known.Bucket, known.Id, cancellation) ?? await db.Own(test, own, cancellation)) is { } kept)
            return kept;
        var bucket = Bucket.Of(test.Salt, own);
        return await db.Enter(test, own, Bucket.Arm(bucket, test.Shares), test.Phase, bucket, null, cancellation) ??
            await db.Own(test, own, cancellation) ?? throw new InvalidOperationException("A unit that is there already can be read.");
    }

    /// <summary>The buyer's unit if there is one: the customer's before the session's.</summary>
    public static async Task<AbUnit?> Assigned(this AuraDb db, AbTest test, TestedBuyer buyer, CancellationToken cancellation) =>
        (await db.Assigned([test.Id], buyer, cancellation)).GetValueOrDefault(test.Id);

    /// <summary>The buyer's units in several tests, by test.</summary>
    internal static async Task<Dictionary<long, AbUnit>> Assigned(this AuraDb db, IReadOnlyList<long> tests, TestedBuyer buyer, CancellationToken cancellation)
    {
        var names = buyer.Units;
        var units = await db.AbUnits.AsNoTracking().Where(u => tests.Contains(u.TestId) && names.Contains(u.Unit)).ToListAsync(cancellation);
        return units.GroupBy(unit => unit.TestId).ToDictionary(own => own.Key, own => own.MinBy(unit => Array.IndexOf(names, unit.Unit))!); // no group is empty
    }

    private static Task<AbUnit?> Own(this AuraDb db, AbTest test, string unit, CancellationToken cancellation) =>
        db.AbUnits.AsNoTracking().FirstOrDefaultAsync(u => u.TestId == test.Id && u.Unit == unit, cancellation);

    /// <returns>Null where somebody was faster.</returns>
    private static async Task<AbUnit?> Enter(
        this AuraDb db, AbTest test, string unit, int arm, int phase, int bucket, long? sameAs, CancellationToken cancellation)
    {
        var stripe = Random.Shared.Next(AbCounter.Stripes);
        var entered = await db.AbUnits.FromSql($"""
            WITH entered AS (
              INSERT INTO ab_units (tenant_id, id, test_id, unit, arm, phase, bucket, same_as, conversions, revenue, assigned_at)
              VALUES ({db.Tenant}, nextval('ids'), {test.Id}, {unit}, {arm}, {phase}, {bucket}, {sameAs}, 0, 0, {db.Now})
              ON CONFLICT DO NOTHING RETURNING *),
            exposed AS (
              INSERT INTO ab_counters AS k SELECT e.tenant_id, e.test_id, e.phase, e.arm, {stripe}, 1, 0, 0, 0, 0, 0, 0, 0 FROM entered e WHERE e.same_as IS NULL
              ON CONFLICT (tenant_id, test_id, phase, arm, stripe) DO UPDATE SET units = k.units + 1)
            SELECT * FROM entered
            """).IgnoreQueryFilters().AsNoTracking().ToListAsync(cancellation);
        return entered.SingleOrDefault();
    }
}
