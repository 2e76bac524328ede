using System.CommandLine;
using System.Diagnostics;
using Aura.Connectors.Shops;
using Aura.Orders.History;
using Spectre.Console;

namespace Aura.Server.Cli;

/// <summary><c>aura import orders FILE</c>: takes the order history of another shop into a store.</summary>
internal static class ImportOrdersCommand
{
    public static Command Create()
    {
        var file = new Argument<FileInfo>("file") { Description = "A CSV file, plain or gzip." };
        file.AcceptExistingOnly();
        var store = StoreChoice.Option("Where the orders go.", "live");
        var format = new Option<string>("--format") { Description = "How the file is written.", DefaultValueFactory = _ => "online-retail" };
        format.AcceptOnlyFromAmong("online-retail");
        var command = new Command("orders", "Import past orders: UCI's Online Retail data sets. What is there already is left out, so it can be run again.") { file, store, format };
        command.SetAction((parsed, cancellation) => Run(parsed.GetRequiredValue(file), parsed.GetRequiredValue(store), cancellation));
        return command;
    }

    /// <returns>0; 1 when lines could not be taken; 2 when the file or the store is none.</returns>
    private static async Task<int> Run(FileInfo file, string store, CancellationToken cancellation)
    {
        await using var server = await OpenServer.Open(ServerOptions.FromEnvironment(), cancellation);
        await using var stream = file.OpenRead();
        var watch = Stopwatch.StartNew();
        try
        {
            await using var scope = await server.App.Enter(store, cancellation);
            var report = await AnsiConsole.Progress()
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
                .StartAsync(progress =>
                {
                    var task = progress.AddTask("Importing orders", maxValue: stream.Length);
                    var history = ActivatorUtilities.CreateInstance<RetailHistory>(scope.ServiceProvider);
                    return history.Import(stream, done => (task.Value, task.Description) = (stream.Position, $"{done.Orders} orders"), cancellation);
                });
            Show(report, watch.Elapsed);
            return report.ProblemCount == 0 ? 0 : 1;
        }
        catch (Exception wrong) when (wrong is UnreadableShopFile or Refused)
        {
            AnsiConsole.WriteLine(wrong.Message);
            return 2;
        }
    }

    private static void Show(RetailReport report, TimeSpan took)
    {
        var table = new Grid().AddColumn().AddColumn();
        table.AddRow("Rows read", $"{report.Rows:N0} in {took.TotalSeconds:0.0} s, {report.Rows / took.TotalSeconds:N0} a second");
        table.AddRow("Orders", $"{report.Orders:N0} with {report.OrderLines:N0} lines, {Pounds(report.OrderAmount)}");
        table.AddRow("Customers, products", $"{report.Customers:N0}, {report.Products:N0}");
        table.AddRow("Credit notes", $"{report.CreditNotes:N0}, {Pounds(report.CreditAmount)}; {Pounds(report.RefundedAmount)} of it refunded on orders, the rest stands alone");
        table.AddRow("There already", $"{report.Repeated:N0} invoices, imported before or twice in the file");
        table.AddRow("No sales", $"{report.StockNotes:N0} invoices without price and customer");
        table.AddRow("Lines left out", $"{report.LinesLeftOut:N0}, most of them goods that were lost or broken");
        table.AddRow("Prices rounded", $"{report.RoundedPrices:N0}");
        table.AddRow("Problems", $"{report.ProblemCount:N0}");
        AnsiConsole.Write(table);
        foreach (var problem in report.Problems)
            AnsiConsole.WriteLine($"Row {problem.Row}{(problem.Column is { } column ? $", {column}" : "")}: {problem.Message}");
        if (report.ProblemCount > report.Problems.Count)
            AnsiConsole.WriteLine($"{report.ProblemCount - report.Problems.Count} more are not listed.");
    }

    private static string Pounds(long pence) => $"{new Money(pence, RetailHistory.Currency)}";
}
