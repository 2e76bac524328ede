using Aura.Accounts;
using Aura.Persistence;
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
}
