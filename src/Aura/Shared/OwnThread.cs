namespace Aura;

/// <summary>Long work of a processor on a thread of its own.</summary>
/// <remarks>The pool has as many threads as there are processors, and takes long to add one: two such works on it would keep everything else waiting.</remarks>
public static class OwnThread
{
    public static Task<T> Run<T>(Func<T> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
