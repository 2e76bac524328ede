namespace Aura.Persistence.Verification;

/// <summary>Numbers that are kept beside what they are the sum of, and how to work them out again.</summary>
/// <param name="Name">For people: <c>Stock levels</c>.</param>
/// <param name="About">What is compared with what, in one sentence.</param>
/// <param name="Sql">
/// Selects <c>tenant_id, subject, kept, reckoned</c> for everything that is compared, differing or not; <c>$1</c> is a store, or null
/// for all. It must not share a formula with the code that it checks.
/// </param>
public sealed record Check(string Name, string About, string Sql);

/// <param name="Subject">Which number of which thing: <c>pay_12 captured</c>.</param>
/// <param name="Kept">What is written there; null: nothing, though something should be.</param>
/// <param name="Reckoned">What it adds up to.</param>
public sealed record Difference(long TenantId, string Subject, decimal? Kept, decimal? Reckoned);

/// <param name="Compared">How many numbers were worked out again.</param>
/// <param name="Differing">How many of them are not what is kept.</param>
/// <param name="Differences">The first <see cref="Verification.MostShown"/> of them.</param>
public sealed record CheckResult(Check Check, long Compared, long Differing, IReadOnlyList<Difference> Differences);
