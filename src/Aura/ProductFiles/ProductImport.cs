using Aura.Connectors.Shops;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.ProductFiles;

/// <summary>Whose product file it is.</summary>
public enum ProductFileFormat
{
    Shopify,
    Woocommerce,
}

public enum ImportState
{
    /// <summary>The file is on its way. An upload that breaks off stays here and is forgotten.</summary>
    Uploading,
    Queued,
    Running,
    Completed,
    /// <summary>It stopped and can be resumed.</summary>
    Failed,
}

/// <summary>A variation may stand before its parent, so a WooCommerce file is gone through twice.</summary>
public enum ImportStage
{
    Products,
    Variations,
}

/// <summary>A product file that is taken into the catalogue, and how far that has come.</summary>
/// <remarks>
/// Position, counts and row results move in the transaction that writes the products, so that a run which died goes on behind
/// the last row that was kept. An import of a file up to <see cref="LoudSize"/> publishes product.created and product.updated as
/// any other writer does; a larger one would flood every webhook and says only products.imported, once, at its end.
/// </remarks>
public sealed class ProductImport : StoreEntity, IIdentified
{
    public static string Prefix => "imp";
    public static string Noun => "import";

    /// <summary>Bytes.</summary>
    public const long MaxSize = 512L * 1024 * 1024;

    /// <summary>Bytes; about a thousand rows.</summary>
    public const long LoudSize = 1024 * 1024;

    public ProductFileFormat Format { get; private set; }
    public string FileName { get; private init; } = "";

    /// <summary>Bytes.</summary>
    public long Size { get; private set; }

    /// <summary>Lower-case hexadecimal; null until the whole file is here.</summary>
    public string? Sha256 { get; private set; }

    /// <summary>Everything is tried and reported, and nothing is kept.</summary>
    public bool DryRun { get; private set; }

    public ImportState State { get; private set; }
    public ImportStage Stage { get; private set; }

    /// <summary>The last row of the file that is finished in this stage, counted from 1 after the header.</summary>
    public long Position { get; private set; }

    /// <summary>How much of the file this stage has read, in bytes.</summary>
    public long BytesRead { get; private set; }

    public ImportCounts Counts { get; private set; } = new();
    public long? JobId { get; private set; }

    /// <summary>Why it failed.</summary>
    public string? Error { get; private set; }

    public DateTime? StartedAt { get; private set; }
    public DateTime? FinishedAt { get; private set; }

    /// <summary>Percent.</summary>
    public int Progress => State == ImportState.Completed ? 100 : Size == 0 ? 0 : (int)((StagesDone * Size + Math.Min(BytesRead, Size)) * 100 / (Size * Stages));

    internal bool IsLoud => Size <= LoudSize;
    private int Stages => Format == ProductFileFormat.Woocommerce ? 2 : 1;
    private int StagesDone => Stage == ImportStage.Variations ? 1 : 0;

    internal ShopFormat ShopFormat => Format == ProductFileFormat.Shopify ? ShopFormat.Shopify : ShopFormat.WooCommerce;

    internal static ProductImport Of(string fileName) => new() { FileName = fileName };

    /// <summary>Whether the whole file has arrived.</summary>
    internal bool IsReceived => Sha256 is not null;

    internal void Receive(ProductFileFormat format, long size, string sha256, bool dryRun) =>
        (Format, Size, Sha256, DryRun) = (format, size, sha256, dryRun);

    internal void WaitFor(Jobs.Job job) => (JobId, State, Error) = (job.Id, ImportState.Queued, null);

    internal void Start(DateTime now) => (State, StartedAt, Error) = (ImportState.Running, StartedAt ?? now, null);

    internal bool IsAt(ImportStage stage, long position) => State == ImportState.Running && Stage == stage && Position == position;

    internal void Advance(long position, long bytesRead, ImportCounts more) =>
        (Position, BytesRead, Counts) = (position, bytesRead, Counts + more);

    /// <summary>Goes on to the next stage, or is done.</summary>
    internal void EndStage(DateTime now)
    {
        if (StagesDone + 1 < Stages)
            (Stage, Position, BytesRead) = (ImportStage.Variations, 0, 0);
        else
            (State, FinishedAt, BytesRead) = (ImportState.Completed, now, Size);
    }

    internal void Fail(string error) => (State, Error) = (ImportState.Failed, error);
}

/// <summary>What became of the rows read so far, each in one of the first five, and of products and variants.</summary>
public sealed record ImportCounts
{
    public long Created { get; init; }
    public long Updated { get; init; }
    public long Unchanged { get; init; }
    public long Skipped { get; init; }
    public long Rejected { get; init; }

    /// <summary>Things that were said of rows that were taken; a row may have several.</summary>
    public long Warnings { get; init; }

    public long ProductsCreated { get; init; }
    public long ProductsUpdated { get; init; }
    public long ProductsUnchanged { get; init; }
    public long VariantsCreated { get; init; }
    public long VariantsUpdated { get; init; }
    public long VariantsUnchanged { get; init; }

    public long Rows() => Created + Updated + Unchanged + Skipped + Rejected;

    public static ImportCounts operator +(ImportCounts a, ImportCounts b) => new()
    {
        Created = a.Created + b.Created,
        Updated = a.Updated + b.Updated,
        Unchanged = a.Unchanged + b.Unchanged,
        Skipped = a.Skipped + b.Skipped,
        Rejected = a.Rejected + b.Rejected,
        Warnings = a.Warnings + b.Warnings,
        ProductsCreated = a.ProductsCreated + b.ProductsCreated,
        ProductsUpdated = a.ProductsUpdated + b.ProductsUpdated,
        ProductsUnchanged = a.ProductsUnchanged + b.ProductsUnchanged,
        VariantsCreated = a.VariantsCreated + b.VariantsCreated,
        VariantsUpdated = a.VariantsUpdated + b.VariantsUpdated,
        VariantsUnchanged = a.VariantsUnchanged + b.VariantsUnchanged,
    };
}

internal sealed class ProductImportMapping : IEntityTypeConfiguration<ProductImport>
{
    public void Configure(EntityTypeBuilder<ProductImport> import)
    {
        import.Ignore(i => i.Progress);
        import.Property(i => i.Counts).Json();
    }
}
