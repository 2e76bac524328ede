using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using System.Text.Json.Serialization;
using Aura.Accounts;
using Aura.Collaboration;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;

namespace Aura.Server.Winback;

/// <summary>Approvals, which the document calls approval workflows. One is bound to the content that it was asked for: when that changes, it is pending again.</summary>
internal static class Approvals
{
    private static readonly Listing<Approval, ApprovalResponse> Shape = new Listing<Approval, ApprovalResponse>(ApprovalResponse.From)
        .Field("status", a => a.Status)
        .Field("entityType", a => a.EntityType)
        .Field("entityId", a => a.EntityId)
        .Parameter("status", words: Words<ApprovalStatus>.All)
        .Parameter("entityType")
        .Parameter("entityId");

    public static void MapApprovals(this RouteGroupBuilder api)
    {
        var approvals = api.MapGroup("/collaboration/approval-workflows").WithTags("Approvals").Scope("collaboration");
        approvals.MapGet("/", List).Lists(Shape);
        approvals.MapGet("/{id}", Show);
        approvals.MapPost("/", Create);
        approvals.MapPut("/{id}", Update);
        approvals.MapDelete("/{id}", Delete);
        approvals.MapPost("/{id}/submit", Submit);
        approvals.MapPost("/{id}/approve", Approve);
        approvals.MapPost("/{id}/reject", Reject);
    }

    private static Task<ApprovalList> List(ListRequest list, AuraDb db, CancellationToken cancellation) => Shape.List(db.Approvals, list, rows => new ApprovalList(rows), cancellation);

    private static async Task<OneApproval> Show(Id<Approval> id, AuraDb db, CancellationToken cancellation) => new(await Shape.Show(db.Approvals, id, cancellation));

    private static async Task<MadeApproval> Create(CreateApproval request, AuraDb db, CancellationToken cancellation)
    {
        var subject = await db.Subject(request.EntityType, request.EntityId, cancellation);
        var asker = request.RequestedBy is null && db.Caller.Member is null ? null : await db.Acting(request.RequestedBy, nameof(request.RequestedBy), cancellation);
        var approvers = await db.Members(request.Approvers ?? [], nameof(request.Approvers), cancellation);
        var approval = Approval.Create(request.Name, approvers, request.Rule, asker);
        approval.Concern(subject);
        db.Add(approval);
        await db.Request(approval, cancellation);
        return MadeApproval.Of(approval);
    }

    private static async Task<MadeApproval> Update(Id<Approval> id, UpdateApproval request, AuraDb db, CancellationToken cancellation)
    {
        var approval = await db.Load(id, cancellation);
        request.Name.Apply(approval.Rename);
        if (request.Approvers.IsGiven || request.Rule.IsGiven)
            approval.Ask(request.Approvers.IsGiven ? await db.Members(request.Approvers.Or([]), nameof(request.Approvers), cancellation) : approval.Approvers, request.Rule.Or(approval.Rule));
        if (request.EntityType.IsGiven || request.EntityId.IsGiven)
            approval.Concern(await db.Subject(request.EntityType.Or(approval.EntityType), request.EntityId.Or(approval.EntityId), cancellation));
        await db.SaveChangesAsync(cancellation);
        return MadeApproval.Of(approval);
    }

    private static Task<DeletedApproval> Delete(Id<Approval> id, AuraDb db, CancellationToken cancellation) => db.Remove(id, gone => new DeletedApproval(true, gone), cancellation);

    /// <summary>Asks for what is there now; nothing happens where that is being asked for already.</summary>
    private static async Task<MadeApproval> Submit(Id<Approval> id, AuraDb db, CancellationToken cancellation)
    {
        var approval = await db.Load(id, cancellation);
        if (approval.Submit(await db.SubjectOf(approval, cancellation)))
            await db.Request(approval, cancellation);
        return MadeApproval.Of(approval);
    }

    private static async Task<ApprovedApproval> Approve(Id<Approval> id, DecideApproval request, AuraDb db, CancellationToken cancellation)
    {
        var (approval, by) = await Decided(id, true, request, db, cancellation);
        return new(approval.Status == ApprovalStatus.Approved, id, by, approval.Decisions[^1].At, approval.Status, [.. approval.Awaited]);
    }

    private static async Task<RejectedApproval> Reject(Id<Approval> id, DecideApproval request, AuraDb db, CancellationToken cancellation)
    {
        var (approval, by) = await Decided(id, false, request, db, cancellation);
        return new(false, true, id, by, approval.Decisions[^1].At, approval.Status);
    }

    private static async Task<(Approval, string)> Decided(Id<Approval> id, bool approves, DecideApproval request, AuraDb db, CancellationToken cancellation)
    {
        await db.Approvals.Demand(id, cancellation);
        var by = await db.Acting(request.Approver, nameof(request.Approver), cancellation);
        return (await db.Decide(id, by, approves, request.Comments, cancellation), by);
    }
}

/// <param name="EntityType">What is to be approved: brand, campaign, template, workflow, incentive, script. What is not there is kept as a name, to which nothing is bound: the answer says so.</param>
/// <param name="Approvers">Users; null or none: whoever may write here.</param>
/// <param name="Rule">Whether one of them is enough, or all have to approve (but whoever asked).</param>
/// <param name="RequestedBy">A user; with a user's key it is they.</param>
public sealed record CreateApproval(
    [StringLength(200, MinimumLength = 1)] string Name,
    [StringLength(100, MinimumLength = 1)] string? EntityType = null,
    [StringLength(100, MinimumLength = 1)] string? EntityId = null,
    [MaxLength(Approval.MaxApprovers)] IReadOnlyList<string>? Approvers = null,
    ApprovalRule Rule = ApprovalRule.Any,
    [StringLength(Member.MaxReference, MinimumLength = 1)] string? RequestedBy = null);

public sealed record UpdateApproval
{
    [StringLength(200, MinimumLength = 1)] public Change<string> Name { get; init; }
    [StringLength(100, MinimumLength = 1)] public Change<string?> EntityType { get; init; }
    [StringLength(100, MinimumLength = 1)] public Change<string?> EntityId { get; init; }
    [MaxLength(Approval.MaxApprovers)] public Change<IReadOnlyList<string>> Approvers { get; init; }
    public Change<ApprovalRule> Rule { get; init; }
}

/// <param name="Approver">A user; with a user's key it is they.</param>
public sealed record DecideApproval([StringLength(Member.MaxReference, MinimumLength = 1)] string? Approver = null, [StringLength(2000)] string? Comments = null);

public sealed record ApprovalList(IReadOnlyList<ApprovalResponse> Workflows) : Listed;

public sealed record OneApproval(ApprovalResponse Workflow) : IVersioned
{
    [JsonIgnore] public int Version => Workflow.Version;
    [JsonIgnore] public DateTime UpdatedAt => Workflow.UpdatedAt;
}

/// <param name="Bound">Whether the approval ends with the content that it is given for. False: no such thing is here, and the approval is of its name.</param>
public sealed record MadeApproval(bool Success, Id<Approval> WorkflowId, ApprovalStatus Status, bool Bound)
{
    public static MadeApproval Of(Approval approval) => new(true, approval.Id, approval.Status, approval.ContentHash is not null);
}

public sealed record DeletedApproval(bool Deleted, Id<Approval> WorkflowId);

/// <param name="Approved">Whether it is approved now: not while others have to approve too.</param>
/// <param name="Awaited">Who has to.</param>
public sealed record ApprovedApproval(bool Approved, Id<Approval> WorkflowId, string ApprovedBy, DateTime ApprovedAt, ApprovalStatus Status, IReadOnlyList<string> Awaited);

public sealed record RejectedApproval(bool Approved, bool Rejected, Id<Approval> WorkflowId, string RejectedBy, DateTime RejectedAt, ApprovalStatus Status);

/// <param name="Bound">Whether the approval ends with the content that it is given for.</param>
/// <param name="Reason">Why it is pending again.</param>
/// <param name="DecidedBy">Whoever decided it; null while it is pending.</param>
public sealed record ApprovalResponse(
    Id<Approval> Id, string Name, ApprovalStatus Status, string? EntityType, string? EntityId, bool Bound, IReadOnlyList<string> Approvers, ApprovalRule Rule,
    string? RequestedBy, string? Reason, IReadOnlyList<DecisionResponse> Decisions, string? DecidedBy, DateTime? DecidedAt, DateTime CreatedAt, DateTime UpdatedAt,
    [property: JsonIgnore] int Version)
{
    public static readonly Expression<Func<Approval, ApprovalResponse>> From = a => new(
        a.Id, a.Name, a.Status, a.EntityType, a.EntityId, a.ContentHash != null, a.Approvers, a.Rule, a.RequestedBy, a.Reason, DecisionResponse.Of(a.Decisions),
        a.DecidedAt == null ? null : DecisionResponse.Last(a.Decisions), a.DecidedAt, a.CreatedAt, a.UpdatedAt, a.Version);
}

/// <param name="ContentChangedSince">The content is another by now, or it was submitted anew: the decision counts no more.</param>
public sealed record DecisionResponse(string Approver, bool Approved, string? Comments, DateTime DecidedAt, bool ContentChangedSince)
{
    public static IReadOnlyList<DecisionResponse> Of(List<ApprovalDecision> decisions) => [.. decisions.Select(d => new DecisionResponse(d.By, d.Approved, d.Comments, d.At, d.Stale))];

    public static string? Last(List<ApprovalDecision> decisions) => decisions.LastOrDefault()?.By;
}
