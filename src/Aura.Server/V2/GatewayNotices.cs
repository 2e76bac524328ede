using Aura.Accounts;
using Aura.Jobs;
using Aura.Payments;
using Aura.Server.Http;

namespace Aura.Server.V2;

/// <summary>Where payment gateways tell what happened. The address names the store; the signature says that it is the gateway.</summary>
internal static class GatewayNotices
{
    public static void MapGatewayNotices(this RouteGroupBuilder api) =>
        api.MapPost("/webhook/payments/{gateway}/{tenant}", Receive).WithTags("Payments").Open();

    private static async Task<NoticeTaken> Receive(
        string gateway, Id<Store> tenant, HttpRequest request, AccessDirectory access, CurrentCaller current, PaymentProcessing payments, CancellationToken cancellation)
    {
        var store = await access.Store(tenant.Value, cancellation) ?? throw Refused.BadRequest("There is no such store.");
        current.Value = Caller.System(store);
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellation);
        var headers = request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString());
        await payments.Receive(gateway, headers, body.ToArray(), cancellation);
        return new(true);
    }
}

public sealed record NoticeTaken(bool Received);
