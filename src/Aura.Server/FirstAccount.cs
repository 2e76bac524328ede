using System.Text.Json;
using Aura.Accounts;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Aura.Server;

/// <summary>The account of a new server: unlimited, with a live store and its sandbox. Its keys are kept in keys.json.</summary>
public static class FirstAccount
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>Creates the account if the database has none; two servers that start together create one.</summary>
    /// <returns>The keys, where they are known: just made, or in keys.json; and whether the account was just made.</returns>
    public static async Task<(FirstKeys? Keys, bool IsNew)> Ensure(IServiceProvider services, ServerOptions options, CancellationToken cancellation)
    {
        var file = Path.Combine(options.Data, "keys.json");
        await using (var known = services.GetRequiredService<NpgsqlDataSource>().CreateCommand("SELECT EXISTS (SELECT FROM accounts)"))
            if (await known.ExecuteScalarAsync(cancellation) is true)
                return (await Read(file, cancellation), false);
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AuraDb>();
        await using var transaction = await db.Start(cancellation);
        await db.Database.ExecuteSqlAsync($"LOCK TABLE accounts IN SHARE ROW EXCLUSIVE MODE", cancellation);
        if (await db.Accounts.AnyAsync(cancellation))
            return (await Read(file, cancellation), false);

        var opened = db.OpenAccount("First account", Plan.Enterprise, "store.aura.local", Currency.Usd, options.LiveKey, options.TestKey);
        await db.SaveChangesAsync(cancellation);
        var keys = new FirstKeys(opened.LiveKey, opened.TestKey);
        await Write(file, keys, cancellation);
        await transaction.CommitAsync(cancellation);
        return (keys, true);
    }

    private static async Task<FirstKeys?> Read(string file, CancellationToken cancellation) =>
        File.Exists(file) ? JsonSerializer.Deserialize<FirstKeys>(await File.ReadAllTextAsync(file, cancellation), Json) : null;

    /// <summary>Before the commit: keys that exist are always keys that somebody can read.</summary>
    private static async Task Write(string file, FirstKeys keys, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!); // a file in a directory
        await using var stream = new FileStream(file, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        await JsonSerializer.SerializeAsync(stream, keys, Json, cancellation);
    }
}

public sealed record FirstKeys(string LiveKey, string TestKey);
