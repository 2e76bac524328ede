using Aura.Persistence;
using Aura.Promotions.AbTests;
using Aura.Promotions.Engine;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Aura.Promotions;

/// <summary>What a store gives, ready to be applied: compiled once and kept until something of it changes.</summary>
public sealed class PromotionShelf(NpgsqlDataSource source)
{
    private readonly KeptByStore<Compiled> kept = new();

    /// <summary>Codes that are tried by who holds no transaction.</summary>
    internal SharedRoundTrips<CouponTrials.Asked, CouponTrials.Row> Trials { get; } = new(100, _ => 1, asked => CouponTrials.LookUp(source, asked));

    public async Task<Compiled> Of(AuraDb db, CancellationToken cancellation) => await Of(db, await StoreVersions.Of(db, cancellation), cancellation);

    public ValueTask<Compiled> Of(AuraDb db, StoreVersions versions, CancellationToken cancellation) => versions.Promotions == 0
        ? new(Compiled.Nothing)
        : kept.Of(db, versions.Promotions, () => Compile(db, cancellation));

    private static async Task<Compiled> Compile(AuraDb db, CancellationToken cancellation) => new(
        await db.Promotions.AsNoTracking().Where(p => p.Status == PromotionStatus.Active && p.ArchivedAt == null).ToDictionaryAsync(p => p.Id, cancellation),
        await db.CustomerSegments.AsNoTracking().ToListAsync(cancellation))
    {
        Tests = await db.AbTests.AsNoTracking().Include(t => t.Arms).AsSplitQuery()
            .Where(t => t.Status == AbTestStatus.Active || t.Arms.Any(arm => arm.Promotion.Status == PromotionStatus.Active)).ToListAsync(cancellation),
    };

    /// <param name="Promotions">The active ones, by id; their time may not have come, or be over.</param>
    /// <param name="Segments">All of the store.</param>
    public sealed record Compiled(IReadOnlyDictionary<long, Promotion> Promotions, IReadOnlyList<CustomerSegment> Segments)
    {
        /// <summary>Those that run, and those of which a promotion is active: what they test is not for everybody.</summary>
        public IReadOnlyList<AbTest> Tests { get; init; } = [];

        internal static readonly Compiled Nothing = new(new Dictionary<long, Promotion>(), []);

        internal bool HasLimits { get; } = Promotions.Values.Any(p => p.IsLimited || p.MaxUsesPerCustomer is not null);
        internal bool AsksSegments { get; } = Promotions.Values.Any(p => p.Segments.Length > 0);
        internal bool AsksFirstPurchase { get; } = Promotions.Values.Any(p => p.Details.FirstPurchaseOnly);
        internal bool AsksCategories { get; } = Promotions.Values.Any(p => p.Categories.Length > 0 ||
            p.Details.BuyGet is { } deal && (deal.BuyScope?.Categories ?? deal.GetScope?.Categories) is { Count: > 0 });

        public PromotionSet Set { get; init; } = PromotionSet.Compile(Promotions.Values.Select(promotion => promotion.ToRule()));
    }
}
