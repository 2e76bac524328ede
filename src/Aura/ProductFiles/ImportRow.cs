using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.ProductFiles;

public enum RowOutcome
{
    Created,
    Updated,
    Unchanged,
    /// <summary>There was nothing in it.</summary>
    Skipped,
    Rejected,
    /// <summary>Not an outcome of its own: something that is said beside it.</summary>
    Warning,
}

/// <summary>What became of a row of a file, or a warning about it.</summary>
public sealed class ImportRow : StoreRow, IIdentified
{
    public static string Prefix => "improw";
    public static string Noun => "import row";

    public long ImportId { get; init; }

    /// <summary>Counted from 1 after the header; a record with line breaks in it is one row.</summary>
    public long Number { get; init; }

    public RowOutcome Outcome { get; init; }

    /// <summary>Null where the row was not taken, and in a dry run for what does not exist yet.</summary>
    public long? ProductId { get; init; }

    public long? VariantId { get; init; }

    /// <summary>What tells the row's product or variation from the others in the file; a second one of the same is rejected.</summary>
    public string? Key { get; init; }

    /// <summary>The same by the id that the shop gave it.</summary>
    public string? ExternalId { get; init; }

    /// <summary>The column that is wrong; null: the row as a whole.</summary>
    public string? ColumnName { get; init; }

    public string? Message { get; init; }
}

internal sealed class ImportRowMapping : IEntityTypeConfiguration<ImportRow>
{
    public void Configure(EntityTypeBuilder<ImportRow> row) =>
        row.HasIndex(r => new { r.TenantId, r.ImportId, r.Number }).IsUnique().HasFilter("outcome <> 'warning'");
}
