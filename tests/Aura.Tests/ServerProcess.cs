using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Aura.Tests;

/// <summary>A server in a process of its own, as a user starts it, so that a test can kill it.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    public const string LiveKey = "live_key_of_a_server_process";
    public const string TestKey = "test_key_of_a_server_process";

    private static readonly ConcurrentBag<Process?> Cleaners = []; // Collecting one as garbage would close its input.

    private readonly Process process;

    private readonly ConcurrentQueue<string> log;

    private ServerProcess(Process process, Uri address, ConcurrentQueue<string> log) => (this.process, Address, this.log) = (process, address, log);

    /// <summary>The errors and warnings that it wrote last.</summary>
    public string Log => string.Join('\n', log.TakeLast(200));

    public Uri Address { get; }

    /// <summary>What it has used of a processor since it started.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <summary>Bytes of memory that it holds.</summary>
    public long Memory
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64;
        }
    }

    /// <param name="database">A connection string; the server migrates it and makes its first account. Null: a private cluster.</param>
    public static Task<ServerProcess> Start(string? database, string? data = null, params (string Name, string Value)[] environment) => Start(database, data, null, environment);

    /// <param name="files">That it may have open at once; null: as many as we.</param>
    public static async Task<ServerProcess> Start(string? database, string? data, int? files, params (string Name, string Value)[] environment)
    {
        var address = new Uri($"http://127.0.0.1:{Ports.Free()}");
        string[] command = ["dotnet", Path.Combine(AppContext.BaseDirectory, "aura-server.dll"), "run"];
        var start = new ProcessStartInfo("sh", ["-c", $"ulimit -n {files?.ToString(CultureInfo.InvariantCulture) ?? "$(ulimit -n)"} && exec \"$@\"", "server", .. command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            Environment =
            {
                ["AURA_URL"] = address.ToString(),
                ["AURA_DATABASE"] = database ?? "",
                ["AURA_DATA"] = data ?? TestCluster.TemporaryDirectory(),
                ["AURA_LIVE_KEY"] = LiveKey,
                ["AURA_TEST_KEY"] = TestKey,
                ["AURA_LOG"] = "Warning",
                ["AURA_WEBHOOKS_ALLOW_PRIVATE"] = "true",
                ["DOTNET_TieredPGO"] = "0",
            },
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var log = new ConcurrentQueue<string>();
        process.OutputDataReceived += (_, line) => log.Enqueue(line.Data ?? "");
        process.OutputDataReceived += (_, line) => { if (line.Data?.StartsWith("Aura is at", StringComparison.Ordinal) == true) ready.TrySetResult(); };
        var errors = new ConcurrentQueue<string>();
        process.ErrorDataReceived += (_, line) => errors.Enqueue(line.Data ?? "");
        process.Exited += (_, _) =>
        {
            if (ready.Task.IsCompleted)
                return;
            process.WaitForExit(); // for its last words too
            ready.TrySetException(new InvalidOperationException($"The server ended with code {process.ExitCode} before it was ready: {string.Join('\n', log.Concat(errors).TakeLast(40))}"));
        };
        process.Start();
        EndWithUs(process.Id);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await ready.Task;
        return new(process, address, log);
    }

    public HttpClient Client(string key) => new() { BaseAddress = Address, DefaultRequestHeaders = { Authorization = new("Bearer", key) }, Timeout = TimeSpan.FromMinutes(5) };

    public bool HasEnded => process.HasExited;

    /// <summary>kill -9: nothing of the server runs any more when this returns.</summary>
    public void Kill()
    {
        process.Kill(entireProcessTree: false);
        process.WaitForExit();
    }

    /// <summary>SIGTERM, as an init system stops it.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> Stop()
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]))
            await kill.WaitForExitAsync();
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    public ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            Kill();
        process.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>A small shell waits for the end of its input, which the kernel closes with us, however we end.</summary>
    private static void EndWithUs(int server) => Cleaners.Add(Process.Start(
        new ProcessStartInfo("sh", ["-c", "trap '' INT TERM HUP; cat >/dev/null 2>&1; kill -KILL \"$1\" 2>/dev/null", "cleaner", $"{server}"]) { RedirectStandardInput = true }));
}
