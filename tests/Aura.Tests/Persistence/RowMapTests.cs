using System.Text.Json;
using Aura.Accounts;
using Aura.Customers;
using Aura.Orders;
using Aura.Persistence;
using Aura.Tests.Http.Generated;
using Aura.Tests.V2;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Update;
using Npgsql;

namespace Aura.Tests.Persistence;

/// <summary>What is read and written by statements of our own is what EF reads and writes.</summary>
public sealed class RowMapTests
{
    [Fact]
    public async Task Every_row_of_a_store_is_read_and_written_as_EF_does_it()
    {
        var full = await FullStore.Open();
        await full.Store.PaidOrder((await full.Store.Stocked(), 2));
        var seen = 0;
        await full.Store.Database(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            foreach (var type in db.Model.GetEntityTypes().Where(type => type.ClrType.IsAssignableTo(typeof(StoreRow))))
                seen += await Compare(db, type);
        });
        Assert.True(seen > 100, $"Only {seen} rows were compared.");
    }

    [Fact]
    public async Task A_new_row_that_is_not_tracked_is_audited_as_one_that_is()
    {
        var full = await FullStore.Open();
        await full.Store.Order(await full.Store.Stocked());
        var seen = await full.Store.Database(async (db, _) =>
        {
            var kinds = new HashSet<string>();
            foreach (var type in db.Model.GetEntityTypes().Where(type => type.ClrType.IsAssignableTo(typeof(StoreEntity)) && type.ClrType.IsAssignableTo(typeof(IAudited))))
                foreach (var row in await Rows(db, type))
                {
                    var entry = db.Entry(row);
                    entry.State = EntityState.Added;
                    Assert.Equal(Told(AuditEntry.Of(entry, db)!), Told(AuditEntry.Of(row, type, null, db)!)); // of a new row there is one
                    entry.State = EntityState.Detached;
                    kinds.Add(type.Name);
                }

            return kinds;
        });
        Assert.True(seen.Count > 20 && seen.Contains(typeof(Order).FullName!), $"Only {string.Join(' ', seen)} were compared.");
    }

    [Fact]
    public async Task A_change_writes_the_columns_that_changed_and_refuses_a_row_that_somebody_else_changed()
    {
        var store = await Store.Open();
        var id = Id<Customer>.ToNumber(await store.Customer())!.Value;

        await store.Database(async db =>
        {
            var (first, second) = (await db.Customers.SingleAsync(c => c.Id == id), await db.Customers.AsNoTracking().SingleAsync(c => c.Id == id));
            await db.InOneWrite(() => Task.FromResult(db.Entry(first).Property(c => c.Note).CurrentValue = "seen"), default);
            db.ChangeTracker.Clear();
            db.Entry(second).State = EntityState.Unchanged;
            await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() =>
                db.InOneWrite(() => Task.FromResult(db.Entry(second).Property(c => c.FirstName).CurrentValue = "Late"), default));
        });

        var now = await store.Database((db, _) => db.Customers.SingleAsync(c => c.Id == id));
        Assert.Equal(("seen", null, 2), (now.Note, now.FirstName, now.Version));
        Assert.Equal(1, await store.Database((db, _) => db.AuditLogs.CountAsync(log => log.Action == "customer.updated")));
    }

    [Fact]
    public async Task A_demand_that_is_not_met_undoes_everything_and_says_why()
    {
        var store = await Store.Open();
        var id = Id<Customer>.ToNumber(await store.Customer())!.Value;

        var refused = await Assert.ThrowsAsync<Refused>(() => store.Database(db => db.InOneWrite(async () =>
        {
            db.Entry(await db.Customers.SingleAsync(c => c.Id == id)).Property(c => c.Note).CurrentValue = "seen";
            db.Later(new("UPDATE customers SET first_name = 'Ann' WHERE tenant_id = $1 AND id = $2", [db.Caller.TenantId, id]));
            db.Demand(1, () => Refused.Conflict("gone", "It is gone."), "DELETE FROM customers WHERE tenant_id = $1 AND id = $2", db.Caller.TenantId, -1L);
            return true;
        }, default)));

        Assert.Equal("gone", refused.Code);
        var now = await store.Database((db, _) => db.Customers.SingleAsync(c => c.Id == id));
        Assert.Equal((null, null), (now.Note, now.FirstName));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public async Task What_may_wait_is_written_with_the_commit_or_not_at_all(long demanded, bool isWritten)
    {
        var store = await Store.Open();
        var id = Id<Customer>.ToNumber(await store.Customer())!.Value;

        var outcome = await store.Database(async (db, _) =>
        {
            await using var transaction = await db.Begin(default);
            await db.InOneWrite(() =>
            {
                db.AllOrders.Add(Order.Draft(Currency.Usd, null, 5001));
                db.Demand((int)demanded, () => Refused.Conflict("gone", "It is gone."), "UPDATE customers SET first_name = 'Ann' WHERE tenant_id = $1 AND id = $2", db.Caller.TenantId, id);
                return Task.FromResult(true);
            }, default, mayWait: true);
            Assert.False(await db.AllOrders.AnyAsync());
            return await Record.ExceptionAsync(() => db.Commit(transaction, default));
        });

        Assert.Equal(isWritten ? null : "gone", (outcome as Refused)?.Code);
        var (orders, name) = await store.Database(async (db, _) =>
            (await db.AllOrders.Select(order => order.Number).ToListAsync(), (await db.Customers.SingleAsync(c => c.Id == id)).FirstName));
        Assert.Equal(isWritten ? [5001L] : [], orders);
        Assert.Equal(isWritten ? "Ann" : null, name);
    }

    /// <summary>Writes into a table of the same form that stands before the real one, and has none of its keys and triggers.</summary>
    private static async Task<int> Compare(AuraDb db, IEntityType type)
    {
        var map = RowMap.Of(type);
        var generated = type.GetProperties().Where(p => p.ValueGenerated != ValueGenerated.Never && !p.IsPrimaryKey()).Select(p => p.GetColumnName()).ToList();
        var rows = await Rows(db, type);
        var (read, real) = (new List<StoreRow>(), new List<string>());
        await new Reading(db).Ask($"SELECT {map.Columns} FROM {map.Table} WHERE tenant_id = $1 ORDER BY id", row => read.Add((StoreRow)map.Read(row)), db.Caller.TenantId)
            .Ask(Shown(map, generated), row => real.Add(row.GetString(0)), db.Caller.TenantId).Run(default);
        Assert.Equal(rows.Select(row => Text(type, row)), read.Select(row => Text(type, row)));

        await Run(db, $"CREATE TEMP TABLE {map.Table} (LIKE public.{map.Table}) ON COMMIT DROP");
        foreach (var column in generated)
            await Run(db, $"ALTER TABLE pg_temp.{map.Table} ALTER {column} DROP NOT NULL");
        var written = new List<string>();
        await using (var batch = new NpgsqlBatch())
        {
            batch.Add(map.InsertAll(read));
            if (read.Count > 0)
                await db.Tell(batch, default);
        }

        await new Reading(db).Ask(Shown(map, generated), row => written.Add(row.GetString(0)), db.Caller.TenantId).Run(default);
        Assert.Equal(real, written);
        db.ChangeTracker.Clear();
        await Run(db, $"DROP TABLE pg_temp.{map.Table}");
        return rows.Count;
    }

    private static string Shown(RowMap map, List<string> generated) =>
        $"SELECT (to_jsonb(t) - '{{{string.Join(',', generated)}}}'::text[])::text FROM {map.Table} t WHERE tenant_id = $1 ORDER BY id";

    private static string Told(AuditEntry entry) => $"{entry.Action} {entry.ResourceId} {JsonSerializer.Serialize(entry.Changes)}";

    private static string Text(IEntityType type, object row) => JsonSerializer.Serialize(type.GetProperties().ToDictionary(p => p.Name, p => p.GetGetter().GetClrValueUsingContainingEntity(row)));

    private static Task Run(AuraDb db, string sql) => db.Database.ExecuteSqlRawAsync(sql);

    private static Task<List<StoreRow>> Rows(AuraDb db, IEntityType type) =>
        (Task<List<StoreRow>>)typeof(RowMapTests).GetMethod(nameof(RowsOf), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static)!
            .MakeGenericMethod(type.ClrType).Invoke(null, [db])!;

    private static async Task<List<StoreRow>> RowsOf<T>(AuraDb db) where T : StoreRow => [.. await db.Set<T>().AsNoTracking().OrderBy(row => row.Id).ToListAsync()];
}
