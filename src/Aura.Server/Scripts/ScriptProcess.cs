using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Aura.Scripts;

namespace Aura.Server.Scripts;

/// <summary>Runs scripts in children of this server: this program again, with a hidden command, no environment, little memory and little time.</summary>
/// <remarks>An interpreter in this process could be asked to stop, but not made to: one statement may take all memory or a second's work of one call.</remarks>
internal sealed class ScriptProcess(TimeProvider time, ILogger<ScriptProcess> log) : IScriptSandbox, IDisposable
{
    public const string Command = "script";

    private static readonly TimeSpan Queue = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim places = new(ScriptLimits.Children);

    public Task<ScriptOutcome> Check(string code, CancellationToken cancellation) => Start(new(code, null, 0, 0), cancellation);

    public Task<ScriptOutcome> Run(string code, string argument, DateTime now, int seed, CancellationToken cancellation) => argument.Length > ScriptLimits.Result
        ? throw Refused.Rule("script_input", $"What a script is given has at most {ScriptLimits.Result} characters.")
        : Start(new(code, argument, new DateTimeOffset(now, TimeSpan.Zero).ToUnixTimeMilliseconds(), seed), cancellation);

    /// <exception cref="Refused">503 while too many scripts wait.</exception>
    private async Task<ScriptOutcome> Start(ScriptOrder order, CancellationToken cancellation)
    {
        if (!await places.WaitAsync(Queue, cancellation))
            throw new Refused(Refusal.Unavailable, "scripts_busy", "Too many scripts are running right now. Try again.") { RetryAfter = TimeSpan.FromSeconds(5) };
        try
        {
            return await InChild(order, cancellation);
        }
        finally
        {
            places.Release();
        }
    }

    private async Task<ScriptOutcome> InChild(ScriptOrder order, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var child = Process.Start(Program()) ?? throw new InvalidOperationException("No child can be started for a script.");
        using var clock = time.CreateTimer(_ => limit.Cancel(), null, ScriptLimits.Wall, Timeout.InfiniteTimeSpan);
        try
        {
            var errors = Beginning(child.StandardError.BaseStream, limit.Token);
            var answer = Beginning(child.StandardOutput.BaseStream, limit.Token);
            await Tell(child, order, limit.Token);
            var said = await answer;
            await child.WaitForExitAsync(limit.Token);
            return child.ExitCode == 0 ? JsonSerializer.Deserialize<ScriptOutcome>(said)! : Ended(child.ExitCode, await errors); // the child writes one
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return ScriptOutcome.Failed("script_timeout", $"It was stopped after {ScriptLimits.Wall.TotalSeconds:0} seconds.");
        }
        finally
        {
            if (!child.HasExited)
                child.Kill(entireProcessTree: true);
        }
    }

    /// <summary>A child that is gone already has its reasons, which its end tells.</summary>
    private static async Task Tell(Process child, ScriptOrder order, CancellationToken cancellation)
    {
        try
        {
            await JsonSerializer.SerializeAsync(child.StandardInput.BaseStream, order, cancellationToken: cancellation);
            child.StandardInput.Close();
        }
        catch (IOException)
        {
        }
    }

    private ScriptOutcome Ended(int code, byte[] errors)
    {
        var said = System.Text.Encoding.UTF8.GetString(errors);
        log.LogDebug("The child of a script ended with code {Code}: {Errors}", code, said);
        const int OutOfProcessor = 128 + 24, Killed = 128 + 9;
        return code switch
        {
            OutOfProcessor or Killed => ScriptOutcome.Failed("script_timeout", $"It was stopped after {ScriptLimits.ProcessorSeconds} seconds of work."),
            _ when said.Contains("OutOfMemory", StringComparison.Ordinal) || said.Contains("Out of memory", StringComparison.Ordinal) =>
                ScriptOutcome.Failed("script_memory", "It took more memory than there is for a script."),
            _ when said.Contains("Stack overflow", StringComparison.Ordinal) => ScriptOutcome.Failed("script_recursion", "It is nested too deeply."),
            _ => ScriptOutcome.Failed("script_crashed", "It brought down the process that ran it."),
        };
    }

    /// <summary>Reads to the end, and keeps what fits.</summary>
    private static async Task<byte[]> Beginning(Stream stream, CancellationToken cancellation)
    {
        var (kept, buffer) = (new MemoryStream(), new byte[8192]);
        while (await stream.ReadAsync(buffer, cancellation) is > 0 and var read)
            kept.Write(buffer, 0, (int)Math.Min(read, ScriptLimits.Answer - kept.Length));
        return kept.ToArray();
    }

    /// <summary>This program, started as it was itself.</summary>
    private static ProcessStartInfo Program()
    {
        var own = Path.Combine(AppContext.BaseDirectory, "aura-server.dll");
        var host = Environment.ProcessPath ?? "dotnet";
        ProcessStartInfo start = Path.GetFileNameWithoutExtension(host) == "dotnet" ? new(host, [own, Command]) : new(Path.ChangeExtension(own, null), [Command]);
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError, start.WorkingDirectory) = (true, true, true, "/");
        var root = Environment.GetEnvironmentVariable("DOTNET_ROOT");
        start.Environment.Clear();
        if (root is not null)
            start.Environment["DOTNET_ROOT"] = root;
        start.Environment["DOTNET_GCHeapHardLimit"] = ScriptLimits.Heap.ToString("X", CultureInfo.InvariantCulture);
        start.Environment["DOTNET_gcConcurrent"] = "0";
        start.Environment["DOTNET_EnableDiagnostics"] = "0"; // no sockets and no dumps
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1";
        return start;
    }

    public void Dispose() => places.Dispose();
}
