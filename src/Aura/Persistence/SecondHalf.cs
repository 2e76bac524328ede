namespace Aura.Persistence;

/// <summary>What a request writes once it knows what came of its first half, in the transaction that it shares with others.</summary>
/// <remarks>They all wait for it, and hold rows that everybody wants: between the halves nothing is to be waited for.</remarks>
internal sealed class SecondHalf
{
    private readonly TaskCompletionSource<IReadOnlyList<LaterStatement>> statements = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What is to be written.</summary>
    /// <exception cref="NotShared">The request was given up: both halves are to be undone, with those of the others.</exception>
    public Task<IReadOnlyList<LaterStatement>> Statements => statements.Task;

    public void Write(IEnumerable<LaterStatement> rest) => statements.TrySetResult([.. rest]);

    public void GiveUp() => statements.TrySetException(new NotShared());
}
