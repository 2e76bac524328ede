using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.DependencyInjection;

namespace Aura.Tests.Persistence;

/// <summary>The SQL files are the schema; the EF model must say the same.</summary>
public sealed class SchemaTests
{
    [Fact]
    public async Task Every_column_of_the_model_is_in_the_database_with_its_type_and_the_other_way_round()
    {
        await using var catalog = await Catalog.Open();
        var actual = await catalog.Rows("""
            SELECT c.table_name || '.' || c.column_name || ' ' || format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
            FROM information_schema.columns c JOIN pg_attribute a ON a.attrelid = c.table_name::regclass AND a.attname = c.column_name
            WHERE c.table_schema = 'public' AND c.table_name = ANY ($1)
            """, [catalog.Tables]);

        var expected = catalog.Entities.SelectMany(entity => entity.GetProperties().Select(property =>
            $"{entity.GetTableName()}.{property.GetColumnName()} {property.GetColumnType()}{(property.IsNullable ? "" : " not null")}"));

        Assert.Equal(expected.Order(), actual.Order());
    }

    [Fact]
    public async Task Keys_and_unique_indexes_are_the_same_on_both_sides()
    {
        await using var catalog = await Catalog.Open();
        var actual = (await catalog.Rows("""
            SELECT i.indrelid::regclass || '(' || string_agg(a.attname, ',' ORDER BY k.ordinality) || ')'
            FROM pg_index i, unnest(i.indkey) WITH ORDINALITY AS k (attnum, ordinality) JOIN pg_attribute a ON true
            WHERE i.indisunique AND a.attrelid = i.indrelid AND a.attnum = k.attnum AND i.indrelid::regclass::text = ANY ($1)
            GROUP BY i.indexrelid, i.indrelid
            """, [catalog.Tables])).ToHashSet();

        var expected = catalog.Entities.SelectMany(entity => entity.GetKeys().Where(key => key.IsPrimaryKey()).Select(key => key.Properties)
            .Concat(entity.GetIndexes().Where(index => index.IsUnique).Select(index => index.Properties))
            .Select(columns => $"{entity.GetTableName()}({string.Join(',', columns.Select(column => column.GetColumnName()))})"));

        Assert.Empty(expected.Except(actual));
    }

    [Fact]
    public async Task The_tenant_leads_every_key_and_every_unique_index_of_a_store()
    {
        await using var catalog = await Catalog.Open();

        var wrong = await catalog.Rows("""
            SELECT i.indexrelid::regclass::text
            FROM pg_index i JOIN pg_attribute t ON t.attrelid = i.indrelid AND t.attname = 'tenant_id'
            JOIN pg_class c ON c.oid = i.indrelid AND c.relnamespace = 'public'::regnamespace
            WHERE i.indisunique AND i.indkey[0] <> t.attnum
            """);

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task A_foreign_key_between_rows_of_stores_carries_the_tenant()
    {
        await using var catalog = await Catalog.Open();

        var wrong = await catalog.Rows("""
            SELECT f.conname::text FROM pg_constraint f
            JOIN pg_attribute own ON own.attrelid = f.conrelid AND own.attname = 'tenant_id'
            JOIN pg_attribute other ON other.attrelid = f.confrelid AND other.attname = 'tenant_id'
            WHERE f.contype = 'f' AND NOT (own.attnum = ANY (f.conkey) AND other.attnum = ANY (f.confkey))
            """);

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task Migrating_twice_changes_nothing_and_a_changed_file_is_refused()
    {
        await using var source = AuraServices.DataSource(await TestCluster.CreateDatabase());
        Assert.NotEqual(0, await Migrator.Migrate(source, default));
        Assert.Equal(0, await Migrator.Migrate(source, default));

        await using (var edit = source.CreateCommand("UPDATE schema_migrations SET checksum = 'other' WHERE name LIKE '0001%'"))
            await edit.ExecuteNonQueryAsync();

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => Migrator.Migrate(source, default));
        Assert.Contains("0001_foundation.sql", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Servers_that_start_together_migrate_once()
    {
        await using var source = AuraServices.DataSource(await TestCluster.CreateDatabase());

        var counts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Migrator.Migrate(source, default)));

        Assert.Single(counts, count => count > 0);
    }

    private sealed class Catalog : IAsyncDisposable
    {
        private readonly AuraDb db;
        private readonly TestServer server;

        private Catalog(AuraDb db, TestServer server) => (this.db, this.server) = (db, server);

        public List<IEntityType> Entities => [.. db.GetService<IDesignTimeModel>().Model.GetEntityTypes().Where(entity => entity.GetTableName() is not null)];
        public string[] Tables => [.. Entities.Select(entity => entity.GetTableName()!)];

        public static async Task<Catalog> Open()
        {
            var server = await TestServer.Shared;
            return new(await server.Services.GetRequiredService<IDbContextFactory<AuraDb>>().CreateDbContextAsync(), server);
        }

        public Task<List<string>> Rows(string sql, params IReadOnlyList<object> values) => server.Rows(sql, values);

        public ValueTask DisposeAsync() => db.DisposeAsync();
    }
}
