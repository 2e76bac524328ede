using Aura.Jobs;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.ProductFiles;

public sealed record ImportTask(long ImportId);

/// <summary>Runs an import in the background. It may be taken again at any time, and goes on where it was.</summary>
internal sealed class ImportProducts(ImportRun run) : IJobHandler
{
    public static string Kind => "products.import";

    public async Task<object?> Run(Job job, CancellationToken cancellation)
    {
        var task = job.Read<ImportTask>();
        try
        {
            var import = await run.Run(task.ImportId, null, cancellation);
            return new { ImportId = $"{new Id<ProductImport>(import.Id)}", import.Counts };
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or Refused) && job.Attempts >= Job.MaxAttempts)
        {
            await run.Fail(task.ImportId, "The import was given up after it had failed several times. It can be resumed.", cancellation);
            throw;
        }
    }
}

public static class ImportQueue
{
    /// <summary>Has the import run in the background, after the next save.</summary>
    public static void Queue(this AuraDb db, ProductImport import) =>
        import.WaitFor(db.Enqueue<ImportProducts>(new ImportTask(import.Id), key: $"{import.Id}"));

    /// <summary>Goes on with an import that stopped; does nothing to one that is on its way.</summary>
    /// <exception cref="Refused">409 for an import that is completed, or whose file is not, or no longer, there.</exception>
    public static async Task Resume(this AuraDb db, ProductImport import, CancellationToken cancellation)
    {
        if (import.State == ImportState.Completed)
            throw Refused.Conflict("import_completed", "This import is completed.");
        if (!import.IsReceived)
            throw Refused.Conflict("upload_incomplete", "The file of this import has not arrived. Send it again.");
        if (await db.Jobs.AnyAsync(j => j.Id == import.JobId && (j.State == JobState.Queued || j.State == JobState.Processing), cancellation))
            return;
        if (!await ImportFile.IsKept(db, import, cancellation))
            throw Refused.Conflict("file_gone", "The file of this import is no longer kept. Send it again.");
        db.Queue(import);
    }
}
