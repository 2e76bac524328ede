using System.Text.Json;
using Aura.Accounts;
using Aura.Events;
using Aura.Integrations;
using Aura.Jobs;
using Aura.Persistence;

namespace Aura.Monitoring;

/// <summary>Writes a line to the Slack channel that the store is connected to (incoming webhooks). From a sandbox nothing goes out.</summary>
public sealed class TellSlack(AuraDb db, KeyRing ring, WebhookSender sender) : IJobHandler
{
    public static string Kind => "alert.slack";

    public async Task<object?> Run(Job job, CancellationToken cancellation)
    {
        if (db.Caller.IsTest || await db.CredentialOf("slack", ring, cancellation) is not { } slack || slack.Maybe("webhookUrl") is not { } url)
            return null;
        var answer = await sender.Send(url, new Id<Job>(job.Id).ToString(), JsonSerializer.Serialize(new { text = job.Read<Order>().Text }), [WebhookSignature.NewSecret()], "", cancellation);
        return answer.IsTaken || answer.IsRefusal ? new { answer.StatusCode } : throw new InvalidOperationException(answer.Error);
    }

    internal sealed record Order(string Text);
}
