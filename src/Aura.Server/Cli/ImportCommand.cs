using System.CommandLine;
using System.Diagnostics;
using System.Security.Cryptography;
using Aura.Persistence;
using Aura.ProductFiles;
using Microsoft.EntityFrameworkCore;
using Spectre.Console;

namespace Aura.Server.Cli;

/// <summary><c>aura import products FILE</c>: takes a product file into the catalogue and shows how far it is. Broken off, it goes on when it is called again.</summary>
internal static class ImportCommand
{
    private const int MostShown = 1_000;

    public static Command Create()
    {
        var file = new Argument<FileInfo>("file") { Description = "A Shopify or WooCommerce product CSV." };
        var store = StoreChoice.Option("Where the products go.", "live");
        var format = new Option<ProductFileFormat?>("--format") { Description = "shopify or woocommerce; without it, the header tells." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Try every row and keep nothing." };
        var products = new Command("products", "Import products.") { file.AcceptExistingOnly(), store, format, dryRun };
        products.SetAction((parsed, cancellation) =>
            Run(parsed.GetRequiredValue(file), parsed.GetRequiredValue(store), parsed.GetValue(format), parsed.GetValue(dryRun), cancellation));
        return new("import", "Take files of another shop into the store.") { products, ImportOrdersCommand.Create() };
    }

    /// <returns>0; 1 when rows were rejected; 2 when the file cannot be imported at all.</returns>
    private static async Task<int> Run(FileInfo file, string store, ProductFileFormat? format, bool dryRun, CancellationToken cancellation)
    {
        await using var server = await OpenServer.Open(ServerOptions.FromEnvironment(), cancellation);
        try
        {
            await using var scope = await server.App.Enter(store, cancellation);
            var db = scope.ServiceProvider.GetRequiredService<AuraDb>();
            var import = await Begin(db, file, format, dryRun, cancellation);
            import = await Run(scope.ServiceProvider.GetRequiredService<ImportRun>(), import, file, cancellation);
            await Report(db, import, cancellation);
            return import.Counts.Rejected == 0 ? 0 : 1;
        }
        catch (Refused refused)
        {
            AnsiConsole.MarkupLine($"[red]{Markup.Escape(refused.Message)}[/]");
            return 2;
        }
    }

    /// <summary>The import of the same file that was broken off, or a new one.</summary>
    private static async Task<ProductImport> Begin(AuraDb db, FileInfo file, ProductFileFormat? format, bool dryRun, CancellationToken cancellation)
    {
        await using var content = file.OpenRead();
        var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellation));
        var broken = await db.Imports.AsNoTracking().Where(i => i.Sha256 == sha256 && i.DryRun == dryRun && i.State != ImportState.Completed)
            .OrderByDescending(i => i.Id).FirstOrDefaultAsync(cancellation);
        if (broken is not null && await ImportFile.IsKept(db, broken, cancellation))
        {
            AnsiConsole.MarkupLine($"Going on with {new Id<ProductImport>(broken.Id)}, of which {broken.Counts.Rows()} rows are done.");
            return broken;
        }

        content.Position = 0;
        return await db.Receive(content, file.Name, format, dryRun, cancellation);
    }

    private static Task<ProductImport> Run(ImportRun run, ProductImport import, FileInfo file, CancellationToken cancellation) =>
        AnsiConsole.Progress().Columns(new SpinnerColumn(), new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn()).StartAsync(async context =>
        {
            var bar = context.AddTask(Markup.Escape(file.Name));
            var (watch, before) = (Stopwatch.StartNew(), import.Counts.Rows());
            return await run.Run(import.Id, now =>
            {
                var rate = (now.Counts.Rows() - before) / Math.Max(0.001, watch.Elapsed.TotalSeconds);
                bar.Description = $"{Markup.Escape(file.Name)} {now.Counts.Rows():N0} rows, {rate:N0}/s";
                bar.Value = now.Progress;
            }, cancellation);
        });

    private static async Task Report(AuraDb db, ProductImport import, CancellationToken cancellation)
    {
        var counts = import.Counts;
        var table = new Table().AddColumns("", "Created", "Updated", "Unchanged", "Skipped", "Rejected");
        table.AddRow("Rows", $"{counts.Created}", $"{counts.Updated}", $"{counts.Unchanged}", $"{counts.Skipped}", $"{counts.Rejected}");
        table.AddRow("Products", $"{counts.ProductsCreated}", $"{counts.ProductsUpdated}", $"{counts.ProductsUnchanged}");
        table.AddRow("Variants", $"{counts.VariantsCreated}", $"{counts.VariantsUpdated}", $"{counts.VariantsUnchanged}");
        AnsiConsole.Write(table);
        await List(db, import, RowOutcome.Warning, "yellow", cancellation);
        await List(db, import, RowOutcome.Rejected, "red", cancellation);
        AnsiConsole.WriteLine(import.DryRun ? "Nothing was kept: this was a dry run." : $"Done: {new Id<ProductImport>(import.Id)}.");
    }

    private static async Task List(AuraDb db, ProductImport import, RowOutcome outcome, string colour, CancellationToken cancellation)
    {
        var rows = db.ImportRows.AsNoTracking().Where(r => r.ImportId == import.Id && r.Outcome == outcome);
        foreach (var row in await rows.OrderBy(r => r.Number).ThenBy(r => r.Id).Take(MostShown).ToListAsync(cancellation))
            AnsiConsole.MarkupLine($"[{colour}]{Words<RowOutcome>.Of(outcome)}[/] row {row.Number}{(row.ColumnName is { } column ? $", {Markup.Escape(column)}" : "")}: {Markup.Escape(row.Message ?? "")}");
        var more = await rows.CountAsync(cancellation) - MostShown;
        if (more > 0)
            AnsiConsole.WriteLine($"... and {more} more: GET /v2/imports/{new Id<ProductImport>(import.Id)}/rows?outcome={Words<RowOutcome>.Of(outcome)}");
    }
}
