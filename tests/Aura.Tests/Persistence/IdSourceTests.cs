using Aura.Accounts;
using Aura.Persistence;
using Aura.Tests.Fire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Aura.Tests.Persistence;

public sealed class IdSourceTests
{
    [Fact]
    public async Task New_rows_get_ids_of_their_own_while_others_hold_every_connection()
    {
        var database = new NpgsqlConnectionStringBuilder(await TestCluster.CreateDatabase()) { MaxPoolSize = 2, Timeout = 5 }.ConnectionString;
        await using (var source = AuraServices.DataSource(database))
            await Migrator.Migrate(source, default);
        var services = new ServiceCollection();
        services.AddLogging().AddSingleton(TimeProvider.System);
        services.AddAura(database);
        await using var store = services.BuildServiceProvider();
        await using var one = await store.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync();
        await using var other = await store.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync();
        await using var db = await store.GetRequiredService<IDbContextFactory<AuraDb>>().CreateDbContextAsync();

        var ids = Enumerable.Range(0, 2_500).Select(_ => db.Add(Account.Create("Somebody", Plan.Free, db.Now)).Entity.Id).ToList();

        Assert.Equal(ids.Count, ids.Where(id => id > 0).Distinct().Count());
    }

    [Fact]
    public async Task Ids_are_fetched_before_they_run_out()
    {
        var database = await TestCluster.CreateDatabase();
        await using var source = AuraServices.DataSource(database);
        await Migrator.Migrate(source, default);
        await using var ids = new IdSource(database);
        await ids.FetchAhead();
        var before = await Drawn();

        var taken = Enumerable.Range(0, 6_000).Select(_ => ids.Next()).ToHashSet(); // more than half

        await Await.Until(async () => await Drawn() > before);
        Assert.Equal(6_000, taken.Count);

        async Task<long> Drawn()
        {
            await using var drawn = source.CreateCommand("SELECT last_value FROM ids");
            return (long)(await drawn.ExecuteScalarAsync())!; // a sequence has one row
        }
    }
}
