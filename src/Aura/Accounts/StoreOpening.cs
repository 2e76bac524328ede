using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Accounts;

/// <summary>Opens stores that are named for the first time, for keys that may.</summary>
public sealed class StoreOpening(IDbContextFactory<AuraDb> contexts, AccessDirectory access, TimeProvider time)
{
    /// <summary>What a key needs for it.</summary>
    public const string Scope = "tenants:write";

    /// <returns>The account's store of that domain, opened by now; null where the key may not open one, or another account has it.</returns>
    /// <exception cref="Refused">422 for text that is no host name.</exception>
    public async Task<Store?> OnFirstUse(Access entry, string domain, CancellationToken cancellation)
    {
        domain = Store.DomainOf(domain, "shop");
        var home = entry.Stores.First(store => store.Id == entry.Key.StoreId);
        var caller = Caller.System(home) with { Actor = $"key_{entry.Key.Id}", Member = entry.Key.Member, Scopes = entry.Scopes };
        if (entry.Key.StoreIds is not null || !caller.May(Scope))
            return null;
        await using var db = (await contexts.CreateDbContextAsync(cancellation)).Enter(caller, time);
        if (await Existing(db, entry, domain, cancellation) is (true, var known))
            return known;
        var (live, sandbox) = db.OpenStore(entry.Account, domain, domain, home.Currency);
        var store = entry.Key.IsTest ? sandbox : live;
        db.Audit(Store.Noun, "created", store, store.Id);
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException) // somebody was faster
        {
            db.ChangeTracker.Clear();
            return (await Existing(db, entry, domain, cancellation)).Own;
        }

        access.Forget();
        return store;
    }

    /// <returns>Whether there is one, and it, where it is the account's own.</returns>
    private static async Task<(bool Exists, Store? Own)> Existing(AuraDb db, Access entry, string domain, CancellationToken cancellation)
    {
        var found = await db.Stores.AsNoTracking().FirstOrDefaultAsync(store => store.Domain == domain && store.IsTest == entry.Key.IsTest, cancellation);
        return (found is not null, found?.AccountId == entry.Account.Id ? found : null);
    }
}
