using Aura.Accounts;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Collaboration;

public static class Approving
{
    /// <summary>Saves an approval that is asked for, or asked for anew, and tells of it.</summary>
    public static Task Request(this AuraDb db, Approval approval, CancellationToken cancellation)
    {
        db.Publish("approval.requested", approval, new { approval.Name, approval.EntityType, approval.EntityId, approval.RequestedBy, approval.Approvers, Status = Words<ApprovalStatus>.Of(approval.Status) });
        return db.SaveChangesAsync(cancellation);
    }

    /// <summary>Somebody decides; others who decide at the same time wait, and find it decided.</summary>
    /// <remarks>SQL by hand: EF Core has no FOR UPDATE.</remarks>
    /// <inheritdoc cref="Approval.Decide" path="/exception"/>
    public static Task<Approval> Decide(this AuraDb db, Id<Approval> id, string by, bool approves, string? comments, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        var approval = await db.Load(db.Approvals.FromSql($"SELECT * FROM approvals WHERE tenant_id = {db.Tenant} AND id = {id.Value} FOR UPDATE"), cancellation);
        approval.Decide(by, approves, comments, await db.SubjectOf(approval, cancellation), db.Now);
        if (approval.Status != ApprovalStatus.Pending)
            db.Publish("approval.completed", approval, new { approval.Name, approval.EntityType, approval.EntityId, Status = Words<ApprovalStatus>.Of(approval.Status), DecidedBy = by, approval.DecidedAt, Comments = comments });
        await db.SaveChangesAsync(cancellation);
        return approval;
    }, cancellation);
}
