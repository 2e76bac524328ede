using Aura.Persistence;
using Aura.Tests.Http.Generated;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Aura.Tests.Growth;

/// <summary>
/// A store with a great many rows of everything that trade brings: a <see cref="FullStore"/> whose rows are copied by the database itself. A column is
/// filled by its kind, so that a new one needs nothing here: ids count up, words and texts have one value that nearly all rows have and rare ones, times
/// go on. Half of the rows belong to one parent (a webhook with most deliveries, a customer with most payments), the others to three rows each.
/// </summary>
internal sealed class TallStore
{
    /// <summary>Ids of copied rows begin here, in all tables: row n of one table may refer to row n of any other.</summary>
    public const long First = 1_000_000_000;

    /// <summary>One row in so many is rare.</summary>
    public const int Rarity = 5_000;

    /// <summary>What columns hold where their kind does not say it. <c>n</c> is the number of the row, <c>t</c> the row that is copied.</summary>
    private static readonly Dictionary<string, string> Columns = new()
    {
        // A product has a few parts, an order a few lines.
        ["variants.product_id"] = "first + n / 3",
        ["variants.removed_at"] = "NULL",
        ["reservations.variant_id"] = "first + n / 3",
        ["wallet_entries.customer_id"] = "first + n / 3",
        ["credit_notes.number"] = "CASE WHEN rare THEN 'rare' ELSE 'C' || md5(n::text) END",
        ["product_images.product_id"] = "first + n / 3",
        ["product_categories.product_id"] = "first + n",
        ["product_categories.category_id"] = "t.category_id",
        ["order_lines.order_id"] = "first + n / 3",
        ["fulfillments.order_id"] = "first + n / 3",
        ["returns.order_id"] = "first + n / 3",
        ["payment_intents.order_id"] = "first + n",
        ["payment_intents.attempts"] = "1",
        ["payment_intents.gateway"] = "t.gateway",
        ["webhook_deliveries.webhook_id"] = "t.webhook_id",
        ["payment_methods.last4"] = "t.last4",
        ["referrals.program_id"] = "t.program_id",
        ["wallet_entries.wallet_id"] = "t.wallet_id",
        ["stock_levels.variant_id"] = "first + n",
        ["stock_movements.order_id"] = "first + n",
        ["products.price"] = "n % 100000",
        ["products.name"] = "CASE WHEN rare THEN 'Rarissimum ' ELSE 'Lamp ' END || md5(n::text)",
        ["products.tags"] = "ARRAY[CASE WHEN rare THEN 'rare' ELSE 'common' END]",
        ["products.metadata"] = "jsonb_build_object('kind', CASE WHEN rare THEN 'rare' ELSE 'common' END)",
        ["customers.tags"] = "ARRAY[CASE WHEN rare THEN 'rare' ELSE 'common' END]",
        ["customers.metadata"] = "jsonb_build_object('kind', CASE WHEN rare THEN 'rare' ELSE 'common' END)",
        ["customers.email_key"] = "CASE WHEN rare THEN 'rarissimum' ELSE 'common' END || md5(n::text) || '@b.co'",
        ["customers.birthday"] = "NULL",
        ["orders.tags"] = "ARRAY[CASE WHEN rare THEN 'rare' ELSE 'common' END]",
        ["orders.metadata"] = "jsonb_build_object('kind', CASE WHEN rare THEN 'rare' ELSE 'common' END)",
        ["orders.subtotal"] = "n % 100000 + t.discount_total - t.shipping_total + t.shipping_discount - t.tax_total + t.tax_included",
        ["orders.total"] = "n % 100000",
        ["payment_intents.metadata"] = "jsonb_build_object('kind', CASE WHEN rare THEN 'rare' ELSE 'common' END)",
        ["coupons.metadata"] = "jsonb_build_object('kind', CASE WHEN rare THEN 'rare' ELSE 'common' END)",
        ["coupons.promotion_id"] = "t.promotion_id",
        ["coupons.deleted_at"] = "NULL",
        ["coupons.expires_at"] = "timestamptz '2030-01-01' + n * interval '1 minute'",
        ["coupons.duration"] = "t.duration",
        ["audit_logs.action"] = "CASE WHEN rare THEN 'refund.deleted' ELSE 'product.updated' END",
        ["stock_levels.on_hand"] = "CASE WHEN rare THEN 0 ELSE 1000 END",
        ["stock_levels.warehouse_id"] = "t.warehouse_id",
        ["stock_movements.warehouse_id"] = "t.warehouse_id",
        ["stock_movements.kind"] = "CASE WHEN rare THEN 'shipped' ELSE 'received' END",
        ["reservations.warehouse_id"] = "t.warehouse_id",
        ["reservations.released_at"] = "NULL",
        ["reservations.expires_at"] = "'2099-01-01'",
        ["webhook_deliveries.next_retry_at"] = "NULL",
        ["import_rows.import_id"] = "CASE WHEN n % 2 = 0 THEN t.import_id ELSE first + n / 3 END",
        ["import_rows.number"] = "n + 10",
        ["import_rows.outcome"] = "CASE WHEN rare THEN 'skipped' ELSE 'created' END",
        ["comments.entity_type"] = "CASE WHEN n % 2 = 0 THEN t.entity_type WHEN rare THEN 'rare' ELSE 'common' END",
        ["comments.entity_id"] = "CASE WHEN n % 2 = 0 THEN t.entity_id WHEN rare THEN 'rare' ELSE 'launch_' || n / 3 END",
        ["automation_firings.automation_id"] = "t.automation_id",
        ["credit_notes.lines"] = "t.lines",
        ["shoppers.country"] = "t.country",
    };

    private readonly FullStore full;

    private TallStore(FullStore full, int rows) => (this.full, Rows) = (full, rows);

    public Store Store => full.Store;

    /// <summary>Copies of each row that was multiplied.</summary>
    public int Rows { get; }

    public Task<Dictionary<string, string>> Ids() => full.Ids();

    /// <param name="tables">Those that are filled.</param>
    /// <param name="rows">Of each.</param>
    public static async Task<TallStore> Open(TestServer server, IReadOnlyList<string> tables, int rows)
    {
        var tall = new TallStore(await FullStore.Open(server), rows);
        await using var connection = await server.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync();
        await using var db = await server.Services.GetRequiredService<IDbContextFactory<AuraDb>>().CreateDbContextAsync();
        var model = db.GetService<IDesignTimeModel>().Model.GetEntityTypes().Where(entity => entity.GetTableName() is not null).ToDictionary(entity => entity.GetTableName()!);
        var unique = (await server.Rows("""
            SELECT DISTINCT c.relname || '.' || a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
            WHERE i.indisunique
            """)).ToHashSet();
        var wrong = new List<string>();
        foreach (var table in tables)
            try
            {
                await tall.Multiply(connection, model[table], unique);
                await Execute(connection, $"VACUUM ANALYZE {table}"); // while its pages are still at hand
            }
            catch (PostgresException refusal)
            {
                wrong.Add($"{table}: {refusal.Message}");
                await Execute(connection, "ROLLBACK");
            }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        await Execute(connection, "VACUUM ANALYZE");
        return tall;
    }

    /// <summary>Without indexes, which are built afterwards: sorting once is several times as fast as keeping them sorted.</summary>
    private async Task Multiply(NpgsqlConnection connection, IEntityType entity, HashSet<string> unique)
    {
        var table = entity.GetTableName()!; // only tables come here
        var columns = entity.GetProperties().ToDictionary(property => property.GetColumnName(), property => Value(table, property, unique.Contains($"{table}.{property.GetColumnName()}")));
        await Execute(connection, $"""
            BEGIN;
            SET LOCAL session_replication_role = replica;
            SET LOCAL maintenance_work_mem = '512MB';
            CREATE TEMP TABLE rebuilt AS SELECT indexdef, indexname FROM pg_indexes i
              WHERE schemaname = 'public' AND tablename = '{table}' AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = format('%I', i.indexname)::regclass);
            DO $$ DECLARE one text; BEGIN FOR one IN SELECT indexname FROM rebuilt LOOP EXECUTE format('DROP INDEX %I', one); END LOOP; END $$;
            INSERT INTO {table} ({string.Join(", ", columns.Keys)})
            SELECT {string.Join(", ", columns.Values)}
            FROM (SELECT * FROM {table} WHERE tenant_id = {Store.Account.Sandbox.Id} ORDER BY id DESC LIMIT 1) t,
              LATERAL (SELECT n, n % {Rarity} = 1 AS rare, {First}::bigint AS first FROM generate_series(0, {Rows - 1}) n) AS copy;
            DO $$ DECLARE one text; BEGIN FOR one IN SELECT indexdef FROM rebuilt LOOP EXECUTE one; END LOOP; END $$;
            DROP TABLE rebuilt;
            COMMIT
            """);
    }

    private static string Value(string table, IProperty property, bool unique)
    {
        var column = property.GetColumnName();
        var type = Nullable.GetUnderlyingType(property.ClrType) ?? property.ClrType;
        if (Columns.TryGetValue($"{table}.{column}", out var said))
            return said;
        if (column == "tenant_id")
            return "t.tenant_id";
        if (column == "id")
            return "first + n";
        if (type == typeof(long) && (unique || column.EndsWith("_id", StringComparison.Ordinal)))
            return unique ? "first + n" : $"CASE WHEN n % 2 = 0 THEN t.{column} ELSE first + n / 3 END";
        if (type.IsEnum)
            return Word(property, $"t.{column}");
        if (type == typeof(string) && unique)
            return $"coalesce(t.{column}, '') || upper(md5(n::text))"; // in no order
        if (type == typeof(string) && property.IsNullable)
            return "CASE WHEN rare THEN 'rare' ELSE 'common' END";
        if (type == typeof(DateTime))
            return property.IsNullable ? $"t.{column} + n * interval '1 minute'" : "timestamptz '2020-01-01' + n * interval '1 minute'";
        return $"t.{column}";
    }

    /// <summary>As it is in nearly all rows, and another word in rare ones.</summary>
    private static string Word(IProperty property, string usual)
    {
        var convert = property.GetTypeMapping().Converter!.ConvertToProvider; // words are text
        var words = Enum.GetValues(Nullable.GetUnderlyingType(property.ClrType) ?? property.ClrType).Cast<object>().Select(value => $"'{convert(value)}'").ToList();
        return $"CASE WHEN rare AND {usual} <> {words[^1]} THEN {words[^1]} WHEN rare THEN {words[0]} ELSE {usual} END";
    }

    private static async Task Execute(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
        await command.ExecuteNonQueryAsync();
    }
}
