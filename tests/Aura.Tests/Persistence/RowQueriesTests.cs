using System.Data;
using Aura.Brands;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.Persistence;

public sealed class RowQueriesTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(200)]
    [InlineData(401)]
    public async Task Pages_have_every_row_once_in_order_and_nobody_s_connection_waits_for_who_reads_them(int count)
    {
        var store = await Store.Open();
        await store.Database(async db =>
        {
            db.Brands.AddRange(Enumerable.Range(0, count).Select(n => Brand.Create($"Brand {n}")));
            await db.SaveChangesAsync();
            db.ChangeTracker.Clear();
            var ids = await db.Brands.OrderBy(b => b.Id).Select(b => b.Id).ToListAsync();

            var read = new List<long>();
            await foreach (var brand in db.Brands.InPages())
            {
                Assert.Equal(ConnectionState.Closed, db.Database.GetDbConnection().State);
                read.Add(brand.Id);
            }

            Assert.Equal(count, read.Count);
            Assert.Equal(ids, read);
            Assert.Equal(Enumerable.Reverse(ids), await db.Brands.InPages(newestFirst: true).Select(b => b.Id).ToListAsync());
            Assert.Empty(db.ChangeTracker.Entries());
        });
    }
}
