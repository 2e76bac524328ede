using System.ComponentModel.DataAnnotations;
using Aura.Persistence;
using Aura.Promotions;
using Aura.Promotions.Automations;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.PromotionsV1;

/// <summary>Rules that make offers by themselves.</summary>
internal static class Automations
{
    /// <summary>Firings that are told of at once.</summary>
    private const int Told = 1000;

    private static readonly Listing<Automation, AutomationResponse> Shape = new Listing<Automation, AutomationResponse>(AutomationResponse.From)
        .Field("name", a => a.Name)
        .Field("trigger_type", a => a.TriggerType)
        .Field("status", a => a.Status)
        .Field("created_at", a => a.CreatedAt)
        .Parameter("trigger_type", words: Words<TriggerType>.All)
        .Parameter("status", words: Words<AutomationStatus>.All);

    private static readonly Listing<AutomationFiring, FiringResponse> Log = new Listing<AutomationFiring, FiringResponse>(FiringResponse.From)
        .Field("outcome", f => f.Outcome, Found.ByValue)
        .Field("customer_id", f => f.CustomerId, Found.ByValue)
        .Field("created_at", f => f.CreatedAt, Found.ByReading)
        .Parameter("outcome", words: Words<FiringOutcome>.All)
        .Parameter("customer_id");

    public static void MapAutomations(this RouteGroupBuilder api)
    {
        var automations = api.MapGroup("/automation").WithTags("Automation").Scope("promotions");
        automations.MapGet("/", List).Lists(Shape);
        automations.MapPost("/create", Create);
        automations.MapPost("/process-triggers", Process).WithMetadata(new Staged());
        automations.MapPost("/events", Feed);
        automations.MapGet("/{automation_id}", Show);
        automations.MapPut("/{automation_id}", Update);
        automations.MapDelete("/{automation_id}", Delete);
        automations.MapGet("/{automation_id}/firings", Firings).Lists(Log);
    }

    private static async Task<Listed<AutomationResponse>> List(ListRequest list, AuraDb db, CancellationToken cancellation)
    {
        var page = await Shape.List(db.Automations, list, cancellation);
        return page with { Items = await AutomationResponse.WithPromotions(page.Items, db, cancellation) };
    }

    private static async Task<AutomationResponse> Show(Number<Automation> automation_id, AuraDb db, CancellationToken cancellation) =>
        (await AutomationResponse.WithPromotions([await Shape.Show(db.Automations, automation_id, cancellation)], db, cancellation))[0];

    private static async Task<Created<AutomationResponse>> Create(CreateAutomation request, AuraDb db, CancellationToken cancellation)
    {
        var occasion = request.TriggerConditions.ToOccasion(request.TriggerType);
        var options = request.AutomationOptions ?? new();
        var promotion = Promotion.Create(request.PromotionConfig.ToTerms(request.Name, occasion, options.DurationHours, db), PromotionSource.Automation);
        db.Add(promotion); // it has its id from now on
        var rule = Automation.Create(promotion, request.Name, occasion, request.TriggerConditions.ToConditions());
        rule.Limit(options.DurationHours, options.MaxTriggers, options.CooldownHours);
        rule.Switch(request.Status);
        await db.Start(rule, cancellation);
        return TypedResults.Created($"/api/v1/automation/{rule.Id}", AutomationResponse.Of(rule) with { PromotionConfig = PromotionResponse.Of(promotion) });
    }

    private static async Task<AutomationResponse> Update(Number<Automation> automation_id, UpdateAutomation request, AuraDb db, CancellationToken cancellation)
    {
        var rule = await db.Load(db.Automations.Include(a => a.Promotion).Where(a => a.Id == automation_id.Value), cancellation);
        request.Apply(rule);
        if (request.PromotionConfig is { IsGiven: true } config)
            db.Revise(rule.Promotion, config.Or(null!).ToTerms(rule.Name, rule.Occasion, rule.DurationHours, db)); // it is given
        await db.Revise(rule, request.Status.IsGiven || request.TriggerConditions.IsGiven, cancellation);
        return await Show(automation_id, db, cancellation);
    }

    private static async Task<NoContent> Delete(Number<Automation> automation_id, AuraDb db, CancellationToken cancellation)
    {
        await db.Withdraw(await db.Load(db.Automations.Include(a => a.Promotion).Where(a => a.Id == automation_id.Value), cancellation), cancellation);
        return TypedResults.NoContent();
    }

    private static async Task<Listed<FiringResponse>> Firings(Number<Automation> automation_id, ListRequest list, AuraDb db, CancellationToken cancellation) =>
        await db.Automations.AnyAsync(a => a.Id == automation_id.Value, cancellation)
            ? await Log.List(db.AutomationFirings.Where(f => f.AutomationId == automation_id.Value), list, cancellation)
            : throw Refused.NotFound(Automation.Noun);

    /// <summary>Does what is due, as the server does by itself, and tells of every firing that it has not told of before.</summary>
    private static async Task<ProcessedTriggers> Process(AuraDb db, TimeProvider time, CancellationToken cancellation, ProcessTriggers? request = null)
    {
        if (request?.AsOf is { } asOf)
            db.Enter(db.Caller.IsTest
                ? db.Caller with { ClockOffset = asOf - time.GetUtcNow().UtcDateTime }
                : throw Refused.Conflict("not_a_sandbox", "Only a sandbox can be asked what it would do at another time."), time);
        var processed = await db.Process(request?.TriggerType, cancellation);
        var fired = await db.Report(request?.TriggerType, Told, cancellation);
        return new(true, processed, [.. fired.Select(firing => new TriggeredOffer(firing.AutomationId, firing.PromotionId, firing.CustomerId, firing.Code, firing.ExpiresAt))]);
    }

    private static async Task<Created<FedEvent>> Feed(FeedEvent request, AuraDb db, CancellationToken cancellation)
    {
        var fact = request.ToFact(db.Now);
        db.Feed(fact);
        await db.SaveChangesAsync(cancellation);
        return TypedResults.Created("/api/v1/automation/events", new FedEvent(fact.Id));
    }
}

/// <param name="AsOf">In a sandbox: as if it were then.</param>
public sealed record ProcessTriggers(TriggerType? TriggerType = null, DateTime? AsOf = null);

/// <param name="Processed">Active rules that were asked.</param>
/// <param name="Triggered">What fired since this was asked last, at most 1,000.</param>
public sealed record ProcessedTriggers(bool Success, int Processed, IReadOnlyList<TriggeredOffer> Triggered);

/// <param name="CustomerId">Null: for all.</param>
/// <param name="Code">The customer's coupon, to be sent to them.</param>
public sealed record TriggeredOffer(Number<Automation> AutomationId, long? PromotionId, long? CustomerId, string? Code, DateTime? ExpiresAt);

/// <summary>Something that happened in a shop whose customers, orders or stock are elsewhere.</summary>
/// <param name="CustomerId">Of a customer of this store, or the shop's own number. Of signup, birthday and purchase.</param>
/// <param name="ProductId">Of stock_level.</param>
/// <param name="Stock">Pieces, of stock_level.</param>
/// <param name="Capacity">What the threshold is a percentage of; left out: the rule's, or the most that was told before.</param>
public sealed record FeedEvent(
    FactType EventType, [Range(1, long.MaxValue)] long? CustomerId = null, FedOrder? Order = null, [Range(1, long.MaxValue)] long? ProductId = null,
    [Range(0, 1e15)] long? Stock = null, [Range(1, 1e15)] long? Capacity = null, DateTime? OccurredAt = null)
{
    internal AutomationFact ToFact(DateTime now)
    {
        if (EventType == FactType.StockLevel)
            Demand(ProductId is not null && Stock is not null, ProductId is null ? nameof(ProductId) : nameof(Stock));
        else
            Demand(CustomerId is not null, nameof(CustomerId));
        Demand(EventType != FactType.Purchase || Order is not null, nameof(Order));
        return new()
        {
            EventType = EventType, CustomerId = CustomerId, ProductId = ProductId, Stock = Stock, Capacity = Capacity, OccurredAt = OccurredAt ?? now, CreatedAt = now,
            Reference = Order?.Id, Total = Order?.Total, Categories = [.. (Order?.CategoryIds ?? []).Concat((Order?.Items ?? []).Select(item => item.CategoryId).OfType<long>()).Distinct()],
        };
    }

    private void Demand(bool isThere, string field)
    {
        if (!isThere)
            throw Refused.Invalid(field, $"A {Words<FactType>.Of(EventType)} has this.");
    }
}

/// <param name="Id">The order's id there: it counts once, however often it is told.</param>
/// <param name="Total">In the currency of the rules.</param>
public sealed record FedOrder(
    [Range(0, 1e12)] decimal Total, [StringLength(200, MinimumLength = 1)] string? Id = null,
    [MaxLength(1000)] IReadOnlyList<long>? CategoryIds = null, [MaxLength(1000)] IReadOnlyList<FedItem>? Items = null);

public sealed record FedItem(long? ProductId = null, long? CategoryId = null, int? Quantity = null);

public sealed record FedEvent(Number<AutomationFact> Id);
