using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Aura.Persistence;
using Aura.Promotions;
using Aura.Promotions.AbTests;
using Aura.Promotions.Engine;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Aura.Statistics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.PromotionsV1;

internal static class AbTests
{
    private static readonly Listing<AbTest, AbTestResponse> Shape = new Listing<AbTest, AbTestResponse>(AbTestResponse.From)
        .Field("test_name", t => t.Name)
        .Field("status", t => t.Status)
        .Field("created_at", t => t.CreatedAt)
        .Field("started_at", t => t.StartedAt)
        .Parameter("status", words: Words<AbTestStatus>.All);

    public static void MapAbTests(this RouteGroupBuilder api)
    {
        var tests = api.MapGroup("/ab-testing").WithTags("A/B Testing").Scope("promotions");
        tests.MapGet("/", List).Lists(Shape);
        tests.MapPost("/create", Create);
        tests.MapGet("/{test_id}", Show);
        tests.MapPut("/{test_id}", Update);
        tests.MapPost("/{test_id}/start", Start);
        tests.MapPost("/{test_id}/assign", Assign);
        tests.MapPost("/{test_id}/track", Track);
        tests.MapPost("/{test_id}/end", End);
        tests.MapGet("/{test_id}/results", Results).NeverCached();
    }

    private static Task<Listed<AbTestResponse>> List(ListRequest list, AuraDb db, CancellationToken cancellation) => Shape.List(db.AbTests, list, cancellation);

    private static Task<AbTestResponse> Show(string test_id, AuraDb db, CancellationToken cancellation) =>
        Shape.Show(db.AbTests.Where(t => t.Key == test_id), cancellation);

    private static async Task<Created<AbTestResponse>> Create(CreateAbTest request, AuraDb db, CancellationToken cancellation)
    {
        var test = db.Start(request.ToTerms(db.Caller.Currency), request.ToArms(db.Caller.Currency, db.Now));
        await db.SaveChangesAsync(cancellation);
        return TypedResults.Created($"/api/v1/ab-testing/{test.Key}", await Show(test.Key, db, cancellation));
    }

    private static async Task<AbTestResponse> Update(string test_id, UpdateAbTest request, AuraDb db, CancellationToken cancellation)
    {
        var test = await db.LoadTest(test_id, cancellation);
        request.TestName.Apply(test.Rename);
        if (request.ControlTrafficPercentage.IsGiven || request.VariantTrafficPercentages.IsGiven)
            test.Share([request.ControlTrafficPercentage.Or(test.Shares[0]), .. request.VariantTrafficPercentages.Or(test.Shares[1..])], db.Now);
        await db.SaveChangesAsync(cancellation);
        return await Show(test_id, db, cancellation);
    }

    private static async Task<AbTestStep> Start(string test_id, AuraDb db, CancellationToken cancellation)
    {
        var test = await db.LoadTest(test_id, cancellation);
        db.Launch(test);
        await db.SaveChangesAsync(cancellation);
        return new(true, "A/B test started successfully", test.Key, test.Status) { StartedAt = test.StartedAt, EndsAt = test.EndsAt };
    }

    private static async Task<AbTestStep> End(string test_id, AuraDb db, CancellationToken cancellation, EndTest? request = null)
    {
        var test = await db.LoadTest(test_id, cancellation);
        await db.End(test, request?.Winner, request?.KeepWinner, cancellation);
        await db.SaveChangesAsync(cancellation);
        return new(true, "A/B test ended successfully", test.Key, test.Status) { EndedAt = test.EndedAt, Winner = test.Winner };
    }

    private static async Task<AbAssignmentResponse> Assign(string test_id, AuraDb db, CancellationToken cancellation, AssignToTest? request = null)
    {
        var test = await db.FindTest(test_id, cancellation);
        var buyer = (request ?? new()).ToBuyer();
        return AbAssignmentResponse.Of(test, buyer, await db.Assign(test, buyer, cancellation));
    }

    private static async Task<TrackedInTest> Track(string test_id, TrackInTest request, AuraDb db, CancellationToken cancellation)
    {
        var test = await db.FindTest(test_id, cancellation);
        test.DemandRunning(db.Now);
        var unit = request.Buyer.IsKnown ? await request.Unit(db, test, cancellation) : null;
        var arm = request.Arm(test, unit);
        if (request.Event == TestedEvent.Conversion)
            return new(true, AbArm.NameOf(arm), await db.CountConversion(test, arm, unit, await request.ToOrder(db, test, unit, cancellation), cancellation));
        if (unit is null)
            await db.CountImpression(test, arm, cancellation);
        return new(true, AbArm.NameOf(arm), null);
    }

    private static async Task<AbResultsResponse> Results(string test_id, AuraDb db, CancellationToken cancellation) =>
        AbResultsResponse.Of(await db.Results(await db.FindTest(test_id, cancellation), cancellation), db.Now);
}

/// <param name="ControlPromotion">What it leaves out is a percentage_discount in percent, from now on for the days of the test.</param>
public sealed record CreateAbTest(
    [StringLength(AbTest.MaxNameLength, MinimumLength = 1)] string TestName, UpdatePromotion ControlPromotion,
    [MinLength(1), MaxLength(AbTest.MaxVariants)] IReadOnlyList<UpdatePromotion> VariantPromotions, AbTestConfig TestConfig)
{
    public AbTestTerms ToTerms(Currency currency) => TestConfig.ToTerms(TestName, ControlPromotion.Currency.Or(currency));

    public IReadOnlyList<PromotionTerms> ToArms(Currency currency, DateTime now) =>
        [.. ((IEnumerable<UpdatePromotion>)[ControlPromotion, .. VariantPromotions]).Select((arm, position) => arm.ToTerms(Usual(arm, position, currency, now)))];

    private PromotionTerms Usual(UpdatePromotion arm, int position, Currency currency, DateTime now)
    {
        var start = arm.StartDate.Or(now);
        var type = arm.PromotionType.Or(PromotionType.PercentageDiscount);
        return new($"{TestName[..Math.Min(TestName.Length, 150)]}: {AbArm.NameOf(position)}", type, UsualFor(type), 0, currency, start, start.AddDays(Math.Clamp(TestConfig.DurationDays, 1, AbTest.MaxDays)));
    }

    private static DiscountType UsualFor(PromotionType type) => type switch
    {
        PromotionType.FixedAmountDiscount => DiscountType.FixedAmount,
        PromotionType.BuyOneGetOne => DiscountType.Bogo,
        PromotionType.TieredDiscount => DiscountType.Tiered,
        PromotionType.FreeShipping => DiscountType.FreeShipping,
        PromotionType.Cashback => DiscountType.Cashback,
        _ => DiscountType.Percentage,
    };
}

/// <param name="ControlTrafficPercentage">With those of the variants, in their order, it adds up to 100.</param>
/// <param name="MinimumSampleSize">Exposures of each arm before anything is decided.</param>
/// <param name="MinimumDetectableEffect">The smallest improvement worth finding, in percent: what required_sample_size is for.</param>
/// <param name="Sequential">True: it may be looked at and ended at any time. False: it is decided once, after its days.</param>
/// <param name="KeepWinner">The winner's promotion goes on for everybody after the end.</param>
public sealed record AbTestConfig(
    decimal ControlTrafficPercentage, [MinLength(1), MaxLength(AbTest.MaxVariants)] IReadOnlyList<decimal> VariantTrafficPercentages,
    [Range(1, AbTest.MaxDays)] int DurationDays = 14, [Range(1, 1_000_000_000)] int MinimumSampleSize = 1000,
    SuccessMetric SuccessMetric = SuccessMetric.ConversionRate, [Range(50.0, 99.99)] decimal ConfidenceLevel = 95,
    [Range(0.01, 1000.0)] decimal MinimumDetectableEffect = 10, bool Sequential = true, bool KeepWinner = false)
{
    internal AbTestTerms ToTerms(string name, Currency currency) => new(name, currency, DurationDays, [ControlTrafficPercentage, .. VariantTrafficPercentages])
    {
        Metric = SuccessMetric, ConfidenceLevel = ConfidenceLevel, MinimumSampleSize = MinimumSampleSize, MinimumEffect = MinimumDetectableEffect,
        Sequential = Sequential, KeepsWinner = KeepWinner,
    };
}

/// <summary>Changes what is given. Other percentages in a running test begin a new phase: who is in keeps the variant, and counts begin anew.</summary>
public sealed record UpdateAbTest
{
    [StringLength(AbTest.MaxNameLength, MinimumLength = 1)] public Change<string> TestName { get; init; }
    public Change<decimal> ControlTrafficPercentage { get; init; }
    [MinLength(1), MaxLength(AbTest.MaxVariants)] public Change<IReadOnlyList<decimal>> VariantTrafficPercentages { get; init; }
}

/// <param name="Winner">A variant_id; left out, the figures decide.</param>
/// <param name="KeepWinner">Left out, as the test says.</param>
public sealed record EndTest([StringLength(50)] string? Winner = null, bool? KeepWinner = null);

/// <param name="CustomerId">Also of customers that the store does not have.</param>
/// <param name="SessionId">Of a visitor who has not said who they are. With neither, one is made and returned: send it from then on.</param>
public sealed record AssignToTest(
    [Range(1, long.MaxValue)] long? CustomerId = null, [StringLength(TestedBuyer.MaxSessionLength, MinimumLength = 1)] string? SessionId = null)
{
    internal TestedBuyer ToBuyer() => new TestedBuyer(CustomerId, SessionId) is { IsKnown: true } known ? known : new(null, $"sess_{Guid.CreateVersion7():n}");
}

/// <param name="Phase">Counts the changes of the percentages while it runs.</param>
/// <param name="Salt">With it anybody can work out an assignment: see docs/decisions/0017.</param>
public sealed record AbTestResponse(
    string TestId, string TestName, AbTestStatus Status, AbArmResponse ControlPromotion, IReadOnlyList<AbArmResponse> VariantPromotions, int TotalPromotions,
    AbTestConfig TestConfig, Currency Currency, int Phase, string Salt, DateTime? StartedAt, DateTime? EndsAt, DateTime? EndedAt, string? Winner,
    DateTime CreatedAt, DateTime UpdatedAt, [property: JsonIgnore] int Version) : IVersioned
{
    public static readonly System.Linq.Expressions.Expression<Func<AbTest, AbTestResponse>> From =
        t => Of(t, t.Arms.OrderBy(arm => arm.Position).Select(arm => new AbArmRow(arm.PromotionId, arm.Promotion.Name)).ToList());

    /// <summary>Tests by their numbers, for messages about them.</summary>
    public static async Task<Dictionary<long, AbTestResponse>> Shown(AuraDb db, long[] ids, CancellationToken cancellation)
    {
        var tests = await db.AbTests.AsNoTracking().WithArms().Where(t => ids.Contains(t.Id)).ToListAsync(cancellation);
        return tests.ToDictionary(t => t.Id, t => Of(t, [.. t.Arms.Select(arm => new AbArmRow(arm.PromotionId, arm.Promotion.Name))]));
    }

    private static AbTestResponse Of(AbTest test, List<AbArmRow> rows)
    {
        AbArmResponse[] arms = [.. rows.Select((row, position) => new AbArmResponse(row.PromotionId, row.Name, AbArm.NameOf(position), test.Shares[position]))];
        return new(test.Key, test.Name, test.Status, arms[0], arms[1..], arms.Length,
            new(test.Shares[0], test.Shares[1..], test.DurationDays, test.MinimumSampleSize, test.Metric, test.ConfidenceLevel, test.MinimumEffect, test.Sequential, test.KeepsWinner),
            test.Currency, test.Phase, test.Salt, test.StartedAt, test.EndsAt, test.EndedAt, test.Winner, test.CreatedAt, test.UpdatedAt, test.Version);
    }
}

public sealed record AbArmRow(long PromotionId, string Name);

public sealed record AbArmResponse(Number<Promotion> Id, string Name, string VariantId, decimal TrafficPercentage);

public sealed record AbTestStep(bool Success, string Message, string TestId, AbTestStatus Status)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public DateTime? StartedAt { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public DateTime? EndsAt { get; init; }
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public DateTime? EndedAt { get; init; }

    /// <summary>The variant that was chosen; left out where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Winner { get; init; }
}

/// <param name="AssignmentHash">0 to 99: in which percent of all units it is, the control's first.</param>
public sealed record AbAssignmentResponse(
    string TestId, long? CustomerId, string? SessionId, string AssignedVariant, Number<Promotion> PromotionId, DateTime AssignedAt, int AssignmentHash)
{
    public static AbAssignmentResponse Of(AbTest test, TestedBuyer buyer, AbUnit unit) => new(
        test.Key, buyer.Customer, buyer.Session, AbArm.NameOf(unit.Arm), test.Arms[unit.Arm].PromotionId, unit.AssignedAt, unit.Bucket / 100);
}
