using Aura.Catalog;
using Aura.Connectors.Shops;
using Aura.Inventory;
using Aura.Jobs;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Aura.ProductFiles;

/// <summary>Takes the file of an import into the catalogue, batch by batch, from the last row that was kept to the end.</summary>
/// <remarks>
/// A batch is one transaction: products, stock, what became of each row, and the position. It begins by locking the import and
/// looking where it stands, so that of two workers that hold the same import neither does what the other has done. A batch
/// that the database or the catalogue refuses is halved until the rows that are to blame stand alone; they are rejected.
/// </remarks>
public sealed class ImportRun(AuraDb db, Stock stock)
{
    private const int MostRows = 2_000, Attempts = 4;

    /// <summary>Steps in a batch.</summary>
    internal int MostSteps { get; init; } = 400;

    private ProductImport import = null!; // as it stood after the last commit; Run sets it first

    /// <param name="told">Called after every batch with the import as it stands.</param>
    /// <exception cref="Refused">The file cannot be read to its end; the import has failed.</exception>
    public async Task<ProductImport> Run(Id<ProductImport> id, Action<ProductImport>? told, CancellationToken cancellation)
    {
        try
        {
            await Change(id.Value, started => started.Start(db.Now), cancellation);
            while (import.State == ImportState.Running)
                await RunStage(told, cancellation);
            return import;
        }
        catch (Refused refused)
        {
            await Fail(id, refused.Message, cancellation);
            if (import.State != ImportState.Completed)
                throw;
            return import; // another worker came to the end first, and the file is no longer kept
        }
    }

    public Task Fail(Id<ProductImport> id, string error, CancellationToken cancellation)
    {
        db.ChangeTracker.Clear();
        return Change(id.Value, failed => failed.Fail(error), cancellation);
    }

    private async Task RunStage(Action<ProductImport>? told, CancellationToken cancellation)
    {
        await using var file = ImportFile.Open(db, import);
        try
        {
            List<ShopItem> batch = [];
            var (rows, last) = (0, import.Position);
            await foreach (var item in ShopFile.Read(import.ShopFormat, file, import.Position, cancellation))
            {
                last = item.LastRow;
                if (item.Variation is not null != (import.Stage == ImportStage.Variations))
                    continue;
                batch.Add(item);
                if ((rows += item.Rows.Count) < MostRows && batch.Count < MostSteps)
                    continue;
                await Keep([.. batch], last, file.Position, cancellation);
                told?.Invoke(import);
                batch.Clear();
                rows = 0;
            }

            if (batch.Count > 0)
                await Keep([.. batch], last, file.Position, cancellation);
            await End(cancellation);
            told?.Invoke(import);
        }
        catch (UnreadableShopFile unreadable)
        {
            throw ImportFile.Unreadable(unreadable.Message);
        }
        catch (MovedOn)
        {
            db.ChangeTracker.Clear();
            import = await db.Imports.AsNoTracking().SingleAsync(i => i.Id == import.Id, cancellation);
        }
    }

    private async Task Keep(ShopItem[] items, long to, long bytesRead, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
            try
            {
                await Write(items, null, to, bytesRead, isFirst: attempt == 1, cancellation);
                return;
            }
            catch (Exception failure) when (attempt < Attempts && IsTakenBefore(failure))
            {
                db.ChangeTracker.Clear(); // what another writer has done by now is seen the next time
            }
            catch (Exception failure) when (Reason(failure) is { } reason)
            {
                db.ChangeTracker.Clear();
                if (items is [var alone])
                    await Write([alone], reason, to, bytesRead, isFirst: false, cancellation);
                else
                {
                    var half = items.Length / 2;
                    await Keep(items[..half], items[half - 1].LastRow, bytesRead, cancellation);
                    await Keep(items[half..], to, bytesRead, cancellation);
                }

                return;
            }
    }

    /// <param name="refusal">Null: they are taken. Else they are rejected for this reason.</param>
    /// <param name="isFirst">Not again, after the database has refused something.</param>
    private async Task Write(ShopItem[] items, string? refusal, long to, long bytesRead, bool isFirst, CancellationToken cancellation)
    {
        await using var transaction = await db.Start(cancellation);
        var current = await Lock(import.Id, cancellation);
        if (!current.IsAt(import.Stage, import.Position))
            throw new MovedOn();
        if (current.DryRun)
            await transaction.CreateSavepointAsync("untouched", cancellation);
        var results = refusal is null ? await Take(current, items, isFirst, cancellation) : [.. items.Select(item => Rejected(item, refusal))];
        if (current.DryRun)
        {
            await transaction.RollbackToSavepointAsync("untouched", cancellation);
            db.ChangeTracker.Clear();
            current = await Lock(import.Id, cancellation);
        }

        await Report([.. results.SelectMany(result => result.Rows(kept: !current.DryRun))], cancellation);
        current.Advance(to, bytesRead, results.Aggregate(new ImportCounts(), (sum, result) => sum + result.Counts()));
        await Save(current, transaction, cancellation);
    }

    /// <summary>One statement by hand: as entities these rows would cost as much as the products themselves.</summary>
    private Task<int> Report(ImportRow[] rows, CancellationToken cancellation) => db.Database.ExecuteSqlAsync($"""
        INSERT INTO import_rows (tenant_id, id, import_id, number, outcome, product_id, variant_id, key, external_id, column_name, message)
        SELECT {db.Tenant}, nextval('ids'), {import.Id}, r.* FROM unnest(
          {rows.Select(r => r.Number).ToArray()}, {rows.Select(r => Words<RowOutcome>.Of(r.Outcome)).ToArray()},
          {rows.Select(r => r.ProductId).ToArray()}, {rows.Select(r => r.VariantId).ToArray()}, {rows.Select(r => r.Key).ToArray()},
          {rows.Select(r => r.ExternalId).ToArray()}, {rows.Select(r => r.ColumnName).ToArray()}, {rows.Select(r => r.Message).ToArray()}) r
        """, cancellation);

    private async Task<List<ItemResult>> Take(ProductImport current, ShopItem[] items, bool isFirst, CancellationToken cancellation)
    {
        var intake = new ProductIntake(db, await Shelf.Load(db, current, items, cancellation), current);
        var results = items.Select(intake.Take).ToList();
        foreach (var product in intake.Created.Where(_ => current.IsLoud))
            db.Publish("product.created", product);
        foreach (var product in intake.Changed.Except(intake.Created))
            if (current.IsLoud)
                db.PublishUpdate(product);
            else
                db.Entry(product).Property(p => p.UpdatedAt).IsModified = true;
        if (isFirst)
            await db.SaveMany(cancellation);
        else
            await db.SaveChangesAsync(cancellation); // which sorts its statements: a SKU may go from one variant to another
        if (intake.Quantities.Count > 0)
            await stock.SetAvailable([.. intake.Quantities.Select(q => new StockQuantity(q.Key.Id, q.Value))], "import", cancellation);
        return results;
    }

    private static ItemResult Rejected(ShopItem item, string reason)
    {
        var result = new ItemResult(item);
        result.RejectRest(null, reason);
        return result;
    }

    private async Task End(CancellationToken cancellation)
    {
        await using var transaction = await db.Start(cancellation);
        var current = await Lock(import.Id, cancellation);
        if (!current.IsAt(import.Stage, import.Position))
            throw new MovedOn();
        if (current.Stage == ImportStage.Variations)
            current.Advance(current.Position, current.Size, new() { Warnings = await WarnOfLonelyParents(cancellation) });
        current.EndStage(db.Now);
        if (current.State == ImportState.Completed)
        {
            if (!current.DryRun)
                db.Publish("products.imported", current, current.Counts);
            await ImportFile.Forget(db, current, cancellation);
        }

        await Save(current, transaction, cancellation);
    }

    /// <summary>One statement by hand: the products of the file that still wait for a variation.</summary>
    private Task<int> WarnOfLonelyParents(CancellationToken cancellation) => db.Database.ExecuteSqlAsync($"""
        INSERT INTO import_rows (tenant_id, id, import_id, number, outcome, product_id, message)
        SELECT r.tenant_id, nextval('ids'), r.import_id, r.number, 'warning', r.product_id, 'It has nothing to sell: no variation of it was taken. It is a draft.'
        FROM import_rows r JOIN shop_listings l ON l.tenant_id = r.tenant_id AND l.product_id = r.product_id
        WHERE r.tenant_id = {db.Tenant} AND r.import_id = {import.Id} AND r.key IS NOT NULL AND r.variant_id IS NULL
          AND l.details @> jsonb_build_object('lacks_variants', true)
        """, cancellation);

    private async Task Change(long id, Action<ProductImport> change, CancellationToken cancellation)
    {
        await using var transaction = await db.Start(cancellation);
        var current = await Lock(id, cancellation);
        if (current.State != ImportState.Completed)
            change(current);
        await Save(current, transaction, cancellation);
    }

    private async Task Save(ProductImport current, Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction transaction, CancellationToken cancellation)
    {
        await db.SaveChangesAsync(cancellation);
        if (current.JobId is { } job)
            await db.Progress(job, current.Progress, cancellation);
        await transaction.CommitAsync(cancellation);
        db.ChangeTracker.Clear();
        import = current;
    }

    private async Task<ProductImport> Lock(long id, CancellationToken cancellation) =>
        await db.Imports.FromSql($"SELECT * FROM imports WHERE tenant_id = {db.Tenant} AND id = {id} FOR UPDATE").SingleOrDefaultAsync(cancellation)
        ?? throw Refused.NotFound(ProductImport.Noun);

    /// <summary>What somebody else did is to be looked at, then it is tried again: they may have made the same SKU as well.</summary>
    private static bool IsTakenBefore(Exception failure) => failure.IsOvertaken() || failure.Objection()?.SqlState is PostgresErrorCodes.UniqueViolation;

    /// <summary>Why the data cannot be kept; null where the data is not to blame.</summary>
    private static string? Reason(Exception failure) => failure is Refused refused ? refused.Message : failure.Objection()?.SqlState switch
    {
        PostgresErrorCodes.UniqueViolation => "Another product or variant has the same SKU or handle.",
        PostgresErrorCodes.UntranslatableCharacter or PostgresErrorCodes.CharacterNotInRepertoire => "The text contains the character U+0000, which cannot be kept.",
        PostgresErrorCodes.NumericValueOutOfRange => "A number is out of range.",
        ['2', '2' or '3', ..] or ['5', '4', ..] => "The database cannot keep these values.",
        _ => null,
    };

    /// <summary>Another worker has gone on with the same import.</summary>
    private sealed class MovedOn : Exception;
}
