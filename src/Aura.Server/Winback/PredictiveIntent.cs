using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using Aura.Customers;
using Aura.Jobs;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Aura.Statistics.Learning;
using Aura.Winback.Intent;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback;

/// <summary>How likely people are to buy, and what to do about it.</summary>
internal static class PredictiveIntent
{
    private const int MostExported = 100_000;

    private static readonly Listing<IntentScore, IntentScoreResponse> Shape = new Listing<IntentScore, IntentScoreResponse>(IntentScoreResponse.From)
        .Field("score", s => s.Score, Found.ByReading);

    public static void MapPredictiveIntent(this RouteGroupBuilder api)
    {
        var intent = api.MapGroup("/ai/orchestration/predictive-intent").WithTags("Predictive intent").Scope("analytics");
        intent.MapGet("/", List).Lists(Shape);
        intent.MapPost("/calculate", Calculate);
        intent.MapPost("/bulk", Bulk);
        intent.MapGet("/trends", Trends).NeverCached();
        intent.MapPost("/retrain", Retrain);
        intent.MapGet("/model-accuracy", Accuracy).NeverCached();
        intent.MapPost("/export", Export).Produces<string>(contentType: "text/csv");
        intent.MapGet("/{customerId}", Show).NeverCached();
    }

    private static Task<IntentScores> List(ListRequest list, AuraDb db, CancellationToken cancellation) =>
        Shape.List(db.IntentScores.Where(s => s.IsLatest), list, rows => new IntentScores(rows), cancellation);

    private static async Task<IntentScoreResponse> Show(string customerId, AuraDb db, CancellationToken cancellation)
    {
        var shopper = await db.FindShopper(customerId, cancellation) ?? throw Refused.NotFound(Shopper.Noun);
        return await db.IntentScores.Where(s => s.IsLatest && s.ShopperId == shopper.Id).Select(IntentScoreResponse.From).FirstOrDefaultAsync(cancellation)
            ?? throw Refused.NotFound(IntentScore.Noun);
    }

    private static async Task<CalculatedIntent> Calculate(AskedIntent request, AuraDb db, CancellationToken cancellation) =>
        CalculatedIntent.Of((await db.ScoreIntent([request.Question], cancellation))[0]);

    private static async Task<ManyIntents> Bulk(AskedIntents request, AuraDb db, CancellationToken cancellation)
    {
        var scores = await db.ScoreIntent(request.Questions(), cancellation);
        return new([.. scores.Select(OneOfMany.Of)], scores.Count);
    }

    /// <param name="from">The last 30 days without.</param>
    private static async Task<IntentTrendList> Trends(AuraDb db, CancellationToken cancellation, string? from = null, string? to = null, string interval = "day")
    {
        if (!Words<TrendInterval>.TryParse(interval, out var unit))
            throw Refused.Invalid("interval", "Must be day, week or month.");
        var until = Filters.Time(to, "to") ?? db.Now.AddSeconds(1);
        var since = Filters.Time(from, "from") ?? until.AddDays(-30);
        if (since >= until)
            throw Refused.BadParameter("to", "Must be after from.");
        var trends = await db.IntentTrends(since, until, unit, cancellation);
        return new([.. trends.Select(one => new IntentTrendResponse(one.Day, one.AverageScore, one.Count))]);
    }

    /// <summary>The training is a job; model-accuracy says what came of it.</summary>
    private static async Task<RetrainedIntent> Retrain(AuraDb db, CancellationToken cancellation)
    {
        var job = await db.Jobs.AsNoTracking().FirstOrDefaultAsync(j => j.Kind == RetrainIntent.Kind && (j.State == JobState.Queued || j.State == JobState.Processing), cancellation);
        if (job is null)
        {
            job = db.Enqueue<RetrainIntent>(new { }, key: RetrainIntent.Key);
            await db.SaveChangesAsync(cancellation);
        }

        return new(true, job.Id, job.State, (await db.IntentModel(cancellation)).Version);
    }

    private static async Task<ModelAccuracy> Accuracy(AuraDb db, CancellationToken cancellation)
    {
        var last = await db.Jobs.AsNoTracking().Where(j => j.Kind == RetrainIntent.Kind).OrderByDescending(j => j.Id).FirstOrDefaultAsync(cancellation);
        return ModelAccuracy.Of(await db.IntentModel(cancellation), last);
    }

    private static async Task<Results<Ok<Exported<IntentScoreResponse>>, FileContentHttpResult>> Export(AuraDb db, CancellationToken cancellation, ExportRequest? request = null)
    {
        var rows = await db.IntentScores.OrderBy(s => s.Id).Select(IntentScoreResponse.From).Take(MostExported).ToListAsync(cancellation);
        return rows.As((request ?? new()).Format, "intent-scores");
    }
}

/// <param name="CartValue">In the store's currency; without it that of the cart the customer has open.</param>
/// <param name="SessionDuration">Seconds.</param>
public sealed record AskedIntent(
    [StringLength(100, MinimumLength = 1)] string CustomerId, [Range(0, 1e12)] decimal? CartValue = null, [Range(0, 1e7)] double? SessionDuration = null, [Range(0, 1_000_000)] int? PageViews = null)
{
    internal IntentQuestion Question => new(CustomerId, CartValue, SessionDuration, PageViews);
}

/// <summary>Of up to 200 customers: with what is known of their visits, or by their ids alone.</summary>
public sealed record AskedIntents([Length(1, 200)] IReadOnlyList<AskedIntent>? Customers = null, [Length(1, 200)] IReadOnlyList<string>? CustomerIds = null)
{
    internal IReadOnlyList<IntentQuestion> Questions() => (Customers, CustomerIds) switch
    {
        ({ } customers, null) => [.. customers.Select((customer, index) => customer.Question with { Field = $"Customers[{index}].CustomerId" })],
        (null, { } ids) => [.. ids.Select((id, index) => new IntentQuestion(id) { Field = $"CustomerIds[{index}]" })],
        (null, null) => throw Refused.Invalid("Customers", "Is required, or customerIds."),
        _ => throw Refused.Invalid("Customers", "Either customers or customerIds."),
    };
}

public sealed record IntentScores([property: System.Text.Json.Serialization.JsonPropertyName("intentScores")] IReadOnlyList<IntentScoreResponse> Scores) : Listed;

/// <param name="Score">The chance of an order, in percent; model-accuracy says within which time.</param>
/// <param name="Likelihood">very_high from 90, high from 70, medium from 40, low from 15.</param>
/// <param name="Factors">What moved the score most, at most three.</param>
public sealed record IntentScoreResponse(string CustomerId, decimal Score, Likelihood Likelihood, IReadOnlyList<string> Factors, string RecommendedAction, string ModelVersion, DateTime CalculatedAt)
{
    public static readonly Expression<Func<IntentScore, IntentScoreResponse>> From = s => new(s.Shopper.Reference, s.Score, s.Likelihood, s.Factors, s.Action, s.Model, s.ScoredAt);
}

/// <param name="RecommendedAction">Names a channel only where the customer may be written to over it.</param>
public sealed record CalculatedIntent(decimal IntentScore, Likelihood Likelihood, string RecommendedAction, string CustomerId, decimal Score, IReadOnlyList<string> Factors, string ModelVersion, DateTime CalculatedAt)
{
    public static CalculatedIntent Of(IntentScore score) =>
        new(score.Score, score.Likelihood, score.Action, score.Shopper.Reference, score.Score, score.Factors, score.Model, score.ScoredAt);
}

/// <param name="Processed">How many.</param>
public sealed record ManyIntents(IReadOnlyList<OneOfMany> Results, int Processed);

public sealed record OneOfMany(string CustomerId, decimal IntentScore, Likelihood Likelihood, string RecommendedAction, IReadOnlyList<string> Factors)
{
    public static OneOfMany Of(IntentScore score) => new(score.Shopper.Reference, score.Score, score.Likelihood, score.Action, score.Factors);
}

public sealed record IntentTrendList(IReadOnlyList<IntentTrendResponse> Trends);

/// <param name="Date">The first day of the interval, by UTC.</param>
public sealed record IntentTrendResponse(DateOnly Date, decimal AverageScore, int Count);

/// <param name="ModelVersion">That which serves until then.</param>
public sealed record RetrainedIntent(bool Success, Id<Job> JobId, JobState Status, string ModelVersion);

/// <summary>On sessions that the model was not fitted to; fractions from 0 to 1.</summary>
/// <param name="Accuracy">Of answers at a chance of one half; <paramref name="BaseAccuracy"/> is what always saying no would get.</param>
/// <param name="Auc">How often one who buys has the higher score of two.</param>
/// <param name="Calibration">Chances by tenths: what was said and what came.</param>
/// <param name="TrainedOn">Whose sessions.</param>
/// <param name="Predicts">What the score is the chance of.</param>
/// <param name="References">What the same method reaches with other features of the same data.</param>
public sealed record ModelAccuracy(
    string ModelVersion, decimal Accuracy, decimal Precision, decimal Recall, decimal F1, int SampleSize, DateTime TrainedAt, decimal? Auc, decimal Brier, decimal LogLoss, decimal BaseAccuracy,
    int TrainingSize, string TrainedOn, string Predicts, IReadOnlyList<string> Features, IReadOnlyList<CalibrationResponse> Calibration, IReadOnlyList<ReferenceResponse> References, LastTraining? LastTraining)
{
    public static ModelAccuracy Of(ServingModel serving, Job? last)
    {
        var (model, quality) = (serving.Model, serving.Model.Quality);
        return new(
            serving.Version, Rounding.Measure(quality.Accuracy), Rounding.Measure(quality.Precision), Rounding.Measure(quality.Recall), Rounding.Measure(quality.F1), quality.Rows, model.TrainedAt,
            quality.Auc is { } auc ? Rounding.Measure(auc) : null, Rounding.Measure(quality.Brier), Rounding.Measure(quality.LogLoss), Rounding.Measure(quality.BaseAccuracy), model.Sessions - quality.Rows, model.TrainedOn, model.Meaning,
            [.. model.Trees.Features.Select(feature => feature.Name)], [.. quality.Bins.Select(CalibrationResponse.Of)],
            [.. model.References.Select(one => new ReferenceResponse(one.Features, one.Auc is { } known ? Rounding.Measure(known) : null, Rounding.Measure(one.Brier)))], LastTraining.Of(last));
    }
}

/// <param name="Predicted">The mean chance that was said, and in <paramref name="Actual"/> how many bought.</param>
public sealed record CalibrationResponse(decimal From, decimal To, int Count, decimal Predicted, decimal Actual)
{
    public static CalibrationResponse Of(CalibrationBin bin) =>
        new(Rounding.Measure(bin.From), Rounding.Measure(bin.To), bin.Rows, Rounding.Measure(bin.Said), Rounding.Measure(bin.Came));
}

public sealed record ReferenceResponse(string Features, decimal? Auc, decimal Brier);

/// <param name="Outcome">serving: the new model took over. kept: that before was better. insufficient_history: there was too little to learn from. Null until it is done.</param>
/// <param name="Needed">Sessions without which nothing is learnt, fifty of them with an order and fifty without.</param>
public sealed record LastTraining(Id<Job> JobId, JobState Status, TrainingStatus? Outcome, string? ModelVersion, int? Sessions, int? Bought, int Needed)
{
    public static LastTraining? Of(Job? job) => job is null ? null : job.ResultAs<TrainingOutcome>() is var outcome
        ? new(job.Id, job.State, outcome?.Status, outcome?.Version, outcome?.Sessions, outcome?.Bought, IntentModel.LeastSessions) : null;
}
