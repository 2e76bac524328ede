namespace Aura.Server;

/// <summary>The operating system's account that PostgreSQL runs as. PostgreSQL refuses to run as root, so root hands over.</summary>
/// <param name="Name">Null: the server's own account.</param>
/// <param name="Group">The account's own group.</param>
internal sealed record PostgresAccount(string? Name, string? Group)
{
    public bool IsOurs => Name is null;

    /// <summary>Whoever owns the cluster; for a new one <c>postgres</c>, or <c>nobody</c> where there is no such account.</summary>
    /// <param name="cluster">The cluster's directory; it need not exist.</param>
    public static async Task<PostgresAccount> For(string cluster, CancellationToken cancellation)
    {
        var owner = Directory.Exists(cluster) ? (await ChildProgram.Run("stat", ["--dereference", "--format=%U", cluster], cancellation)).Trim() : null;
        if (!Environment.IsPrivilegedProcess)
        {
            if (owner is null || owner == Environment.UserName) return new(null, null);
            throw new PostgresUnavailable($"The cluster in {cluster} belongs to the user '{owner}'. Start Aura as that user or as root, or choose another data directory (AURA_DATA).");
        }
        foreach (var name in owner is null ? ["postgres", "nobody"] : new[] { owner })
        {
            try
            {
                return new(name, (await ChildProgram.Run("id", ["--group", "--name", name], cancellation)).Trim());
            }
            catch (PostgresUnavailable)
            {
                // No such account: try the next.
            }
        }
        throw new PostgresUnavailable("PostgreSQL does not run as root, and there is no user 'postgres' or 'nobody' to run it: add one (useradd --system postgres).");
    }

    /// <summary>Runs a program as this account and returns what it printed.</summary>
    /// <exception cref="PostgresUnavailable">It ended with an error; the message holds what it said.</exception>
    public Task<string> Run(string program, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        if (Name is null || Group is null) return ChildProgram.Run(program, arguments, cancellation);
        if (ChildProgram.Exists("setpriv"))
            return ChildProgram.Run("setpriv", [$"--reuid={Name}", $"--regid={Group}", "--init-groups", "--", program, .. arguments], cancellation);
        if (ChildProgram.Exists("runuser"))
            return ChildProgram.Run("runuser", ["-u", Name, "--", program, .. arguments], cancellation);
        return ChildProgram.Run("su", ["-s", "/bin/sh", "-c", "exec \"$0\" \"$@\"", Name, "--", program, .. arguments], cancellation);
    }

    /// <summary>Makes a directory that only this account may enter; one that exists becomes such.</summary>
    public Task MakeDirectory(string directory, CancellationToken cancellation) =>
        ChildProgram.Run("install", Name is null
            ? ["--directory", "--mode=0700", directory]
            : ["--directory", "--mode=0700", $"--owner={Name}", $"--group={Group}", directory], cancellation);

    public async Task<bool> CanEnter(string directory, CancellationToken cancellation)
    {
        try
        {
            await Run("test", ["-x", directory], cancellation);
            return true;
        }
        catch (PostgresUnavailable)
        {
            return false;
        }
    }
}
