using System.Collections.Concurrent;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aura.Accounts;

/// <summary>A key with its account and the stores that it may enter.</summary>
/// <param name="Scopes">What it may do: its own scopes, as far as the roles of its member allow them too.</param>
public sealed record Access(ApiKey Key, Account Account, IReadOnlyList<Store> Stores, IReadOnlyList<string> Scopes);

/// <summary>Keys and stores kept in memory, so that an ordinary request asks the database nothing about its caller.</summary>
/// <remarks>
/// The database tells every server when one of them changes, or a role of a key's member (NOTIFY, sent by triggers); all is then forgotten, for changes are
/// rare. While the ear is off, nothing is kept.
/// </remarks>
public sealed class AccessDirectory(
    NpgsqlDataSource source, [FromKeyedServices(AuraServices.Session)] NpgsqlDataSource sessions, IDbContextFactory<AuraDb> contexts, TimeProvider time, ILogger<AccessDirectory> log)
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    private ConcurrentDictionary<string, Access> byHash = new();
    private ConcurrentDictionary<long, Store?> byId = new();
    private readonly ConcurrentDictionary<long, DateTime> used = new();
    private volatile bool listening;

    /// <summary>Whether this server hears of changes, and so may keep what it knows.</summary>
    public bool IsListening => listening;

    public async ValueTask<Access?> Find(byte[] hash, CancellationToken cancellation)
    {
        var (cache, name) = (byHash, Convert.ToBase64String(hash));
        if (cache.TryGetValue(name, out var access))
            return access;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var key = await db.ApiKeys.AsNoTracking().FirstOrDefaultAsync(k => k.Hash == hash || k.PreviousHash == hash, cancellation);
        access = key is null ? null : new(
            key,
            await db.Accounts.AsNoTracking().SingleAsync(a => a.Id == key.AccountId, cancellation),
            await db.Stores.AsNoTracking().Where(s => s.AccountId == key.AccountId && s.IsTest == key.IsTest).OrderBy(s => s.Id).ToListAsync(cancellation),
            await ScopesOf(key, db, cancellation));
        if (listening && access is not null) // guesses are not kept: there is no end of them
            cache.TryAdd(name, access);
        return access;
    }

    private async Task<IReadOnlyList<string>> ScopesOf(ApiKey key, AuraDb db, CancellationToken cancellation)
    {
        if (key.Member is null)
            return key.Scopes;
        db.Enter(Caller.Server with { AccountId = key.AccountId, TenantId = key.StoreId }, time);
        return Scopes.Both(key.Scopes, (await db.RolesOf(key.Member).AsNoTracking().ToListAsync(cancellation)).SelectMany(role => role.Permissions).ToList());
    }

    public ValueTask<Store?> Store(long id, CancellationToken cancellation) => Store(id, _ => true, cancellation);

    /// <param name="isNew">Whether what is kept of it will do; if not, the database is asked.</param>
    public async ValueTask<Store?> Store(long id, Func<Store, bool> isNew, CancellationToken cancellation)
    {
        var cache = byId;
        if (cache.TryGetValue(id, out var store) && (store is null || isNew(store)))
            return store;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        store = await db.Stores.AsNoTracking().FirstOrDefaultAsync(s => s.Id == id, cancellation);
        if (listening)
            cache[id] = store;
        return store;
    }

    /// <summary>To be called after a change in this process; the others hear of it.</summary>
    public void Forget() => (byHash, byId) = (new(), new());

    /// <summary>Notes that a key was used; written every few seconds, for it may be many a second.</summary>
    public void Used(ApiKey key, DateTime now) => used[key.Id] = now;

    /// <summary>Listens for changes until it is told to stop, and reconnects when the connection is lost.</summary>
    public async Task Listen(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
            try
            {
                await using var connection = await sessions.OpenConnectionAsync(stopping);
                connection.Notification += (_, _) => Forget();
                await using var listen = new NpgsqlCommand("LISTEN aura_access", connection) { CommandTimeout = (int)Silence.TotalSeconds };
                await listen.ExecuteNonQueryAsync(stopping);
                Forget();
                listening = true;
                while (!stopping.IsCancellationRequested)
                {
                    await connection.WaitAsync(Silence, stopping);
                    await listen.ExecuteNonQueryAsync(stopping); // said again, for a server that vanished without a word sends nothing either
                    await WriteUsed(stopping);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
            }
            catch (Exception lost) when (lost.IsPassing())
            {
                log.LogWarning("The connection that listens for changes was lost: {Reason}", lost.Message);
                await Task.WhenAny(Task.Delay(TimeSpan.FromSeconds(1), time, stopping));
            }
            finally
            {
                listening = false;
                Forget();
            }
    }

    private async Task WriteUsed(CancellationToken cancellation)
    {
        foreach (var (id, at) in used)
            if (used.TryRemove(new(id, at)))
            {
                await using var command = source.CreateCommand("UPDATE api_keys SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)");
                command.Parameters.Add(new() { Value = id });
                command.Parameters.Add(new() { Value = at });
                await command.ExecuteNonQueryAsync(cancellation);
            }
    }
}
