using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using System.Text.Json.Serialization;
using Aura.Customers;
using Aura.Persistence;
using Aura.Promotions.Referrals;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.PromotionsV1;

internal static class ReferralPrograms
{
    private static readonly Listing<ReferralProgram, ReferralProgramResponse> Shape = new Listing<ReferralProgram, ReferralProgramResponse>(ReferralProgramResponse.From)
        .Field("name", p => p.Name)
        .Field("status", p => p.Status)
        .Field("created_at", p => p.CreatedAt)
        .Field("updated_at", p => p.UpdatedAt)
        .Parameter("status", words: Words<ReferralProgramStatus>.All);

    public static void MapReferralPrograms(this RouteGroupBuilder api)
    {
        var programs = api.MapGroup("/referrals/programs").WithTags("Referrals").Scope("promotions");
        programs.MapGet("/", List).Lists(Shape);
        programs.MapPost("/", Create);
        programs.MapGet("/{program_id}", Show);
        programs.MapPut("/{program_id}", Update);
        programs.MapPost("/{program_id}/generate-code/{customer_id}", GenerateCode);
    }

    private static Task<Listed<ReferralProgramResponse>> List(ListRequest list, AuraDb db, CancellationToken cancellation) => Shape.List(db.ReferralPrograms, list, cancellation);

    private static async Task<ReferralProgramResponse> Show(Number<ReferralProgram> program_id, AuraDb db, CancellationToken cancellation) =>
        await Shape.Show(db.ReferralPrograms, program_id, cancellation) with { Stats = await ReferralStats.Of(db, program_id.Value, cancellation) };

    private static async Task<Created<ReferralProgramResponse>> Create(CreateReferralProgram request, AuraDb db, CancellationToken cancellation)
    {
        var program = db.Start(request.ToTerms(db.Caller.Currency));
        await db.SaveChangesAsync(cancellation);
        return TypedResults.Created($"/api/v1/referrals/programs/{program.Id}", ReferralProgramResponse.Of(program));
    }

    private static Task<ReferralProgramResponse> Update(Number<ReferralProgram> program_id, UpdateReferralProgram request, AuraDb db, CancellationToken cancellation) =>
        db.Change<ReferralProgram, ReferralProgramResponse>(program_id, program => db.Revise(program, request.Over(program.Terms)), ReferralProgramResponse.Of, cancellation);

    /// <summary>The same customer gets the same code again.</summary>
    private static async Task<Created<ReferralCodeResponse>> GenerateCode(
        Number<ReferralProgram> program_id, Number<Customer> customer_id, AuraDb db, CancellationToken cancellation)
    {
        var code = await db.CodeOf(program_id, customer_id, cancellation);
        var store = await db.Stores.AsNoTracking().SingleAsync(s => s.Id == db.Caller.TenantId, cancellation);
        var image = $"/api/v1/referrals/codes/{code.Code}/qr?store={store.Id}";
        return TypedResults.Created(image, new ReferralCodeResponse(code.Code, ReferralCode.LinkOf(code.Code, store), $"{db.Caller.Address}{image}", code.ExpiresAt));
    }
}

public sealed record ReferralCodeResponse(string ReferralCode, string ReferralUrl, string QrCodeUrl, DateTime? ExpiresAt);

/// <param name="MinRefereePurchase">What the goods of the order must be worth after discounts.</param>
/// <param name="RefereeMustBeNewCustomer">Without another order before.</param>
public sealed record ReferralConditions([Range(0, 1e12)] decimal? MinRefereePurchase = null, bool RefereeMustBeNewCustomer = true);

/// <param name="ReferrerRewardValue">Points, percent, or major units, by the type; zero gives nothing.</param>
/// <param name="RefereeRewardValue">Likewise.</param>
/// <param name="MaxReferralsPerCustomer">Referrals of one customer that are rewarded; null: no limit.</param>
/// <param name="CodeValidDays">Null: for ever.</param>
/// <param name="CouponValidDays">Of coupons that are rewards; null: for ever.</param>
public sealed record CreateReferralProgram(
    [StringLength(ReferralProgram.MaxNameLength, MinimumLength = 1)] string Name, RewardType ReferrerRewardType, decimal ReferrerRewardValue,
    RewardType RefereeRewardType, decimal RefereeRewardValue, [StringLength(5000)] string? Description = null,
    ReferralProgramStatus Status = ReferralProgramStatus.Draft, int? MaxReferralsPerCustomer = null, ReferralConditions? ReferralConditions = null,
    [Range(1, 36500)] int? CodeValidDays = 365, [Range(1, 36500)] int? CouponValidDays = 90)
{
    public ReferralTerms ToTerms(Currency currency) => new(Name, new(ReferrerRewardType, ReferrerRewardValue), new(RefereeRewardType, RefereeRewardValue), currency)
    {
        Description = Description,
        Status = Status,
        MaxReferralsPerCustomer = MaxReferralsPerCustomer,
        MinRefereePurchase = ReferralConditions?.MinRefereePurchase,
        RefereeMustBeNew = ReferralConditions?.RefereeMustBeNewCustomer ?? true,
        CodeValidDays = CodeValidDays,
        CouponValidDays = CouponValidDays,
    };
}

/// <summary>Changes what is given and nothing else. Coupons that were given keep what they promised.</summary>
public sealed record UpdateReferralProgram
{
    [StringLength(ReferralProgram.MaxNameLength, MinimumLength = 1)] public Change<string> Name { get; init; }
    [StringLength(5000)] public Change<string?> Description { get; init; }
    public Change<RewardType> ReferrerRewardType { get; init; }
    public Change<decimal> ReferrerRewardValue { get; init; }
    public Change<RewardType> RefereeRewardType { get; init; }
    public Change<decimal> RefereeRewardValue { get; init; }
    public Change<ReferralProgramStatus> Status { get; init; }
    public Change<int?> MaxReferralsPerCustomer { get; init; }

    /// <summary>Replaces all conditions.</summary>
    public Change<ReferralConditions?> ReferralConditions { get; init; }

    [Range(1, 36500)] public Change<int?> CodeValidDays { get; init; }
    [Range(1, 36500)] public Change<int?> CouponValidDays { get; init; }

    public ReferralTerms Over(ReferralTerms terms)
    {
        var conditions = ReferralConditions.Or(new(terms.MinRefereePurchase, terms.RefereeMustBeNew)) ?? new();
        return terms with
        {
            Name = Name.Or(terms.Name),
            Description = Description.Or(terms.Description),
            Referrer = new(ReferrerRewardType.Or(terms.Referrer.Type), ReferrerRewardValue.Or(terms.Referrer.Value)),
            Referee = new(RefereeRewardType.Or(terms.Referee.Type), RefereeRewardValue.Or(terms.Referee.Value)),
            Status = Status.Or(terms.Status),
            MaxReferralsPerCustomer = MaxReferralsPerCustomer.Or(terms.MaxReferralsPerCustomer),
            MinRefereePurchase = conditions.MinRefereePurchase,
            RefereeMustBeNew = conditions.RefereeMustBeNewCustomer,
            CodeValidDays = CodeValidDays.Or(terms.CodeValidDays),
            CouponValidDays = CouponValidDays.Or(terms.CouponValidDays),
        };
    }
}

/// <param name="Rewards">Referrals that were rewarded and not taken back.</param>
public sealed record ReferralStats(int Codes, int Referrals, int Rewards)
{
    public static async Task<ReferralStats> Of(AuraDb db, long program, CancellationToken cancellation) => new(
        await db.ReferralCodes.CountAsync(c => c.ProgramId == program, cancellation),
        await db.Referrals.CountAsync(r => r.ProgramId == program, cancellation),
        await db.Referrals.CountAsync(r => r.ProgramId == program && r.Status == ReferralStatus.Rewarded, cancellation));
}

public sealed record ReferralProgramResponse(
    Number<ReferralProgram> Id, string Name, string? Description, RewardType ReferrerRewardType, decimal ReferrerRewardValue, RewardType RefereeRewardType,
    decimal RefereeRewardValue, Currency Currency, ReferralProgramStatus Status, int? MaxReferralsPerCustomer, ReferralConditions ReferralConditions,
    int? CodeValidDays, int? CouponValidDays, DateTime CreatedAt, DateTime UpdatedAt, [property: JsonIgnore] int Version) : IVersioned
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public ReferralStats? Stats { get; init; }

    /// <summary>The whole row is read: rewards are inside of columns.</summary>
    public static readonly Expression<Func<ReferralProgram, ReferralProgramResponse>> From = p => Of(p);

    public static ReferralProgramResponse Of(ReferralProgram p) => new(
        p.Id, p.Name, p.Description, p.ReferrerReward.Type, p.ReferrerReward.Value, p.RefereeReward.Type, p.RefereeReward.Value, p.Currency, p.Status,
        p.MaxReferralsPerCustomer, new(p.Terms.MinRefereePurchase, p.RefereeMustBeNew), p.CodeValidDays, p.CouponValidDays, p.CreatedAt, p.UpdatedAt, p.Version);
}
