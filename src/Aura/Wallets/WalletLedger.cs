using Aura.Jobs;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Wallets;

/// <summary>Something to be given to a customer.</summary>
/// <param name="Amount">Minor units or points, above zero.</param>
/// <param name="Reference">What it is given for, once: <c>cashback:12:promo:3</c>.</param>
public sealed record WalletGrant(long CustomerId, string Unit, long Amount, WalletSource Source, string Reference)
{
    public long? OrderId { get; init; }
    public string? Reason { get; init; }

    /// <summary>When it can be spent; null: now.</summary>
    public DateTime? DueAt { get; init; }

    /// <summary>When what is left of it is gone; null: never.</summary>
    public DateTime? ExpiresAt { get; init; }
}

/// <summary>Gives, holds, spends and takes back: by hand-written statements, for two checkouts may want the same credit at once.</summary>
/// <remarks>
/// Needs a transaction. The wallet's row is locked first, then an entry is appended and the balance moved by a statement that holds only
/// while what is spent is there. Who needs wallets of several customers locks them in ascending order of the customers.
/// </remarks>
public static class WalletLedger
{
    /// <summary>Gives, once per reference.</summary>
    /// <returns>Whether it is new.</returns>
    public static async Task<bool> Grant(this AuraDb db, WalletGrant grant, CancellationToken cancellation)
    {
        var wallet = await db.LockWallet(grant.CustomerId, grant.Unit, cancellation);
        var isDue = grant.DueAt is null || grant.DueAt <= db.Now;
        var entry = new Posting(wallet, WalletFact.Granted, grant.Source, grant.Reference)
        {
            Available = isDue ? grant.Amount : 0, Pending = isDue ? 0 : grant.Amount, OrderId = grant.OrderId, Reason = grant.Reason,
            DueAt = isDue ? null : grant.DueAt, ExpiresAt = grant.ExpiresAt,
        };
        if (await db.Post(entry, cancellation) is not { } id)
            return false;
        if (!isDue)
            MatureGrant.Remember(db, id, grant.DueAt!.Value); // else it were due
        if (grant.ExpiresAt is { } end)
            ExpireGrant.Remember(db, id, end);
        return true;
    }

    /// <summary>Takes something away by the store's decision.</summary>
    /// <exception cref="Refused">409 <c>insufficient_credit</c> for more than can be spent.</exception>
    public static async Task Deduct(this AuraDb db, long customer, string unit, long amount, string reason, CancellationToken cancellation) =>
        await db.Post(new(await db.LockWallet(customer, unit, cancellation), WalletFact.Deducted, WalletSource.Adjustment, Once()) { Available = -amount, Reason = reason }, cancellation);

    /// <summary>Turns points into credit of the store's currency.</summary>
    /// <param name="points">At most so many; those that are worth no whole minor unit stay.</param>
    /// <param name="perMajor">Points that are worth one major unit, above zero.</param>
    /// <returns>The points that went, and the credit.</returns>
    /// <exception cref="Refused">422 where they are worth less than a minor unit; 409 <c>insufficient_credit</c> for more than there are.</exception>
    public static async Task<(long Points, Money Credit)> Redeem(this AuraDb db, long customer, long points, long perMajor, CancellationToken cancellation)
    {
        var currency = db.Caller.Currency;
        var credit = new Money((long)((Int128)points * currency.Scale / perMajor), currency);
        if (credit.Minor == 0)
            throw Refused.Invalid("Points", $"{perMajor} points are worth one {currency.Code}; these are worth nothing.");
        var used = (long)(((Int128)credit.Minor * perMajor + currency.Scale - 1) / currency.Scale);
        var once = Once();
        await db.Post(new(await db.LockWallet(customer, Wallet.Points, cancellation), WalletFact.Redeemed, WalletSource.Points, once) { Available = -used }, cancellation);
        await db.Grant(new(customer, currency.Code, credit.Minor, WalletSource.Points, once), cancellation);
        return (used, credit);
    }

    /// <summary>Makes what is left of a grant the amount that it should be: takes back, or gives again what was taken back.</summary>
    /// <param name="target">Zero or more. What was spent already is taken back too: the balance falls below zero, and what comes next settles that.</param>
    public static async Task Correct(this AuraDb db, long customer, string unit, string reference, long target, string reason, CancellationToken cancellation)
    {
        var wallet = await db.LockWallet(customer, unit, cancellation);
        if (await db.WalletEntries.AsNoTracking().FirstOrDefaultAsync(e => e.WalletId == wallet.Id && e.Kind == WalletFact.Granted && e.Reference == reference, cancellation) is not { } grant)
            return;
        var left = await db.Left(grant.Id, cancellation);
        var change = target - left.Available - left.Pending;
        if (change == 0)
            return;
        var isPending = left.Pending > 0 || change > 0 && grant.DueAt > db.Now;
        var pending = isPending ? Math.Max(change, -left.Pending) : 0;
        await db.Post(new(wallet, change < 0 ? WalletFact.Reversed : WalletFact.Restored, grant.Source, FormattableString.Invariant($"{reference}#{left.Entries}"))
        {
            Pending = pending, Available = change - pending, GrantId = grant.Id, OrderId = grant.OrderId, Reason = reason, IsForced = true,
        }, cancellation);
    }

    /// <summary>What was given can be spent; what was taken back of it meanwhile cannot.</summary>
    internal static async Task Mature(this AuraDb db, long id, CancellationToken cancellation)
    {
        var grant = await db.WalletEntries.AsNoTracking().SingleAsync(e => e.Id == id, cancellation);
        var wallet = await db.LockWallet(grant.CustomerId, grant.Unit, cancellation);
        if ((await db.Left(id, cancellation)).Pending is > 0 and var pending)
            await db.Post(new(wallet, WalletFact.Matured, grant.Source, grant.Reference) { Available = pending, Pending = -pending, GrantId = id, OrderId = grant.OrderId }, cancellation);
    }

    /// <summary>What is not spent of a grant is gone. What ends first counts as spent first, and nobody owes for it.</summary>
    internal static async Task Expire(this AuraDb db, long id, CancellationToken cancellation)
    {
        var grant = await db.WalletEntries.AsNoTracking().SingleAsync(e => e.Id == id, cancellation);
        var wallet = await db.LockWallet(grant.CustomerId, grant.Unit, cancellation);
        var left = await db.Left(id, cancellation);
        var others = await db.WalletEntries.Where(e => e.WalletId == wallet.Id && (e.GrantId ?? e.Id) != id &&
            (e.Kind == WalletFact.Granted || e.Kind == WalletFact.Returned || e.GrantId != null)).SumAsync(e => e.Available, cancellation);
        var gone = Math.Min(left.Available, wallet.Available - others);
        if (gone > 0)
            await db.Post(new(wallet, WalletFact.Expired, grant.Source, grant.Reference) { Available = -gone, GrantId = id }, cancellation);
    }

    /// <summary>Sets credit aside for an order.</summary>
    /// <param name="most">Minor units; what is not there is not held.</param>
    /// <returns>What is held.</returns>
    public static async Task<long> Hold(this AuraDb db, long customer, Currency currency, long order, long most, CancellationToken cancellation)
    {
        var wallet = await db.LockWallet(customer, currency.Code, cancellation);
        var amount = Math.Min(most, wallet.Available);
        if (amount <= 0)
            return 0;
        await db.Post(new(wallet, WalletFact.Held, WalletSource.Order, await db.Attempt(wallet, order, cancellation)) { Available = -amount, Held = amount, OrderId = order }, cancellation);
        return amount;
    }

    /// <summary>Lets go of what is held for an order.</summary>
    public static async Task Release(this AuraDb db, long customer, Currency currency, long order, CancellationToken cancellation)
    {
        var wallet = await db.LockWallet(customer, currency.Code, cancellation);
        if (await db.HeldFor(wallet, order, cancellation) is > 0 and var held)
            await db.Post(new(wallet, WalletFact.Released, WalletSource.Order, await db.Attempt(wallet, order, cancellation)) { Available = held, Held = -held, OrderId = order }, cancellation);
    }

    /// <summary>Pays with what is held for an order.</summary>
    /// <returns>The wallet, and what was paid; zero where nothing was held.</returns>
    public static async Task<(long Wallet, long Amount)> Spend(this AuraDb db, long customer, Currency currency, long order, CancellationToken cancellation)
    {
        var wallet = await db.LockWallet(customer, currency.Code, cancellation);
        var held = await db.HeldFor(wallet, order, cancellation);
        if (held > 0)
            await db.Post(new(wallet, WalletFact.Spent, WalletSource.Order, await db.Attempt(wallet, order, cancellation)) { Held = -held, OrderId = order }, cancellation);
        return (wallet.Id, held);
    }

    /// <summary>What is held for an order now.</summary>
    public static async Task<long> HeldFor(this AuraDb db, long customer, Currency currency, long order, CancellationToken cancellation) =>
        await db.HeldFor(await db.LockWallet(customer, currency.Code, cancellation), order, cancellation);

    /// <summary>Gives back what was paid with, once per key.</summary>
    /// <returns>False without such a wallet.</returns>
    internal static async Task<bool> Return(this AuraDb db, long id, long order, long amount, string key, string? reason, CancellationToken cancellation)
    {
        if (await db.Wallets.AsNoTracking().FirstOrDefaultAsync(w => w.Id == id, cancellation) is not { } known)
            return false;
        var wallet = await db.LockWallet(known.CustomerId, known.Unit, cancellation);
        await db.Post(new(wallet, WalletFact.Returned, WalletSource.Order, key) { Available = amount, OrderId = order, Reason = reason }, cancellation);
        return true;
    }

    /// <summary>The wallet, made where there is none, its row locked until the transaction ends.</summary>
    private static async Task<Wallet> LockWallet(this AuraDb db, long customer, string unit, CancellationToken cancellation)
    {
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO wallets AS w (tenant_id, id, customer_id, unit, available, pending, held) VALUES ({db.Tenant}, nextval('ids'), {customer}, {unit}, 0, 0, 0)
            ON CONFLICT (tenant_id, customer_id, unit) DO UPDATE SET unit = w.unit
            """, cancellation);
        return await db.Wallets.AsNoTracking().SingleAsync(w => w.CustomerId == customer && w.Unit == unit, cancellation);
    }

    /// <returns>The entry's id; null where it is there already.</returns>
    private static async Task<long?> Post(this AuraDb db, Posting p, CancellationToken cancellation)
    {
        var ids = await db.Database.SqlQuery<long>($"""
            INSERT INTO wallet_entries (tenant_id, id, wallet_id, customer_id, unit, kind, available, pending, held, source, reference, grant_id, order_id, reason, due_at, expires_at, created_at)
            VALUES ({db.Tenant}, nextval('ids'), {p.Wallet.Id}, {p.Wallet.CustomerId}, {p.Wallet.Unit}, {Words<WalletFact>.Of(p.Kind)}, {p.Available}, {p.Pending}, {p.Held},
              {Words<WalletSource>.Of(p.Source)}, {p.Reference}, {p.GrantId}, {p.OrderId}, {p.Reason}, {p.DueAt}, {p.ExpiresAt}, {db.Now})
            ON CONFLICT (tenant_id, wallet_id, kind, reference) DO NOTHING RETURNING id AS "Value"
            """).ToListAsync(cancellation);
        if (ids is not [var id])
            return null;
        var moved = await db.Database.ExecuteSqlAsync($"""
            UPDATE wallets SET available = available + {p.Available}, pending = pending + {p.Pending}, held = held + {p.Held}
            WHERE tenant_id = {db.Tenant} AND id = {p.Wallet.Id} AND ({p.Available} >= 0 OR {p.IsForced} OR available + {p.Available} >= 0)
            """, cancellation);
        return moved == 1 ? id : throw Refused.Conflict("insufficient_credit", "That is more than the customer has.", new { Available = Wallet.Read(p.Wallet.Available, p.Wallet.Unit) });
    }

    /// <summary>What the entries of a grant add up to, and how many there are.</summary>
    private static async Task<(long Available, long Pending, int Entries)> Left(this AuraDb db, long grant, CancellationToken cancellation)
    {
        var entries = await db.WalletEntries.Where(e => e.Id == grant || e.GrantId == grant).Select(e => new { e.Available, e.Pending }).ToListAsync(cancellation);
        return (entries.Sum(e => e.Available), entries.Sum(e => e.Pending), entries.Count);
    }

    private static Task<long> HeldFor(this AuraDb db, Wallet wallet, long order, CancellationToken cancellation) =>
        db.WalletEntries.Where(e => e.WalletId == wallet.Id && e.OrderId == order).SumAsync(e => e.Held, cancellation);

    /// <summary>An order may hold, release and hold again.</summary>
    private static async Task<string> Attempt(this AuraDb db, Wallet wallet, long order, CancellationToken cancellation) =>
        FormattableString.Invariant($"order:{order}#{await db.WalletEntries.CountAsync(e => e.WalletId == wallet.Id && e.OrderId == order, cancellation)}");

    private static string Once() => Guid.CreateVersion7().ToString("n");

    private sealed record Posting(Wallet Wallet, WalletFact Kind, WalletSource Source, string Reference)
    {
        public long Available { get; init; }
        public long Pending { get; init; }
        public long Held { get; init; }
        public long? GrantId { get; init; }
        public long? OrderId { get; init; }
        public string? Reason { get; init; }
        public DateTime? DueAt { get; init; }
        public DateTime? ExpiresAt { get; init; }

        /// <summary>Goes through although less is there.</summary>
        public bool IsForced { get; init; }
    }
}

/// <summary>Lets a customer spend what was pending.</summary>
internal sealed class MatureGrant(AuraDb db) : IJobHandler
{
    public static string Kind => "wallets.mature";

    public static void Remember(AuraDb db, long grant, DateTime at) => db.Enqueue<MatureGrant>(new Payload(grant), at, $"{grant}");

    public async Task<object?> Run(Job job, CancellationToken cancellation)
    {
        await db.InTransaction(() => db.Mature(job.Read<Payload>().Grant, cancellation), cancellation);
        return null;
    }

    public sealed record Payload(long Grant);
}

/// <summary>Ends what was given for a time.</summary>
internal sealed class ExpireGrant(AuraDb db) : IJobHandler
{
    public static string Kind => "wallets.expire";

    public static void Remember(AuraDb db, long grant, DateTime at) => db.Enqueue<ExpireGrant>(new MatureGrant.Payload(grant), at, $"{grant}");

    public async Task<object?> Run(Job job, CancellationToken cancellation)
    {
        await db.InTransaction(() => db.Expire(job.Read<MatureGrant.Payload>().Grant, cancellation), cancellation);
        return null;
    }
}
