using System.CommandLine;
using Aura.Accounts;
using Aura.Jobs;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Cli;

/// <summary>Which store of the first account a command works on: <c>--store live</c> or <c>--store sandbox</c>.</summary>
internal static class StoreOption
{
    public static Option<string> Create()
    {
        var store = new Option<string>("--store") { Description = "The live store or its sandbox.", DefaultValueFactory = _ => "live" };
        return store.AcceptOnlyFromAmong("live", "sandbox");
    }

    /// <summary>A scope whose database is that store.</summary>
    public static async Task<AsyncServiceScope> Enter(this OpenServer server, string store, CancellationToken cancellation)
    {
        await using var outside = server.App.Services.CreateAsyncScope();
        var found = await outside.ServiceProvider.GetRequiredService<AuraDb>().Stores
            .Where(s => s.IsTest == (store == "sandbox")).OrderBy(s => s.Id).FirstAsync(cancellation);
        var inside = server.App.Services.CreateAsyncScope();
        inside.ServiceProvider.GetRequiredService<CurrentCaller>().Value = Caller.System(found) with { Actor = "cli" };
        return inside;
    }
}
