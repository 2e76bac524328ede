using System.Diagnostics;
using Npgsql;

namespace Aura.Bench;

/// <summary>Fills the sandbox of an account: whole tables in one statement each, the same rows for the same sizes.</summary>
/// <remarks>Foreign keys and triggers rest meanwhile; <c>./bench --check</c> shows that all numbers add up afterwards.</remarks>
internal sealed partial class ShopLoader(NpgsqlConnection connection, long store) : IAsyncDisposable
{
    /// <summary>Raised with every change of what is loaded: what was kept of before is not used any more.</summary>
    public const int Version = 3;

    public static async Task<ShopLoader> Open(string database, string account, CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false, CommandTimeout = 3600 }.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var find = new NpgsqlCommand("""
            SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = '512MB'; SET work_mem = '256MB';
            SELECT s.id FROM stores s JOIN accounts a ON a.id = s.account_id WHERE s.is_test AND a.name = @account
            """, connection);
        find.Parameters.AddWithValue("account", account);
        return new(connection, (long)(await find.ExecuteScalarAsync(cancellation))!); // whoever loads has opened it
    }

    /// <summary>A shop with history, in which one automatic promotion runs.</summary>
    public async Task Load(DataSize size, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        await Run(Words, cancellation);
        var variants = await LoadProducts(size.Products, cancellation);
        var customers = await LoadCustomers(size.Customers, cancellation);
        await LoadMarkets(cancellation);
        await LoadOrders(size, variants, customers, cancellation);
        await LoadStock(size.Products * Variants, variants, cancellation);
        await LoadCoupons(size.Coupons, cancellation);
        Console.Error.WriteLine($"{size.Products} products, {size.Orders} orders and {size.Coupons} coupons loaded in {(int)clock.Elapsed.TotalSeconds} s");
    }

    /// <summary>A small shop with so many promotions, of which ten give something for everything.</summary>
    public async Task LoadPromotions(int count, CancellationToken cancellation)
    {
        await LoadStock(20 * Variants, await LoadProducts(20, cancellation), cancellation);
        await Tell(PromotionRows, cancellation, ("store", store), ("first", await Ids(count, cancellation)), ("count", count));
    }

    /// <summary>Once everything is there.</summary>
    public async Task Finish(CancellationToken cancellation)
    {
        await Run("DROP FUNCTION bench_pick; CREATE EXTENSION IF NOT EXISTS pg_stat_statements", cancellation);
        await Run("VACUUM (FREEZE, ANALYZE)", cancellation);
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private Task Run(string sql, CancellationToken cancellation, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        return Run(command, cancellation);
    }

    /// <summary>With triggers: servers keep in memory what these rows say, and are told of it.</summary>
    private async Task Tell(string sql, CancellationToken cancellation, params (string Name, object Value)[] parameters)
    {
        await Run("SET session_replication_role = origin", cancellation);
        await Run(sql, cancellation, parameters);
        await Run("SET session_replication_role = replica", cancellation);
    }

    private static async Task Run(NpgsqlCommand command, CancellationToken cancellation)
    {
        await using (command)
            await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>So many ids in a row, from the sequence of all ids.</summary>
    private async Task<long> Ids(long count, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT setval('ids', nextval('ids') + 100 * (@count / 100)) - 100 * (@count / 100)", connection);
        command.Parameters.AddWithValue("count", count);
        return (long)(await command.ExecuteScalarAsync(cancellation))!; // a function of the database
    }

    /// <summary>One of some words for a number: any, and the same for ever. The salt tells two questions about one number apart.</summary>
    private const string Words = """
        CREATE FUNCTION bench_pick(words text[], number bigint, salt integer) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN words[1 + (hashint8extended(number, salt) & 1073741823) % cardinality(words)]
        """;
}
