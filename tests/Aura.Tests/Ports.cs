using System.Net;
using System.Net.Sockets;

namespace Aura.Tests;

/// <summary>Ports for servers that tests start.</summary>
internal static class Ports
{
    /// <summary>The first of some ports in a row that nobody listens on.</summary>
    /// <remarks>None that the kernel gives to outgoing connections (from 32768 on): one of those could have it by the time that the server takes it, which ends with code 1 then.</remarks>
    public static int Free(int count = 1)
    {
        while (true)
        {
            var first = Random.Shared.Next(20_000, 32_000);
            if (Enumerable.Range(first, count).All(IsFree))
                return first;
        }
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
