using System.Globalization;
using System.Text.RegularExpressions;

namespace Aura.Server;

/// <summary>The machine's PostgreSQL programs of one major version.</summary>
internal sealed partial record PostgresBinaries(string Directory, int Major)
{
    private const int Oldest = 15;

    public string this[string program] => Path.Combine(Directory, program);

    /// <summary>
    /// Looks in AURA_POSTGRES_BIN when that is set, otherwise in PATH and then in Debian's folders, newest first. An
    /// existing cluster takes the version that made it: PostgreSQL cannot open another's files.
    /// </summary>
    /// <param name="cluster">The cluster's directory; it need not exist.</param>
    public static async Task<PostgresBinaries> Find(string cluster, CancellationToken cancellation)
    {
        var found = new List<PostgresBinaries>();
        foreach (var directory in Candidates().Where(HasServer).Distinct())
            if (await MajorOf(directory, cancellation) is >= Oldest and var major) found.Add(new(directory, major));

        var made = Path.Combine(cluster, "PG_VERSION") is var version && File.Exists(version)
            ? int.Parse(await File.ReadAllTextAsync(version, cancellation), CultureInfo.InvariantCulture)
            : (int?)null;
        if (found.Find(binaries => binaries.Major == (made ?? binaries.Major)) is { } match) return match;
        throw new PostgresUnavailable((found, made) switch
        {
            ([], null) => $"Aura needs PostgreSQL {Oldest} or newer and finds none: install it (apt-get install postgresql), name the folder of its programs in AURA_POSTGRES_BIN, or give a connection string in AURA_DATABASE.",
            ([], _) => $"The cluster in {cluster} needs PostgreSQL {made}, and there is none: install it (apt-get install postgresql-{made}) or name the folder of its programs in AURA_POSTGRES_BIN.",
            _ => $"The cluster in {cluster} was made by PostgreSQL {made}, but only {string.Join(", ", found.Select(binaries => binaries.Major).Distinct())} is here: install postgresql-{made}, or convert the cluster with pg_upgrade.",
        });
    }

    private static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable("AURA_POSTGRES_BIN") is { Length: > 0 } chosen) return [chosen];
        var packaged = System.IO.Directory.Exists("/usr/lib/postgresql")
            ? System.IO.Directory.GetDirectories("/usr/lib/postgresql").Select(directory => Path.Combine(directory, "bin"))
            : [];
        return ChildProgram.SearchPath().Concat(packaged.OrderByDescending(directory => directory, StringComparer.Ordinal));
    }

    private static bool HasServer(string directory) => Array.TrueForAll(["initdb", "pg_ctl", "postgres"], program => File.Exists(Path.Combine(directory, program)));

    private static async Task<int> MajorOf(string directory, CancellationToken cancellation)
    {
        var answer = await ChildProgram.Run(Path.Combine(directory, "postgres"), ["--version"], cancellation);
        return int.Parse(Number().Match(answer).Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Number();
}
