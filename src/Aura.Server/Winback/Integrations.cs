using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using Aura.Accounts;
using Aura.Integrations;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;

namespace Aura.Server.Winback;

/// <summary>How the shop's services are set up. To set up one that is set up changes it: there is one of each.</summary>
internal static class Integrations
{
    private static readonly Listing<Integration, IntegrationResponse> Shape = new Listing<Integration, IntegrationResponse>(IntegrationResponse.From)
        .Field("service", i => i.Service)
        .Parameter("service");

    public static void MapIntegrations(this RouteGroupBuilder api)
    {
        var integrations = api.MapGroup("/developer/integrations").WithTags("Integrations").Scope("integrations");
        integrations.MapGet("/", List).Lists(Shape);
        integrations.MapGet("/{id}", Show);
        integrations.MapPost("/", Create);
        integrations.MapDelete("/{id}", Delete);
    }

    private static Task<IntegrationList> List(ListRequest list, AuraDb db, CancellationToken cancellation) =>
        Shape.List(db.Integrations, list, rows => new IntegrationList(rows), cancellation);

    private static async Task<OneIntegration> Show(Id<Integration> id, AuraDb db, CancellationToken cancellation) => new(await Shape.Show(db.Integrations, id, cancellation));

    private static async Task<MadeIntegration> Create(CreateIntegration request, AuraDb db, KeyRing ring, CancellationToken cancellation)
    {
        var integration = await db.IntegrationWith(request.Service, cancellation);
        if (request.Name is not null)
            integration.Call(request.Name);
        integration.Configure(request.Settings ?? [], ring);
        await db.SaveChangesAsync(cancellation);
        return new(true, integration.Id, integration.Missing);
    }

    private static Task<DeletedIntegration> Delete(Id<Integration> id, AuraDb db, CancellationToken cancellation) =>
        db.Remove(id, gone => new DeletedIntegration(true, gone), cancellation);
}

/// <param name="Settings">Secret ones (apiKey, authToken, password and the like) are sealed and never shown again.</param>
public sealed record CreateIntegration(
    [StringLength(40, MinimumLength = 1)] string Service, [StringLength(200, MinimumLength = 1)] string? Name = null, Dictionary<string, string>? Settings = null);

public sealed record IntegrationList(IReadOnlyList<IntegrationResponse> Integrations) : Listed;

public sealed record OneIntegration(IntegrationResponse Integration);

/// <param name="Missing">Settings that the service still needs.</param>
public sealed record MadeIntegration(bool Success, Id<Integration> IntegrationId, IReadOnlyList<string> Missing);

public sealed record DeletedIntegration(bool Deleted, Id<Integration> IntegrationId);

/// <param name="Secrets">The names of the secrets that are kept.</param>
public sealed record IntegrationResponse(
    Id<Integration> Id, string Service, string? Name, bool Connected, Dictionary<string, string> Settings, IReadOnlyList<string> Secrets, DateTime CreatedAt, DateTime UpdatedAt)
{
    public static readonly Expression<Func<Integration, IntegrationResponse>> From = i => new(
        i.Id, i.Service, i.Name, i.Secrets != null, i.Settings, i.SecretNames, i.CreatedAt, i.UpdatedAt);
}
