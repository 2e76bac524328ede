using Aura.Orders.History;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Aura.Tests.Orders.History;

/// <summary>Lamps stand in rooms, and may belong to a set. The tables are gone with their transaction.</summary>
public sealed class ReferencesBySetTests
{
    private const string Tables = """
        CREATE TEMP TABLE rooms (tenant_id bigint, id bigint, PRIMARY KEY (tenant_id, id)) ON COMMIT DROP;
        CREATE TEMP TABLE lamps (tenant_id bigint, id bigint, room_id bigint, set_id bigint, PRIMARY KEY (tenant_id, id),
          CONSTRAINT lamps_room FOREIGN KEY (tenant_id, room_id) REFERENCES rooms (tenant_id, id),
          CONSTRAINT lamps_set FOREIGN KEY (tenant_id, set_id) REFERENCES lamps (tenant_id, id)) ON COMMIT DROP;
        INSERT INTO rooms SELECT tenant, room FROM generate_series(1, 2) tenant, generate_series(1, 3) room WHERE (tenant, room) <> (1, 3)
        """;

    [Theory]
    [InlineData(true, 3, null, "lamps_room")] // of another store
    [InlineData(true, 4, null, "lamps_room")]
    [InlineData(true, 1, 9L, "lamps_set")]
    [InlineData(false, 4, null, "lamps_room")]
    [InlineData(false, 1, 9L, "lamps_set")]
    public async Task A_row_that_refers_to_nothing_is_refused(bool may, long room, long? set, string key)
    {
        await using var lamps = await Lamps.Begin(may);

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => lamps.Copy((10, 1, null), (11, room, set), (12, 2, 10)));

        Assert.Equal((PostgresErrorCodes.ForeignKeyViolation, key), (refusal.SqlState, refusal.ConstraintName));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task Keys_of_single_rows_rest_where_the_account_may_let_them_and_until_the_rows_are_there(bool may, bool rested)
    {
        await using var lamps = await Lamps.Begin(may);

        await lamps.Copy((10, 1, null), (11, 1, 10), (12, 2, 10));

        Assert.Equal("3", await lamps.Ask("SELECT count(*) FROM lamps"));
        Assert.Equal(rested, await lamps.Ask("SELECT count(*) FROM rooms WHERE xmax <> 0") == "0"); // the key of a row locks even what nobody else can see
        Assert.Equal("origin", await lamps.Ask("SELECT current_setting('session_replication_role')"));
        await Assert.ThrowsAsync<PostgresException>(() => lamps.Ask("INSERT INTO lamps VALUES (1, 13, 4, NULL)"));
    }

    [Fact]
    public async Task A_trigger_sees_every_row()
    {
        await using var lamps = await Lamps.Begin(may: true);
        await lamps.Ask("""
            CREATE TEMP TABLE seen (id bigint) ON COMMIT DROP;
            CREATE FUNCTION pg_temp.see() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO seen VALUES (NEW.id); RETURN NULL; END';
            CREATE TRIGGER see AFTER INSERT ON lamps FOR EACH ROW EXECUTE FUNCTION pg_temp.see()
            """);

        await lamps.Copy((10, 1, null), (11, 1, 10));

        Assert.Equal("2", await lamps.Ask("SELECT count(*) FROM seen"));
    }

    [Fact]
    public async Task What_an_order_of_the_past_refers_to_cannot_be_taken_away_before_it_is_there()
    {
        var store = await Store.Open();
        await store.Import("1,A1,TEA,5,2010-01-04 10:00:00,2.00,13085,Germany\n2,A2,CUP,5,2010-01-04 10:00:00,2.00,13085,Germany\n");

        var (named, other) = await store.Database((db, _) => db.InTransaction(async () =>
        {
            var tea = await db.Variants.SingleAsync(variant => variant.Sku == "A1");
            await new PastOrders(db).Write("elsewhere", [Order(tea.ProductId, tea.Id)], default);
            return (await Free("A1"), await Free("A2"));
        }, default));

        Assert.Equal((0, 1), (named.Count, other.Count));

        Task<List<string>> Free(string sku) => store.Server.Rows("SELECT id FROM variants WHERE tenant_id = $1 AND sku = $2 FOR UPDATE SKIP LOCKED", store.Account.Sandbox.Id, sku);
    }

    [Fact]
    public async Task An_order_of_the_past_with_a_variant_that_is_none_is_not_written()
    {
        var store = await Store.Open();

        await Assert.ThrowsAsync<PostgresException>(() => store.Database((db, _) => new PastOrders(db).Write("elsewhere", [Order(7, 7)], default)));

        Assert.Equal(0, await store.Database((db, _) => db.AllOrders.CountAsync()));
    }

    private static PastOrder Order(long product, long variant) => new("7", new(2010, 1, 4, 0, 0, 0, DateTimeKind.Utc), Currency.Gbp, [new(product, variant, "A1", "Tea", 1, 100, 100, 0, 100, 0)])
    {
        ShippedAt = new(2010, 1, 5, 0, 0, 0, DateTimeKind.Utc),
    };

    private sealed class Lamps(NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
    {
        /// <param name="may">Whether keys may rest; otherwise an ordinary account does the work.</param>
        public static async Task<Lamps> Begin(bool may)
        {
            var connection = await (await TestServer.Shared).Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync();
            var lamps = new Lamps(connection, await connection.BeginTransactionAsync());
            if (!may)
                await lamps.Ask("CREATE ROLE plain_of_a_test; GRANT TEMPORARY ON DATABASE " + connection.Database + " TO plain_of_a_test; SET LOCAL ROLE plain_of_a_test");
            await lamps.Ask(Tables);
            return lamps;
        }

        public Task Copy(params (long Id, long Room, long? Set)[] lamps) => ReferencesBySet.Copy(
            connection, 1, "lamps", "tenant_id, id, room_id, set_id", [.. lamps.Select(lamp => lamp.Id)], rows =>
            {
                foreach (var (id, room, set) in lamps)
                    rows.Row().Add(1L).Add(id).Add(room).Add(set);
            }, default);

        public async Task<string> Ask(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction);
            return $"{await command.ExecuteScalarAsync()}";
        }

        public async ValueTask DisposeAsync()
        {
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}
