using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using Aura.Persistence;
using Aura.Promotions;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Aura.Server.V2;

internal static class Segments
{
    private static readonly Listing<CustomerSegment, SegmentResponse> Shape = new Listing<CustomerSegment, SegmentResponse>(SegmentResponse.From)
        .Field("name", s => s.Name)
        .Field("created_at", s => s.CreatedAt)
        .SortedBy("name");

    public static void MapSegments(this RouteGroupBuilder api)
    {
        var segments = api.MapGroup("/segments").WithTags("Customers").Scope("customers");
        segments.MapGet("/", List).Lists(Shape);
        segments.MapGet("/{id}", Show);
        segments.MapPost("/", Create);
        segments.MapPut("/{id}", Update);
        segments.MapDelete("/{id}", Delete);
    }

    private static Task<Listed<SegmentResponse>> List(ListRequest list, AuraDb db, CancellationToken cancellation) =>
        Shape.List(db.CustomerSegments, list, cancellation);

    private static Task<SegmentResponse> Show(Id<CustomerSegment> id, AuraDb db, CancellationToken cancellation) => Shape.Show(db.CustomerSegments, id, cancellation);

    private static Task<Created<SegmentResponse>> Create(CreateSegment request, AuraDb db, CancellationToken cancellation) => db.Create(
        CustomerSegment.Create(request.Name, request.Description, (request.Rule ?? new()).ToRule()), SegmentResponse.Of, made => $"/v2/segments/{made.Id}", cancellation);

    private static Task<SegmentResponse> Update(Id<CustomerSegment> id, UpdateSegment request, AuraDb db, CancellationToken cancellation) =>
        db.Change(id, segment =>
        {
            request.Name.Apply(segment.Rename);
            request.Description.Apply(segment.Explain);
            request.Rule.Apply(rule => segment.Choose(rule.ToRule()));
        }, SegmentResponse.Of, cancellation);

    private static Task<NoContent> Delete(Id<CustomerSegment> id, AuraDb db, CancellationToken cancellation) => db.Delete(id, cancellation);
}

/// <param name="Name">Customers with a tag of this name are in the segment too.</param>
/// <param name="Rule">Null: only those.</param>
public sealed record CreateSegment(
    [StringLength(CustomerSegment.MaxNameLength, MinimumLength = 1)] string Name, [StringLength(1000)] string? Description = null, SegmentRuleBody? Rule = null);

public sealed record UpdateSegment
{
    [StringLength(CustomerSegment.MaxNameLength, MinimumLength = 1)] public Change<string> Name { get; init; }
    [StringLength(1000)] public Change<string?> Description { get; init; }
    public Change<SegmentRuleBody> Rule { get; init; }
}

/// <summary>All that is given must hold.</summary>
/// <param name="MinTotalSpent">Paid less what was given back, in the store's currency.</param>
/// <param name="OrderedWithinDays">The last order is at most so long ago.</param>
/// <param name="NotOrderedForDays">The last order is longer ago.</param>
public sealed record SegmentRuleBody(
    int? MinOrders = null, int? MaxOrders = null, decimal? MinTotalSpent = null, decimal? MaxTotalSpent = null, int? OrderedWithinDays = null, int? NotOrderedForDays = null)
{
    public SegmentRule ToRule() => new(MinOrders, MaxOrders, MinTotalSpent, MaxTotalSpent, OrderedWithinDays, NotOrderedForDays);

    public static SegmentRuleBody Of(SegmentRule rule) =>
        new(rule.MinOrders, rule.MaxOrders, rule.MinSpent, rule.MaxSpent, rule.OrderedWithinDays, rule.NotOrderedForDays);
}

public sealed record SegmentResponse(
    Id<CustomerSegment> Id, string Name, string? Description, SegmentRuleBody Rule, DateTime CreatedAt, DateTime UpdatedAt, int Version) : IVersioned
{
    public static readonly Expression<Func<CustomerSegment, SegmentResponse>> From = s => new(
        s.Id, s.Name, s.Description, SegmentRuleBody.Of(s.Rule), s.CreatedAt, s.UpdatedAt, s.Version);

    public static readonly Func<CustomerSegment, SegmentResponse> Of = From.Compile();
}
