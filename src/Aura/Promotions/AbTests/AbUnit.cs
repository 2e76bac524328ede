using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Promotions.AbTests;

/// <summary>A customer or a session in a test. Written by the statements of <see cref="AbAssignment"/> and <c>ab_count</c> alone.</summary>
public sealed class AbUnit : StoreRow
{
    public long TestId { get; private init; }

    /// <summary><c>customer:456</c> or <c>session:abc</c>.</summary>
    public string Unit { get; private init; } = "";

    /// <summary>The position of its arm.</summary>
    public int Arm { get; private init; }

    /// <summary>In which it was assigned, and is counted.</summary>
    public int Phase { get; private init; }

    /// <summary>0 to 9999.</summary>
    public int Bucket { get; private init; }

    /// <summary>The session whose arm a customer kept at login: the two are one unit, counted there.</summary>
    public long? SameAs { get; private init; }

    public int Conversions { get; private init; }

    /// <summary>Minor units of all its conversions.</summary>
    public long Revenue { get; private init; }

    public DateTime AssignedAt { get; private init; }

    /// <summary>The row that is counted.</summary>
    public long CountedId => SameAs ?? Id;
}

public enum AbConversionState
{
    /// <summary>Its order is being checked out.</summary>
    Pending,
    Counted,
    /// <summary>The order was cancelled while the test ran.</summary>
    TakenBack,
}

/// <summary>An order of a unit, or one that was tracked.</summary>
public sealed class AbConversion : StoreRow
{
    public long TestId { get; private init; }
    public int Arm { get; private init; }
    public int Phase { get; private init; }

    /// <summary>Null: nobody said whose it is.</summary>
    public long? UnitId { get; private init; }

    /// <summary>What makes it one: <c>order:123</c>.</summary>
    public string Reference { get; private init; } = "";

    public long? OrderId { get; private init; }
    public AbConversionState State { get; private init; }

    /// <summary>Minor units after discounts, without shipping and tax.</summary>
    public long Revenue { get; private init; }

    /// <summary>Minor units that the promotion of the arm gave.</summary>
    public long Discount { get; private init; }

    public DateTime CreatedAt { get; private init; }
    public DateTime UpdatedAt { get; private init; }
}

/// <summary>A part of the sums of an arm in a phase; the parts are summed.</summary>
public sealed class AbCounter
{
    /// <summary>Rows that callers spread over; one more belongs to the reader of orders.</summary>
    public const int Stripes = 16;

    public long TenantId { get; private init; }
    public long TestId { get; private init; }
    public int Phase { get; private init; }
    public int Arm { get; private init; }
    public int Stripe { get; private init; }

    /// <summary>Units that were assigned, and so exposed.</summary>
    public long Units { get; private init; }

    /// <summary>Impressions that were tracked without saying whose.</summary>
    public long AnonymousImpressions { get; private init; }

    public long Conversions { get; private init; }

    /// <summary>Those among them of which nobody said whose they are.</summary>
    public long AnonymousConversions { get; private init; }

    /// <summary>Units that converted, however often.</summary>
    public long Converted { get; private init; }

    public long Revenue { get; private init; }
    public decimal RevenueSquares { get; private init; }
    public long Discount { get; private init; }
}

internal sealed class AbUnitMapping : IEntityTypeConfiguration<AbUnit>
{
    public void Configure(EntityTypeBuilder<AbUnit> unit)
    {
        unit.ToTable("ab_units").HasIndex(u => new { u.TenantId, u.TestId, u.Unit }).IsUnique();
        unit.HasOne<AbTest>().WithMany().HasForeignKey(u => new { u.TenantId, u.TestId });
        unit.Ignore(u => u.CountedId);
    }
}

internal sealed class AbConversionMapping : IEntityTypeConfiguration<AbConversion>
{
    public void Configure(EntityTypeBuilder<AbConversion> conversion) => conversion.ToTable("ab_conversions");
}

internal sealed class AbCounterMapping : IEntityTypeConfiguration<AbCounter>
{
    public void Configure(EntityTypeBuilder<AbCounter> counter) =>
        counter.ToTable("ab_counters").HasKey(c => new { c.TenantId, c.TestId, c.Phase, c.Arm, c.Stripe });
}
