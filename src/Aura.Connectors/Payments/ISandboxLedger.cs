namespace Aura.Connectors.Payments;

/// <summary>Where the sandbox gateway keeps its payments: one small JSON text per key, for one store. The gateway holds
/// nothing in memory, so two servers on one ledger are one gateway.</summary>
public interface ISandboxLedger
{
    /// <returns>Null when there is no such key.</returns>
    Task<SandboxEntry?> Get(string key, CancellationToken cancellation);

    /// <summary>Writes if nobody else did: the stored version must still be <paramref name="expected"/>, and becomes one more.</summary>
    /// <param name="expected">The version that was read; 0 when there must be no such key yet.</param>
    /// <returns>False when the version differs: nothing is written.</returns>
    Task<bool> Put(string key, long expected, string value, CancellationToken cancellation);
}

/// <param name="Version">1 after the first write.</param>
public sealed record SandboxEntry(long Version, string Value);
