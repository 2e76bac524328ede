using System.Collections.Concurrent;
using Aura.Persistence;
using Npgsql;

namespace Aura.Promotions;

/// <summary>Makes uses of coupons that come at the same time in one transaction, those of each promotion: a hot coupon is counted once for all of them, and they share a commit.</summary>
/// <remarks>
/// Who answers with the counts and keeps the answer writes that in a second half, for which the transaction waits. Where the first half fails by what one of them
/// wants, each is made alone; where the second does, all of them are undone and told so, for their counts were told already.
/// </remarks>
internal sealed class SharedRedemptions(NpgsqlDataSource source)
{
    /// <summary>More would wait long for each other, and gain little.</summary>
    private const int Most = 50;

    private readonly ConcurrentDictionary<(long Store, long Promotion), SharedRoundTrips<SharedRedemption, bool>> promotions = new();

    /// <summary>Done when it is committed.</summary>
    /// <exception cref="PostgresException">It could not be made, and nothing of it was.</exception>
    public Task Make(long store, long promotion, SharedRedemption redemption) =>
        promotions.GetOrAdd((store, promotion), _ => new(Most, _ => 1, MakeAll)).Ask(redemption, CancellationToken.None);

    private async Task<IReadOnlyList<bool>> MakeAll(IReadOnlyList<SharedRedemption> all)
    {
        await using var connection = await source.OpenConnectionAsync();
        if (all.All(one => one.Half is null))
            await Count(connection, all); // one batch is one transaction
        else
        {
            await using var transaction = await connection.BeginTransactionAsync(); // goes with the first batch
            await Count(connection, all);
            await Commit(connection, await Rest(all));
        }

        return new bool[all.Count];
    }

    private static async Task Count(NpgsqlConnection connection, IReadOnlyList<SharedRedemption> all)
    {
        List<Redemption> redemptions = [.. all.Select(one => one.Redemption)];
        await using var batch = new NpgsqlBatch();
        Redemption.Write(batch, redemptions);
        await connection.Ask(batch, reader => Redemption.Count(reader, redemptions), CancellationToken.None);
        foreach (var one in all)
            one.Counted.TrySetResult();
    }

    private static async Task<List<LaterStatement>> Rest(IReadOnlyList<SharedRedemption> all)
    {
        var rest = new List<LaterStatement>();
        foreach (var one in all)
            if (one.Half is { } half)
                rest.AddRange(await half.Statements);
        return rest;
    }

    /// <exception cref="NotShared">It was undone.</exception>
    private static async Task Commit(NpgsqlConnection connection, List<LaterStatement> rest)
    {
        await using var batch = new NpgsqlBatch();
        batch.Add(LaterStatement.Joined(rest).Select(statement => statement.Command(0)));
        batch.Add("COMMIT");
        try
        {
            await connection.Ask(batch, reader => ByHand.ToTheEnd(reader, CancellationToken.None), CancellationToken.None);
        }
        catch (PostgresException failure) when (failure.IsUndone())
        {
            throw new NotShared();
        }
    }
}

/// <param name="Half">What follows once it is counted; null: nothing.</param>
internal sealed record SharedRedemption(Redemption Redemption, SecondHalf? Half)
{
    /// <summary>Its use and coupon have their counts, which hold once it is committed.</summary>
    public TaskCompletionSource Counted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
