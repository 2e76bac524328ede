using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using Aura.Customers;
using Aura.Messages;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;

namespace Aura.Server.Winback;

/// <summary>What people have agreed to, and what they may ask for. Deleting and exporting reach every part of the store.</summary>
internal static class Gdpr
{
    private static readonly Listing<Consent, ConsentResponse> Shape = new Listing<Consent, ConsentResponse>(ConsentResponse.From)
        .Field("consentType", c => c.Type)
        .Field("timestamp", c => c.GivenAt)
        .Field("customerId", c => c.Shopper.Reference, Found.ByReading)
        .Parameter("customerId")
        .Parameter("consentType");

    public static void MapGdpr(this RouteGroupBuilder api)
    {
        var gdpr = api.MapGroup("/compliance/gdpr").WithTags("Compliance").Scope("consent");
        gdpr.MapGet("/consent", List).Lists(Shape);
        gdpr.MapPost("/consent", Record);
        gdpr.MapDelete("/delete-customer-data", Delete);
        gdpr.MapGet("/export", Export).NeverCached();
        gdpr.MapPost("/anonymize", Anonymize);
    }

    private static Task<ConsentList> List(ListRequest list, AuraDb db, CancellationToken cancellation) =>
        Shape.List(db.Consents, list, rows => new ConsentList(rows), cancellation);

    private static async Task<RecordedConsent> Record(RecordConsent request, AuraDb db, CancellationToken cancellation)
    {
        var shopper = await db.ShopperOf(request.CustomerId, cancellation);
        var consent = Aura.Messages.Consent.Record(
            shopper, request.ConsentType, request.Granted, request.Source ?? "api", db.Now, request.Channel, request.TextVersion, request.Timestamp?.UtcDateTime);
        db.Consents.Add(consent);
        await db.SaveChangesAsync(cancellation);
        return new(true, consent.Id);
    }

    private static async Task<DeletedData> Delete(string customerId, AuraDb db, PersonalData data, CancellationToken cancellation)
    {
        var kept = await data.Forget(await Known(db, customerId, cancellation), whole: true, cancellation);
        return new(true, customerId, kept);
    }

    private static async Task<DataExport> Export(string customerId, AuraDb db, PersonalData data, CancellationToken cancellation) =>
        new(await data.Export(await Known(db, customerId, cancellation), cancellation), db.Now);

    private static async Task<AnonymizedData> Anonymize(AnonymizeCustomer request, AuraDb db, PersonalData data, CancellationToken cancellation)
    {
        var kept = await data.Forget(await Known(db, request.CustomerId, cancellation), whole: false, cancellation);
        return new(true, true, request.CustomerId, kept);
    }

    /// <exception cref="Refused">404 for somebody of whom the store knows nothing.</exception>
    private static async Task<Shopper> Known(AuraDb db, string reference, CancellationToken cancellation)
    {
        if (await db.FindShopper(reference, cancellation) is { } known)
            return known;
        var customer = Id<Customer>.ToNumber(reference) is { } number && await db.Customers.FindAsync([db.Caller.TenantId, number], cancellation) is { } found ? found : null;
        return customer is null ? throw Refused.NotFound(Shopper.Noun) : await db.ShopperOf(new Id<Customer>(customer.Id), cancellation);
    }
}

/// <param name="ConsentType">email_marketing, sms_marketing, push_marketing, marketing for all three; other words are kept.</param>
/// <param name="Channel">Of marketing: for this channel only.</param>
/// <param name="Source">Where it was said: checkout, form ... ; api, if left out.</param>
/// <param name="TextVersion">Which wording was agreed to.</param>
/// <param name="Timestamp">When; now, if left out.</param>
public sealed record RecordConsent(
    [StringLength(Shopper.MaxReference, MinimumLength = 1)] string CustomerId, [StringLength(50, MinimumLength = 1)] string ConsentType, bool Granted, Channel? Channel = null,
    [StringLength(100, MinimumLength = 1)] string? Source = null, [StringLength(100, MinimumLength = 1)] string? TextVersion = null, DateTimeOffset? Timestamp = null);

public sealed record RecordedConsent(bool Success, Id<Consent> ConsentId);

public sealed record ConsentList(IReadOnlyList<ConsentResponse> Consent) : Listed;

public sealed record ConsentResponse(
    Id<Consent> Id, string CustomerId, string ConsentType, bool Granted, DateTime Timestamp, Channel? Channel, string Source, string? TextVersion)
{
    public static readonly Expression<Func<Consent, ConsentResponse>> From = c => new(c.Id, c.Shopper.Reference, c.Type, c.Granted, c.GivenAt, c.Channel, c.Source, c.TextVersion);
}

/// <param name="Retained">What the law wants kept, a sentence each.</param>
public sealed record DeletedData(bool Deleted, string CustomerId, IReadOnlyList<string> Retained);

/// <param name="Data">By part of the store.</param>
public sealed record DataExport(IReadOnlyDictionary<string, object?> Data, DateTime ExportedAt);

public sealed record AnonymizeCustomer([StringLength(Shopper.MaxReference, MinimumLength = 1)] string CustomerId);

/// <param name="Retained">What the law wants kept, a sentence each.</param>
public sealed record AnonymizedData(bool Success, bool Anonymized, string CustomerId, IReadOnlyList<string> Retained);
