using System.Text.Json;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aura.Persistence;

/// <summary>How many requests wrote together with others, and why the others wrote alone, since this process started.</summary>
public sealed class SharingCounts(ILogger<SharingCounts> log)
{
    private long together, own, rejected, changed, faults;

    public long Together => Interlocked.Read(ref together);

    /// <summary>What they do needs a transaction of its own.</summary>
    public long Own => Interlocked.Read(ref own);

    /// <summary>They had to be refused, which is for who writes alone to say.</summary>
    public long Rejected => Interlocked.Read(ref rejected);

    /// <summary>Something had changed since it was read, or there was no room left for what they count.</summary>
    public long Changed => Interlocked.Read(ref changed);

    /// <summary>Anything else: nothing was lost, but it is a fault of ours.</summary>
    public long Faults => Interlocked.Read(ref faults);

    internal void Count() => Interlocked.Increment(ref together);

    internal void Count(Exception why)
    {
        if (why is NotShared)
            Interlocked.Increment(ref own);
        else if (why is Refused or JsonException or IOException or OperationCanceledException) // one that is badly put is an IOException
            Interlocked.Increment(ref rejected);
        else if (why.IsOvertaken() || why.Objection() is { } objection && (objection.SqlState is ['2', '3', ..] or PostgresErrorCodes.DivisionByZero || Batches.NameOf(objection) is not null))
            Interlocked.Increment(ref changed);
        else
        {
            Interlocked.Increment(ref faults);
            log.LogWarning(why, "What was to be written together failed, and is tried alone");
        }
    }
}
