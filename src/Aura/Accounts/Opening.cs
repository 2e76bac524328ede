using Aura.Persistence;

namespace Aura.Accounts;

/// <summary>Opening accounts and stores: a live store never comes without its sandbox.</summary>
public static class Opening
{
    /// <summary>An account with one store, its sandbox, and a key with every scope to each.</summary>
    /// <param name="liveSecret">The live key to use; null: a new one.</param>
    public static OpenedAccount OpenAccount(
        this AuraDb db, string name, Plan plan, string domain, Currency currency, string? liveSecret = null, string? testSecret = null)
    {
        var account = Account.Create(name, plan, db.Now);
        db.Accounts.Add(account);
        var (live, sandbox) = db.OpenStore(account, name, domain, currency);
        var (liveKey, liveKeySecret) = ApiKey.Create(live, "First live key", ["*"], db.Now, secret: liveSecret);
        var (testKey, testKeySecret) = ApiKey.Create(sandbox, "First test key", ["*"], db.Now, secret: testSecret);
        db.ApiKeys.AddRange(liveKey, testKey);
        return new(account, live, sandbox, liveKeySecret, testKeySecret);
    }

    public static (Store Live, Store Sandbox) OpenStore(this AuraDb db, Account account, string name, string domain, Currency currency)
    {
        var live = Store.Create(account, name, domain, currency, false, db.Now);
        var sandbox = Store.Create(account, name, domain, currency, true, db.Now);
        db.Stores.AddRange(live, sandbox);
        Store.Pair(live, sandbox);
        return (live, sandbox);
    }
}

/// <summary>What is shown once.</summary>
public sealed record OpenedAccount(Account Account, Store Live, Store Sandbox, string LiveKey, string TestKey);
