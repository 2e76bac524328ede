using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using System.Text.Json.Serialization;
using Aura.Customers;
using Aura.Orders;
using Aura.Persistence;
using Aura.Promotions;
using Aura.Promotions.Referrals;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Aura.Server.PromotionsV1;

internal static class Referrals
{
    private static readonly Listing<Referral, ReferralResponse> Shape = new Listing<Referral, ReferralResponse>(ReferralResponse.From)
        .Field("program_id", r => r.ProgramId)
        .Field("referrer_customer_id", r => r.ReferrerId, Found.ByValue)
        .Field("referee_customer_id", r => r.RefereeId, Found.ByValue)
        .Field("referral_code", r => r.Code)
        .Field("status", r => r.Status)
        .Field("fraud_score", r => r.Score, Found.ByReading)
        .Field("created_at", r => r.CreatedAt)
        .Parameter("program_id")
        .Parameter("referrer_customer_id")
        .Parameter("referee_customer_id")
        .Parameter("referral_code")
        .Parameter("status", words: Words<ReferralStatus>.All);

    public static void MapReferrals(this RouteGroupBuilder api)
    {
        var referrals = api.MapGroup("/referrals").WithTags("Referrals").Scope("promotions");
        referrals.MapGet("/", List).Lists(Shape);
        referrals.MapPost("/process", Process);
        referrals.MapGet("/{referral_id}", Show);
        referrals.MapPost("/{referral_id}/approve", Approve);
        referrals.MapPost("/{referral_id}/reject", Reject);
        referrals.MapGet("/codes/{referral_code}/qr", ReferralImage.Show).Open();
    }

    private static Task<Listed<ReferralResponse>> List(ListRequest list, AuraDb db, CancellationToken cancellation) => Shape.List(db.Referrals, list, cancellation);

    private static Task<ReferralResponse> Show(Number<Referral> referral_id, AuraDb db, CancellationToken cancellation) => Shape.Show(db.Referrals, referral_id, cancellation);

    /// <summary>With an order that is paid both sides are rewarded, unless the referral looks odd: then it is pending until somebody approves it.</summary>
    private static async Task<Ok<ProcessedReferral>> Process(ProcessReferral request, Referring referring, CancellationToken cancellation) => TypedResults.Ok(ProcessedReferral.Of(
        await referring.Take(request.ReferralCode, request.RefereeCustomerId.Value, request.RefereeOrderId?.Value, cancellation)));

    private static async Task<Ok<ProcessedReferral>> Approve(Number<Referral> referral_id, Referring referring, CancellationToken cancellation) =>
        TypedResults.Ok(ProcessedReferral.Of(await referring.Approve(referral_id, cancellation)));

    private static Task<ReferralResponse> Reject(Number<Referral> referral_id, AuraDb db, CancellationToken cancellation, RejectReferral? request = null) =>
        db.Change<Referral, ReferralResponse>(referral_id, referral => referral.Reject(request?.Reason ?? "rejected", db.Now), ReferralResponse.Of, cancellation);
}

/// <param name="RefereeOrderId">The order that the code was used for; without it the code is only claimed.</param>
public sealed record ProcessReferral(
    [StringLength(ReferralCode.MaxLength, MinimumLength = 1)] string ReferralCode, Number<Customer> RefereeCustomerId, Number<Order>? RefereeOrderId = null);

public sealed record RejectReferral([StringLength(200, MinimumLength = 1)] string? Reason = null);

/// <summary>What one side gets: at once as a personal coupon, or from a day on in the wallet.</summary>
public sealed record RewardResponse(RewardType Type, decimal Value, string? CouponCode, Number<Coupon>? CouponId, DateTime? AvailableAt)
{
    public static RewardResponse? Of(GivenReward? given) =>
        given is null ? null : new(given.Type, given.Value, given.CouponCode, given.CouponId is { } coupon ? new Number<Coupon>(coupon) : null, given.AvailableAt);
}

/// <param name="ReferrerReward">Null until it is given.</param>
public sealed record ProcessedReferral(bool Success, ReferralResponse Referral, RewardResponse? ReferrerReward, RewardResponse? RefereeReward)
{
    public static ProcessedReferral Of(Referral r) => new(
        r.Status is not (ReferralStatus.Rejected or ReferralStatus.Reversed), ReferralResponse.Of(r), RewardResponse.Of(r.ReferrerReward), RewardResponse.Of(r.RefereeReward));
}

/// <param name="Reason">Why it was rejected or reversed.</param>
/// <param name="FraudSignals">What looks odd about it; any of them holds it for review.</param>
public sealed record ReferralResponse(
    Number<Referral> Id, Number<ReferralProgram> ProgramId, string ReferralCode, Number<Customer> ReferrerCustomerId, Number<Customer> RefereeCustomerId,
    Number<Order>? RefereeOrderId, ReferralStatus Status, string? Reason, int FraudScore, IReadOnlyList<string> FraudSignals, RewardResponse? ReferrerReward,
    RewardResponse? RefereeReward, DateTime ClaimedAt, DateTime? QualifiedAt, DateTime? ApprovedAt, DateTime? RewardedAt, DateTime? EndedAt,
    DateTime CreatedAt, DateTime UpdatedAt, [property: JsonIgnore] int Version) : IVersioned
{
    /// <summary>The whole row is read: rewards are inside of columns.</summary>
    public static readonly Expression<Func<Referral, ReferralResponse>> From = r => Of(r);

    public static ReferralResponse Of(Referral r) => new(
        r.Id, r.ProgramId, r.Code, r.ReferrerId, r.RefereeId, r.OrderId is { } order ? new Number<Order>(order) : null, r.Status, r.Reason, r.Score, r.Signals,
        RewardResponse.Of(r.ReferrerReward), RewardResponse.Of(r.RefereeReward), r.ClaimedAt, r.QualifiedAt, r.ApprovedAt, r.RewardedAt, r.EndedAt,
        r.CreatedAt, r.UpdatedAt, r.Version);
}
