using Aura.Events;
using Aura.Jobs;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Aura.Scripts;

/// <summary>Reads the event log and sets to work the scripts that run on an event.</summary>
public sealed class ScriptReader(EventCursor cursor) : IEventReader
{
    private const string Reader = "scripts";
    private const string Wanted = "EXISTS (SELECT FROM custom_scripts s WHERE s.tenant_id = e.tenant_id AND s.trigger = e.type AND s.enabled)";

    public Task<int> Read(CancellationToken cancellation) => cursor.ReadByStore(Reader, Wanted, Start, cancellation);

    public Task<bool> IsBehind(AuraDb db, CancellationToken cancellation) => EventCursor.IsBehind(Reader, db, cancellation);

    private static async Task Start(AuraDb db, IReadOnlyList<StoreEvent> events, CancellationToken cancellation)
    {
        var scripts = await db.CustomScripts.AsNoTracking().Where(s => s.Enabled).Select(s => new { s.Id, s.Trigger, s.CreatedAt }).ToListAsync(cancellation);
        foreach (var happened in events)
            foreach (var script in scripts.Where(script => script.Trigger == happened.Type && script.CreatedAt <= happened.CreatedAt))
                db.Enqueue<RunScript>(new RunScript.Order(script.Id, happened.Id), key: $"{script.Id}-{happened.Id}", lane: RunScript.Lane);
        await db.SaveChangesAsync(cancellation);
    }
}

internal static class ScriptServices
{
    /// <summary>The sandbox itself is the server's, for it needs a program.</summary>
    public static void AddScripts(this IServiceCollection services)
    {
        services.AddSingleton<IEventReader, ScriptReader>();
        services.AddJob<RunScript>();
    }
}
