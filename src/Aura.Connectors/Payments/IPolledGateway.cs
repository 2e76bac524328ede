namespace Aura.Connectors.Payments;

/// <summary>A gateway that sends nothing by itself: whoever uses it asks.</summary>
public interface IPolledGateway
{
    /// <inheritdoc cref="SandboxGateway.Notices"/>
    Task<SandboxNotices> Notices(string reference, CancellationToken cancellation);
}

/// <summary>A gateway in which a test can play the payer's bank.</summary>
public interface IDisputableGateway
{
    /// <inheritdoc cref="SandboxGateway.Dispute"/>
    Task<GatewayDispute> Dispute(string reference, long minor, string reason, bool isInquiry, string key, CancellationToken cancellation);
}
