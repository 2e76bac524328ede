using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Wallets;

/// <summary>What can happen to what a customer has.</summary>
public enum WalletFact
{
    /// <summary>Given, at once or to be had later.</summary>
    Granted,
    /// <summary>What was given can be spent from now on.</summary>
    Matured,
    /// <summary>What was given and not spent is gone.</summary>
    Expired,
    /// <summary>What was given is taken back, spent or not.</summary>
    Reversed,
    /// <summary>What was taken back is given again.</summary>
    Restored,
    /// <summary>The store took something away.</summary>
    Deducted,
    /// <summary>Points became credit.</summary>
    Redeemed,
    /// <summary>Set aside for a checkout.</summary>
    Held,
    /// <summary>The checkout came to nothing.</summary>
    Released,
    /// <summary>Paid with.</summary>
    Spent,
    /// <summary>A refund of what was paid with it.</summary>
    Returned,
}

/// <summary>What the customer has it from, or what it went to.</summary>
public enum WalletSource
{
    /// <summary>Somebody of the store decided it.</summary>
    Adjustment,
    Order,
    /// <summary>A cashback promotion.</summary>
    Cashback,
    Referral,
    /// <summary>Points that were turned into credit.</summary>
    Points,
}

/// <summary>One thing that happened in a wallet, with what it changed. Appended, never edited: the database refuses it.</summary>
/// <remarks>Of one wallet a fact of a kind happens once per reference.</remarks>
public sealed class WalletEntry : StoreRow, IIdentified
{
    public static string Prefix => "wtx";
    public static string Noun => "wallet entry";

    public long WalletId { get; private init; }
    public long CustomerId { get; private init; }

    /// <inheritdoc cref="Wallet.Unit"/>
    public string Unit { get; private init; } = "";

    public WalletFact Kind { get; private init; }

    /// <summary>How much more can be spent; below zero: less. Likewise the next two.</summary>
    public long Available { get; private init; }

    public long Pending { get; private init; }
    public long Held { get; private init; }
    public WalletSource Source { get; private init; }
    public string Reference { get; private init; } = "";

    /// <summary>The entry that gave what this one is about.</summary>
    public long? GrantId { get; private init; }

    public long? OrderId { get; private init; }
    public string? Reason { get; private init; }

    /// <summary>When what is pending can be spent.</summary>
    public DateTime? DueAt { get; private init; }

    /// <summary>When what is left of it is gone; null: never.</summary>
    public DateTime? ExpiresAt { get; private init; }

    public DateTime CreatedAt { get; private init; }
}

internal sealed class WalletEntryMapping : IEntityTypeConfiguration<WalletEntry>
{
    public void Configure(EntityTypeBuilder<WalletEntry> entry)
    {
        entry.HasIndex(e => new { e.TenantId, e.WalletId, e.Kind, e.Reference }).IsUnique();
        entry.HasOne<Wallet>().WithMany().HasForeignKey(e => new { e.TenantId, e.WalletId });
    }
}
