using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using Aura.Accounts;
using Aura.Customers;
using Aura.Orders;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Aura.Wallets;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.V2;

/// <summary>What a customer has with the store: credit by currency, and points.</summary>
internal static class Wallets
{
    private static readonly Listing<WalletEntry, WalletEntryResponse> Shape = new Listing<WalletEntry, WalletEntryResponse>(WalletEntryResponse.From)
        .Field("unit", e => e.Unit, Found.ByReading)
        .Field("kind", e => e.Kind, Found.ByReading)
        .Field("source", e => e.Source, Found.ByReading)
        .Field("order_id", e => e.OrderId, Found.ByReading)
        .Field("created_at", e => e.CreatedAt, Found.ByReading)
        .Parameter("unit")
        .Parameter("kind", words: Words<WalletFact>.All)
        .Parameter("source", words: Words<WalletSource>.All);

    public static void MapWallets(this RouteGroupBuilder api)
    {
        var wallet = api.MapGroup("/customers/{id}/wallet").WithTags("Customers").Scope("wallets").NeverCached();
        wallet.MapGet("/", Show);
        wallet.MapGet("/entries", List).Lists(Shape);
        wallet.MapPost("/adjust", Adjust);
        wallet.MapPost("/redeem-points", Redeem);
    }

    private static async Task<WalletResponse> Show(Id<Customer> id, AuraDb db, CancellationToken cancellation)
    {
        await db.Customers.Demand(id, cancellation);
        var wallets = await db.Wallets.AsNoTracking().Where(w => w.CustomerId == id.Value).OrderBy(w => w.Unit).ToListAsync(cancellation);
        return new(id, [.. wallets.Select(BalanceResponse.Of)], db.Caller.Settings.PointsPerUnit);
    }

    private static async Task<Listed<WalletEntryResponse>> List(Id<Customer> id, ListRequest list, AuraDb db, CancellationToken cancellation)
    {
        await db.Customers.Demand(id, cancellation);
        return await Shape.List(db.WalletEntries.Where(e => e.CustomerId == id.Value), list, cancellation);
    }

    private static async Task<Ok<WalletResponse>> Adjust(Id<Customer> id, AdjustWallet request, AuraDb db, CancellationToken cancellation)
    {
        await db.Customers.Demand(id, cancellation);
        var unit = request.Unit is Wallet.Points ? Wallet.Points : Currency.Of(request.Unit, nameof(request.Unit)).Code;
        var amount = Wallet.Parse(request.Amount, unit, nameof(request.Amount)) is not 0 and var some ? some : throw Refused.Invalid(nameof(request.Amount), "An adjustment changes something.");
        await db.InTransaction(async () =>
        {
            if (amount > 0)
                await db.Grant(request.ToGrant(id.Value, unit, amount), cancellation);
            else
                await db.Deduct(id.Value, unit, -amount, request.Reason, cancellation);
            db.AuditLogs.Add(AuditEntry.Of(Wallet.Noun, "adjusted", $"{id}", db));
            await db.SaveChangesAsync(cancellation);
        }, cancellation);
        return TypedResults.Ok(await Show(id, db, cancellation));
    }

    private static async Task<Ok<RedeemedPoints>> Redeem(Id<Customer> id, RedeemPoints request, AuraDb db, CancellationToken cancellation)
    {
        await db.Customers.Demand(id, cancellation);
        var worth = db.Caller.Settings.PointsPerUnit ?? throw Refused.Conflict("points_have_no_value", "Points cannot be spent: the store's setting points_per_unit says what they are worth.");
        var (points, credit) = await db.InTransaction(() => db.Redeem(id.Value, request.Points, worth, cancellation), cancellation);
        return TypedResults.Ok(new RedeemedPoints(points, credit.Amount, credit.Currency));
    }
}

/// <param name="Unit">points, or a currency.</param>
/// <param name="Amount">Whole points, or major units; below zero takes away.</param>
/// <param name="ExpiresAt">When what is left of it is gone.</param>
public sealed record AdjustWallet(
    [StringLength(6, MinimumLength = 3)] string Unit, decimal Amount, [StringLength(500, MinimumLength = 1)] string Reason, DateTime? ExpiresAt = null)
{
    public WalletGrant ToGrant(long customer, string unit, long amount) =>
        new(customer, unit, amount, WalletSource.Adjustment, $"{Guid.CreateVersion7():n}") { Reason = Reason, ExpiresAt = ExpiresAt };
}

public sealed record RedeemPoints([Range(1d, 1e9)] long Points);

/// <param name="Points">Those that went: what is worth no whole cent stays.</param>
public sealed record RedeemedPoints(long Points, decimal Credit, Currency Currency);

/// <param name="PointsPerUnit">Points that are worth one unit of the store's currency; null: they cannot be spent.</param>
public sealed record WalletResponse(Id<Customer> CustomerId, IReadOnlyList<BalanceResponse> Balances, int? PointsPerUnit);

/// <param name="Unit">points, whole, or a currency, in major units.</param>
/// <param name="Available">Below zero where something was taken back after it had been spent.</param>
/// <param name="Held">Set aside for checkouts that are not over.</param>
public sealed record BalanceResponse(string Unit, decimal Available, decimal Pending, decimal Held)
{
    public static BalanceResponse Of(Wallet w) => new(w.Unit, Wallet.Read(w.Available, w.Unit), Wallet.Read(w.Pending, w.Unit), Wallet.Read(w.Held, w.Unit));
}

/// <param name="Available">How much more could be spent from then on; below zero: less. Likewise pending and held.</param>
public sealed record WalletEntryResponse(
    Id<WalletEntry> Id, string Unit, WalletFact Kind, WalletSource Source, decimal Available, decimal Pending, decimal Held, Id<Order>? OrderId, string? Reason,
    DateTime? DueAt, DateTime? ExpiresAt, DateTime CreatedAt)
{
    public static readonly Expression<Func<WalletEntry, WalletEntryResponse>> From = e => new(
        e.Id, e.Unit, e.Kind, e.Source, Wallet.Read(e.Available, e.Unit), Wallet.Read(e.Pending, e.Unit), Wallet.Read(e.Held, e.Unit), e.OrderId, e.Reason,
        e.DueAt, e.ExpiresAt, e.CreatedAt);
}
