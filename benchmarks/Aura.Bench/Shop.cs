using Aura.Accounts;
using Aura.Persistence;
using Aura.Server;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Aura.Bench;

/// <summary>A database with a filled shop. What is loaded once is kept as a template, so that every run starts from the same rows.</summary>
/// <param name="Connection">To the copy that this run works on.</param>
/// <param name="Store">The sandbox, where cards can be charged: all data is there.</param>
internal sealed record Shop(string Connection, DataSize Size, Loaded Loaded, long Store)
{
    public const string LiveKey = "live_key_of_the_benchmark";
    public const string TestKey = "test_key_of_the_benchmark";

    /// <summary>The sandboxes of two other accounts, which have so many promotions.</summary>
    public const string KeyOfTen = "test_key_of_ten_promotions";

    /// <inheritdoc cref="KeyOfTen"/>
    public const string KeyOfTenThousand = "test_key_of_ten_thousand_promotions";

    private const string Ten = "Ten promotions";
    private const string TenThousand = "Ten thousand promotions";

    public NpgsqlDataSource Source { get; } = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(Connection) { CommandTimeout = 3600 });

    public static async Task<Shop> Open(EmbeddedPostgres postgres, DataSize size, CancellationToken cancellation)
    {
        await using var administration = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(postgres.ConnectionString("postgres")) { Pooling = false, CommandTimeout = 3600 });
        await administration.Run("DO $$ BEGIN CREATE ROLE floor LOGIN SUPERUSER; EXCEPTION WHEN duplicate_object THEN END $$", cancellation);
        var template = $"{size.Name}_v{ShopLoader.Version}";
        if (!await administration.Ask<bool>($"SELECT EXISTS (SELECT FROM pg_database WHERE datname = '{template}')", cancellation))
            await Load(postgres, administration, size, template, cancellation);

        var copy = $"run_{size.Name}";
        await administration.Run($"DROP DATABASE IF EXISTS {copy} WITH (FORCE)", cancellation);
        await administration.Run($"CREATE DATABASE {copy} TEMPLATE {template} STRATEGY FILE_COPY", cancellation);
        var connection = postgres.ConnectionString(copy);
        await using var source = NpgsqlDataSource.Create(connection);
        var store = await source.Ask<long>("SELECT id FROM stores WHERE is_test ORDER BY id LIMIT 1", cancellation);
        return new(connection, size, await Loaded.Read(source, store, cancellation), store);
    }

    /// <summary>Under another name first: a load that broke off is never taken for a shop.</summary>
    private static async Task Load(EmbeddedPostgres postgres, NpgsqlDataSource administration, DataSize size, string template, CancellationToken cancellation)
    {
        await administration.Run("DROP DATABASE IF EXISTS loading WITH (FORCE)", cancellation);
        var connection = new NpgsqlConnectionStringBuilder(await postgres.EnsureDatabase("loading", cancellation)) { Pooling = false }.ConnectionString;
        await using (var source = AuraServices.DataSource(connection))
            await Migrator.Migrate(source, cancellation);
        await OpenAccounts(connection, cancellation);
        await using (var loader = await ShopLoader.Open(connection, "First account", cancellation))
            await loader.Load(size, cancellation);
        await using (var loader = await ShopLoader.Open(connection, Ten, cancellation))
            await loader.LoadPromotions(10, cancellation);
        await using (var loader = await ShopLoader.Open(connection, TenThousand, cancellation))
        {
            await loader.LoadPromotions(10_000, cancellation);
            await loader.Finish(cancellation);
        }

        await administration.Run($"ALTER DATABASE loading RENAME TO {template}", cancellation);
    }

    private static async Task OpenAccounts(string connection, CancellationToken cancellation)
    {
        var options = new ServerOptions { Data = Path.Combine(Path.GetTempPath(), $"aura-bench-{Environment.ProcessId}"), LiveKey = LiveKey, TestKey = TestKey };
        await using var app = AuraServer.Build(options, connection);
        await FirstAccount.Ensure(app.Services, options, cancellation);
        await using var scope = app.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AuraDb>();
        db.OpenAccount(Ten, Plan.Enterprise, "ten.example.com", Currency.Usd, null, KeyOfTen);
        db.OpenAccount(TenThousand, Plan.Enterprise, "ten-thousand.example.com", Currency.Usd, null, KeyOfTenThousand);
        await db.SaveChangesAsync(cancellation);
        Directory.Delete(options.Data, recursive: true);
    }
}

/// <summary>Where the ids of what was loaded begin; those of a kind follow each other without a gap.</summary>
internal sealed record Loaded(long FirstProduct, long FirstVariant, long FirstCustomer)
{
    public static async Task<Loaded> Read(NpgsqlDataSource source, long store, CancellationToken cancellation)
    {
        Task<long> First(string table) => source.Ask<long>($"SELECT min(id) FROM {table} WHERE tenant_id = {store}", cancellation);
        return new(await First("products"), await First("variants"), await First("customers"));
    }
}

internal static class Sql
{
    public static async Task Run(this NpgsqlDataSource source, string sql, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public static async Task<T> Ask<T>(this NpgsqlDataSource source, string sql, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(cancellation))!; // questions that have an answer
    }
}
