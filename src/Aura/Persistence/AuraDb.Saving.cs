using Aura.Accounts;
using Aura.Collaboration;
using Aura.Events;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Aura.Persistence;

/// <summary>What every save does besides saving: times, versions, the audit log.</summary>
public sealed partial class AuraDb
{
    private int? expectedVersion;

    /// <summary>Finds a row of the caller's store to change it.</summary>
    /// <remarks>The first row that is loaded so in a request is the one that If-Match speaks of.</remarks>
    /// <exception cref="Refused">404 without the row, 409 when it is not of the version that the caller expects.</exception>
    public async Task<T> Load<T>(Id<T> id, CancellationToken cancellation) where T : StoreEntity, IIdentified =>
        Expected(await Set<T>().FirstOrDefaultAsync(row => row.Id == id.Value, cancellation));

    /// <inheritdoc cref="Load{T}(Id{T}, CancellationToken)"/>
    public async Task<T> Load<T>(IQueryable<T> rows, CancellationToken cancellation) where T : StoreEntity, IIdentified =>
        Expected(await rows.FirstOrDefaultAsync(cancellation));

    /// <summary>Finds several rows to change them, in the order of their ids.</summary>
    /// <inheritdoc cref="Load{T}(Id{T}, CancellationToken)"/>
    public async Task<IReadOnlyList<T>> LoadAll<T>(IQueryable<T> rows, IReadOnlyList<Id<T>> ids, CancellationToken cancellation) where T : StoreEntity, IIdentified
    {
        long[] numbers = [.. ids.Select(id => id.Value)];
        var found = await rows.Where(row => numbers.Contains(row.Id)).ToDictionaryAsync(row => row.Id, cancellation);
        return [.. numbers.Select(id => Expected(found.GetValueOrDefault(id)))];
    }

    /// <summary>The row that was looked up to be changed.</summary>
    /// <inheritdoc cref="Load{T}(Id{T}, CancellationToken)"/>
    internal T Expected<T>(T? row) where T : StoreEntity, IIdentified
    {
        if (row is null)
            throw Refused.NotFound(T.Noun);
        if (expectedVersion is { } version && version != row.Version)
            throw new Refused(Refusal.Conflict, null, $"The {T.Noun} is at version {row.Version}, not {version}. Read it again.");
        expectedVersion = null;
        return row;
    }

    /// <summary>Appends to the event log, in the transaction of the next save.</summary>
    /// <param name="type">As webhooks name it: <c>order.created</c>.</param>
    /// <param name="facts">What the event says besides its subject; small, serialised as snake_case JSON.</param>
    /// <exception cref="ArgumentException">The type is not on the page of event types.</exception>
    public void Publish<T>(string type, T subject, object? facts = null) where T : StoreRow, IIdentified
    {
        if (!EventTypes.Has(type))
            throw new ArgumentException($"{type} is not listed in {nameof(EventTypes)}, so nobody could ask for it.", nameof(type));
        Append(StoreEvent.Of(type, T.Noun, subject.Id, facts, this));
    }

    /// <remarks>Looks once for changes. EF Core would look at every row again for each question that is asked of it.</remarks>
    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        DemandAlone();
        var detects = ChangeTracker.AutoDetectChangesEnabled;
        ChangeTracker.AutoDetectChangesEnabled = false;
        try
        {
            if (later.Count + appended.Count > 0)
            {
                await Write(false, cancellationToken);
                return 0;
            }

            ChangeTracker.DetectChanges();
            await NoteAll(cancellationToken);
            return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
        }
        finally
        {
            ChangeTracker.AutoDetectChangesEnabled = detects;
        }
    }

    private async Task NoteAll(CancellationToken cancellation)
    {
        var changed = Changed();
        if (await this.NoteChangedContents(changed, cancellation))
            changed = Changed();
        changed.ForEach(Note);
    }

    private List<EntityEntry<StoreEntity>> Changed() =>
        [.. ChangeTracker.Entries<StoreEntity>().Where(entry => entry.State is EntityState.Added or EntityState.Modified or EntityState.Deleted)];

    private void Note(EntityEntry<StoreEntity> entry)
    {
        if (entry.State is not EntityState.Deleted)
            entry.Entity.Stamp(Now);
        if (entry.State is EntityState.Modified)
            entry.DetectChanges(); // the stamp
        if (entry.Entity is IAudited && AuditEntry.Of(entry, this) is { } audit)
            Append(audit);
    }

    /// <summary>The same for rows that are not tracked: those that changed, and those that are new.</summary>
    private void NoteAppended()
    {
        foreach (var row in watched.Where(row => row.Differs))
            row.Note(this);
        foreach (var row in appended.OfType<StoreEntity>().ToList())
        {
            row.Stamp(Now);
            if (row is IAudited)
                Append(AuditEntry.Of(row, TypeOf(row), null, this)!); // one that is new has one
        }
    }

    public override int SaveChanges(bool acceptAllChangesOnSuccess) =>
        throw new NotSupportedException("Saving is asynchronous here.");
}
