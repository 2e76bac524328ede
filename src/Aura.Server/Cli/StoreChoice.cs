using System.CommandLine;
using Aura.Accounts;
using Aura.Jobs;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Cli;

/// <summary>Which store a command works on.</summary>
internal static class StoreChoice
{
    private const string Names = "Say live, sandbox, an id such as tenant_12, or a domain.";

    public static Option<string?> Option(string about) => new("--store") { Description = $"{about} {Names}" };

    public static Option<string> Option(string about, string otherwise) =>
        new("--store") { Description = $"{about} {Names}", DefaultValueFactory = _ => otherwise };

    /// <summary>Finds a store by what was typed; live and sandbox are those of the first account.</summary>
    /// <exception cref="Refused">404 where there is none.</exception>
    public static async Task<Store> Find(this AuraDb db, string name, CancellationToken cancellation)
    {
        var stores = db.Stores.AsNoTracking().OrderBy(s => s.Id);
        var domain = name.Trim().ToLowerInvariant();
        return (domain switch
        {
            "live" => await stores.FirstOrDefaultAsync(s => !s.IsTest, cancellation),
            "sandbox" or "test" => await stores.FirstOrDefaultAsync(s => s.IsTest, cancellation),
            _ when Id<Store>.ToNumber(domain) is { } id => await stores.FirstOrDefaultAsync(s => s.Id == id, cancellation),
            _ => await stores.FirstOrDefaultAsync(s => s.Domain == domain && !s.IsTest, cancellation),
        }) ?? throw Refused.NotFound("store");
    }

    /// <summary>Opens a scope whose <see cref="AuraDb"/> works inside a store, as the server itself.</summary>
    /// <exception cref="Refused">404 where there is no such store.</exception>
    public static async Task<AsyncServiceScope> Enter(this WebApplication app, string name, CancellationToken cancellation)
    {
        await using var outside = app.Services.CreateAsyncScope();
        var store = await outside.ServiceProvider.GetRequiredService<AuraDb>().Find(name, cancellation);
        var inside = app.Services.CreateAsyncScope();
        inside.ServiceProvider.GetRequiredService<CurrentCaller>().Value = Caller.System(store) with { Actor = "cli" };
        return inside;
    }
}
