using Aura.Jobs;
using Aura.Persistence;
using Aura.Server.Http.Lists;

namespace Aura.Server.Http;

/// <summary>The route reads much and writes nothing: it may be read from the replica. Lists need not say so.</summary>
public sealed record FromReplica;

/// <summary>Reads lists and reports from the replica while it has all that the primary has, and from the primary otherwise.</summary>
/// <remarks>The first attempt gets services of its own, so that an attempt that the replica broke off leaves nothing behind.</remarks>
internal sealed class ReplicaReads(RequestDelegate next, Replica replica)
{
    public async Task Invoke(HttpContext http, CurrentCaller current)
    {
        if (!MayBe(http) || !await replica.HasEverything(http.RequestAborted))
        {
            await next(http);
            return;
        }

        if (!await TryReplica(http, current))
            await next(http);
    }

    private async Task<bool> TryReplica(HttpContext http, CurrentCaller current)
    {
        var services = http.RequestServices;
        await using var scope = services.CreateAsyncScope();
        var reader = scope.ServiceProvider.GetRequiredService<CurrentCaller>();
        (reader.Value, reader.ReadsReplica) = (current.Value, true);
        http.RequestServices = scope.ServiceProvider;
        try
        {
            await next(http);
            return true;
        }
        catch (Exception failure) when (IsOfDatabase(failure) && !http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested)
        {
            replica.BrokeOff(failure);
            return false;
        }
        finally
        {
            http.RequestServices = services;
        }
    }

    private static bool MayBe(HttpContext http) => HttpMethods.IsGet(http.Request.Method) && http.GetEndpoint()?.Metadata is { } route &&
        (route.GetMetadata<IListing>() is not null || route.GetMetadata<FromReplica>() is not null);

    /// <summary>Not what the caller sent (class 22: a number out of range and the like): the primary would say the same.</summary>
    private static bool IsOfDatabase(Exception failure) =>
        failure.Objection() is { } said ? !said.SqlState.StartsWith("22", StringComparison.Ordinal) : failure.IsPassing();
}

internal static class ReplicaReadsExtensions
{
    /// <inheritdoc cref="Http.FromReplica"/>
    public static T FromReplica<T>(this T routes) where T : IEndpointConventionBuilder => routes.WithMetadata(new FromReplica());
}
