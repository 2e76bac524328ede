using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Monitoring;

public enum TraceStatus
{
    Ok,
    Error,
}

/// <summary>What one request was made of. Kept for three days.</summary>
public sealed class Trace : StoreRow
{
    /// <summary>32 hex digits (W3C Trace Context). Requests of one caller may share it.</summary>
    public string TraceId { get; init; } = "";

    /// <summary>Method and route.</summary>
    public string Name { get; init; } = "";

    public TraceStatus Status { get; init; }

    /// <summary>Of the answer.</summary>
    public int StatusCode { get; init; }

    public DateTime StartedAt { get; init; }

    /// <summary>Milliseconds.</summary>
    public decimal DurationMs { get; init; }

    public string? RequestId { get; init; }
    public List<TraceSpan> Spans { get; init; } = [];
}

/// <param name="StartMs">Milliseconds since the trace began.</param>
/// <param name="Detail">Such as the SQL, without its values.</param>
public sealed record TraceSpan(string SpanId, string? ParentId, string Name, decimal StartMs, decimal DurationMs, string Status, string? Detail);

public enum LogLevelWord
{
    Debug,
    Info,
    Warn,
    Error,
}

/// <summary>A line of the server's log that is about one store. Kept for seven days.</summary>
public sealed class LogLine : StoreRow
{
    public LogLevelWord Level { get; init; }
    public string Message { get; init; } = "";
    public Dictionary<string, string> Context { get; init; } = [];
    public DateTime CreatedAt { get; init; }
}

internal sealed class TraceMapping : IEntityTypeConfiguration<Trace>
{
    public void Configure(EntityTypeBuilder<Trace> trace) => trace.Property(t => t.Spans).Json();
}
