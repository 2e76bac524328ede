using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using System.Text.Json.Serialization;
using Aura.Customers;
using Aura.Promotions;
using Aura.Server.Http;

namespace Aura.Server.PromotionsV1;

/// <param name="Code">Left out: one is made that nobody can guess.</param>
/// <param name="MaxUses">At least 1; null: as often as the promotion is given.</param>
/// <param name="CustomerId">The only customer who may use it.</param>
public sealed record CreateCoupon(
    [StringLength(Coupon.MaxCodeLength, MinimumLength = 1)] string? Code = null, int? MaxUses = null, int? MaxUsesPerCustomer = null, DateTime? ExpiresAt = null,
    Dictionary<string, string>? Metadata = null, Number<Customer>? CustomerId = null)
{
    public CouponTerms ToTerms() => new()
    {
        MaxUses = MaxUses, MaxUsesPerCustomer = MaxUsesPerCustomer, ExpiresAt = ExpiresAt, Metadata = Metadata, CustomerId = CustomerId?.Value,
    };
}

/// <summary>Changes what is given and nothing else.</summary>
public sealed record UpdateCoupon
{
    public Change<int?> MaxUses { get; init; }
    public Change<int?> MaxUsesPerCustomer { get; init; }
    public Change<DateTime?> ExpiresAt { get; init; }

    /// <summary>active or disabled; the others come about by themselves.</summary>
    public Change<CouponStatus> Status { get; init; }

    public Change<Dictionary<string, string>> Metadata { get; init; }

    public void Apply(Coupon coupon)
    {
        coupon.Limit(MaxUses.Or(coupon.MaxUses), MaxUsesPerCustomer.Or(coupon.MaxUsesPerCustomer));
        ExpiresAt.Apply(coupon.Expire);
        Status.Apply(status => coupon.Enable(status switch
        {
            CouponStatus.Active => true,
            CouponStatus.Disabled => false,
            _ => throw Refused.Invalid(nameof(Status), "Can be set to active or disabled."),
        }));
        Metadata.Apply(coupon.Describe);
    }
}

/// <param name="CurrentUses">For good; what is only reserved is apart.</param>
/// <param name="BulkId">With which it was made together.</param>
public sealed record CouponResponse(
    Number<Coupon> Id, Number<Promotion> PromotionId, string Code, int? MaxUses, long CurrentUses, long ReservedUses, int? MaxUsesPerCustomer,
    DateTime? ExpiresAt, Number<Customer>? CustomerId, Number<CouponBatch>? BulkId, Dictionary<string, string> Metadata, DateTime CreatedAt, DateTime UpdatedAt,
    [property: JsonIgnore] bool Enabled, [property: JsonIgnore] int Version) : IVersioned
{
    public CouponStatus Status { get; private init; }

    /// <summary>As it is at a time: with the clock coupons expire.</summary>
    public CouponResponse At(DateTime now) => this with
    {
        Status = !Enabled ? CouponStatus.Disabled
            : ExpiresAt <= now ? CouponStatus.Expired
            : CurrentUses + ReservedUses >= MaxUses ? CouponStatus.Exhausted
            : CouponStatus.Active,
    };

    public static readonly Expression<Func<Coupon, CouponResponse>> From = c => new(
        c.Id, c.PromotionId, c.Code, c.MaxUses, c.Used, c.Reserved, c.MaxUsesPerCustomer, c.ExpiresAt,
        c.CustomerId != null ? new Number<Customer>(c.CustomerId.Value) : null, c.BatchId != null ? new Number<CouponBatch>(c.BatchId.Value) : null,
        c.Metadata, c.CreatedAt, c.UpdatedAt, c.Enabled, c.Version);

    public static readonly Func<Coupon, CouponResponse> Of = From.Compile();
}
