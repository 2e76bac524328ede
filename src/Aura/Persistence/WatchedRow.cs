using Aura.Accounts;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Aura.Persistence;

/// <summary>A row that is as it was read or written last, by hand. What changes of it is written together with what others change, unless somebody changed it meanwhile.</summary>
/// <remarks>Columns are compared as they are, without a look into documents: those are replaced here, never edited.</remarks>
internal sealed class WatchedRow(StoreEntity row, IEntityType type, SharedStep step)
{
    private readonly RowMap map = RowMap.Of(type);
    private readonly object?[] before = RowMap.Of(type).ValuesOf(row);

    public bool Differs => !map.ValuesOf(row).SequenceEqual(before);

    /// <summary>Null: nothing changed.</summary>
    public LaterStatement? Change() => map.Change(row, before, step);

    /// <summary>What every save does besides saving.</summary>
    public void Note(AuraDb db)
    {
        row.Stamp(db.Now);
        if (row is IAudited && AuditEntry.Of(row, type, property => map.ValueOf(before, property), db) is { } audit)
            db.Append(audit);
    }
}
