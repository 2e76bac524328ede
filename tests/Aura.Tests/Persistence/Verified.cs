using Aura.Persistence.Verification;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Aura.Tests;

internal static class Verified
{
    /// <summary>What is kept in the store is what it adds up to.</summary>
    /// <param name="checks">Null: all there are.</param>
    public static async Task Verify(this Store store, IReadOnlyList<Check>? checks = null, bool live = false)
    {
        foreach (var check in checks ?? Verification.Everything)
            Assert.Empty((await store.Run(check, live)).Differences);
    }

    /// <summary>Of all stores of a database.</summary>
    public static async Task All(string database)
    {
        await using var source = AuraServices.DataSource(database);
        foreach (var check in Verification.Everything)
            Assert.Empty((await source.Run(check, null, default)).Differences);
    }

    public static Task<CheckResult> Run(this Store store, Check check, bool live = false) =>
        store.Server.Services.GetRequiredService<NpgsqlDataSource>().Run(check, (live ? store.Account.Live : store.Account.Sandbox).Id, default);
}
