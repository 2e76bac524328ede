using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Orders;

public static class OrderQueries
{
    /// <summary>An order to be changed, its row locked. Needs a transaction.</summary>
    /// <remarks>The lock is a statement of its own, for a statement that waits for a lock sees the other rows as before it waited.
    /// Who also needs the cart locks it before the order; who holds an order asks no gateway.</remarks>
    /// <exception cref="Refused">404 for a draft too.</exception>
    public static async Task<Order> LockOrder(this AuraDb db, Id<Order> id, CancellationToken cancellation)
    {
        await db.LockOrderRow(id.Value, cancellation);
        return await db.Load(db.Orders.Include(o => o.Lines.OrderBy(line => line.Position)).Where(o => o.Id == id.Value), cancellation);
    }

    internal static Task LockOrderRow(this AuraDb db, long id, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"SELECT 1 FROM orders WHERE tenant_id = {db.Caller.TenantId} AND id = {id} FOR NO KEY UPDATE", cancellation);
}
