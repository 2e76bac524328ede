using Aura.Collaboration;

namespace Aura.Tests.Winback;

public sealed class ApprovalTests
{
    private static readonly DateTime Now = new(2026, 1, 15, 10, 30, 0, DateTimeKind.Utc);
    private static readonly Subject Draft = new("brand", "brand_1", [1]), Edited = new("brand", "brand_1", [2]);

    private static Approval Asked(ApprovalRule rule, string? by, params IReadOnlyList<string> approvers)
    {
        var approval = Approval.Create("Brand", approvers, rule, by);
        approval.Concern(Draft);
        return approval;
    }

    private static string? Code(Action decide) => Assert.Throws<Refused>(decide).Code;

    [Fact]
    public void One_approval_is_enough_and_a_second_decision_is_refused()
    {
        var approval = Asked(ApprovalRule.Any, "ann", "bob", "eve");

        approval.Decide("bob", true, "Fine", Draft, Now);

        Assert.Equal((ApprovalStatus.Approved, Now), (approval.Status, approval.DecidedAt));
        Assert.Equal("already_decided", Code(() => approval.Decide("eve", true, null, Draft, Now)));
        Assert.Equal("already_decided", Code(() => approval.Decide("bob", false, null, Draft, Now)));
    }

    [Fact]
    public void Where_all_have_to_approve_the_last_one_decides_and_whoever_asked_is_not_waited_for()
    {
        var approval = Asked(ApprovalRule.All, "ann", "ann", "bob", "eve");

        approval.Decide("bob", true, null, Draft, Now);
        var awaited = approval.Awaited.ToArray();
        var twice = Code(() => approval.Decide("bob", true, null, Draft, Now));
        approval.Decide("eve", true, null, Draft, Now);

        Assert.Equal("eve", Assert.Single(awaited));
        Assert.Equal(("already_decided", ApprovalStatus.Approved), (twice, approval.Status));
    }

    [Fact]
    public void One_rejection_is_enough()
    {
        var approval = Asked(ApprovalRule.All, null, "bob", "eve");

        approval.Decide("bob", false, "No", Draft, Now);

        Assert.Equal(ApprovalStatus.Rejected, approval.Status);
    }

    [Fact]
    public void Only_those_who_are_asked_decide_and_not_whoever_asks_unless_alone()
    {
        Assert.Equal("not_an_approver", Code(() => Asked(ApprovalRule.Any, "ann", "bob").Decide("eve", true, null, Draft, Now)));
        Assert.Equal("self_approval", Code(() => Asked(ApprovalRule.Any, "ann", "ann", "bob").Decide("ann", true, null, Draft, Now)));
        var alone = Asked(ApprovalRule.Any, "ann", "ann");

        alone.Decide("ann", true, null, Draft, Now);

        Assert.Equal(ApprovalStatus.Approved, alone.Status);
    }

    [Fact]
    public void When_the_content_changes_it_is_asked_again_and_the_decision_says_so()
    {
        var approval = Asked(ApprovalRule.Any, "ann", "bob");
        approval.Decide("bob", true, null, Draft, Now);

        approval.Changed(Draft.Hash, Now);
        var same = approval.Status;
        approval.Changed(Edited.Hash, Now.AddHours(1));

        Assert.Equal((ApprovalStatus.Approved, ApprovalStatus.Pending, null), (same, approval.Status, approval.DecidedAt));
        Assert.True(Assert.Single(approval.Decisions).Stale);
        Assert.Equal("The brand was changed at 2026-01-15T11:30:00Z, after bob had approved it.", approval.Reason);
        approval.Decide("bob", true, null, Edited, Now);
        Assert.Equal((ApprovalStatus.Approved, null), (approval.Status, approval.Reason));
    }

    [Fact]
    public void What_changed_behind_its_back_is_not_approved()
    {
        var approval = Asked(ApprovalRule.Any, null);

        Assert.Equal("content_changed", Code(() => approval.Decide("bob", true, null, Edited, Now)));
        Assert.True(approval.Submit(Edited));
        approval.Decide("bob", true, null, Edited, Now);

        Assert.Equal(ApprovalStatus.Approved, approval.Status);
    }

    [Fact]
    public void After_a_rejection_it_can_be_submitted_again_and_only_then_be_approved()
    {
        var approval = Asked(ApprovalRule.Any, null);
        approval.Decide("bob", false, null, Draft, Now);
        approval.Changed(Edited.Hash, Now);

        Assert.Equal(ApprovalStatus.Rejected, approval.Status);
        Assert.True(approval.Submit(Edited));
        Assert.False(approval.Submit(Edited));
        approval.Decide("bob", true, null, Edited, Now);

        Assert.Equal([true, false], approval.Decisions.Select(decision => decision.Stale));
    }
}
