using Npgsql;

namespace Aura.Tests.Server;

public sealed class TestClusterTests
{
    [Fact]
    public async Task A_new_database_is_empty_and_a_copy_has_what_its_template_has()
    {
        var template = new NpgsqlConnectionStringBuilder(await TestCluster.CreateDatabase()) { Pooling = false };
        await Run(template.ConnectionString, "CREATE TABLE kept AS SELECT 42 AS answer");

        var copy = await TestCluster.CreateDatabase(template.Database ?? "");
        var empty = await TestCluster.CreateDatabase();

        Assert.Equal(42, await Run(copy, "SELECT answer FROM kept"));
        Assert.Equal(0L, await Run(empty, "SELECT count(*) FROM pg_class WHERE relname = 'kept'"));
    }

    private static async Task<object?> Run(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
