using Aura.Customers;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Wallets;

/// <summary>What a customer has with the store in one unit. It is what its entries add up to.</summary>
/// <remarks>Written by <see cref="WalletLedger"/> alone, together with the entries.</remarks>
public sealed class Wallet : StoreRow, IIdentified
{
    public static string Prefix => "wallet";
    public static string Noun => "wallet";

    /// <summary>The unit of loyalty points; the other units are currency codes.</summary>
    public const string Points = "points";

    public long CustomerId { get; private init; }

    /// <summary><see cref="Points"/>, or the currency that the amounts are minor units of.</summary>
    public string Unit { get; private init; } = "";

    /// <summary>What can be spent. Below zero where something was taken back after it had been spent: what comes next settles that.</summary>
    public long Available { get; private init; }

    /// <summary>Given, and not to be spent before its time.</summary>
    public long Pending { get; private init; }

    /// <summary>Set aside for checkouts that are not over.</summary>
    public long Held { get; private init; }

    /// <summary>An amount of a unit as people read it: whole points, or major units.</summary>
    public static decimal Read(long amount, string unit) => unit == Points ? amount : new Money(amount, Currency.Of(unit)).Amount;

    /// <summary>Reads an amount of a unit.</summary>
    /// <exception cref="Refused">422 for a fraction of a point or of a minor unit, or a unit that is neither points nor a currency.</exception>
    public static long Parse(decimal amount, string unit, string field)
    {
        if (unit != Points)
            return Money.Of(amount, Currency.Of(unit, "Unit"), field).Minor;
        return Math.Abs(amount) <= Money.MaxMajor && amount == decimal.Truncate(amount) ? (long)amount : throw Refused.Invalid(field, "Points are whole.");
    }
}

internal sealed class WalletMapping : IEntityTypeConfiguration<Wallet>
{
    public void Configure(EntityTypeBuilder<Wallet> wallet)
    {
        wallet.HasIndex(w => new { w.TenantId, w.CustomerId, w.Unit }).IsUnique();
        wallet.HasOne<Customer>().WithMany().HasForeignKey(w => new { w.TenantId, w.CustomerId });
    }
}
