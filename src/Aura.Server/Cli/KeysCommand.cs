using System.CommandLine;
using Aura.Accounts;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Spectre.Console;

namespace Aura.Server.Cli;

/// <summary><c>aura keys</c>: lists the keys of the first account, and makes new ones for whoever has lost theirs.</summary>
internal static class KeysCommand
{
    public static Command Create()
    {
        var create = new Option<string?>("--create") { Description = "Make a key with every scope and this name, and show it." };
        var test = new Option<bool>("--test") { Description = "Make it for the sandbox." };
        var command = new Command("keys", "List API keys, or make one.") { create, test };
        command.SetAction((parsed, cancellation) => Run(parsed.GetValue(create), parsed.GetValue(test), cancellation));
        return command;
    }

    private static async Task<int> Run(string? name, bool isTest, CancellationToken cancellation)
    {
        await using var server = await OpenServer.Open(ServerOptions.FromEnvironment(), cancellation);
        await using var scope = server.App.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AuraDb>();
        if (name is not null)
        {
            var store = await db.Stores.Where(s => s.IsTest == isTest).OrderBy(s => s.Id).FirstAsync(cancellation);
            var (key, secret) = ApiKey.Create(store, name, ["*"], db.Now);
            db.ApiKeys.Add(key);
            await db.SaveChangesAsync(cancellation);
            AnsiConsole.WriteLine(secret);
            return 0;
        }

        var table = new Table().AddColumns("Id", "Name", "Starts with", "For", "Scopes", "Last used");
        foreach (var key in await db.ApiKeys.Where(k => k.RevokedAt == null).OrderBy(k => k.Id).ToListAsync(cancellation))
            table.AddRow(
                new Id<ApiKey>(key.Id).ToString(), Markup.Escape(key.Name), Markup.Escape(key.Start), key.IsTest ? "sandbox" : "live",
                Markup.Escape(string.Join(' ', key.Scopes)), key.LastUsedAt is { } used ? $"{used:u}" : "never");
        AnsiConsole.Write(table);
        return 0;
    }
}
