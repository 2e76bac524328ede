using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using Aura.Messages;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback;

/// <summary>Addresses that get nothing: they do not exist, called it spam, or wrote STOP.</summary>
internal static class Suppressions
{
    private static readonly Listing<Suppression, SuppressionResponse> Shape = new Listing<Suppression, SuppressionResponse>(SuppressionResponse.From)
        .Field("address", s => s.Address, Found.ByReading)
        .Field("createdAt", s => s.CreatedAt, Found.ByReading);

    public static void MapSuppressions(this RouteGroupBuilder api)
    {
        var suppressions = api.MapGroup($"{MultiChannel.Path}/suppressions").WithTags("Messages").Scope("messages").NeverCached();
        suppressions.MapGet("/", List).Lists(Shape);
        suppressions.MapPost("/", Create);
        suppressions.MapDelete("/{id}", Delete);
    }

    private static Task<SuppressionList> List(ListRequest list, AuraDb db, CancellationToken cancellation) =>
        Shape.List(db.Suppressions, list, rows => new SuppressionList(rows), cancellation);

    private static async Task<MadeSuppression> Create(CreateSuppression request, AuraDb db, CancellationToken cancellation)
    {
        await db.Suppress(request.Channel, request.Address, SuppressionReason.Manual, cancellation);
        var normal = Recipient.Normal(request.Channel, request.Address);
        return new(true, await db.Suppressions.Where(s => s.Channel == request.Channel && s.Address == normal).Select(s => s.Id).SingleAsync(cancellation));
    }

    private static async Task<DeletedSuppression> Delete(Id<Suppression> id, AuraDb db, CancellationToken cancellation) =>
        await db.Suppressions.Where(s => s.Id == id.Value).ExecuteDeleteAsync(cancellation) == 1 ? new(true, id) : throw Refused.NotFound(Suppression.Noun);
}

public sealed record CreateSuppression(Channel Channel, [StringLength(254, MinimumLength = 3)] string Address);

public sealed record MadeSuppression(bool Success, Id<Suppression> SuppressionId);

public sealed record DeletedSuppression(bool Deleted, Id<Suppression> SuppressionId);

public sealed record SuppressionList(IReadOnlyList<SuppressionResponse> Suppressions) : Listed;

public sealed record SuppressionResponse(Id<Suppression> Id, Channel Channel, string Address, SuppressionReason Reason, DateTime CreatedAt)
{
    public static readonly Expression<Func<Suppression, SuppressionResponse>> From = s => new(s.Id, s.Channel, s.Address, s.Reason, s.CreatedAt);
}
