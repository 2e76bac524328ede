using Aura.Customers;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Promotions.Referrals;

public enum ReferralStatus
{
    /// <summary>Somebody presented the code, and has bought nothing yet.</summary>
    Claimed,
    /// <summary>Something about it looks odd: somebody of the store decides.</summary>
    Pending,
    /// <summary>Both sides got what was promised.</summary>
    Rewarded,
    Rejected,
    /// <summary>What was given was taken back: the order was cancelled or refunded.</summary>
    Reversed,
}

/// <summary>Somebody came by another customer's code. In a programme a customer is referred once, and by the first code that is good.</summary>
public sealed class Referral : StoreEntity, IAudited
{
    public static string Prefix => "referral";
    public static string Noun => "referral";

    public long ProgramId { get; private init; }
    public long CodeId { get; private init; }
    public string Code { get; private init; } = "";
    public long ReferrerId { get; private init; }
    public long RefereeId { get; private init; }

    /// <summary>The order that counts.</summary>
    public long? OrderId { get; private set; }

    public ReferralStatus Status { get; private set; }

    /// <summary>Why it was rejected or reversed, for programs.</summary>
    public string? Reason { get; private set; }

    /// <summary>How odd it looks, 0 to 100.</summary>
    public int Score { get; private set; }

    /// <summary>What looks odd, for programs.</summary>
    public string[] Signals { get; private set; } = [];

    public GivenReward? ReferrerReward { get; private set; }
    public GivenReward? RefereeReward { get; private set; }
    public DateTime ClaimedAt { get; private init; }
    public DateTime? QualifiedAt { get; private set; }
    public DateTime? ApprovedAt { get; private set; }
    public DateTime? RewardedAt { get; private set; }

    /// <summary>When it was rejected or reversed.</summary>
    public DateTime? EndedAt { get; private set; }

    public static Referral Claim(ReferralCode code, long referee, DateTime now) => new()
    {
        ProgramId = code.ProgramId, CodeId = code.Id, Code = code.Code, ReferrerId = code.CustomerId, RefereeId = referee, ClaimedAt = now,
    };

    /// <summary>The order counts; what looks odd is looked at by somebody first.</summary>
    internal void Qualify(long order, ReferralDoubts doubts, DateTime now)
    {
        From(ReferralStatus.Claimed, "qualified");
        (OrderId, QualifiedAt, Score, Signals) = (order, now, doubts.Score, [.. doubts.Signals]);
        if (doubts.IsNone)
            ApprovedAt = now;
        else
            Status = ReferralStatus.Pending;
    }

    /// <summary>Somebody has looked at it.</summary>
    /// <exception cref="Refused">409 unless it waits for that.</exception>
    internal void Approve(DateTime now)
    {
        From(ReferralStatus.Pending, "approved");
        ApprovedAt = now;
    }

    internal void Complete(GivenReward? referrer, GivenReward? referee, DateTime now) =>
        (Status, ReferrerReward, RefereeReward, RewardedAt) = (ReferralStatus.Rewarded, referrer, referee, now);

    /// <exception cref="Refused">409 once it is rewarded or over.</exception>
    public void Reject(string reason, DateTime now)
    {
        if (Status is not (ReferralStatus.Claimed or ReferralStatus.Pending))
            throw Unexpected("rejected");
        (Status, Reason, EndedAt) = (ReferralStatus.Rejected, reason, now);
    }

    internal void Reverse(string reason, DateTime now) => (Status, Reason, EndedAt) = (ReferralStatus.Reversed, reason, now);

    private void From(ReferralStatus status, string verb)
    {
        if (Status != status)
            throw Unexpected(verb);
    }

    private Refused Unexpected(string verb) =>
        Refused.Conflict("invalid_state", $"A referral that is {Words<ReferralStatus>.Of(Status)} cannot be {verb}.", new { Status = Words<ReferralStatus>.Of(Status), Reason });
}

internal sealed class ReferralMapping : IEntityTypeConfiguration<Referral>
{
    public void Configure(EntityTypeBuilder<Referral> referral)
    {
        referral.Property(r => r.ReferrerReward).Json();
        referral.Property(r => r.RefereeReward).Json();
        referral.HasIndex(r => new { r.TenantId, r.ProgramId, r.RefereeId }).IsUnique();
        referral.HasIndex(r => new { r.TenantId, r.ProgramId, r.OrderId }).IsUnique();
        referral.HasOne<ReferralProgram>().WithMany().HasForeignKey(r => new { r.TenantId, r.ProgramId });
        referral.HasOne<ReferralCode>().WithMany().HasForeignKey(r => new { r.TenantId, r.CodeId });
        referral.HasOne<Customer>().WithMany().HasForeignKey(r => new { r.TenantId, r.ReferrerId });
        referral.HasOne<Customer>().WithMany().HasForeignKey(r => new { r.TenantId, r.RefereeId });
    }
}
