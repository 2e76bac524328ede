using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Collaboration;

public enum ApprovalStatus
{
    Pending,
    Approved,
    Rejected,
}

/// <summary>Whose approval is enough.</summary>
public enum ApprovalRule
{
    Any,
    /// <summary>That of all approvers but whoever asked.</summary>
    All,
}

/// <param name="Stale">The content has changed since, or approval was asked for anew: it no longer counts.</param>
public sealed record ApprovalDecision(string By, bool Approved, string? Comments, DateTime At, bool Stale = false);

/// <summary>Members are asked whether something may be as it is. The answer is bound to its content: when that changes, it has to be given again.</summary>
public sealed class Approval : StoreEntity, IAudited
{
    public static string Prefix => "approval";
    public static string Noun => "approval";

    public const int MaxApprovers = 100;

    public string Name { get; private set; } = "";

    /// <summary>The noun of what is to be approved.</summary>
    public string? EntityType { get; private set; }

    public string? EntityId { get; private set; }

    /// <summary>Of the content that is to be approved; null: the store knows it by name only.</summary>
    public byte[]? ContentHash { get; private set; }

    /// <summary>References of members; empty: whoever may write here.</summary>
    public string[] Approvers { get; private set; } = [];

    public ApprovalRule Rule { get; private set; }
    public string? RequestedBy { get; private init; }
    public ApprovalStatus Status { get; private set; }

    /// <summary>Why it is asked again.</summary>
    public string? Reason { get; private set; }

    /// <summary>The first one first.</summary>
    public List<ApprovalDecision> Decisions { get; private set; } = [];

    public DateTime? DecidedAt { get; private set; }

    /// <summary>Decisions that count.</summary>
    public IEnumerable<ApprovalDecision> Standing => Decisions.Where(decision => !decision.Stale);

    /// <summary>Who has yet to approve; empty where anybody will do.</summary>
    public IEnumerable<string> Awaited => Status != ApprovalStatus.Pending || Rule == ApprovalRule.Any ? []
        : Approvers.Where(member => member != Asker).Except(Standing.Select(decision => decision.By));

    /// <summary>Whoever asked, where others can approve.</summary>
    private string? Asker => Approvers is [var only] && only == RequestedBy || Approvers.Length == 0 ? null : RequestedBy;

    public static Approval Create(string name, IReadOnlyList<string> approvers, ApprovalRule rule, string? requestedBy)
    {
        var approval = new Approval { RequestedBy = requestedBy };
        approval.Rename(name);
        approval.Ask(approvers, rule);
        return approval;
    }

    public void Rename(string name) => Name = name.Trim() is { Length: > 0 } some ? some : throw Refused.Invalid(nameof(Name), "Must not be blank.");

    /// <exception cref="Refused">409 once it is decided.</exception>
    public void Ask(IReadOnlyList<string> approvers, ApprovalRule rule)
    {
        Demand();
        (Approvers, Rule) = ([.. approvers], rule);
    }

    /// <summary>Says what is to be approved.</summary>
    /// <exception cref="Refused">409 once it is decided.</exception>
    public void Concern(Subject subject)
    {
        Demand();
        if ((EntityType, EntityId) != (subject.Type, subject.Id))
            Decisions = Outdated();
        (EntityType, EntityId, ContentHash) = (subject.Type, subject.Id, subject.Hash);
    }

    /// <summary>Asks for the content as it is now: after a rejection, or when it has changed.</summary>
    /// <returns>Whether that is anything new.</returns>
    /// <exception cref="Refused">409 where it is gone.</exception>
    public bool Submit(Subject subject)
    {
        if (subject.Hash is { Length: 0 })
            throw Refused.Conflict("content_gone", $"The {EntityType} was deleted.");
        if (Status == ApprovalStatus.Pending && Reason is null && Same(subject.Hash))
            return false;
        (Status, Reason, DecidedAt, ContentHash, Decisions) = (ApprovalStatus.Pending, null, null, subject.Hash, Outdated());
        return true;
    }

    /// <summary>Somebody approves or rejects. One rejection is enough; of approvals, what the rule says.</summary>
    /// <param name="now">What is to be approved, as it is now.</param>
    /// <exception cref="Refused">403 for somebody who is not asked, or who asked; 409 for a second decision, and where the content is not what was asked about.</exception>
    public void Decide(string by, bool approves, string? comments, Subject now, DateTime at)
    {
        Demand();
        if (!Same(now.Hash))
            throw Refused.Conflict("content_changed", "What is to be approved is no longer there, or not as it was. Submit it again.");
        if (Approvers.Length > 0 && !Approvers.Contains(by))
            throw new Refused(Refusal.Forbidden, "not_an_approver", $"{by} is not among the approvers.");
        if (approves && by == Asker)
            throw new Refused(Refusal.Forbidden, "self_approval", "Whoever asks for an approval does not give it, where others can.");
        if (Standing.Any(decision => decision.By == by))
            throw Refused.Conflict("already_decided", $"{by} has decided already.");
        Decisions = [.. Decisions, new(by, approves, comments, at)];
        if (!approves)
            (Status, DecidedAt) = (ApprovalStatus.Rejected, at);
        else if (!Awaited.Any())
            (Status, DecidedAt) = (ApprovalStatus.Approved, at);
        Reason = Status == ApprovalStatus.Pending ? Reason : null;
    }

    /// <summary>The content is another, or gone: an approval that was given is asked again, and no decision counts any more.</summary>
    /// <param name="hash">Of the content; null: it is gone.</param>
    public void Changed(byte[]? hash, DateTime at)
    {
        if (ContentHash is null || hash is not null && Same(hash))
            return;
        var before = Status;
        Decisions = Outdated();
        ContentHash = hash ?? ContentHash;
        if (before == ApprovalStatus.Rejected)
            return;
        var last = Decisions.LastOrDefault(decision => decision.Approved);
        (Status, DecidedAt) = (ApprovalStatus.Pending, null);
        Reason = $"The {EntityType} was {(hash is null ? "deleted" : "changed")} at {at:yyyy-MM-ddTHH:mm:ssZ}{(before == ApprovalStatus.Approved && last is not null ? $", after {last.By} had approved it" : "")}.";
    }

    private List<ApprovalDecision> Outdated() => [.. Decisions.Select(decision => decision with { Stale = true })];

    private bool Same(byte[]? hash) => ContentHash is null ? hash is null : hash is not null && ContentHash.AsSpan().SequenceEqual(hash);

    private void Demand()
    {
        if (Status != ApprovalStatus.Pending)
            throw Refused.Conflict("already_decided", $"It was {Words<ApprovalStatus>.Of(Status)} already. Submit it again to have it decided anew.", new { Status = Words<ApprovalStatus>.Of(Status) });
    }
}

internal sealed class ApprovalMapping : IEntityTypeConfiguration<Approval>
{
    public void Configure(EntityTypeBuilder<Approval> approval)
    {
        approval.Property(a => a.Decisions).Json();
        approval.Ignore(a => a.Standing);
        approval.Ignore(a => a.Awaited);
    }
}
