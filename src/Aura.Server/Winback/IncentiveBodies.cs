using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using System.Text.Json.Serialization;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Statistics;
using Aura.Winback.Incentives;
using Aura.Winback.Triggers;

namespace Aura.Server.Winback;

/// <param name="Conditions">As of workflows: all must hold.</param>
/// <param name="DiscountValue">Percent, or an amount: the most that is offered.</param>
/// <param name="Levels">Smaller ones that are tried as well; nothing is always one.</param>
/// <param name="MaxDiscount">The most that a percentage takes off.</param>
/// <param name="MarginPercent">What a sale earns before the discount, in percent of the price. Without it the price itself is reckoned with.</param>
/// <param name="HoldoutPercent">How many of a hundred customers are never offered anything, so that the gain can be measured.</param>
/// <param name="ExplorationPercent">How many of a hundred others get each level at least, however it has done.</param>
/// <param name="CooldownDays">How long a customer who was offered something is offered nothing else.</param>
public sealed record CreateIncentive(
    [StringLength(200, MinimumLength = 1)] string Name, decimal DiscountValue, [MaxLength(Incentive.MaxConditions)] IReadOnlyList<string>? Conditions = null,
    IncentiveType DiscountType = IncentiveType.Percentage, decimal? MaxDiscount = null, bool Enabled = true, [MaxLength(Incentive.MaxLevels)] IReadOnlyList<decimal>? Levels = null,
    decimal? MarginPercent = null, decimal HoldoutPercent = 10, decimal ExplorationPercent = 5, int CooldownDays = 60)
{
    public Incentive ToIncentive()
    {
        var incentive = Incentive.Create(Name);
        incentive.Await(Conditions ?? []);
        incentive.Offer(DiscountType, [.. Levels ?? [], DiscountValue], MaxDiscount);
        incentive.Learn(MarginPercent, HoldoutPercent, ExplorationPercent, CooldownDays);
        incentive.Switch(Enabled);
        return incentive;
    }
}

/// <inheritdoc cref="CreateIncentive"/>
public sealed record UpdateIncentive
{
    [StringLength(200, MinimumLength = 1)] public Change<string> Name { get; init; }
    [MaxLength(Incentive.MaxConditions)] public Change<IReadOnlyList<string>> Conditions { get; init; }
    public Change<IncentiveType> DiscountType { get; init; }
    public Change<decimal> DiscountValue { get; init; }
    [MaxLength(Incentive.MaxLevels)] public Change<IReadOnlyList<decimal>> Levels { get; init; }
    public Change<decimal?> MaxDiscount { get; init; }
    public Change<decimal?> MarginPercent { get; init; }
    public Change<decimal> HoldoutPercent { get; init; }
    public Change<decimal> ExplorationPercent { get; init; }
    public Change<int> CooldownDays { get; init; }
    public Change<bool> Enabled { get; init; }

    public void Apply(Incentive incentive)
    {
        Name.Apply(incentive.Rename);
        Conditions.Apply(incentive.Await);
        incentive.Offer(DiscountType.Or(incentive.Type), [.. Levels.Or(incentive.Levels[..^1])!, DiscountValue.Or(incentive.Value)], MaxDiscount.Or(incentive.MaxDiscount));
        incentive.Learn(MarginPercent.Or(incentive.MarginPercent), HoldoutPercent.Or(incentive.HoldoutPercent), ExplorationPercent.Or(incentive.ExplorationPercent),
            CooldownDays.Or(incentive.CooldownDays));
        Enabled.Apply(incentive.Switch);
    }
}

/// <summary>A cart that somebody asks about.</summary>
/// <param name="CartValue">In major units of the shop's currency.</param>
public record OptimizeIncentive([Range(0.01, 1e9)] decimal CartValue, [StringLength(100)] string? CustomerSegment = null, [Range(1, 100_000)] int? CartItems = null, [Range(0, 100_000)] decimal? AbandonmentHours = null)
{
    internal TriggerFacts ToFacts(AuraDb db)
    {
        var values = new Dictionary<string, object?> { ["cart_value"] = CartValue, ["cart_currency"] = db.Caller.Currency.Code };
        if (CustomerSegment is not null)
            values["customer_segment"] = new HashSet<string> { CustomerSegment.Trim().ToLowerInvariant() };
        if (CartItems is { } items)
            values["cart_items"] = (decimal)items;
        return new(values, db.Now) { LastActivityAt = AbandonmentHours is { } hours ? db.Now - TimeSpan.FromHours((double)hours) : null };
    }
}

/// <param name="IncentiveId">A rule that is kept; or <paramref name="Rule"/>, which is only tried.</param>
public sealed record TestIncentive(decimal CartValue, Id<Incentive>? IncentiveId = null, CreateIncentive? Rule = null) : OptimizeIncentive(CartValue);

public sealed record IncentiveList(IReadOnlyList<IncentiveResponse> Incentives) : Listed;

public sealed record OneIncentive(IncentiveResponse Incentive) : IVersioned
{
    [JsonIgnore] public int Version => Incentive.Version;
    [JsonIgnore] public DateTime UpdatedAt => Incentive.UpdatedAt;
}

public sealed record MadeIncentive(bool Success, Id<Incentive> IncentiveId)
{
    public static MadeIncentive Of(Incentive incentive) => new(true, incentive.Id);
}

public sealed record DeletedIncentive(bool Deleted, Id<Incentive> IncentiveId);

public sealed record TestedIncentive(bool Applicable, decimal Discount, IncentiveType DiscountType, string Reason);

public sealed record IncentiveResponse(
    Id<Incentive> Id, string Name, IReadOnlyList<string> Conditions, IncentiveType DiscountType, decimal DiscountValue, IReadOnlyList<decimal> Levels, decimal? MaxDiscount,
    decimal? MarginPercent, decimal HoldoutPercent, decimal ExplorationPercent, int CooldownDays, bool Enabled, DateTime CreatedAt, DateTime UpdatedAt, [property: JsonIgnore] int Version) : IVersioned
{
    public static readonly Expression<Func<Incentive, IncentiveResponse>> From = i => new(
        i.Id, i.Name, i.Conditions, i.Type, Last(i.Levels), i.Levels, i.MaxDiscount, i.MarginPercent, i.HoldoutPercent, i.ExplorationPercent, i.CooldownDays, i.Enabled,
        i.CreatedAt, i.UpdatedAt, i.Version);

    private static decimal Last(decimal[] levels) => levels[^1];
}

/// <param name="OptimalDiscount">Percent, or an amount; 0 where none is worth it, and where too little is known.</param>
/// <param name="ExpectedRecoveryRate">Percent of such carts; null: not known.</param>
/// <param name="ProjectedRevenue">What the cart costs with the discount, if it is won back.</param>
/// <param name="ExpectedRevenue">The same times the recovery rate.</param>
/// <param name="ExpectedMargin">What is left of it, on average.</param>
/// <param name="Basis">Whose offers it was learnt from: segment or rule; insufficient_history, or no_rule where none is for such a cart.</param>
public sealed record OptimizedIncentive(
    decimal OptimalDiscount, IncentiveType DiscountType, decimal? ExpectedRecoveryRate, decimal ProjectedRevenue, decimal? ExpectedRevenue, decimal? ExpectedMargin, string Basis,
    Id<Incentive>? IncentiveId, IReadOnlyList<ConsideredResponse> Considered)
{
    public static OptimizedIncentive WithoutRule(decimal cartValue) => new(0, IncentiveType.Percentage, null, cartValue, null, null, "no_rule", null, []);

    public static OptimizedIncentive Of(Incentive incentive, IncentiveDecision decision, decimal cartValue, string basis)
    {
        var projected = cartValue - decision.Discount;
        return new(decision.Level, incentive.Type, Rounding.Percent(decision.Rate), projected, decision.Rate is { } rate ? Rounding.Amount((decimal)rate * projected) : null, decision.Earns,
            decision.Suffices ? basis : "insufficient_history", incentive.Id, [.. decision.Considered.Select(ConsideredResponse.Of)]);
    }
}

/// <param name="Offered">How often it was offered, a week ago or earlier.</param>
public sealed record ConsideredResponse(decimal DiscountValue, decimal Discount, long Offered, decimal? ExpectedRecoveryRate, decimal? ExpectedMargin)
{
    public static ConsideredResponse Of(ConsideredLevel level) => new(level.Level, level.Discount, level.Given, Rounding.Percent(level.Rate), level.Earns);
}

/// <param name="Message">Why there are none.</param>
public sealed record RecommendedIncentives(IReadOnlyList<RecommendedIncentive> Recommendations, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Message);

/// <param name="Segment">Null: all customers.</param>
/// <param name="DiscountValue">0: offer nothing.</param>
public sealed record RecommendedIncentive(Id<Incentive> IncentiveId, string? Segment, IncentiveType DiscountType, decimal DiscountValue, decimal? ExpectedRecoveryRate, string Reason)
{
    public static RecommendedIncentive Of(Incentive rule, string? segment, IncentiveDecision decision, decimal worth)
    {
        var nothing = decision.Considered[0];
        return new(rule.Id, segment, rule.Type, decision.Level, Rounding.Percent(decision.Rate), decision.Level == 0
            ? FormattableString.Invariant($"On a typical cart of {worth:0.00} nothing earns {nothing.Earns:0.00} on average, and no level more.")
            : FormattableString.Invariant($"On a typical cart of {worth:0.00} it earns {decision.Earns:0.00} on average, against {nothing.Earns:0.00} without."));
    }
}

public sealed record IncentivePerformance(Id<Incentive> IncentiveId, IncentiveFiguresResponse Performance)
{
    public static IncentivePerformance Of(Id<Incentive> id, IncentiveFigures figures, Currency currency) => new(id, new(
        figures.Offered, figures.Redeemed, Rounding.Percent(figures.RecoveryRate), new Money(figures.Revenue, currency).Amount, new Money(figures.DiscountCost, currency).Amount, currency,
        [.. figures.Levels.Select(level => new LevelFigures(level.Level, level.HeldOut, level.Given, level.Taken, new Money(level.Revenue, currency).Amount, new Money(level.Cost, currency).Amount))],
        figures.Gain is { } gain ? GainResponse.Of(gain, currency) : null));
}

/// <param name="RecoveryRate">Percent of the carts whose owners were offered something a week ago or earlier; null before that.</param>
/// <param name="Revenue">Of the orders that used a coupon.</param>
/// <param name="Incremental">What those not held out bought more than those who were; null: too little is known.</param>
public sealed record IncentiveFiguresResponse(
    long Offered, long Redeemed, decimal? RecoveryRate, decimal Revenue, decimal DiscountCost, Currency Currency, IReadOnlyList<LevelFigures> Levels, GainResponse? Incremental);

public sealed record LevelFigures(decimal DiscountValue, bool HeldOut, long Offered, long Recovered, decimal Revenue, decimal DiscountCost);

/// <summary>With the 95 % interval.</summary>
public sealed record GainResponse(decimal PerCustomer, decimal PerCustomerLow, decimal PerCustomerHigh, decimal Total, decimal TotalLow, decimal TotalHigh)
{
    public static GainResponse Of(IncrementalRevenue gain, Currency currency)
    {
        decimal Major(double minor) => Rounding.Amount(new Money(1, currency).Amount * (decimal)minor);
        var (each, all) = (gain.PerCustomerInterval(), gain.TotalInterval());
        return new(Major(gain.PerCustomer), Major(each.Lower), Major(each.Upper), Major(gain.Total), Major(all.Lower), Major(all.Upper));
    }
}
