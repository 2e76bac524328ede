using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Aura.Scripts;
using Jint;
using Jint.Parser;
using Jint.Runtime;

namespace Aura.Server.Scripts;

/// <summary>The inside of the child: takes one order from its input, writes one outcome, and ends.</summary>
internal static class ScriptChild
{
    /// <summary>Takes from the code what differs from run to run, and gives it a console.</summary>
    private const string Prelude = """
        (function (write, now, seed) {
          var Real = Date;
          Date = function (a, b, c, d, e, f, g) {
            if (!(this instanceof Date)) return new Real(now).toString();
            switch (arguments.length) {
              case 0: return new Real(now);
              case 1: return new Real(a);
              default: return new Real(a, b, c === undefined ? 1 : c, d || 0, e || 0, f || 0, g || 0);
            }
          };
          Date.prototype = Real.prototype;
          Date.now = function () { return now; };
          Date.parse = Real.parse;
          Date.UTC = Real.UTC;
          Math.random = function () { seed = (seed * 1664525 + 1013904223) % 4294967296; return seed / 4294967296; };
          function text(value) {
            try { return typeof value === 'string' ? value : value === undefined ? 'undefined' : typeof value === 'function' ? String(value) : JSON.stringify(value); }
            catch (circular) { return String(value); }
          }
          function log() { write(Array.prototype.slice.call(arguments).map(text).join(' ')); }
          console = { log: log, info: log, warn: log, error: log, debug: log };
        })(__write, __now, __seed);
        __write = undefined;
        """;

    public static int Run()
    {
        Confine();
        var order = JsonSerializer.Deserialize<ScriptOrder>(Console.OpenStandardInput())!; // the server writes one
        var outcome = Outcome(order);
        using var output = Console.OpenStandardOutput();
        JsonSerializer.Serialize(output, outcome);
        return 0;
    }

    private static ScriptOutcome Outcome(ScriptOrder order)
    {
        var (logs, started) = (new List<string>(), Stopwatch.GetTimestamp());
        try
        {
            var entry = EntryOf(new JavaScriptParser().Parse(order.Code));
            if (order.Argument is null)
                return new(null, [], 0, null, null);
            started = Stopwatch.GetTimestamp();
            return new(Call(order, entry, logs), logs, Milliseconds(started), null, null);
        }
        catch (Exception failure) when (Told(failure) is { } told)
        {
            return ScriptOutcome.Failed(told.Error, told.Message, logs, Milliseconds(started));
        }
    }

    private static string? Call(ScriptOrder order, string entry, List<string> logs)
    {
        var engine = new Engine(options => options.Strict().MaxStatements(ScriptLimits.Statements).LimitRecursion(ScriptLimits.Recursion).TimeoutInterval(ScriptLimits.InCode));
        engine.SetValue("__write", new Action<string>(line => Note(line, logs))).SetValue("__now", order.Now).SetValue("__seed", order.Seed);
        engine.SetValue("__argument", order.Argument);
        engine.Execute("var console; " + Prelude);
        engine.Execute(order.Code);
        var result = engine.Execute($"JSON.stringify({entry}(JSON.parse(__argument)))").GetCompletionValue();
        if (!result.IsString())
            return null; // undefined, or a function
        var json = result.AsString();
        if (json.Length > ScriptLimits.Result)
            throw new OutputTooLarge();
        using var document = JsonDocument.Parse(json); // JSON.stringify may be the script's own
        return json;
    }

    /// <summary>The function that is called: <c>main</c>, or the first.</summary>
    private static string EntryOf(Jint.Parser.Ast.Program program)
    {
        var names = program.FunctionDeclarations.Select(function => function.Id.Name).ToList();
        return names.Contains("main") ? "main" : names.FirstOrDefault() ?? throw new NoFunction();
    }

    private static void Note(string line, List<string> logs)
    {
        if (logs.Count < ScriptLimits.LogLines)
            logs.Add(line.Length <= ScriptLimits.LogLine ? line : line[..ScriptLimits.LogLine]);
    }

    private static (string Error, string Message)? Told(Exception failure) => failure switch
    {
        ParserException wrong => ("script_syntax", $"Line {wrong.LineNumber}, column {wrong.Column}: {wrong.Description ?? wrong.Message}"),
        NoFunction => ("script_syntax", "There is no function in it. Write one, such as function main(cart) { return cart.value > 100; }."),
        JavaScriptException thrown => ("script_error", $"Line {thrown.LineNumber}: {thrown.Message.Beginning(500)}"),
        RecursionDepthOverflowException => ("script_recursion", $"It called itself more than {ScriptLimits.Recursion} times deep."),
        StatementsCountOverflowException => ("script_timeout", $"It was stopped after {ScriptLimits.Statements} steps."),
        TimeoutException or System.Text.RegularExpressions.RegexMatchTimeoutException => ("script_timeout", $"It was stopped after {ScriptLimits.InCode.TotalSeconds:0.#} second."),
        OutOfMemoryException => ("script_memory", "It took more memory than there is for a script."),
        OutputTooLarge => ("script_output", $"Its answer is longer than {ScriptLimits.Result} characters."),
        JsonException => ("script_output", "Its answer is no JSON."),
        _ => ("script_error", $"{failure.GetType().Name}: {failure.Message.Beginning(500)}"),
    };

    private static int Milliseconds(long started) => (int)Stopwatch.GetElapsedTime(started).TotalMilliseconds;

    /// <summary>The system's own limits, which nothing in this process can lift again. Files cannot grow, cores are not dumped, nothing more is opened.</summary>
    private static void Confine()
    {
        const int Cpu = 0, FileSize = 1, Data = 2, Core = 4; // asm-generic/resource.h
        AppDomain.CurrentDomain.SetData("REGEX_DEFAULT_MATCH_TIMEOUT", ScriptLimits.Regex);
        foreach (var (resource, most) in (ReadOnlySpan<(int, ulong)>)[(Cpu, ScriptLimits.ProcessorSeconds), (FileSize, 0), (Data, (ulong)ScriptLimits.Data), (Core, 0)])
            if (setrlimit(resource, new(most, most)) != 0)
                throw new InvalidOperationException($"Limit {resource} cannot be set: error {Marshal.GetLastPInvokeError()}.");
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int setrlimit(int resource, in Rlimit limit);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Rlimit(ulong soft, ulong hard)
    {
        public readonly ulong Soft = soft, Hard = hard;
    }

    private sealed class OutputTooLarge : Exception;

    private sealed class NoFunction : Exception;
}
