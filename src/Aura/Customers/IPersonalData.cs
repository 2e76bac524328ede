using Aura.Accounts;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Customers;

/// <summary>A module's part in what people may ask of a store: to see what it knows of them, and to have it forgotten. Registered as a service, one for each module that refers to shoppers.</summary>
public interface IPersonalData
{
    /// <summary>What the part is called in an export, lowerCamelCase: <c>messages</c>.</summary>
    string Name { get; }

    /// <summary>What the module knows of somebody, as it is handed to them; null: nothing.</summary>
    Task<object?> Export(AuraDb db, Shopper shopper, CancellationToken cancellation);

    /// <summary>Forgets who it was: nothing of it is left that says so, numbers that were counted may stay. To be saved by the caller.</summary>
    /// <returns>What has to be kept, and why, as a sentence; null: nothing.</returns>
    Task<string?> Forget(AuraDb db, Shopper shopper, CancellationToken cancellation);
}

/// <summary>Export and erasure over all modules. Source: GDPR, articles 15, 17 and 20.</summary>
public sealed class PersonalData(AuraDb db, IEnumerable<IPersonalData> parts)
{
    /// <summary>Everything that the store knows of somebody, by module.</summary>
    public async Task<Dictionary<string, object?>> Export(Shopper shopper, CancellationToken cancellation)
    {
        var contact = await db.Contact(shopper, cancellation);
        var all = new Dictionary<string, object?>
        {
            ["profile"] = new { customerId = shopper.Reference, contact.Email, contact.Phone, contact.Name, shopper.Locale, shopper.TimeZone, shopper.Country, shopper.Segments, shopper.CreatedAt },
        };
        foreach (var part in parts.OrderBy(part => part.Name))
            all[part.Name] = await part.Export(db, shopper, cancellation);
        return all;
    }

    /// <summary>Forgets somebody in every module, in one transaction.</summary>
    /// <param name="whole">The reference is forgotten too, so that nobody is found by it any more; if not, it stays as a name without a person.</param>
    /// <returns>What has to be kept, a sentence each.</returns>
    public Task<IReadOnlyList<string>> Forget(Shopper known, bool whole, CancellationToken cancellation) => db.InTransactionAgain<IReadOnlyList<string>>(async () =>
    {
        var shopper = await db.Shoppers.SingleAsync(s => s.Id == known.Id, cancellation);
        var kept = new List<string>();
        string[] names = [$"{new Id<Shopper>(shopper.Id)}", .. shopper.CustomerId is { } customer ? [$"{new Id<Customer>(customer)}"] : Array.Empty<string>()];
        foreach (var part in parts.OrderBy(part => part.Name))
            if (await part.Forget(db, shopper, cancellation) is { } retained)
                kept.Add(retained);
        shopper.Forget();
        if (whole)
            shopper.Vanish();
        db.AuditLogs.Add(AuditEntry.Of(Shopper.Noun, whole ? "erased" : "anonymized", names[0], db));
        await db.SaveChangesAsync(cancellation);
        await Blacken(names, cancellation);
        return kept;
    }, cancellation);

    /// <summary>The audit log goes on saying that something changed, no longer from what to what.</summary>
    private Task Blacken(string[] names, CancellationToken cancellation) => db.Database.ExecuteSqlAsync($$"""
        UPDATE audit_logs SET changes = '{}' WHERE tenant_id = {{db.Tenant}} AND resource_id = ANY ({{names}}) AND changes <> '{}'
        """, cancellation);
}
