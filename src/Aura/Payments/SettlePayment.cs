using Aura.Jobs;

namespace Aura.Payments;

/// <summary>Comes back to a payment: after a call whose answer may be lost, and when something was due to happen at the gateway.</summary>
internal sealed class SettlePayment(PaymentProcessing processing) : IJobHandler
{
    public static string Kind => "payments.settle";

    public async Task<object?> Run(Job job, CancellationToken cancellation)
    {
        var (intent, attempt) = job.Read<Payload>();
        await processing.Settle(intent, attempt, cancellation);
        return null;
    }

    public sealed record Payload(long Intent, int Attempt);
}
