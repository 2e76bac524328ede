using Aura.Customers;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Winback.Intent;

/// <summary>How likely somebody was to buy, at the time that it was asked. Only ever appended.</summary>
public sealed class IntentScore : StoreRow, IIdentified
{
    public static string Prefix => "intent";
    public static string Noun => "intent score";

    public long ShopperId { get; private init; }
    public Shopper Shopper { get; private init; } = null!; // loaded where it is needed

    /// <summary>0 to 100: the chance of an order, in percent.</summary>
    public decimal Score { get; private init; }

    public Likelihood Likelihood { get; private init; }

    /// <summary>What moved the score most.</summary>
    public string[] Factors { get; private init; } = [];

    public string Action { get; private init; } = "";
    public IntentFacts Facts { get; private init; } = null!; // set by Of and by EF

    /// <summary>Which model said so.</summary>
    public string Model { get; private init; } = "";

    public DateTime ScoredAt { get; private init; }

    /// <summary>No later one of the same person.</summary>
    public bool IsLatest { get; private init; }

    internal static IntentScore Of(Shopper shopper, IntentFacts facts, IntentEstimate estimate, string action, string model, DateTime now) => new()
    {
        ShopperId = shopper.Id, Shopper = shopper, Score = estimate.Score, Likelihood = estimate.Likelihood, Factors = [.. estimate.Reasons], Action = action, Facts = facts, Model = model,
        ScoredAt = now, IsLatest = true,
    };
}

internal sealed class IntentScoreMapping : IEntityTypeConfiguration<IntentScore>
{
    public void Configure(EntityTypeBuilder<IntentScore> score)
    {
        score.HasOne(s => s.Shopper).WithMany().HasForeignKey(s => new { s.TenantId, s.ShopperId });
        score.HasIndex(s => new { s.TenantId, s.ShopperId }).IsUnique().HasFilter("is_latest");
        score.HasIndex(s => new { s.TenantId, s.ScoredAt });
        score.Property(s => s.Score).HasColumnType("numeric(5,2)");
        score.Property(s => s.Facts).Json();
    }
}
