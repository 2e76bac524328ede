using Aura.Accounts;
using Aura.Events;
using Aura.Jobs;
using Aura.Monitoring;
using Aura.Persistence;
using Aura.Server.Monitoring;

namespace Aura.Server;

/// <summary>What a server does besides answering: it listens for changes, reads the event log and works off jobs.</summary>
internal sealed class BackgroundWork(
    ServerOptions options, AccessDirectory access, JobWorker worker, IEnumerable<IEventReader> readers, Schedule schedule, EventTail tail, Telemetry telemetry, AlertWatch alerts,
    DatabaseWatch watch, TimeProvider time, ILogger<BackgroundWork> log, Replica? replica = null) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await StoreModel.Prepare();
        List<Task> work = [Persistently(() => watch.Run(stoppingToken), stoppingToken), Persistently(() => access.Listen(stoppingToken), stoppingToken), Persistently(() => tail.Run(stoppingToken), stoppingToken), Persistently(() => telemetry.Run(stoppingToken), stoppingToken)];
        if (replica is not null)
            work.Add(Persistently(() => replica.Watch(stoppingToken), stoppingToken));
        if (options.Role != ServerRole.Api)
        {
            work.Add(Persistently(() => worker.Run(4, lanes: false, stoppingToken), stoppingToken));
            work.Add(Persistently(() => worker.Run(32, lanes: true, stoppingToken), stoppingToken));
            work.AddRange(readers.Select(reader => Persistently(() => Follow(reader, stoppingToken), stoppingToken)));
            work.Add(Persistently(() => schedule.Run(stoppingToken), stoppingToken));
            work.Add(Persistently(() => alerts.Run(stoppingToken), stoppingToken));
        }

        await Task.WhenAll(work);
    }

    private async Task Follow(IEventReader reader, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
            if (await reader.Read(stopping) < EventCursor.Batch) // so that a busy store's events come in dozens, and not one by one
                await Task.Delay(Pause, time, stopping);
    }

    /// <summary>Starts work again when the database was away.</summary>
    private async Task Persistently(Func<Task> work, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
            try
            {
                await work();
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
            }
            catch (Exception failure) when (failure.IsPassing())
            {
                log.LogWarning("Background work is interrupted, it goes on in a second: {Reason}", failure.Message);
                await Task.WhenAny(Task.Delay(TimeSpan.FromSeconds(1), time, stopping));
            }
            catch (Exception failure) // whatever one store's event causes, the work for the others must not end with it
            {
                log.LogError(failure, "Background work failed, it goes on in a second");
                await Task.WhenAny(Task.Delay(TimeSpan.FromSeconds(1), time, stopping));
            }
    }
}
