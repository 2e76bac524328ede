namespace Aura.Accounts;

/// <summary>On whose behalf something is done, in which store, and at what time.</summary>
public sealed record Caller
{
    public required long AccountId { get; init; }

    /// <summary>The store that is worked on. 0: none, as in work that spans stores.</summary>
    public required long TenantId { get; init; }

    /// <summary>What the audit log calls them: <c>key_12</c>, <c>system</c>.</summary>
    public required string Actor { get; init; }

    /// <summary>The reference of the store's member whose key it is; null: it is nobody's.</summary>
    public string? Member { get; init; }

    /// <summary>The member for whom a key that is nobody's acts right now.</summary>
    public string? ActsFor { get; init; }

    /// <summary>The stores that a list spans, where the caller asked for all of them (X-Tenant-ID: *); otherwise null.</summary>
    public IReadOnlyList<long>? Span { get; init; }

    /// <summary>Whether the store is a sandbox.</summary>
    public bool IsTest { get; init; }

    public Plan Plan { get; init; } = Plan.Enterprise;

    /// <summary>The store's main currency.</summary>
    public Currency Currency { get; init; } = Currency.Usd;

    /// <summary>The store's, as they were when the work began: nobody has to ask for them while a transaction holds a connection.</summary>
    public StoreSettings Settings { get; init; } = new();

    /// <summary>Where the caller reached this server, such as <c>https://shop.example</c>; null: nobody called.</summary>
    public string? Address { get; init; }

    public string? RequestId { get; init; }
    public string? IpAddress { get; init; }
    public string? UserAgent { get; init; }

    /// <summary>How far the store's clock is ahead of the world's; only a sandbox has such a clock.</summary>
    public TimeSpan ClockOffset { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>The version that the caller believes to edit (If-Match).</summary>
    public int? ExpectedVersion { get; init; }

    /// <summary>The server itself, in one store.</summary>
    public static Caller System(Store store) => new()
    {
        AccountId = store.AccountId,
        TenantId = store.Id,
        Actor = "system",
        IsTest = store.IsTest,
        Currency = store.Currency,
        Settings = store.Settings,
        ClockOffset = store.ClockOffset,
        Scopes = ["*"],
    };

    /// <summary>The server itself, across stores.</summary>
    public static readonly Caller Server = new() { AccountId = 0, TenantId = 0, Actor = "system", Scopes = ["*"] };

    /// <summary>Whether a scope such as <c>orders:write</c> is held, directly or by a wildcard.</summary>
    public bool May(string scope) => Scopes.Have(scope) && !(Member is not null && Accounts.Scopes.IsOfAccount(scope)); // a member is one of the store

    /// <exception cref="Refused">403 without the scope.</exception>
    public void Demand(string scope)
    {
        if (!May(scope))
            throw Refused.Forbidden($"This needs the scope {scope}.");
    }
}
