using System.CommandLine;
using System.Text.Json;
using Aura.Accounts;
using Aura.Persistence;
using Aura.Persistence.Verification;
using Npgsql;
using Spectre.Console;

namespace Aura.Server.Cli;

/// <summary><c>aura verify</c>: works out again every number that is kept, and shows those that differ. Code 1 when any does.</summary>
internal static class VerifyCommand
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    public static Command Create()
    {
        var store = StoreChoice.Option("Only this store.");
        var json = new Option<bool>("--json") { Description = "Print JSON instead of a table." };
        var command = new Command("verify", "Check stock, payments and orders against their ledgers.") { store, json };
        command.SetAction((parsed, cancellation) => Run(parsed.GetValue(store), parsed.GetValue(json), cancellation));
        return command;
    }

    private static async Task<int> Run(string? store, bool json, CancellationToken cancellation)
    {
        await using var server = await OpenServer.Open(ServerOptions.FromEnvironment(), cancellation);
        var services = server.App.Services;
        await using var scope = services.CreateAsyncScope();
        var tenant = store is null ? (long?)null : (await scope.ServiceProvider.GetRequiredService<AuraDb>().Find(store, cancellation)).Id;
        var results = new List<CheckResult>();
        foreach (var check in Verification.Everything)
            results.Add(await services.GetRequiredService<NpgsqlDataSource>().Run(check, tenant, cancellation));

        if (json)
            Console.WriteLine(JsonSerializer.Serialize(results.Select(Plain), Json));
        else
            Show(results);
        return results.All(result => result.Differing == 0) ? 0 : 1;
    }

    private static object Plain(CheckResult result) => new
    {
        Check = result.Check.Name,
        result.Check.About,
        result.Compared,
        result.Differing,
        Differences = result.Differences.Select(d => new { Store = StoreId(d), d.Subject, d.Kept, d.Reckoned }),
    };

    private static void Show(IReadOnlyList<CheckResult> results)
    {
        var table = new Table().AddColumns("Check", "What is compared", "Compared", "Differ");
        foreach (var result in results)
            table.AddRow(
                Markup.Escape(result.Check.Name), Markup.Escape(result.Check.About), $"{result.Compared}",
                result.Differing == 0 ? "[green]0[/]" : $"[red]{result.Differing}[/]");
        AnsiConsole.Write(table);

        foreach (var result in results.Where(r => r.Differing > 0))
        {
            var differences = new Table().Title(Markup.Escape(result.Check.Name)).AddColumns("Store", "Which", "Kept", "Adds up to");
            foreach (var difference in result.Differences)
                differences.AddRow(StoreId(difference), Markup.Escape(difference.Subject), $"{difference.Kept}", $"{difference.Reckoned}");
            AnsiConsole.Write(differences);
            if (result.Differing > result.Differences.Count)
                AnsiConsole.WriteLine($"{result.Differing - result.Differences.Count} more are not listed.");
        }
    }

    private static string StoreId(Difference difference) => new Id<Store>(difference.TenantId).ToString();
}
