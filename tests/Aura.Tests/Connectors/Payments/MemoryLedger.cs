using Aura.Connectors.Payments;

namespace Aura.Tests.Connectors.Payments;

/// <summary>A ledger that outlives gateways: two gateways on one of these are two servers on one database.</summary>
internal sealed class MemoryLedger : ISandboxLedger
{
    private readonly Dictionary<string, SandboxEntry> entries = [];
    private readonly Lock gate = new();

    public IReadOnlyCollection<SandboxEntry> Entries => entries.Values;

    public Task<SandboxEntry?> Get(string key, CancellationToken cancellation)
    {
        lock (gate)
            return Task.FromResult(entries.GetValueOrDefault(key));
    }

    public Task<bool> Put(string key, long expected, string value, CancellationToken cancellation)
    {
        lock (gate)
        {
            if ((entries.GetValueOrDefault(key)?.Version ?? 0) != expected)
                return Task.FromResult(false);
            entries[key] = new(expected + 1, value);
            return Task.FromResult(true);
        }
    }
}

/// <summary>A clock that stands until a test moves it.</summary>
internal sealed class TestClock : TimeProvider
{
    public DateTime Now { get; set; } = new(2030, 3, 15, 12, 0, 0, DateTimeKind.Utc);

    public override DateTimeOffset GetUtcNow() => new(Now);
}
