using System.CommandLine;
using Aura.Winback.Intent;

namespace Aura.Server.Cli;

/// <summary><c>aura train-intent</c>: makes again the model of purchase intent that the server brings with it.</summary>
internal static class TrainIntentCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "online_shoppers_intention.csv of UCI data set 468." };
        var output = new Option<string>("--output", "-o") { Description = "Where the model is written.", DefaultValueFactory = _ => "src/Aura/Winback/Intent/intent-model.json" };
        var command = new Command("train-intent", "Train the model of purchase intent on public data.") { file, output };
        command.SetAction((parsed, _) => Task.FromResult(Run(parsed.GetValue(file)!, parsed.GetValue(output)!))); // both are there
        return command;
    }

    private static int Run(string file, string output)
    {
        using var reader = File.OpenText(file);
        var model = PublicSessions.Train(reader);
        File.WriteAllText(output, model.ToJson() + "\n");
        Console.WriteLine(FormattableString.Invariant($"AUC {model.Quality.Auc:F4}, Brier {model.Quality.Brier:F4} on {model.Quality.Rows} sessions held out"));
        foreach (var reference in model.References)
            Console.WriteLine(FormattableString.Invariant($"{reference.Features}: AUC {reference.Auc:F4}, Brier {reference.Brier:F4}"));
        return 0;
    }
}
