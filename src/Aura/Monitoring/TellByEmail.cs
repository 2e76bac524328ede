using Aura.Jobs;
using Aura.Messages;
using Aura.Persistence;

namespace Aura.Monitoring;

/// <summary>Writes to somebody of the shop over its channel for e-mail: what becomes of it stands in the list of messages.</summary>
public sealed class TellByEmail(AuraDb db) : IJobHandler
{
    public static string Kind => "alert.email";

    public async Task<object?> Run(Job job, CancellationToken cancellation)
    {
        var order = job.Read<Order>();
        var message = await db.Queue(new(null, Channel.Email, BuiltInTemplates.AlertTemplate, $"alert:{job.Id}")
        {
            Purpose = MessagePurpose.Transactional,
            Address = order.Address,
            Values = new Dictionary<string, object?> { ["alert"] = order.Alert, ["text"] = order.Text },
        }, cancellation);
        return new { Message = $"{new Id<Message>(message.Id)}" };
    }

    internal sealed record Order(string Address, string Alert, string Text);
}
