using System.Text.Json;
using Aura.Customers;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using NpgsqlTypes;

namespace Aura.Tests.Persistence;

public sealed class SharedWritesTests
{
    [Fact]
    public void What_several_say_in_one_step_is_said_at_once()
    {
        var joined = LaterStatement.Joined(
        [
            new("second", [7L, new[] { 1L }, new[] { "a" }]) { Step = SharedStep.Answer },
            new("first", [7L, new[] { 1L, 2L }, new string?[] { null, "b" }]) { Step = SharedStep.Key },
            new("second", [7L, new[] { 2L }, new[] { "b" }]) { Step = SharedStep.Answer },
        ]).ToList();

        Assert.Equal(["first", "second"], joined.Select(statement => statement.Sql));
        Assert.Equal([7L, new[] { 1L, 2L }, new string?[] { null, "b" }], joined[0].Values);
        Assert.Equal([7L, new[] { 1L, 2L }, new[] { "a", "b" }], joined[1].Values);
    }

    [Fact]
    public void Values_that_say_of_which_type_they_are_say_so_together()
    {
        LaterStatement Of(string value) => new("one", [7L, new NpgsqlParameter { Value = new[] { value }, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb }]) { Step = SharedStep.Carts };

        var joined = Assert.IsType<NpgsqlParameter>(LaterStatement.Joined([Of("1"), Of("2")]).Single().Values[1]);

        Assert.Equal((NpgsqlDbType.Array | NpgsqlDbType.Jsonb, "1 2"), (joined.NpgsqlDbType, string.Join(' ', (string[])joined.Value!)));
    }

    [Fact]
    public void What_kept_a_request_from_writing_together_is_counted_by_its_reason()
    {
        var counts = new SharingCounts(NullLogger<SharingCounts>.Instance);
        counts.Count();
        foreach (var why in new Exception[]
        {
            new NotShared(), Refused.NotFound("cart"), new JsonException(), new DbUpdateConcurrencyException(), Objection(PostgresErrorCodes.UniqueViolation), Objection(PostgresErrorCodes.DeadlockDetected),
            Objection(PostgresErrorCodes.SyntaxError), new InvalidOperationException(),
        })
            counts.Count(why);

        Assert.Equal((1, 1, 2, 3, 2), (counts.Together, counts.Own, counts.Rejected, counts.Changed, counts.Faults));

        static PostgresException Objection(string state) => new("No.", "ERROR", "ERROR", state);
    }

    [Fact]
    public async Task A_row_that_somebody_changed_meanwhile_is_not_written_over()
    {
        var store = await Store.Open();
        await store.Test.Ok("POST /v2/customers", new { email = "jane@b.co" });
        var (first, second) = await store.Database(async (db, _) => (await db.Customers.AsNoTracking().SingleAsync(), await db.Customers.AsNoTracking().SingleAsync()));

        Assert.True(await Annotate(first, "seen"));
        Assert.False(await Annotate(second, "late"));

        var now = await store.Database((db, _) => db.Customers.SingleAsync());
        Assert.Equal(("seen", 2), (now.Note, now.Version));
        var told = await store.Database((db, _) => db.AuditLogs.SingleAsync(log => log.Action == "customer.updated"));
        Assert.Equal("note", Assert.Single(told.Changes).Key);

        Task<bool> Annotate(Customer customer, string note) => store.Database(async (db, _) => (await db.Together(async () =>
        {
            db.Watch(customer, SharedStep.Carts);
            await db.InOneWrite(() =>
            {
                customer.Annotate(note);
                return Task.FromResult(true);
            }, default, mayWait: true);
            await db.WriteShared();
            return true;
        })).Succeeded);
    }

    public static TheoryData<string> WaysAround => [.. Ways.Keys];

    private static readonly Dictionary<string, Func<AuraDb, Task>> Ways = new()
    {
        ["save"] = db => db.SaveChangesAsync(),
        ["transaction"] = db => db.InTransaction(() => Task.FromResult(true), default),
        ["transaction of its own"] = db => db.Database.BeginTransactionAsync(),
        ["sql"] = db => db.Database.ExecuteSqlAsync($"DELETE FROM customers"),
        ["update"] = db => db.Customers.ExecuteDeleteAsync(),
        ["batch"] = db => { var batch = new NpgsqlBatch(); batch.Add("DELETE FROM customers"); return db.Tell(batch, default); },
        ["reading"] = db => new Reading(db).Do("DELETE FROM customers").Run(default),
        ["one write"] = db => db.InOneWrite(() => Task.FromResult(true), default),
        ["turn"] = db => db.TakeTurn(1, default),
    };

    [Theory]
    [MemberData(nameof(WaysAround))]
    public async Task Who_shares_cannot_write_in_another_way(string way)
    {
        var store = await Store.Open();
        await store.Database(async db =>
        {
            db.Add(Customer.Create("a@b.co"));
            await db.SaveChangesAsync();
            db.ChangeTracker.Clear();

            Assert.True((await db.Together(() => Assert.ThrowsAsync<NotShared>(() => Ways[way](db)))).Succeeded);

            Assert.Equal(1, await db.Customers.CountAsync());
        });
    }

    [Fact]
    public async Task What_has_to_be_tracked_or_is_only_said_for_one_is_not_shared()
    {
        var store = await Store.Open();
        await store.Database(async db =>
        {
            db.Add(Customer.Create("a@b.co"));
            await db.SaveChangesAsync();
            Assert.True((await db.Together(async () =>
            {
                await db.InOneWrite(async () =>
                {
                    (await db.Customers.SingleAsync()).Annotate("seen");
                    return true;
                }, default, mayWait: true);
                return await Assert.ThrowsAsync<NotShared>(() => db.WriteShared());
            })).Succeeded);

            Assert.True((await db.Together(async () =>
            {
                await db.InOneWrite(() =>
                {
                    db.Later(new("DELETE FROM customers WHERE tenant_id = $1", [db.Caller.TenantId]));
                    return Task.FromResult(true);
                }, default, mayWait: true);
                return await Assert.ThrowsAsync<NotShared>(() => db.WriteShared());
            })).Succeeded);
        });
    }
}
