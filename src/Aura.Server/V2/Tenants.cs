using System.ComponentModel.DataAnnotations;
using Aura.Accounts;
using Aura.Jobs;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.V2;

/// <summary>The stores of the caller's account. A store of another account is not there.</summary>
internal static class Tenants
{
    private static readonly Listing<Store, TenantResponse> Shape = new Listing<Store, TenantResponse>(s => TenantResponse.Of(s, default))
        .Field("name", s => s.Name)
        .Field("domain", s => s.Domain)
        .Field("status", s => s.Status)
        .Field("created_at", s => s.CreatedAt)
        .Field("updated_at", s => s.UpdatedAt)
        .Parameter("status", words: Words<StoreStatus>.All)
        .SortedBy("id");

    public static void MapTenants(this RouteGroupBuilder api)
    {
        var tenants = api.MapGroup("/tenants").WithTags("Tenants").Scope("tenants").Configuration().WithMetadata(new OpenToSuspended());
        tenants.MapGet("/", List).Lists(Shape);
        tenants.MapGet("/{id}", Show);
        tenants.MapPost("/", Create);
        tenants.MapPatch("/{id}", Update);
    }

    private static async Task<Listed<TenantResponse>> List(ListRequest list, CurrentCaller caller, AuraDb db, CancellationToken cancellation)
    {
        var page = await Shape.List(Own(db, caller.Value), list, cancellation);
        return page with { Data = [.. page.Data.Select(tenant => tenant with { Plan = caller.Value.Plan })] };
    }

    private static async Task<TenantResponse> Show(Id<Store> id, CurrentCaller caller, AuraDb db, CancellationToken cancellation) =>
        TenantResponse.Of(await Find(id, db, caller.Value, cancellation), caller.Value.Plan);

    private static async Task<Created<TenantResponse>> Create(CreateTenant request, AuraDb db, AccessDirectory access, CancellationToken cancellation)
    {
        var account = await db.Accounts.SingleAsync(a => a.Id == db.Caller.AccountId, cancellation);
        var currency = request.Currency is null ? db.Caller.Currency : Currency.Of(request.Currency);
        var (live, sandbox) = db.OpenStore(account, request.Name, request.Domain ?? Store.DomainFor(request.Name, db.Now.Ticks), currency);
        var store = db.Caller.IsTest ? sandbox : live;
        db.Audit(Store.Noun, "created", store, store.Id);
        await db.SaveChangesAsync(cancellation);
        access.Forget();
        return TypedResults.Created($"/v2/tenants/{new Id<Store>(store.Id)}", TenantResponse.Of(store, account.Plan));
    }

    private static async Task<TenantResponse> Update(
        Id<Store> id, UpdateTenant request, CurrentCaller caller, AuraDb db, AccessDirectory access, CancellationToken cancellation)
    {
        var store = await Find(id, db, caller.Value, cancellation);
        request.Name.Apply(store.Rename);
        request.Status.Apply(store.Set);
        request.Settings.Apply(settings => store.Set(settings.Over(store.Settings)));
        store.Changed(db.Now);
        db.Audit(Store.Noun, "updated", store, store.Id);
        await db.SaveChangesAsync(cancellation);
        access.Forget();
        return TenantResponse.Of(store, caller.Value.Plan);
    }

    private static IQueryable<Store> Own(AuraDb db, Caller caller) =>
        db.Stores.Where(s => s.AccountId == caller.AccountId && s.IsTest == caller.IsTest);

    private static async Task<Store> Find(Id<Store> id, AuraDb db, Caller caller, CancellationToken cancellation) =>
        await Own(db, caller).FirstOrDefaultAsync(s => s.Id == id.Value, cancellation) ?? throw Refused.NotFound(Store.Noun);
}

public sealed record CreateTenant([StringLength(200, MinimumLength = 1)] string Name, string? Domain = null, string? Currency = null);

public sealed record UpdateTenant
{
    [StringLength(200, MinimumLength = 1)] public Change<string> Name { get; init; }
    public Change<StoreStatus> Status { get; init; }
    public Change<TenantSettings> Settings { get; init; }
}

/// <summary>The settings to change; those left out stay.</summary>
public sealed record TenantSettings(
    bool? PricesIncludeTax = null,
    [RegularExpression("^[A-Z]{2}$")] string? Country = null,
    IReadOnlyList<string>? Languages = null,
    string? TimeZone = null,
    StockRouting? Routing = null,
    [Range(0, 3650)] int? ReturnWindowDays = null,
    PromotionContest? PromotionContest = null,
    [Range(0, 100)] decimal? MaxCombinedDiscountPercent = null,
    [Range(0, 3650)] int? RewardWindowDays = null)
{
    /// <summary>Points that are worth one unit of the store's currency; null: points cannot be spent.</summary>
    [Range(1, 1_000_000)] public Change<int?> PointsPerUnit { get; init; }

    /// <summary>Where somebody who was referred signs up, without the code; null: at /signup of the store's domain.</summary>
    [Url, StringLength(2000)] public Change<string?> ReferralUrl { get; init; }

    /// <summary>Where the shop shows a cart, with {cart} in place of its id: links back into a cart lead there; null: this server shows it.</summary>
    [Url, StringLength(2000)] public Change<string?> CartUrl { get; init; }

    /// <summary>What promotions return elsewhere, in percent of what they cost, for the executive summary; null: nothing is compared with it.</summary>
    [Range(0.01, 1_000_000)] public Change<decimal?> PromotionRoiBenchmark { get; init; }

    /// <summary>How many of a hundred impressions of a promotion are used elsewhere; null: nothing is compared with it.</summary>
    [Range(0.0001, 100)] public Change<decimal?> PromotionConversionBenchmark { get; init; }

    public StoreSettings Over(StoreSettings current) => current with
    {
        PricesIncludeTax = PricesIncludeTax ?? current.PricesIncludeTax,
        Country = Country ?? current.Country,
        Languages = Languages is { Count: > 0 } ? Languages : current.Languages,
        TimeZone = TimeZone is null ? current.TimeZone : TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out _)
            ? TimeZone
            : throw Refused.Invalid(nameof(TimeZone), "Must be a time zone such as Europe/London."),
        Routing = Routing ?? current.Routing,
        ReturnWindowDays = ReturnWindowDays ?? current.ReturnWindowDays,
        PromotionContest = PromotionContest ?? current.PromotionContest,
        MaxCombinedDiscountPercent = MaxCombinedDiscountPercent ?? current.MaxCombinedDiscountPercent,
        PointsPerUnit = PointsPerUnit.Or(current.PointsPerUnit),
        RewardWindowDays = RewardWindowDays ?? current.RewardWindowDays,
        ReferralUrl = ReferralUrl.Or(current.ReferralUrl),
        CartUrl = CartUrl.Or(current.CartUrl),
        PromotionRoiBenchmark = PromotionRoiBenchmark.Or(current.PromotionRoiBenchmark),
        PromotionConversionBenchmark = PromotionConversionBenchmark.Or(current.PromotionConversionBenchmark),
    };
}

public sealed record TenantResponse(
    Id<Store> Id, string Name, string Domain, StoreStatus Status, Plan Plan, string Environment, Id<Store>? TwinId, Currency Currency,
    StoreSettingsResponse Settings, DateTime CreatedAt, DateTime UpdatedAt, int Version) : IVersioned
{
    public static TenantResponse Of(Store s, Plan plan) => new(
        s.Id, s.Name, s.Domain, s.Status, plan, s.IsTest ? "test" : "live", s.TwinId is { } twin ? new Id<Store>(twin) : null, s.Currency,
        StoreSettingsResponse.Of(s.Settings), s.CreatedAt, s.UpdatedAt, s.Version);
}

public sealed record StoreSettingsResponse(
    bool PricesIncludeTax, string Country, IReadOnlyList<string> Languages, string TimeZone, StockRouting Routing, int ReturnWindowDays,
    PromotionContest PromotionContest, decimal? MaxCombinedDiscountPercent, int? PointsPerUnit, int RewardWindowDays, string? ReferralUrl, string? CartUrl,
    decimal? PromotionRoiBenchmark, decimal? PromotionConversionBenchmark)
{
    public static StoreSettingsResponse Of(StoreSettings s) =>
        new(s.PricesIncludeTax, s.Country, s.Languages, s.TimeZone, s.Routing, s.ReturnWindowDays, s.PromotionContest, s.MaxCombinedDiscountPercent,
            s.PointsPerUnit, s.RewardWindowDays, s.ReferralUrl, s.CartUrl, s.PromotionRoiBenchmark, s.PromotionConversionBenchmark);
}
