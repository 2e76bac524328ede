using Aura.Accounts;
using Aura.Catalog;
using Aura.Events;
using Aura.ProductFiles;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;

namespace Aura.Persistence;

/// <summary>Saving many rows that are new.</summary>
public sealed partial class AuraDb
{
    /// <summary>Fewer rows of a table are inserted: COPY is a round trip of its own.</summary>
    private const int Few = 20;

    /// <summary>What is made by the hundred, each behind what it refers to.</summary>
    private static readonly Type[] Copied =
        [typeof(Category), typeof(Product), typeof(Variant), typeof(ProductImage), typeof(ProductCategory), typeof(ShopListing), typeof(AuditEntry), typeof(StoreEvent)];

    /// <summary>Saves, as <c>SaveChanges</c> does, in the transaction that is open. Many new rows of products and their parts go to the database by COPY:
    /// an INSERT for each would take several times as long.</summary>
    /// <remarks>New rows come before changes, so that what a change sets free, such as a SKU, cannot be taken by a new row in the same save.</remarks>
    /// <exception cref="DbUpdateException">The database refused something; nothing of the transaction can be kept.</exception>
    public async Task<int> SaveMany(CancellationToken cancellation)
    {
        ChangeTracker.DetectChanges();
        ChangeTracker.AutoDetectChangesEnabled = false;
        var copied = 0;
        try
        {
            foreach (var type in Copied)
                if (New(type) is { Count: > Few } rows)
                {
                    foreach (var row in rows)
                        if (row.Entity is StoreEntity entity)
                            Note(Entry(entity));
                    await Copy(rows, cancellation);
                    copied += rows.Count;
                }
        }
        finally
        {
            ChangeTracker.AutoDetectChangesEnabled = true;
        }

        return copied + await SaveChangesAsync(cancellation);
    }

    private List<EntityEntry> New(Type type) => [.. ChangeTracker.Entries().Where(entry => entry.State is EntityState.Added && entry.Metadata.ClrType == type)];

    private async Task Copy(List<EntityEntry> rows, CancellationToken cancellation)
    {
        var columns = rows[0].Metadata.GetProperties().Where(IsOurs).Select(property => new CopiedColumn(property)).ToList();
        try
        {
            await Copy(rows, columns, cancellation);
        }
        catch (PostgresException refusal)
        {
            throw new DbUpdateException("New rows were refused.", refusal, [.. rows]); // as SaveChanges would
        }

        foreach (var row in rows)
            row.State = EntityState.Unchanged;
    }

    /// <summary>Not drawn by the database.</summary>
    private static bool IsOurs(IProperty property) =>
        property.IsPrimaryKey() || property.ValueGenerated is ValueGenerated.Never && property.GetBeforeSaveBehavior() is PropertySaveBehavior.Save;

    private async Task Copy(List<EntityEntry> rows, List<CopiedColumn> columns, CancellationToken cancellation)
    {
        await using var copy = await ((NpgsqlConnection)Database.GetDbConnection()).BeginBinaryImportAsync(
            $"COPY {rows[0].Metadata.GetTableName()} ({string.Join(", ", columns.Select(column => column.Name))}) FROM STDIN (FORMAT binary)", cancellation);
        foreach (var row in rows)
        {
            await copy.StartRowAsync(cancellation);
            foreach (var column in columns)
                if (column.Of(row) is { } value)
                    await copy.WriteAsync(value, column.Type, cancellation);
                else
                    await copy.WriteNullAsync(cancellation);
        }

        await copy.CompleteAsync(cancellation);
    }

    private sealed class CopiedColumn(IProperty property)
    {
        private readonly Func<object?, object?> convert = property.GetTypeMapping().Converter is { } converter ? converter.ConvertToProvider : value => value;

        public string Name { get; } = property.GetColumnName();
        public string Type { get; } = property.GetColumnType().Split('(')[0];

        public object? Of(EntityEntry row) => convert(row.CurrentValues[property]);
    }
}
