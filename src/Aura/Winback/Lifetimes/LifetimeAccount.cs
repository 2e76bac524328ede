using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Winback.Lifetimes;

/// <summary>A segment in an account, amounts in minor units.</summary>
/// <param name="From">The least value in it.</param>
public sealed record SegmentAccount(ValueSegment Segment, int Customers, long Average, long From);

/// <summary>What the customers of a store will bring, reckoned up on a day: the last account of each day is kept.</summary>
public sealed class LifetimeAccount : StoreRow, IIdentified
{
    public static string Prefix => "clv";
    public static string Noun => "account of customers";

    public DateOnly AsOf { get; private init; }
    public DateTime CalculatedAt { get; private init; }
    public Currency Currency { get; private init; }
    public int Customers { get; private init; }

    /// <summary>Of them, those with a repeat order.</summary>
    public int Repeaters { get; private init; }

    /// <summary>Minor units.</summary>
    public long Average { get; private init; }

    public LifetimeModels Models { get; private init; } = null!; // set by Of and by EF

    /// <summary>In the order of <see cref="ValueSegment"/>; a segment that nobody is in is not among them.</summary>
    public SegmentAccount[] Segments { get; private init; } = [];

    public static LifetimeAccount Of(IReadOnlyList<CustomerPurchases> customers, LifetimeModels models, DateOnly day, Currency currency, DateTime now)
    {
        var valued = models.Valued(customers);
        return new()
        {
            AsOf = day,
            CalculatedAt = now,
            Currency = currency,
            Customers = customers.Count,
            Repeaters = customers.Count(customer => customer.Repeats > 0),
            Average = Mean(valued),
            Models = models,
            Segments = [.. valued.GroupBy(one => one.Segment).OrderBy(segment => segment.Key).Select(segment => new SegmentAccount(segment.Key, segment.Count(), Mean([.. segment]), segment.Min(one => one.Value)))],
        };
    }

    /// <summary>Where a value belongs; null while there are no customers.</summary>
    public ValueSegment? SegmentOf(long value) => Segments.Length == 0 ? null : Segments.FirstOrDefault(segment => value >= segment.From)?.Segment ?? Segments[^1].Segment;

    internal static long Mean(IReadOnlyCollection<ValuedCustomer> customers) =>
        customers.Count == 0 ? 0 : (long)Math.Round(customers.Sum(one => (decimal)one.Value) / customers.Count, MidpointRounding.AwayFromZero);
}

public static class LifetimeAccounts
{
    /// <summary>Of many customers an account stays good for longer: it takes longer to make, and moves less.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1), FreshOfMany = TimeSpan.FromHours(1);

    /// <summary>The newest account, made anew where it has grown old.</summary>
    public static async Task<LifetimeAccount> LifetimeAccount(this AuraDb db, CancellationToken cancellation)
    {
        var newest = await db.CustomerAccounts.AsNoTracking().OrderByDescending(a => a.Id).FirstOrDefaultAsync(cancellation);
        return newest is not null && newest.AsOf == Today(db) && newest.CalculatedAt > db.Now - (newest.Customers > 5_000 ? FreshOfMany : Fresh) && newest.Currency == db.Caller.Currency
            ? newest
            : await db.Account(cancellation);
    }

    /// <summary>Of the last twelve months, oldest first, what a customer was worth on average at their ends, by the models of today.</summary>
    public static async Task<List<(DateOnly Month, int Customers, long Average)>> LifetimeTrend(this AuraDb db, CancellationToken cancellation)
    {
        var account = await db.LifetimeAccount(cancellation);
        List<(DateOnly, int, long)> months = [];
        for (var back = 11; back >= 0; back--)
        {
            var month = new DateOnly(account.AsOf.Year, account.AsOf.Month, 1).AddMonths(-back);
            var last = month.AddMonths(1).AddDays(-1) is var end && end < account.AsOf ? end : account.AsOf;
            var customers = await db.PurchasesBy(last, null, cancellation);
            if (customers.Count > 0)
                months.Add((month, customers.Count, Lifetimes.LifetimeAccount.Mean(account.Models.Valued(customers))));
        }

        return months;
    }

    private static async Task<LifetimeAccount> Account(this AuraDb db, CancellationToken cancellation)
    {
        var today = Today(db);
        var customers = await db.PurchasesBy(today, null, cancellation);
        var third = customers.Count == 0 ? 0 : customers.Max(customer => customer.AgeDays) / 3;
        var before = third > 0 ? await db.PurchasesBy(today.AddDays(-third), null, cancellation) : [];
        var account = Lifetimes.LifetimeAccount.Of(customers, LifetimeModels.Fit(customers, before, third / 7.0), today, db.Caller.Currency, db.Now);
        await db.CustomerAccounts.Where(a => a.AsOf == today).ExecuteDeleteAsync(cancellation);
        db.Add(account);
        await db.SaveChangesAsync(cancellation);
        return account;
    }

    private static DateOnly Today(AuraDb db) => DateOnly.FromDateTime(db.Now);
}

internal sealed class LifetimeAccountMapping : IEntityTypeConfiguration<LifetimeAccount>
{
    public void Configure(EntityTypeBuilder<LifetimeAccount> account)
    {
        account.ToTable("customer_accounts").HasIndex(a => new { a.TenantId, a.AsOf });
        account.Property(a => a.Models).Json();
        account.Property(a => a.Segments).Json();
    }
}
