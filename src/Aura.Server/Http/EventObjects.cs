using System.Linq.Expressions;
using Aura.Events;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Http;

/// <summary>Shows the things that events are about, as their own routes show them. A resource registers itself by its noun.</summary>
public sealed class EventObjects
{
    private readonly Dictionary<string, Func<AuraDb, long[], CancellationToken, Task<Dictionary<long, object>>>> shown = [];

    /// <summary>Things that are shown as their list shows them.</summary>
    public void Add<T, TResponse>(Func<AuraDb, IQueryable<T>> rows, Expression<Func<T, TResponse>> shape, Func<TResponse, long> id)
        where T : StoreRow, IIdentified where TResponse : class =>
        Add(T.Noun, (db, ids, cancellation) =>
            rows(db).AsNoTracking().Where(row => ids.Contains(row.Id)).Select(shape).ToDictionaryAsync(id, cancellation));

    /// <summary>How the things with this noun are shown, many at a time.</summary>
    public void Add<TResponse>(string noun, Func<AuraDb, long[], CancellationToken, Task<Dictionary<long, TResponse>>> show) where TResponse : class =>
        shown[noun] = async (db, ids, cancellation) =>
            (await show(db, ids, cancellation)).ToDictionary(pair => pair.Key, pair => (object)pair.Value);

    /// <summary>What the events are about, by noun and number, as far as it is still there: one query per noun.</summary>
    public async Task<Dictionary<(string Noun, long Id), object>> Of(IReadOnlyList<StoreEvent> events, AuraDb db, CancellationToken cancellation)
    {
        var objects = new Dictionary<(string, long), object>();
        foreach (var group in events.GroupBy(e => e.Subject))
            if (shown.TryGetValue(group.Key, out var show))
                foreach (var (id, value) in await show(db, [.. group.Select(e => e.SubjectId).Distinct()], cancellation))
                    objects[(group.Key, id)] = value;
        return objects;
    }
}
