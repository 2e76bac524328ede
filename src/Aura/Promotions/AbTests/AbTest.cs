using Aura.Persistence;
using Aura.Statistics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Promotions.AbTests;

public enum AbTestStatus
{
    Draft,
    Active,
    Ended,
}

/// <summary>What is laid down before a test starts; only the name and the shares can be changed later.</summary>
/// <param name="DurationDays">1 to 365.</param>
/// <param name="Shares">Percent, of the control and then of each variant; with a sum of 100.</param>
public sealed record AbTestTerms(string Name, Currency Currency, int DurationDays, IReadOnlyList<decimal> Shares)
{
    public SuccessMetric Metric { get; init; }

    /// <summary>Percent, 50 to 99.99.</summary>
    public decimal ConfidenceLevel { get; init; } = 95;

    /// <summary>Exposures that each arm needs before anything is decided.</summary>
    public int MinimumSampleSize { get; init; } = 1000;

    /// <summary>The smallest improvement worth finding, in percent; it only says how large a sample it takes.</summary>
    public decimal MinimumEffect { get; init; } = 10;

    /// <summary>May be looked at and ended at any time; otherwise it is decided once, at its planned end.</summary>
    public bool Sequential { get; init; } = true;

    /// <summary>The winner's promotion goes on for everybody after the end.</summary>
    public bool KeepsWinner { get; init; }
}

/// <summary>A comparison of promotions: each buyer is given one of them, and the one that sells best wins.</summary>
public sealed class AbTest : StoreEntity, IAudited
{
    public static string Prefix => "ab";
    public static string Noun => "A/B test";

    public const int MaxNameLength = 200;
    public const int MaxVariants = 9;
    public const int MaxDays = 365;
    public const string Control = "control";

    private readonly List<AbArm> arms = [];

    /// <summary>What callers name it by: <c>ab_1704110400_1234</c>.</summary>
    public string Key { get; private init; } = "";

    public string Name { get; private set; } = "";
    public AbTestStatus Status { get; private set; }

    /// <summary>Of all its promotions; carts in another currency are not in the test.</summary>
    public Currency Currency { get; private init; }

    public SuccessMetric Metric { get; private init; }
    public decimal ConfidenceLevel { get; private init; }
    public int MinimumSampleSize { get; private init; }
    public decimal MinimumEffect { get; private init; }
    public int DurationDays { get; private init; }
    public bool Sequential { get; private init; }
    public bool KeepsWinner { get; private set; }

    /// <summary>Counts the changes of the shares while it runs, from 1.</summary>
    public int Phase { get; private set; } = 1;

    public decimal[] Shares { get; private set; } = [];
    public DateTime? PhaseAt { get; private set; }
    public DateTime? StartedAt { get; private set; }

    /// <summary>The planned end.</summary>
    public DateTime? EndsAt { get; private set; }

    public DateTime? EndedAt { get; private set; }

    /// <summary>It ran to its planned end.</summary>
    public bool HorizonReached { get; private set; }

    /// <summary>The variant that was chosen at the end, by the caller or else by the figures.</summary>
    public string? Winner { get; private set; }

    /// <summary>The winner's promotion went on for everybody.</summary>
    public bool WinnerKept { get; private set; }

    /// <summary>The control, then the variants.</summary>
    public IReadOnlyList<AbArm> Arms => arms;

    /// <summary>Of the current phase: other shares need another salt, or units would change arms.</summary>
    public string Salt => FormattableString.Invariant($"{Key}:{Phase}");

    /// <summary>A draft.</summary>
    /// <param name="promotions">Of the control, then of the variants; with ids.</param>
    /// <exception cref="Refused">422 for shares that do not match the arms or add up to 100, and what else makes no sense.</exception>
    public static AbTest Create(AbTestTerms terms, IReadOnlyList<Promotion> promotions, DateTime now)
    {
        if (promotions.Count is < 2 or > MaxVariants + 1)
            throw Refused.Invalid("VariantPromotions", $"A test compares the control with 1 to {MaxVariants} variants.");
        if (promotions.Any(promotion => promotion.Currency != terms.Currency))
            throw Refused.Invalid("VariantPromotions", "All promotions of a test have one currency.");
        Check(terms.DurationDays is >= 1 and <= MaxDays, nameof(DurationDays), $"A test runs for 1 to {MaxDays} days.");
        Check(terms.ConfidenceLevel is >= 50 and <= 99.99m, nameof(ConfidenceLevel), "Between 50 and 99.99 percent.");
        Check(terms.MinimumSampleSize >= 1, nameof(MinimumSampleSize), "At least 1.");
        Check(terms.MinimumEffect is > 0 and <= 1000, nameof(MinimumEffect), "Above 0 percent, and at most 1000.");
        var test = new AbTest
        {
            // Two tests of one second differ by the ids of their promotions.
            Key = FormattableString.Invariant($"ab_{new DateTimeOffset(now).ToUnixTimeSeconds()}_{promotions[0].Id % 10_000:0000}"),
            Currency = terms.Currency,
            Metric = terms.Metric,
            ConfidenceLevel = terms.ConfidenceLevel,
            MinimumSampleSize = terms.MinimumSampleSize,
            MinimumEffect = terms.MinimumEffect,
            DurationDays = terms.DurationDays,
            Sequential = terms.Sequential,
            KeepsWinner = terms.KeepsWinner,
        };
        test.arms.AddRange(promotions.Select((promotion, position) => new AbArm(position, promotion)));
        test.Rename(terms.Name);
        test.Shares = test.Checked(terms.Shares);
        return test;
    }

    public void Rename(string name) => Name = name.Trim() is { Length: >= 1 and <= MaxNameLength } trimmed
        ? trimmed
        : throw Refused.Invalid("TestName", $"A name has 1 to {MaxNameLength} characters.");

    /// <summary>Sends the units that come from now on into other shares; while it runs, that begins a new phase with counts of its own.</summary>
    /// <exception cref="Refused">409 after the end, 422 as for <see cref="Create"/>.</exception>
    public void Share(IReadOnlyList<decimal> shares, DateTime now)
    {
        var given = Checked(shares);
        if (Status == AbTestStatus.Ended)
            throw Refused.Conflict("ab_test_ended", "The test has ended.");
        if (given.SequenceEqual(Shares))
            return;
        Shares = given;
        if (Status == AbTestStatus.Active)
            (Phase, PhaseAt) = (Phase + 1, now);
    }

    /// <exception cref="Refused">409 unless it is a draft.</exception>
    public void Start(DateTime now)
    {
        if (Status != AbTestStatus.Draft)
            throw Refused.Conflict("invalid_state", $"A test that is {Words<AbTestStatus>.Of(Status)} cannot be started.");
        (Status, StartedAt, PhaseAt, EndsAt) = (AbTestStatus.Active, now, now, now.AddDays(DurationDays));
    }

    /// <summary>Counts stand still from here on.</summary>
    /// <param name="winner">A variant, or the control; null: there is none.</param>
    /// <param name="keep">Its promotion goes on.</param>
    /// <exception cref="Refused">409 unless it is active; 422 when there is no such variant.</exception>
    public void End(string? winner, bool keep, DateTime now)
    {
        if (Status != AbTestStatus.Active)
            throw Refused.Conflict("invalid_state", $"A test that is {Words<AbTestStatus>.Of(Status)} cannot be ended.");
        if (winner is not null && Position(winner) is null)
            throw Refused.Invalid(nameof(Winner), $"There is no such variant. There are: {string.Join(", ", Arms.Select(arm => arm.VariantId))}.");
        (Status, EndedAt, HorizonReached) = (AbTestStatus.Ended, now, now >= EndsAt);
        (Winner, KeepsWinner, WinnerKept) = (winner, keep, keep && winner is not null);
    }

    /// <summary>Whether it takes units in and counts what they do.</summary>
    public bool Runs(DateTime now) => Status == AbTestStatus.Active && now < EndsAt;

    /// <exception cref="Refused">409 while it does not run.</exception>
    public void DemandRunning(DateTime now)
    {
        if (!Runs(now))
            throw Refused.Conflict("ab_test_not_active", Status == AbTestStatus.Draft ? "The test has not been started." : "The test has ended.");
    }

    /// <summary>Where in the list of arms a variant is, or null.</summary>
    public int? Position(string variant) => Arms.FirstOrDefault(arm => arm.VariantId == variant)?.Position;

    /// <summary>The promotion that goes on for everybody after the end.</summary>
    internal long? Kept => WinnerKept && Winner is { } winner ? Arms.First(arm => arm.VariantId == winner).PromotionId : null;

    private decimal[] Checked(IReadOnlyList<decimal> shares)
    {
        Check(shares.Count == arms.Count, "VariantTrafficPercentages", "There is one percentage for each variant.");
        Check(shares.All(share => share > 0 && share == Math.Round(share, 2)), "VariantTrafficPercentages", "Each percentage is above zero, with at most two decimals.");
        Check(shares.Sum() == 100, "VariantTrafficPercentages", "The percentages of the control and the variants add up to 100.");
        return [.. shares];
    }

    private static void Check(bool right, string field, string message)
    {
        if (!right)
            throw Refused.Invalid($"TestConfig.{field}", message);
    }
}

/// <summary>One of the promotions that a test compares.</summary>
public sealed class AbArm : StoreRow
{
    private AbArm()
    {
    }

    internal AbArm(int position, Promotion promotion) => (Position, PromotionId, Promotion) = (position, promotion.Id, promotion);

    public long TestId { get; private init; }

    /// <summary>0 is the control.</summary>
    public int Position { get; private init; }

    public long PromotionId { get; private init; }

    /// <summary>Loaded only where somebody asks for it.</summary>
    public Promotion Promotion { get; private init; } = null!; // set by the constructor and by EF

    public string VariantId => NameOf(Position);

    public static string NameOf(int position) => position == 0 ? AbTest.Control : FormattableString.Invariant($"variant_{position}");
}

internal sealed class AbTestMapping : IEntityTypeConfiguration<AbTest>
{
    public void Configure(EntityTypeBuilder<AbTest> test)
    {
        test.ToTable("ab_tests").HasIndex(t => new { t.TenantId, t.Key }).IsUnique();
        test.Ignore(t => t.Salt);
        test.HasMany(t => t.Arms).WithOne().HasForeignKey(arm => new { arm.TenantId, arm.TestId });
        test.Navigation(t => t.Arms).HasField("arms");
    }
}

internal sealed class AbArmMapping : IEntityTypeConfiguration<AbArm>
{
    public void Configure(EntityTypeBuilder<AbArm> arm)
    {
        arm.ToTable("ab_arms").HasIndex(a => new { a.TenantId, a.TestId, a.Position }).IsUnique();
        arm.HasOne(a => a.Promotion).WithMany().HasForeignKey(a => new { a.TenantId, a.PromotionId });
        arm.HasIndex(a => new { a.TenantId, a.PromotionId }).IsUnique();
    }
}
