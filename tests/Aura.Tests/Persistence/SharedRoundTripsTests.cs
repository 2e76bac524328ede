using Aura.Persistence;
using Npgsql;

namespace Aura.Tests.Persistence;

public sealed class SharedRoundTripsTests
{
    [Fact]
    public async Task Who_asks_while_others_are_answered_shares_the_next_round_trip()
    {
        var gate = new TaskCompletionSource();
        var trips = new List<int>();
        var shared = new SharedRoundTrips<int, int>(1000, _ => 1, async asked =>
        {
            lock (trips)
                trips.Add(asked.Count);
            await gate.Task;
            return [.. asked.Select(number => number * 10)];
        });

        var answers = Enumerable.Range(0, 200).Select(number => shared.Ask(number, default)).ToList();
        gate.SetResult();

        Assert.Equal(Enumerable.Range(0, 200).Select(number => number * 10), await Task.WhenAll(answers));
        Assert.Equal(200, trips.Sum());
        Assert.InRange(trips.Count, 2, Math.Max(2, Environment.ProcessorCount) + 2);
    }

    [Fact]
    public async Task A_round_trip_has_room_for_so_many_and_a_large_question_goes_alone()
    {
        var gate = new TaskCompletionSource();
        var trips = new List<int>();
        var shared = new SharedRoundTrips<int, int>(10, size => size, async asked =>
        {
            lock (trips)
                trips.Add(asked.Sum());
            await gate.Task;
            return asked;
        });

        var answers = Enumerable.Range(0, 40).Select(n => shared.Ask(n % 8 == 7 ? 25 : 3, default)).ToList();
        gate.SetResult();
        await Task.WhenAll(answers);

        Assert.All(trips, size => Assert.True(size is 25 or <= 10, $"{size}"));
    }

    [Fact]
    public async Task What_the_database_objects_to_in_one_question_spoils_no_other()
    {
        var gate = new TaskCompletionSource();
        var shared = new SharedRoundTrips<int, int>(1000, _ => 1, async asked =>
        {
            await gate.Task;
            return asked.Contains(13) ? throw new PostgresException("no", "ERROR", "ERROR", PostgresErrorCodes.UntranslatableCharacter) : asked;
        });

        var answers = Enumerable.Range(0, 50).Select(number => shared.Ask(number, default)).ToList();
        gate.SetResult();

        foreach (var (number, answer) in answers.Index())
            if (number == 13)
                await Assert.ThrowsAsync<PostgresException>(() => answer);
            else
                Assert.Equal(number, await answer);
    }

    [Fact]
    public async Task When_all_fails_everybody_hears_of_it_and_the_next_are_answered()
    {
        var fails = true;
        var shared = new SharedRoundTrips<int, int>(1000, _ => 1, asked => fails ? throw new NpgsqlException("gone") : Task.FromResult(asked));

        await Assert.ThrowsAsync<NpgsqlException>(() => shared.Ask(1, default));
        fails = false;

        Assert.Equal(2, await shared.Ask(2, default));
    }

    [Fact]
    public async Task Who_hangs_up_does_not_hold_up_the_others()
    {
        var gate = new TaskCompletionSource();
        using var hangsUp = new CancellationTokenSource();
        var shared = new SharedRoundTrips<int, int>(1000, _ => 1, async asked => { await gate.Task; return asked; });

        var (left, stayed) = (shared.Ask(1, hangsUp.Token), shared.Ask(2, default));
        await hangsUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        gate.SetResult();

        Assert.Equal(2, await stayed);
    }
}
