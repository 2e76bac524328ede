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

    private static async Task<long> Ask(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), null);
    }
}
