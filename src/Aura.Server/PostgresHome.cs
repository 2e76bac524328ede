namespace Aura.Server;

/// <summary>
/// The folder of the private cluster: <c>cluster</c>, <c>log</c>, <c>socket</c> and the settings. The server's account
/// owns it, PostgreSQL's account owns what is in it.
/// </summary>
internal static class PostgresHome
{
    private const string Elsewhere = "/var/lib/aura";

    public static string In(string data) => Path.Combine(data, "postgres");

    /// <summary>Makes the data directory when it is absent and returns its path without links.</summary>
    public static async Task<string> Prepare(string data, CancellationToken cancellation)
    {
        // PostgreSQL's account passes through the directory and cannot list it; keys in it are closed by their own modes.
        data = Path.GetFullPath(data);
        if (!Directory.Exists(data)) await MakeOwn(data, "0700", cancellation);
        if (Environment.IsPrivilegedProcess) await ChildProgram.Run("chmod", ["o+x", data], cancellation);
        // Two servers that name the directory differently have to recognise each other's postmaster.
        return await RealPath(data, cancellation);
    }

    /// <summary>
    /// Root's home and its like are closed to PostgreSQL's account. A new cluster then goes to /var/lib/aura, and the
    /// data directory links to it.
    /// </summary>
    /// <returns>The folder's path without links.</returns>
    public static async Task<string> Open(string data, PostgresAccount account, ILogger logger, CancellationToken cancellation)
    {
        var home = In(data);
        var isNew = !Directory.Exists(home);
        var mode = account.IsOurs ? "0700" : "0711";
        if (isNew) await MakeOwn(home, mode, cancellation);
        if (!await account.CanEnter(await RealPath(home, cancellation), cancellation))
        {
            if (!isNew)
                throw new PostgresUnavailable(
                    $"PostgreSQL runs as the user '{account.Name}', who cannot reach {home}. Give every directory above it search permission (chmod o+x), or move the data directory (AURA_DATA).");
            var place = Path.Combine(Elsewhere, $"postgres-{Guid.NewGuid():N}");
            await MakeOwn(Elsewhere, mode, cancellation);
            await MakeOwn(place, mode, cancellation);
            Directory.Delete(home);
            File.CreateSymbolicLink(home, place);
            logger.LogWarning("The user {User} cannot reach {Home}; the cluster lives in {Place}, and {Home} links to it", account.Name, home, place, home);
        }
        home = await RealPath(home, cancellation);
        await account.MakeDirectory(Path.Combine(home, "log"), cancellation);
        return home;
    }

    private static async Task<string> RealPath(string path, CancellationToken cancellation) =>
        (await ChildProgram.Run("realpath", [path], cancellation)).TrimEnd('\n');

    private static Task MakeOwn(string directory, string mode, CancellationToken cancellation) =>
        ChildProgram.Run("install", ["--directory", $"--mode={mode}", directory], cancellation);
}
