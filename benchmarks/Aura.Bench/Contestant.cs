using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Aura.Bench;

/// <summary>A server in a process of its own: the product, or the floor.</summary>
internal sealed class Contestant : IAsyncDisposable
{
    private readonly Process process;
    private readonly bool isOurs;

    /// <param name="isOurs">Whether the process ends with this.</param>
    private Contestant(string name, Uri address, string? key, string role, Process process, bool isOurs = true)
    {
        (Name, Address, Key, Role, this.process, this.isOurs) = (name, address, key, role, process, isOurs);
        Http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 8 }) { BaseAddress = address, Timeout = TimeSpan.FromMinutes(1) };
        if (key is not null)
            Http.DefaultRequestHeaders.Authorization = new("Bearer", key);
    }

    public string Name { get; }
    public Uri Address { get; }
    public string? Key { get; }

    /// <summary>As whom it speaks to the database.</summary>
    public string Role { get; }

    public HttpClient Http { get; }
    public int ProcessId => process.Id;
    public bool IsFloor => Key is null;

    public static Task<Contestant> Product(BenchOptions options, Shop shop, CancellationToken cancellation) =>
        Start("product", options.Server, ["run"], Shop.TestKey, "aura", "/health/ready", new()
        {
            ["AURA_URL"] = null, // filled in
            ["AURA_DATABASE"] = shop.Connection,
            ["AURA_DATA"] = Path.Combine(options.Data, "product"),
            ["AURA_LOG"] = "Error",
        }, cancellation);

    /// <summary>The server with a private cluster of its own, as <c>./run</c> starts it.</summary>
    public static Task<Contestant> Alone(BenchOptions options, string data, CancellationToken cancellation) =>
        Start("server", options.Server, ["run"], Shop.TestKey, "aura", "/health/ready", new() { ["AURA_URL"] = null, ["AURA_DATA"] = data, ["AURA_LOG"] = "Error" }, cancellation);

    public static Task<Contestant> Floor(BenchOptions options, Shop shop, CancellationToken cancellation) =>
        Start("floor", options.Floor, [], null, "floor", "/ready", new()
        {
            ["FLOOR_URL"] = null,
            ["FLOOR_DATABASE"] = shop.Connection,
            ["FLOOR_STORE"] = shop.Store.ToString(CultureInfo.InvariantCulture),
        }, cancellation);

    /// <summary>The same server, seen by another caller.</summary>
    public Contestant As(string name, string key) => new(name, Address, key, Role, process, isOurs: false);

    private static async Task<Contestant> Start(
        string name, string program, string[] arguments, string? key, string role, string ready, Dictionary<string, string?> environment, CancellationToken cancellation)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (variable, value) in environment)
            start.Environment[variable] = value ?? address.ToString();
        var process = Process.Start(start)!; // a program was named
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) => { if (line.Data is { Length: > 0 } said) Console.Error.WriteLine($"{name}: {said}"); };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var contestant = new Contestant(name, address, key, role, process);
        await contestant.Ready(ready, cancellation);
        return contestant;
    }

    private async Task Ready(string path, CancellationToken cancellation)
    {
        while (true)
        {
            if (process.HasExited)
                throw new BenchFailed($"The {Name} ended with code {process.ExitCode} before it was ready.");
            try
            {
                using var answer = await Http.GetAsync(path, cancellation);
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
            await Task.Delay(20, cancellation);
        }
    }

    /// <summary>SIGTERM, and the end of the process.</summary>
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!isOurs)
            return;
        if (!process.HasExited)
            using (var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]))
                await kill.WaitForExitAsync();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>A run that cannot be trusted, and why; nothing is printed as a result.</summary>
internal sealed class BenchFailed(string message) : Exception(message);
