namespace Aura.Server;

/// <summary>Between the order to stop and the end: the server goes on serving while its readiness says no, so that no balancer sends a request to a closed door.</summary>
internal sealed class Draining(ServerOptions options, TimeProvider time) : IHostedLifecycleService
{
    private volatile bool begun;

    public bool HasBegun => begun;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        begun = true;
        await Task.WhenAny(Task.Delay(options.Drain, time, cancellationToken));
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
