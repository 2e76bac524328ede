using System.Diagnostics;

namespace Aura.Persistence;

/// <summary>Answers the questions of many callers in few round trips: all who wait at the same time share one.</summary>
/// <remarks>Who asks while as many round trips are under way as there are processors waits for the next one, so that each of them answers more the busier the
/// server is. Nobody gets what was read before they asked. Not for who holds a transaction: they have a connection, and would wait for one of the others.</remarks>
/// <param name="most">Questions of one round trip, by their <paramref name="size"/>; a single one may be larger.</param>
/// <param name="size">How much there is to read for a question.</param>
/// <param name="read">Answers questions, in their order.</param>
public sealed class SharedRoundTrips<TQuestion, TAnswer>(int most, Func<TQuestion, int> size, Func<IReadOnlyList<TQuestion>, Task<IReadOnlyList<TAnswer>>> read)
{
    private static readonly int Lanes = Math.Max(2, Environment.ProcessorCount);

    private readonly Lock turn = new();
    private readonly Queue<Waiting> waiting = new();
    private int busy;

    public Task<TAnswer> Ask(TQuestion question, CancellationToken cancellation)
    {
        var asked = new Waiting(question, Activity.Current);
        bool begins;
        lock (turn)
        {
            waiting.Enqueue(asked);
            begins = busy < Lanes;
            busy += begins ? 1 : 0;
        }

        if (begins)
            using (ExecutionContext.SuppressFlow()) // it goes on for others when this request has gone
                _ = Work();
        return asked.Answer.Task.WaitAsync(cancellation);
    }

    private async Task Work()
    {
        while (Next() is { Count: > 0 } asked)
            await Answer(asked);
    }

    private async Task Answer(IReadOnlyList<Waiting> asked)
    {
        try
        {
            Activity.Current = asked[0].Trace;
            foreach (var (one, answer) in asked.Zip(await read([.. asked.Select(one => one.Question)])))
                one.Answer.TrySetResult(answer);
        }
        catch (Exception failure) when (asked is [var one]) // maps it as if it had asked alone
        {
            one.Answer.TrySetException(failure);
        }
        catch (Exception failure) when (failure.Objection() is not null && failure.IsUndone()) // to one of them, perhaps: no other is to suffer for it
        {
            foreach (var one in asked)
                await Answer([one]);
        }
        catch (Exception failure)
        {
            foreach (var one in asked)
                one.Answer.TrySetException(failure);
        }
    }

    /// <returns>None: nobody waits, and this lane has ended.</returns>
    private List<Waiting> Next()
    {
        var (asked, count) = (new List<Waiting>(), 0);
        lock (turn)
        {
            while (waiting.TryPeek(out var next) && (count == 0 || count + size(next.Question) <= most))
            {
                asked.Add(waiting.Dequeue());
                count += size(next.Question);
            }

            busy -= asked.Count == 0 ? 1 : 0;
        }

        return asked;
    }

    private sealed record Waiting(TQuestion Question, Activity? Trace)
    {
        public TaskCompletionSource<TAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
