using System.Collections.Concurrent;
using System.Text.Json;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Winback.Intent;

/// <summary>A model that was trained on a store's own sessions: kept with its number, whether it serves or not.</summary>
public sealed class TrainedModel : StoreRow, IIdentified
{
    public static string Prefix => "model";
    public static string Noun => "model";

    /// <summary>From 1, in the order of training.</summary>
    public int Number { get; private init; }

    public DateTime TrainedAt { get; private init; }
    public JsonDocument Model { get; private init; } = null!; // set by Of and by EF

    /// <summary>One model of a store serves at most; without one that of the server does.</summary>
    public bool Serves { get; private init; }

    internal static TrainedModel Of(int number, IntentModel model, bool serves) =>
        new() { Number = number, TrainedAt = model.TrainedAt, Model = JsonDocument.Parse(model.ToJson()), Serves = serves };
}

/// <summary>The model that answers for a store.</summary>
/// <param name="Version">public-1 of the server's own, store-3 of a store's third.</param>
public sealed record ServingModel(string Version, IntentModel Model)
{
    /// <summary>Of the model that the server brings.</summary>
    public const string Public = "public-1";
}

public static class IntentModels
{
    /// <summary>Models that are read, by the store and their row: rows never change.</summary>
    private static readonly ConcurrentDictionary<(long Store, long Row), IntentModel> Read = [];

    private const int MostRead = 200;

    public static async Task<ServingModel> IntentModel(this AuraDb db, CancellationToken cancellation)
    {
        var serving = await db.TrainedModels.Where(m => m.Serves).Select(m => new { m.Id, m.Number }).FirstOrDefaultAsync(cancellation);
        if (serving is null)
            return new(ServingModel.Public, Intent.IntentModel.Public);
        if (!Read.TryGetValue((db.Tenant, serving.Id), out var model))
        {
            var row = await db.TrainedModels.AsNoTracking().FirstAsync(m => m.Id == serving.Id, cancellation);
            if (Read.Count >= MostRead)
                Read.Clear();
            model = Read[(db.Tenant, serving.Id)] = Intent.IntentModel.OfJson(row.Model.RootElement.GetRawText());
        }

        return new($"store-{serving.Number}", model);
    }
}

internal sealed class TrainedModelMapping : IEntityTypeConfiguration<TrainedModel>
{
    public void Configure(EntityTypeBuilder<TrainedModel> model)
    {
        model.ToTable("intent_models").HasIndex(m => new { m.TenantId, m.Number }).IsUnique();
        model.HasIndex(m => new { m.TenantId }).IsUnique().HasFilter("serves");
    }
}
