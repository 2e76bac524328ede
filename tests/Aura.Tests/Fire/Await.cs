namespace Aura.Tests.Fire;

internal static class Await
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Looks until it is so; the test's own limit ends what never comes.</summary>
    public static async Task Until(Func<Task<bool>> isSo)
    {
        while (!await isSo())
            await Task.Delay(Pause);
    }

    public static Task Until(Func<bool> isSo) => Until(() => Task.FromResult(isSo()));
}
