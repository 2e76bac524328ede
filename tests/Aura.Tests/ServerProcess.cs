using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Aura.Tests;

/// <summary>A server in a process of its own, as a user starts it, so that a test can kill it.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    public const string LiveKey = "live_key_of_a_server_process";
    public const string TestKey = "test_key_of_a_server_process";

    private readonly Process process;

    private ServerProcess(Process process, Uri address) => (this.process, Address) = (process, address);

    public Uri Address { get; }

    /// <param name="database">A connection string; the server migrates it and makes its first account.</param>
    public static async Task<ServerProcess> Start(string database, string? data = null)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "aura-server.dll"), "run"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            Environment =
            {
                ["AURA_URL"] = address.ToString(),
                ["AURA_DATABASE"] = database,
                ["AURA_DATA"] = data ?? TestCluster.TemporaryDirectory(),
                ["AURA_LIVE_KEY"] = LiveKey,
                ["AURA_TEST_KEY"] = TestKey,
                ["AURA_LOG"] = "Error",
                ["DOTNET_TieredPGO"] = "0",
            },
        };
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) => { if (line.Data?.StartsWith("Aura is at", StringComparison.Ordinal) == true) ready.TrySetResult(); };
        process.ErrorDataReceived += (_, _) => { };
        process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException($"The server ended with code {process.ExitCode} before it was ready."));
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await ready.Task;
        return new(process, address);
    }

    public HttpClient Client(string key) => new() { BaseAddress = Address, DefaultRequestHeaders = { Authorization = new("Bearer", key) }, Timeout = TimeSpan.FromMinutes(1) };

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

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
