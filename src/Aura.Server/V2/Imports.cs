using System.Linq.Expressions;
using Aura.Catalog;
using Aura.Jobs;
using Aura.Persistence;
using Aura.ProductFiles;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.V2;

/// <summary>Product files of other shops, taken into the catalogue in the background, with what became of each row.</summary>
internal static class Imports
{
    private static readonly Listing<ProductImport, ImportResponse> Shape = new Listing<ProductImport, ImportResponse>(ImportResponse.From)
        .Field("status", i => i.State)
        .Field("format", i => i.Format)
        .Field("file_name", i => i.FileName)
        .Field("created_at", i => i.CreatedAt)
        .Field("updated_at", i => i.UpdatedAt)
        .Parameter("status", words: Words<ImportState>.All)
        .Parameter("format", words: Words<ProductFileFormat>.All);

    private static readonly Listing<ImportRow, ImportRowResponse> Rows = new Listing<ImportRow, ImportRowResponse>(ImportRowResponse.From)
        .Field("row", r => r.Number)
        .Field("outcome", r => r.Outcome, Found.ByValue)
        .Field("column", r => r.ColumnName, Found.ByReading)
        .Parameter("outcome", words: Words<RowOutcome>.All)
        .SortedBy("row");

    public static void MapImports(this RouteGroupBuilder api)
    {
        var imports = api.MapGroup("/imports").WithTags("Imports").Scope("products").NeverCached();
        imports.MapGet("/", List).Lists(Shape);
        imports.MapGet("/{id}", Show);
        imports.MapGet("/{id}/rows", ListRows).Lists(Rows);
        imports.MapPost("/{id}/resume", Resume);
        imports.MapPost("/products", Create).WithMetadata(new Staged(), new UploadSize())
            .AddOpenApiOperationTransformer(ProductUpload.Describe);
    }

    private static Task<Listed<ImportResponse>> List(ListRequest list, AuraDb db, CancellationToken cancellation) =>
        Shape.List(db.Imports, list, cancellation);

    private static Task<ImportResponse> Show(Id<ProductImport> id, AuraDb db, CancellationToken cancellation) => Shape.Show(db.Imports, id, cancellation);

    private static async Task<Listed<ImportRowResponse>> ListRows(Id<ProductImport> id, ListRequest list, AuraDb db, CancellationToken cancellation)
    {
        await db.Imports.Demand(id, cancellation);
        return await Rows.List(db.ImportRows.Where(r => r.ImportId == id.Value), list, cancellation);
    }

    /// <summary>Takes the CSV as the body, or as the part <c>file</c> of a form, beside the parts or parameters <c>format</c> and <c>dry_run</c>.</summary>
    private static async Task<Accepted<ImportResponse>> Create(
        HttpRequest request, AuraDb db, CancellationToken cancellation, string? format = null, [FromQuery(Name = "dry_run")] bool dryRun = false)
    {
        var upload = ProductUpload.Of(request, format, dryRun);
        var import = await upload.Receive(db, cancellation);
        db.Queue(import);
        await db.SaveChangesAsync(cancellation);
        return Accepted(import);
    }

    private static async Task<Accepted<ImportResponse>> Resume(Id<ProductImport> id, AuraDb db, CancellationToken cancellation)
    {
        var import = await db.Load(id, cancellation);
        await db.Resume(import, cancellation);
        await db.SaveChangesAsync(cancellation);
        return Accepted(import);
    }

    private static Accepted<ImportResponse> Accepted(ProductImport import) =>
        TypedResults.Accepted($"/v2/imports/{new Id<ProductImport>(import.Id)}", ImportResponse.Of(import));

    /// <summary>Bodies of this route may be larger than the server's others: the file and what a form wraps it in.</summary>
    private sealed record UploadSize : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => ProductImport.MaxSize + 1024 * 1024;
    }
}

/// <param name="JobId">Poll the job or the import itself.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Progress">Percent.</param>
/// <param name="Position">The last row that is finished; the rows of WooCommerce variations come after all others.</param>
/// <param name="Error">Why it failed; it can be resumed.</param>
public sealed record ImportResponse(
    Id<ProductImport> Id, Id<Job>? JobId, ImportState Status, ProductFileFormat Format, string FileName, long Size, string? Sha256, bool DryRun,
    int Progress, long Position, RowCounts Rows, ThingCounts Products, ThingCounts Variants, string? Error,
    DateTime? StartedAt, DateTime? FinishedAt, DateTime CreatedAt, DateTime UpdatedAt, int Version) : IVersioned
{
    public static readonly Expression<Func<ProductImport, ImportResponse>> From = i => Of(i);

    public static ImportResponse Of(ProductImport i) => new(
        i.Id, i.JobId is { } job ? new Id<Job>(job) : null, i.State, i.Format, i.FileName, i.Size, i.Sha256, i.DryRun,
        i.Progress, i.Position, RowCounts.Of(i.Counts), new(i.Counts.ProductsCreated, i.Counts.ProductsUpdated, i.Counts.ProductsUnchanged),
        new(i.Counts.VariantsCreated, i.Counts.VariantsUpdated, i.Counts.VariantsUnchanged), i.Error,
        i.StartedAt, i.FinishedAt, i.CreatedAt, i.UpdatedAt, i.Version);
}

/// <param name="Read">Rows that are finished: the sum of the next five.</param>
/// <param name="Warnings">Said of rows that were taken.</param>
public sealed record RowCounts(long Read, long Created, long Updated, long Unchanged, long Skipped, long Rejected, long Warnings)
{
    public static RowCounts Of(ImportCounts c) => new(c.Rows(), c.Created, c.Updated, c.Unchanged, c.Skipped, c.Rejected, c.Warnings);
}

public sealed record ThingCounts(long Created, long Updated, long Unchanged);

/// <param name="Row">Counted from 1 after the header.</param>
/// <param name="Column">What is wrong; null: the row as a whole.</param>
public sealed record ImportRowResponse(long Row, RowOutcome Outcome, Id<Product>? ProductId, Id<Variant>? VariantId, string? Column, string? Message)
{
    public static readonly Expression<Func<ImportRow, ImportRowResponse>> From = r => new(
        r.Number, r.Outcome, r.ProductId != null ? new Id<Product>(r.ProductId.Value) : null, r.VariantId != null ? new Id<Variant>(r.VariantId.Value) : null,
        r.ColumnName, r.Message);
}
