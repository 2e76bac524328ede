using System.ComponentModel.DataAnnotations;
using Aura.Accounts;
using Aura.Integrations;
using Aura.Persistence;
using Aura.Server.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback;

/// <summary>Every service that a shop can be connected to, with a switch each. How they are set up is at /developer/integrations: the same rows.</summary>
internal static class Connections
{
    public static void MapConnections(this RouteGroupBuilder api)
    {
        var connections = api.MapGroup("/integrations").WithTags("Integrations").Scope("integrations");
        connections.MapGet("/", List);
        connections.MapPost("/connect", Connect);
        connections.MapDelete("/disconnect", Disconnect);
    }

    private static async Task<ConnectionList> List(AuraDb db, CancellationToken cancellation)
    {
        var known = await db.Integrations.AsNoTracking().ToDictionaryAsync(i => i.Service, cancellation);
        return new([.. IntegrationService.All.Select(service => known.GetValueOrDefault(service.Name) is { } row
            ? new Connection(service.Name, row.IsConnected, row.Missing)
            : new Connection(service.Name, false, service.Needed))]);
    }

    private static async Task<ConnectionSwitched> Connect(ConnectService request, AuraDb db, KeyRing ring, CancellationToken cancellation)
    {
        var integration = await db.IntegrationWith(request.Service, cancellation);
        integration.Connect(request.ApiKey, ring);
        await db.SaveChangesAsync(cancellation);
        return new(true, integration.Service, integration.IsConnected, integration.Missing);
    }

    /// <remarks>Some clients cannot send a body with DELETE, others no query: either names the service.</remarks>
    private static async Task<ConnectionSwitched> Disconnect(
        string? service, [FromBody(EmptyBodyBehavior = EmptyBodyBehavior.Allow)] DisconnectService? request, AuraDb db, CancellationToken cancellation)
    {
        var known = IntegrationService.Of(request?.Service ?? service ?? throw Refused.Invalid(nameof(service), "Is required: ?service=klaviyo."));
        if (await db.Integrations.FirstOrDefaultAsync(i => i.Service == known.Name, cancellation) is { } integration)
        {
            integration.Disconnect();
            await db.SaveChangesAsync(cancellation);
        }

        return new(true, known.Name, false, known.Needed);
    }
}

/// <param name="ApiKey">The credential that the service gave out, whatever it calls it; never shown again.</param>
public sealed record ConnectService([StringLength(40, MinimumLength = 1)] string Service, [StringLength(10_000, MinimumLength = 1)] string ApiKey);

public sealed record DisconnectService(string? Service = null);

public sealed record ConnectionList(IReadOnlyList<Connection> Integrations);

/// <param name="Connected">A credential is kept. Whether the service takes it shows when it is first used.</param>
/// <param name="Missing">Settings that it still needs, see /developer/integrations.</param>
public sealed record Connection(string Service, bool Connected, IReadOnlyList<string> Missing);

public sealed record ConnectionSwitched(bool Success, string Service, bool Connected, IReadOnlyList<string> Missing);
