using System.CommandLine;
using System.Data;
using Aura.Persistence;
using Aura.ProductFiles;
using Spectre.Console;

namespace Aura.Server.Cli;

/// <summary><c>aura export products</c>: writes the catalogue as another shop's file.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var format = new Option<ProductFileFormat>("--format") { Description = "shopify or woocommerce.", Required = true };
        var output = new Option<FileInfo>("--output", "-o") { Description = "The file to write.", Required = true };
        var store = StoreChoice.Option("Whose products.", "live");
        var products = new Command("products", "Export products.") { format, output, store };
        products.SetAction((parsed, cancellation) =>
            Run(parsed.GetRequiredValue(format), parsed.GetRequiredValue(output), parsed.GetRequiredValue(store), cancellation));
        return new("export", "Write files for another shop.") { products };
    }

    /// <returns>0; 2 when there is no such store.</returns>
    private static async Task<int> Run(ProductFileFormat format, FileInfo output, string store, CancellationToken cancellation)
    {
        await using var server = await OpenServer.Open(ServerOptions.FromEnvironment(), cancellation);
        try
        {
            await using var scope = await server.App.Enter(store, cancellation);
            var db = scope.ServiceProvider.GetRequiredService<AuraDb>();
            await using var stream = output.Create();
            await using var state = await db.Start(cancellation, IsolationLevel.RepeatableRead); // a disk takes it quickly
            var written = await scope.ServiceProvider.GetRequiredService<ProductExport>().Write(format, db.Products, stream, cancellation);
            AnsiConsole.WriteLine($"{written.Products} products in {written.Rows} rows: {output.FullName}");
            foreach (var (what, times) in written.LeftOut)
                AnsiConsole.MarkupLine($"[yellow]left out {times} times[/]: {Markup.Escape(what)}, for which the format has no column");
            return 0;
        }
        catch (Refused refused)
        {
            AnsiConsole.MarkupLine($"[red]{Markup.Escape(refused.Message)}[/]");
            return 2;
        }
    }
}
