using Aura.Jobs;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Winback.Intent;

public enum TrainingStatus
{
    /// <summary>The new model was better on the last sessions than the one before, and serves now.</summary>
    Serving,

    /// <summary>It was not, and is only kept.</summary>
    Kept,

    InsufficientHistory,
}

/// <summary>What came of a training.</summary>
/// <param name="Version">Of the new model; null where there was too little to learn from.</param>
/// <param name="Bought">Of the sessions, those with an order in the seven days after.</param>
/// <param name="LogLoss">Of the new model on the last sessions, and in <paramref name="LogLossBefore"/> that of the one before: less is better.</param>
public sealed record TrainingOutcome(TrainingStatus Status, string? Version, int Sessions, int Bought, double? LogLoss, double? LogLossBefore);

/// <summary>Trains a model on what the store itself has seen: people it was asked of, and carts, each with whether an order followed in seven days.</summary>
/// <remarks>The oldest three fifths teach the trees, the next fifth the curve, and on the last the new model is tried against the one that serves: it takes over only where its
/// log loss is less.</remarks>
public sealed class RetrainIntent(AuraDb db) : IJobHandler
{
    public static string Kind => "intent.retrain";

    /// <summary>Of one store only one is waiting or running.</summary>
    public const string Key = "retrain";

    private const int Days = 7;

    private const int MostOfEach = 20_000;

    public async Task<object?> Run(Job job, CancellationToken cancellation)
    {
        var sessions = (await Asked(cancellation)).Concat(await Carts(cancellation)).OrderBy(session => session.At).Select(session => session.Session).ToList();
        var bought = sessions.Count(session => session.Bought);
        var (learn, calibrate, judge) = (sessions.Take(sessions.Count * 3 / 5).ToList(), sessions.Skip(sessions.Count * 3 / 5).Take(sessions.Count / 5).ToList(), sessions.Skip(sessions.Count * 3 / 5 + sessions.Count / 5).ToList());
        if (sessions.Count < IntentModel.LeastSessions || bought < IntentModel.LeastOfEach || sessions.Count - bought < IntentModel.LeastOfEach || learn.All(session => session.Bought) || !learn.Any(session => session.Bought))
            return new TrainingOutcome(TrainingStatus.InsufficientHistory, null, sessions.Count, bought, null, null);

        var before = (await db.IntentModel(cancellation)).Model.On(judge);
        var model = IntentModel.Fit(db.Now, "this store", $"an order within {Days} days", learn, calibrate, judge);
        return await Keep(model, before.LogLoss, sessions.Count, bought, cancellation);
    }

    private Task<TrainingOutcome> Keep(IntentModel model, double before, int sessions, int bought, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        var number = 1 + (await db.TrainedModels.MaxAsync(m => (int?)m.Number, cancellation) ?? 0);
        var better = model.Quality.LogLoss < before;
        if (better)
            await db.TrainedModels.Where(m => m.Serves).ExecuteUpdateAsync(set => set.SetProperty(m => m.Serves, false), cancellation);
        db.Add(TrainedModel.Of(number, model, better));
        await db.SaveChangesAsync(cancellation);
        return new TrainingOutcome(better ? TrainingStatus.Serving : TrainingStatus.Kept, $"store-{number}", sessions, bought, model.Quality.LogLoss, before);
    }, cancellation);

    private async Task<List<(DateTime At, PastSession Session)>> Asked(CancellationToken cancellation)
    {
        var until = db.Now.AddDays(-Days);
        var rows = await db.IntentScores.AsNoTracking().Where(s => s.ScoredAt < until).OrderByDescending(s => s.Id).Take(MostOfEach).Select(s => new
        {
            s.ScoredAt, s.Facts,
            Bought = db.Orders.Any(o => o.CustomerId == s.Shopper.CustomerId && o.PlacedAt >= s.ScoredAt && o.PlacedAt < s.ScoredAt.AddDays(Days))
                || db.WatchedCarts.Any(c => c.ShopperId == s.ShopperId && (c.RecoveredAt != null || c.OrderId != null || c.OrderReference != null)
                    && (c.RecoveredAt ?? c.UpdatedAt) >= s.ScoredAt && (c.RecoveredAt ?? c.UpdatedAt) < s.ScoredAt.AddDays(Days)),
        }).ToListAsync(cancellation);
        return rows.ConvertAll(row => (row.ScoredAt, new PastSession(row.Facts, row.Bought)));
    }

    private async Task<List<(DateTime At, PastSession Session)>> Carts(CancellationToken cancellation)
    {
        var (until, currency, usual) = (db.Now.AddDays(-Days), db.Caller.Currency, (double)await db.UsualOrder(cancellation));
        var rows = await db.WatchedCarts.AsNoTracking().Where(c => c.CreatedAt < until && c.Currency == currency && c.Value > 0).OrderByDescending(c => c.Id).Take(MostOfEach).Select(c => new
        {
            c.CreatedAt, c.Value, Known = c.Shopper!.CustomerId != null, // null where there is nobody
            Bought = (c.RecoveredAt != null || c.OrderId != null || c.OrderReference != null) && (c.RecoveredAt ?? c.UpdatedAt) < c.CreatedAt.AddDays(Days),
            Orders = db.Orders.Count(o => o.CustomerId == c.Shopper!.CustomerId && o.PlacedAt < c.CreatedAt), // as above
            Last = db.Orders.Where(o => o.CustomerId == c.Shopper!.CustomerId && o.PlacedAt < c.CreatedAt).Max(o => o.PlacedAt), // as above
        }).ToListAsync(cancellation);
        return rows.ConvertAll(row => (row.CreatedAt, new PastSession(
            new(row.Value / usual, null, null, row.Known ? row.Orders > 0 : null, row.CreatedAt.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday, row.Known ? row.Orders : null,
                row.Last is { } last ? (int)(row.CreatedAt - last).TotalDays : null), row.Bought)));
    }
}
