using System.Globalization;
using Microsoft.AspNetCore.Connections;

namespace Aura.Server.Http;

/// <summary>Lets in as many connections as there are files for, beside those that the server needs itself; says 503 to the others.</summary>
/// <remarks>A process without a free file can neither ask its database nor read its own code: the runtime ends it.</remarks>
/// <param name="speaksPlainly">Without TLS, so that a word of HTTP is understood before any byte was read.</param>
internal sealed class ConnectionLimit(long files, bool speaksPlainly, TimeProvider time, ILogger<ConnectionLimit> log)
{
    /// <summary>What the server needs itself: its libraries, the pools of the database and the replica, webhooks on their way, scripts.</summary>
    private const int OwnFiles = 512;

    /// <summary>So many of those who are refused are let read why; whoever comes then is cut off.</summary>
    private const int Farewells = 64;

    private static readonly TimeSpan MostForReading = TimeSpan.FromSeconds(1), BetweenWarnings = TimeSpan.FromMinutes(1);

    private static readonly ReadOnlyMemory<byte> Full =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: 57\r\n\r\nThe server has as many connections as it can. Try again.\n"u8.ToArray();

    private readonly long most = files - OwnFiles - Farewells;
    private int open;
    private long warned;

    /// <summary>Files that the process may have open at once, from which everything follows.</summary>
    /// <exception cref="IOException">They are too few to serve anybody.</exception>
    public static long Files()
    {
        var files = File.ReadLines("/proc/self/limits").Where(line => line.StartsWith("Max open files", StringComparison.Ordinal))
            .Select(line => long.TryParse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3], CultureInfo.InvariantCulture, out var soft) ? soft : long.MaxValue).First();
        return files >= 2 * OwnFiles ? files : throw new IOException($"The server needs {2 * OwnFiles} open files at least, and may have {files} (ulimit -n).");
    }

    public ConnectionDelegate Guard(ConnectionDelegate next) => async connection =>
    {
        try
        {
            var others = Interlocked.Increment(ref open) - 1;
            if (others < most)
                await next(connection);
            else
                await Refuse(connection, others < most + Farewells);
        }
        finally
        {
            Interlocked.Decrement(ref open);
        }
    };

    /// <remarks>A connection that is closed with something unread on it takes the answer along, so the request is read first, or at least what comes of it at once.</remarks>
    private async Task Refuse(ConnectionContext connection, bool explains)
    {
        Warn();
        if (!explains || !speaksPlainly)
        {
            connection.Abort(new("There are too many connections."));
            return;
        }

        using var enough = new CancellationTokenSource(MostForReading, time);
        var (output, input) = (connection.Transport.Output, connection.Transport.Input);
        try
        {
            await output.WriteAsync(Full, enough.Token);
            await output.CompleteAsync();
            while (await input.ReadAsync(enough.Token) is { IsCompleted: false } read)
                input.AdvanceTo(read.Buffer.End);
        }
        catch (Exception gone) when (gone is OperationCanceledException or ConnectionResetException)
        {
            // it was told
        }
    }

    private void Warn()
    {
        var last = Interlocked.Read(ref warned);
        if ((last == 0 || time.GetElapsedTime(last) > BetweenWarnings) && Interlocked.CompareExchange(ref warned, time.GetTimestamp(), last) == last)
            log.LogError("{Connections} connections are open, more are refused; more open files (ulimit -n) allow more", most);
    }
}
