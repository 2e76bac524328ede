namespace Aura.Scripts;

/// <summary>Runs merchants' code where it can harm nobody: apart from the server, and for a short time.</summary>
public interface IScriptSandbox
{
    /// <summary>Reads the code without running it.</summary>
    Task<ScriptOutcome> Check(string code, CancellationToken cancellation);

    /// <summary>Calls the code's function: the one named <c>main</c>, or else the first.</summary>
    /// <param name="argument">JSON.</param>
    /// <param name="now">What the code takes for the time; together with the seed it makes a run repeatable.</param>
    /// <param name="seed">What its random numbers begin with.</param>
    Task<ScriptOutcome> Run(string code, string argument, DateTime now, int seed, CancellationToken cancellation);
}

/// <summary>What came of a script.</summary>
/// <param name="Result">JSON; null where there is none.</param>
/// <param name="Logs">What it wrote to the console, a line each.</param>
/// <param name="DurationMs">Milliseconds in the code itself.</param>
/// <param name="Error">A code such as <c>script_timeout</c>; null: it went well.</param>
/// <param name="Message">For people; null: it went well.</param>
public sealed record ScriptOutcome(string? Result, IReadOnlyList<string> Logs, int DurationMs, string? Error, string? Message)
{
    public bool IsSuccess => Error is null;

    /// <returns>Itself.</returns>
    /// <exception cref="Refused">422 where it did not go well.</exception>
    public ScriptOutcome Demand() => Error is null ? this : throw Refused.Rule(Error, Message ?? "The script failed.", new { logs = Logs, durationMs = DurationMs });

    public static ScriptOutcome Failed(string error, string message, IReadOnlyList<string>? logs = null, int durationMs = 0) => new(null, logs ?? [], durationMs, error, message);
}
