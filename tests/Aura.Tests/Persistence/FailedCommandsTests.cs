using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Aura.Tests.Persistence;

/// <summary>What a command that failed leaves to those who use its connection next: there is only one, and a statement is prepared when it comes again.</summary>
public sealed class FailedCommandsTests : IAsyncLifetime
{
    private const string Divided = "SELECT 12 / $1";
    private const string Longer = "SELECT $1 || '!'";

    private NpgsqlDataSource source = null!;
    private NpgsqlDataSource apart = null!;

    public async Task InitializeAsync()
    {
        var database = await TestCluster.CreateDatabase();
        source = AuraServices.DataSource($"{database};Maximum Pool Size=1");
        apart = AuraServices.DataSource(database);
        await using var make = apart.CreateCommand("""
            CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text NOT NULL UNIQUE);
            CREATE FUNCTION waits(number int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS
              'BEGIN IF number = 13 THEN PERFORM pg_advisory_lock(13); PERFORM pg_advisory_unlock(13); END IF; RETURN number; END';
            """);
        await make.ExecuteNonQueryAsync();
    }

    public async Task DisposeAsync()
    {
        await source.DisposeAsync();
        await apart.DisposeAsync();
    }

    [Fact]
    public async Task A_query_that_PostgreSQL_objects_to_spoils_none_after_it()
    {
        Assert.Equal(12, await Divide(1));
        await Assert.ThrowsAsync<PostgresException>(() => Divide(0));

        Assert.Equal(6, await Divide(2));
    }

    [Fact]
    public async Task A_query_that_PostgreSQL_objects_to_in_a_transaction_spoils_none_after_it()
    {
        await using (var db = Context())
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            Assert.Equal(12, await Divide(db, 1));
            await Assert.ThrowsAsync<PostgresException>(() => Divide(db, 0));
        }

        Assert.Equal(6, await Divide(2));
    }

    [Fact]
    public async Task Who_goes_on_behind_a_savepoint_is_not_spoiled_either()
    {
        await using var db = Context();
        await using var transaction = await db.Database.BeginTransactionAsync();
        await transaction.CreateSavepointAsync("before");
        Assert.Equal(12, await Divide(db, 1));
        await Assert.ThrowsAsync<PostgresException>(() => Divide(db, 0));
        await transaction.RollbackToSavepointAsync("before");

        Assert.Equal(6, await Divide(db, 2));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_row_that_PostgreSQL_objects_to_behind_others_spoils_none_after_it(bool inTransaction)
    {
        await using (var db = Context())
        {
            await using var transaction = inTransaction ? await db.Database.BeginTransactionAsync() : null;
            db.AddRange(new Note { Text = "one" }, new Note { Text = "\0" }); // the same statement twice in one command
            await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveChangesAsync());
        }

        await using var next = Context();
        next.Add(new Note { Text = "two" });
        Assert.Equal(1, await next.SaveChangesAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_batch_that_PostgreSQL_objects_to_spoils_none_after_it(bool inTransaction)
    {
        await using (var db = Store())
        {
            await using var transaction = inTransaction ? await db.Database.BeginTransactionAsync() : null;
            Assert.Equal([12], await DivideAll(db, 1));
            await Assert.ThrowsAsync<PostgresException>(() => DivideAll(db, 0, 1));
        }

        await using var next = Store();
        Assert.Equal([12, 6], await DivideAll(next, 1, 2));
    }

    [Fact]
    public async Task A_question_that_PostgreSQL_objects_to_spoils_none_of_those_that_shared_its_round_trip()
    {
        var gate = new TaskCompletionSource();
        var shared = new SharedRoundTrips<int, int>(1000, _ => 1, async asked =>
        {
            await gate.Task;
            return await Ask(source, Divided, [.. asked.Cast<object>()]);
        });

        var answers = Enumerable.Range(0, 40).Select(number => shared.Ask(number % 4, default)).ToList();
        gate.SetResult();

        foreach (var (number, answer) in answers.Index())
            if (number % 4 == 0)
                await Assert.ThrowsAsync<PostgresException>(() => answer);
            else
                Assert.Equal(12 / (number % 4), await answer);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_query_that_is_given_up_while_it_is_planned_spoils_none_after_it(bool inTransaction)
    {
        await using (var db = Context())
        {
            await using var transaction = inTransaction ? await db.Database.BeginTransactionAsync() : null;
            Assert.Equal(1, await Wait(db, 1, default));
            await GiveUp(stop => Wait(db, 13, stop));
        }

        await using var next = Context();
        Assert.Equal(2, await Wait(next, 2, default));
    }

    [Fact]
    public async Task A_batch_that_is_given_up_while_it_is_planned_spoils_none_after_it()
    {
        const string waits = "SELECT waits($1)";
        Assert.Equal([1], await Ask(source, waits, [1]));
        await GiveUp(stop => Ask(source, waits, [13], stop));

        Assert.Equal([2], await Ask(source, waits, [2]));
    }

    [Fact]
    public async Task A_query_that_is_given_up_before_it_is_sent_takes_nothing_from_the_connection_that_its_command_was_on_before()
    {
        await using var two = AuraServices.DataSource($"{apart.ConnectionString};Maximum Pool Size=2");
        await using var db = new DbContext(AuraServices.Configure(new DbContextOptionsBuilder(), two).Options);
        for (var time = 0; time < 3; time++)
            await Divide(db, 1);
        await using var first = await two.OpenConnectionAsync();
        await db.Database.OpenConnectionAsync(); // the second
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => db.Database.ExecuteSqlRawAsync("SELECT 12 / {0}", [1], new CancellationToken(true)));

        for (var time = 0; time < 3; time++)
        {
            await using var batch = Batch("SELECT 24 / $1", [2]);
            Assert.Equal([12], await first.Ask(batch, reader => Numbers(reader, default), default));
        }
    }

    [Fact]
    public async Task A_batch_of_which_a_value_cannot_be_sent_spoils_none_after_it()
    {
        await Exclaim("one", "two");
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Exclaim("one", "\ud800"));

        Assert.Equal("one!", await Exclaim("one", "two"));
    }

    [Fact]
    public async Task What_a_rule_of_the_tables_refuses_stays_prepared()
    {
        await using var db = Context();
        for (var time = 0; time < 3; time++)
        {
            db.Add(new Note { Text = "one" });
            if (time == 0)
                await db.SaveChangesAsync();
            else
                await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveChangesAsync());
            db.ChangeTracker.Clear();
        }

        Assert.Equal([1], await Ask(source, "SELECT count(*)::int FROM pg_prepared_statements WHERE statement LIKE 'INSERT INTO notes%' AND $1 = 0", [0]));
    }

    private Notes Context() => new((DbContextOptions<Notes>)AuraServices.Configure(new DbContextOptionsBuilder<Notes>(), source).Options);

    private AuraDb Store() => new(AuraServices.Configure(new DbContextOptionsBuilder<AuraDb>(), source).Options);

    private async Task<int> Divide(int by)
    {
        await using var db = Context();
        return await Divide(db, by);
    }

    private static async Task<int> Divide(DbContext db, int by) => (await db.Database.SqlQueryRaw<int>("SELECT 12 / {0}", by).ToListAsync()).Single();

    private static async Task<int> Wait(DbContext db, int number, CancellationToken stop) => (await db.Database.SqlQueryRaw<int>("SELECT waits({0})", number).ToListAsync(stop)).Single();

    private static async Task<IReadOnlyList<int>> DivideAll(AuraDb db, params object[] by)
    {
        await using var batch = Batch(Divided, by);
        return await db.Ask(batch, reader => Numbers(reader, default), default);
    }

    private static async Task<IReadOnlyList<int>> Ask(NpgsqlDataSource source, string sql, object[] values, CancellationToken stop = default)
    {
        await using var batch = Batch(sql, values);
        return await source.Ask(batch, reader => Numbers(reader, stop), stop);
    }

    /// <returns>The first of them.</returns>
    private async Task<string> Exclaim(params object[] texts)
    {
        await using var batch = new NpgsqlBatch();
        foreach (var (place, text) in texts.Index())
            batch.Add($"{Longer} || {place}", text);
        return (await source.Ask(batch, async reader => await reader.ReadAsync() ? reader.GetString(0) : "", default))[..^1];
    }

    private static NpgsqlBatch Batch(string sql, object[] values)
    {
        var batch = new NpgsqlBatch();
        foreach (var value in values)
            batch.Add(sql, value);
        return batch;
    }

    private static async Task<IReadOnlyList<int>> Numbers(NpgsqlDataReader reader, CancellationToken stop)
    {
        var numbers = new List<int>();
        do
            while (await reader.ReadAsync(stop))
                numbers.Add(reader.GetInt32(0));
        while (await reader.NextResultAsync(stop));
        return numbers;
    }

    /// <summary>Gives up what waits for the lock in the middle of planning.</summary>
    private async Task GiveUp(Func<CancellationToken, Task> waits)
    {
        await using var holder = await apart.OpenConnectionAsync();
        await using var take = new NpgsqlCommand("SELECT pg_advisory_lock(13)", holder);
        await take.ExecuteNonQueryAsync();
        using var stop = new CancellationTokenSource();
        var waiting = waits(stop.Token);
        await using var look = new NpgsqlCommand("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 13 AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))", holder);
        while (await look.ExecuteScalarAsync() is false)
        {
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await using var release = new NpgsqlCommand("SELECT pg_advisory_unlock(13)", holder);
        await release.ExecuteNonQueryAsync();
    }

    private sealed class Notes(DbContextOptions<Notes> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder model) => model.Entity<Note>(note =>
        {
            note.ToTable("notes").HasKey(n => n.Id);
            note.Property(n => n.Id).HasColumnName("id").UseIdentityAlwaysColumn();
            note.Property(n => n.Text).HasColumnName("text");
        });
    }

    private sealed class Note
    {
        public long Id { get; set; }
        public required string Text { get; set; }
    }
}
