using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Aura.Tests.Fire;

/// <summary>A connection to a server on which anything can be sent, right HTTP or not. It is made anew when the server closes it.</summary>
internal sealed class RawLine(Uri address) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly byte[] buffer = new byte[64 * 1024];
    private Socket? socket;
    private int start, end;

    /// <returns>Status 0 and no body where the server closed the connection without a word.</returns>
    /// <exception cref="TimeoutException">There was no answer, not even a closed connection.</exception>
    public async Task<(int Status, string Body)> Send(byte[] request, bool isHead, bool isLast)
    {
        var isOld = socket is not null;
        var answer = await Try(request, isHead, isLast);
        return isOld && answer.Status == 0 ? await Try(request, isHead, isLast) : answer; // after its last answer the server may close what it was not asked to close
    }

    private async Task<(int Status, string Body)> Try(byte[] request, bool isHead, bool isLast)
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            if (socket is null)
            {
                socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                (start, end) = (0, 0);
                await socket.ConnectAsync(address.Host, address.Port, limit.Token);
            }

            for (var sent = 0; sent < request.Length;)
                sent += await socket.SendAsync(request.AsMemory(sent), limit.Token);
            if (isLast)
                socket.Shutdown(SocketShutdown.Send);
            return await Read(isHead, isLast, limit.Token);
        }
        catch (Exception closed) when (closed is SocketException or EndOfStreamException)
        {
            Dispose();
            return (0, "");
        }
        catch (OperationCanceledException)
        {
            Dispose(); // an answer that comes yet is not the next request's
            throw new TimeoutException("No answer.");
        }
    }

    public void Dispose()
    {
        socket?.Dispose();
        socket = null;
    }

    private async Task<(int Status, string Body)> Read(bool isHead, bool isLast, CancellationToken limit)
    {
        while (true)
        {
            var status = int.Parse((await Line(limit)).Split(' ')[1], CultureInfo.InvariantCulture);
            var (length, chunked, closes) = (0, false, isLast);
            for (string line; (line = await Line(limit)) != "";)
            {
                var (name, value) = (line[..line.IndexOf(':')], line[(line.IndexOf(':') + 1)..].Trim());
                if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
                    length = int.Parse(value, CultureInfo.InvariantCulture);
                else if (name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
                    chunked = true;
                else if (name.Equals("Connection", StringComparison.OrdinalIgnoreCase))
                    closes |= value == "close";
            }

            if (status < 200)
                continue;
            var body = isHead || status is 204 or 304 ? "" : chunked ? await Chunks(limit) : await Text(length, limit);
            if (closes)
                Dispose();
            return (status, body);
        }
    }

    private async Task<string> Chunks(CancellationToken limit)
    {
        var text = new StringBuilder();
        while (true)
        {
            var length = int.Parse(await Line(limit), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            text.Append(await Text(length, limit));
            await Line(limit);
            if (length == 0)
                return text.ToString();
        }
    }

    private async Task<string> Line(CancellationToken limit)
    {
        int at;
        while ((at = buffer.AsSpan(start, end - start).IndexOf((byte)'\n')) < 0)
            await Fill(limit);
        var line = Encoding.Latin1.GetString(buffer, start, at).TrimEnd('\r');
        start += at + 1;
        return line;
    }

    private async Task<string> Text(int length, CancellationToken limit)
    {
        var text = new StringBuilder();
        while (length > 0)
        {
            if (start == end)
                await Fill(limit);
            var some = Math.Min(length, end - start);
            text.Append(Encoding.Latin1.GetString(buffer, start, some));
            (start, length) = (start + some, length - some);
        }

        return text.ToString();
    }

    private async Task Fill(CancellationToken limit)
    {
        if (start > 0)
        {
            Buffer.BlockCopy(buffer, start, buffer, 0, end - start);
            (start, end) = (0, end - start);
        }

        var read = await socket!.ReceiveAsync(buffer.AsMemory(end), limit); // Send connected it
        if (read == 0)
            throw new EndOfStreamException();
        end += read;
    }
}
