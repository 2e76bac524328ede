using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Aura.Bench;

/// <summary>What wrk counted. Latencies in microseconds.</summary>
/// <param name="Refused">Answers from 400 on.</param>
/// <param name="Failed">Requests without an answer.</param>
/// <param name="Orders">Checkouts that were completed, where the script counts them.</param>
internal sealed record Load(long Requests, long Microseconds, long Bytes, long Refused, long Failed, long P50, long P90, long P99, long Slowest, long Orders = 0)
{
    /// <summary>What the load was for: orders, or else requests.</summary>
    public long Work => Orders > 0 ? Orders : Requests;

    public double PerSecond => Work * 1e6 / Microseconds;
}

/// <param name="Script">Of wrk.</param>
/// <param name="File">What the script draws from.</param>
/// <param name="More">Further arguments of the script.</param>
internal sealed record LoadPlan(string Script, string File, string[] More, int Threads, int Connections);

/// <summary>The load generator.</summary>
internal static class Wrk
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private static int seed;

    /// <exception cref="BenchFailed">An answer was refused or did not come: such a load says nothing.</exception>
    public static async Task<Load> Run(Contestant contestant, LoadPlan plan, int seconds, CancellationToken cancellation)
    {
        var number = (++seed).ToString(CultureInfo.InvariantCulture); // no two runs send the same Idempotency-Key
        using var process = Process.Start(new ProcessStartInfo("wrk",
            [$"-t{plan.Threads}", $"-c{plan.Connections}", $"-d{seconds}s", "--timeout", "10s", "-s", plan.Script, contestant.Address.ToString(), "--",
                plan.File, contestant.Key is { } key ? $"Bearer {key}" : "-", number, .. plan.More])
        { RedirectStandardOutput = true, RedirectStandardError = true })!; // a program was named
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
        await process.WaitForExitAsync(cancellation);
        var result = (await output).Split('\n').FirstOrDefault(line => line.StartsWith("RESULT ", StringComparison.Ordinal))
            ?? throw new BenchFailed($"wrk gave no result. {await errors} {await output}");
        var load = JsonSerializer.Deserialize<Load>(result["RESULT ".Length..], Json)!; // an object
        return load is { Refused: 0, Failed: 0 } ? load
            : throw new BenchFailed($"The {contestant.Name} refused {load.Refused} of {load.Requests} requests and did not answer {load.Failed}.");
    }
}
