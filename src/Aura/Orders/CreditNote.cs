using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Orders;

/// <summary>A credit of an imported history. What could be booked against orders is a refund there; the rest stands here alone.</summary>
/// <remarks>Only read: the import writes it (see Orders/History).</remarks>
public sealed class CreditNote : StoreRow, IIdentified
{
    public static string Prefix => "cn";
    public static string Noun => "credit note";

    /// <summary>As its source calls it.</summary>
    public string Number { get; private init; } = "";

    public long? CustomerId { get; private init; }
    public Currency Currency { get; private init; }

    /// <summary>Minor units; below zero where the customer was charged more.</summary>
    public long Amount { get; private init; }

    /// <summary>Minor units that were booked as refunds of orders.</summary>
    public long Refunded { get; private init; }

    public CreditNoteLine[] Lines { get; private init; } = [];

    /// <summary>UTC.</summary>
    public DateTime IssuedAt { get; private init; }
}

/// <param name="Quantity">As in the source: below zero for what came back.</param>
/// <param name="UnitPrice">Minor units.</param>
/// <param name="Amount">Minor units that were credited for it.</param>
public sealed record CreditNoteLine(string Sku, string? Description, int Quantity, long UnitPrice, long Amount);

internal sealed class CreditNoteMapping : IEntityTypeConfiguration<CreditNote>
{
    public void Configure(EntityTypeBuilder<CreditNote> note) => note.Property(n => n.Lines).Json();
}
