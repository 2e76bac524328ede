using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Aura.Tests.Persistence;

public sealed class DataSourceTests
{
    [Theory]
    [InlineData("", 40, 15)]
    [InlineData(";Maximum Pool Size=7;Timeout=3;Command Timeout=9", 7, 9)]
    public async Task The_connection_string_may_say_how_many_connections_there_are(string said, int connections, int seconds)
    {
        await using var source = AuraServices.DataSource($"Host=nowhere{said}");

        var settings = new NpgsqlConnectionStringBuilder(source.ConnectionString);
        Assert.Equal((connections, seconds), (settings.MaxPoolSize, settings.CommandTimeout));
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData(";Max Auto Prepare=0", 0)]
    public async Task A_statement_is_prepared_when_it_comes_again_unless_a_pooler_forbids_it(string said, long prepared)
    {
        await using var source = AuraServices.DataSource(await TestCluster.CreateDatabase() + said);
        await using var connection = await source.OpenConnectionAsync();

        for (var time = 0; time < 3; time++)
            await Ask(connection, "SELECT 41 + 1");

        Assert.Equal(prepared, await Ask(connection, "SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT 41 + 1'"));
    }

    [Fact]
    public async Task A_statement_that_was_to_be_prepared_when_its_connection_broke_leaves_nothing_to_those_that_come_after_it()
    {
        await using var source = AuraServices.DataSource(await TestCluster.CreateDatabase());
        await using var context = new DbContext(AuraServices.Configure(new DbContextOptionsBuilder(), source).Options);
        await context.Database.OpenConnectionAsync();
        await Ask(context, "SELECT 1");
        await Break(source, await Ask(context, "SELECT pg_backend_pid()"));
        await Assert.ThrowsAnyAsync<Exception>(() => Ask(context, "SELECT 1"));
        await context.Database.CloseConnectionAsync();

        await context.Database.OpenConnectionAsync();
        for (var time = 0; time < 3; time++)
            foreach (var number in (int[])[2, 3])
                Assert.Equal(number, await Ask(context, $"SELECT {number}"));
    }

    private static async Task<int> Ask(DbContext context, string sql) => (await context.Database.SqlQueryRaw<int>(sql).ToListAsync()).Single();

    private static async Task Break(NpgsqlDataSource source, int backend)
    {
        await using var connection = await source.OpenConnectionAsync();
        await Ask(connection, $"SELECT pg_terminate_backend({backend})::int");
        while (await Ask(connection, $"SELECT count(*) FROM pg_stat_activity WHERE pid = {backend}") > 0)
        {
        }
    }

    private static async Task<long> Ask(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), null);
    }
}
