using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Aura.Customers;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Winback.Lifetimes;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Aura.Server.Winback;

/// <summary>What customers will bring in the twelve months ahead.</summary>
internal static class CustomerValues
{
    public static void MapCustomerValues(this RouteGroupBuilder api)
    {
        var values = api.MapGroup("/analytics/clv").WithTags("Customer lifetime value").Scope("analytics").NeverCached();
        values.MapGet("/", Show);
        values.MapPost("/predict", Predict);
        values.MapGet("/segments", Segments);
        values.MapGet("/trends", Trends);
        values.MapPost("/optimize", Optimize);
        values.MapPost("/export", Export).Produces<string>(contentType: "text/csv");
    }

    private static async Task<ValueAnswer> Show(AuraDb db, CancellationToken cancellation) => new(ValueResponse.Of(await db.LifetimeAccount(cancellation)));

    private static async Task<PredictedValue> Predict(PredictValue request, AuraDb db, CancellationToken cancellation)
    {
        var account = await db.LifetimeAccount(cancellation);
        var shopper = await db.FindShopper(request.CustomerId, cancellation);
        var customer = shopper?.CustomerId ?? Id<Customer>.ToNumber(request.CustomerId);
        var bought = customer is null ? null : (await db.PurchasesBy(account.AsOf, customer, cancellation)).FirstOrDefault();
        return PredictedValue.Of(shopper?.Reference ?? request.CustomerId, bought, account);
    }

    private static async Task<ValueSegments> Segments(AuraDb db, CancellationToken cancellation)
    {
        var account = await db.LifetimeAccount(cancellation);
        return new([.. account.Segments.Select(segment => ValueSegmentResponse.Of(segment, account.Currency))], ValueResponse.BasisOf(account), account.Currency);
    }

    private static async Task<ValueTrends> Trends(AuraDb db, CancellationToken cancellation) =>
        new([.. (await db.LifetimeTrend(cancellation)).Select(one => new ValueTrend($"{one.Month:yyyy-MM}", new Money(one.Average, db.Caller.Currency).Amount, one.Customers))]);

    private static async Task<ValueAdvice> Optimize(AuraDb db, CancellationToken cancellation, OptimizeValue? request = null)
    {
        var account = await db.LifetimeAccount(cancellation);
        var advice = LifetimeAdvice.Of(account.Models, await db.PurchasesBy(account.AsOf, null, cancellation), request?.Segment);
        return new([.. advice.Select(one => AdviceResponse.Of(one, account.Currency))], LifetimeAdvice.Success, ValueResponse.StatusOf(account), ValueResponse.Why(account));
    }

    private static async Task<Results<Ok<Exported<CustomerValueRow>>, FileContentHttpResult>> Export(AuraDb db, CancellationToken cancellation, ExportRequest? request = null)
    {
        var account = await db.LifetimeAccount(cancellation);
        var customers = await db.PurchasesBy(account.AsOf, null, cancellation);
        return account.Models.Valued(customers).ConvertAll(one => CustomerValueRow.Of(one, account)).As((request ?? new()).Format, "customer-lifetime-value");
    }
}

public sealed record PredictValue([StringLength(100, MinimumLength = 1)] string CustomerId);

/// <param name="Segment">Null: all.</param>
public sealed record OptimizeValue(ValueSegment? Segment = null);

/// <summary>What a value is.</summary>
public enum ValueBasis
{
    /// <summary>Expected revenue of the twelve months ahead, discounted by 1 % a month.</summary>
    Predicted,

    /// <summary>Revenue so far: the history is too short to predict.</summary>
    Observed,
}

public enum ValueStatus
{
    Ready,
    InsufficientHistory,
}

public sealed record ValueAnswer(ValueResponse Clv);

/// <summary>In the store's currency, of customers who have bought.</summary>
/// <param name="TopSegmentClv">Average of the best fifth.</param>
/// <param name="LowSegmentClv">Average of the last fifth.</param>
/// <param name="Correlation">Of how often with how much. Far from 0 (0.3) the prediction is not to be trusted, for the models take it for none.</param>
public sealed record ValueResponse(
    [property: JsonPropertyName("averageCLV")] decimal AverageClv, [property: JsonPropertyName("topSegmentCLV")] decimal TopSegmentClv,
    [property: JsonPropertyName("lowSegmentCLV")] decimal LowSegmentClv, int TotalCustomers, int RepeatCustomers, ValueBasis Basis, ValueStatus Status, string? Reason, int? HorizonMonths,
    Currency Currency, DateOnly AsOf, decimal Confidence, decimal Correlation, ValueModels? Models)
{
    public static ValueResponse Of(LifetimeAccount account)
    {
        decimal Major(long minor) => new Money(minor, account.Currency).Amount;
        return new(
            Major(account.Average), Major(account.Segments.FirstOrDefault()?.Average ?? 0), Major(account.Segments.LastOrDefault()?.Average ?? 0), account.Customers, account.Repeaters,
            BasisOf(account), StatusOf(account), Why(account), account.Models.Foretells ? LifetimeModels.Months : null, account.Currency, account.AsOf, ConfidenceOf(account.Models),
            Rounding.Measure(account.Models.Correlation), ValueModels.Of(account.Models));
    }

    public static ValueBasis BasisOf(LifetimeAccount account) => account.Models.Foretells ? ValueBasis.Predicted : ValueBasis.Observed;

    public static ValueStatus StatusOf(LifetimeAccount account) => account.Models.Foretells ? ValueStatus.Ready : ValueStatus.InsufficientHistory;

    public static string? Why(LifetimeAccount account) => account.Models.Foretells ? null
        : $"{account.Repeaters} of {account.Customers} customers have bought again. Predictions need some twenty of them who differ; values are what was bought so far.";

    /// <summary>100 less the error of the trial, in percent, from 0 to 100.</summary>
    public static decimal ConfidenceOf(LifetimeModels models) =>
        models.Foretells && models.PercentError is { } error ? Math.Round((decimal)Math.Clamp(100 - error, 0, 100), 1, MidpointRounding.AwayFromZero) : 0;
}

/// <summary>The parameters of BG/NBD (time in weeks) and Gamma-Gamma (money in minor units).</summary>
public sealed record ValueModels(double R, double Alpha, double A, double B, double P, double Q, double Gamma)
{
    public static ValueModels? Of(LifetimeModels models) => models is { Orders: { } orders, Spend: { } spend } ? new(orders.R, orders.Alpha, orders.A, orders.B, spend.P, spend.Q, spend.Gamma) : null;
}

/// <param name="PredictedClv">Null where nothing can be predicted: nobody who bought, or too little history.</param>
/// <param name="Confidence">How well the store's model foretold the orders of the last third of its history, in percent.</param>
/// <param name="Segment">top, middle, low; unknown for somebody who has not bought.</param>
/// <param name="ProbabilityAlive">Percent. Null without a repeat order, after which alone the model knows anything.</param>
/// <param name="Status">insufficient_history also for a customer with one order: the value is then that of the average such customer.</param>
public sealed record PredictedValue(
    string CustomerId, [property: JsonPropertyName("predictedCLV")] decimal? PredictedClv, decimal Confidence, string Segment, ValueStatus Status, decimal? ExpectedOrders,
    decimal? ExpectedOrderValue, decimal? ProbabilityAlive, decimal RevenueSoFar, int Orders, Currency Currency)
{
    public static PredictedValue Of(string reference, CustomerPurchases? bought, LifetimeAccount account)
    {
        if (bought is null)
            return new(reference, null, 0, "unknown", ValueStatus.InsufficientHistory, null, null, null, 0, 0, account.Currency);
        var (models, value) = (account.Models, account.Models.ValueOf(bought));
        var segment = account.SegmentOf(value ?? bought.Net);
        return new(
            reference, value is { } minor ? new Money(minor, account.Currency).Amount : null, ValueResponse.ConfidenceOf(models), segment is { } known ? Words<ValueSegment>.Of(known) : "unknown",
            models.Foretells && bought.Repeats > 0 ? ValueStatus.Ready : ValueStatus.InsufficientHistory, models.OrdersOf(bought) is { } orders ? Rounding.Measure(orders) : null,
            models.Spend is { } spend ? Money.Round((decimal)spend.ExpectedSpend(bought.Spend) / account.Currency.Scale, account.Currency).Amount : null,
            Rounding.Percent(models.AliveOf(bought)), new Money(bought.Net, account.Currency).Amount, bought.Repeats + 1,
            account.Currency);
    }
}

public sealed record ValueSegments(IReadOnlyList<ValueSegmentResponse> Segments, ValueBasis Basis, Currency Currency);

/// <param name="From">The least value in it.</param>
public sealed record ValueSegmentResponse(ValueSegment Segment, [property: JsonPropertyName("averageCLV")] decimal AverageClv, int Customers, decimal From)
{
    public static ValueSegmentResponse Of(SegmentAccount segment, Currency currency) =>
        new(segment.Segment, new Money(segment.Average, currency).Amount, segment.Customers, new Money(segment.From, currency).Amount);
}

/// <summary>By the models of today, with what had been bought by the end of each month.</summary>
public sealed record ValueTrends(IReadOnlyList<ValueTrend> Trends);

public sealed record ValueTrend(string Period, [property: JsonPropertyName("averageCLV")] decimal AverageClv, int Customers);

/// <param name="AssumedSuccess">Percent of the customers of a line that are taken to follow.</param>
public sealed record ValueAdvice(IReadOnlyList<AdviceResponse> Recommendations, int AssumedSuccess, ValueStatus Status, string? Reason);

/// <param name="ExpectedLift">Percent, of the segment's value, if so many follow; null of a segment that is worth nothing.</param>
/// <param name="ValuePerOrder">What an order adds to what a customer is expected to bring afterwards.</param>
public sealed record AdviceResponse(ValueSegment Segment, LifetimeAction Action, decimal? ExpectedLift, int Customers, decimal ValuePerOrder)
{
    public static AdviceResponse Of(Advice advice, Currency currency) => new(
        advice.Segment, advice.Action, advice.PercentLift is { } lift ? Math.Round((decimal)lift, 1, MidpointRounding.AwayFromZero) : null, advice.Customers, new Money(advice.PerOrder, currency).Amount);
}

/// <param name="Clv">As the basis of the account says.</param>
public sealed record CustomerValueRow(
    string CustomerId, decimal Clv, ValueBasis Basis, ValueSegment Segment, int Orders, decimal RevenueSoFar, decimal? ExpectedOrders, decimal? ProbabilityAlive)
{
    public static CustomerValueRow Of(ValuedCustomer one, LifetimeAccount account)
    {
        var (customer, models) = (one.Customer, account.Models);
        return new(
            $"customer_{customer.CustomerId}", new Money(one.Value, account.Currency).Amount, ValueResponse.BasisOf(account), one.Segment, customer.Repeats + 1,
            new Money(customer.Net, account.Currency).Amount, models.OrdersOf(customer) is { } orders ? Rounding.Measure(orders) : null,
            Rounding.Percent(models.AliveOf(customer)));
    }
}
